//! Problems from formulas, for any number of variables.

use autodiff::{Dual, Float, Number, Ordered};
use optimizers::nalgebra::{DMatrix, DVector};
use optimizers::{Entry, Map, Objective, Staged, TwiceDifferentiable};

use super::{ExpressionError, Formula, Variables, parse};

/// How many directions are differentiated in one evaluation.
const CHUNK: usize = 8;

/// Something that is one number over any number type, at a point of any length.
trait Evaluate {
    fn at<F: Float, T: Ordered<F>>(&self, x: &[T]) -> T;
}

/// The seeds of the directions from `first` on.
fn seeds<T: Number>(x: &[T], first: usize) -> Vec<Dual<T, CHUNK>> {
    let seed = |(i, &x): (usize, &T)| if i < first { Dual::constant(x) } else { Dual::variable(x, i - first) };
    x.iter().enumerate().map(seed).collect()
}

/// Value and gradient, a chunk of directions at a time.
fn value_and_gradient<F: Float + Entry<Precision = F>>(f: &impl Evaluate, x: &DVector<F>) -> (F, DVector<F>) {
    let mut value = F::NAN;
    let mut gradient = DVector::from_element(x.len(), F::ZERO);
    for first in (0..x.len()).step_by(CHUNK) {
        let y = f.at(&seeds(x.as_slice(), first));
        value = y.re;
        for (g, eps) in gradient.iter_mut().skip(first).zip(y.eps) {
            *g = eps;
        }
    }
    (value, gradient)
}

/// Value, gradient and Hessian, a block of the lower triangle at a time.
fn value_gradient_hessian<F: Float + Entry<Precision = F>>(
    f: &impl Evaluate,
    x: &DVector<F>,
) -> (F, DVector<F>, DMatrix<F>) {
    let n = x.len();
    let (value, gradient) = value_and_gradient(f, x);
    let mut hessian = DMatrix::from_element(n, n, F::ZERO);
    for row in (0..n).step_by(CHUNK) {
        for column in (0..=row).step_by(CHUNK) {
            let y = f.at(&seeds(&seeds(x.as_slice(), column), row));
            for i in row..n.min(row + CHUNK) {
                for j in column..n.min(column + CHUNK).min(i + 1) {
                    hessian[(i, j)] = y.eps[i - row].eps[j - column];
                    hessian[(j, i)] = hessian[(i, j)];
                }
            }
        }
    }
    (value, gradient, hessian)
}

/// The objective of an [`Evaluate`] with a field `variables`.
macro_rules! objective {
    ($problem:ident) => {
        impl<F: Float + Entry<Precision = F>> TwiceDifferentiable<F> for $problem {
            fn value_gradient_hessian(&self, x: &DVector<F>) -> (F, DVector<F>, DMatrix<F>) {
                value_gradient_hessian(self, x)
            }
        }

        impl<F: Float + Entry<Precision = F>> Objective<F> for $problem {
            fn dimension(&self) -> usize {
                self.variables()
            }
            fn value(&self, x: &DVector<F>) -> F {
                self.at(x.as_slice())
            }
            fn value_and_gradient(&self, x: &DVector<F>) -> (F, DVector<F>) {
                value_and_gradient(self, x)
            }
            fn observe(&self, x: &DVector<F>) -> Option<DVector<F>> {
                self.stage().map(|physics| physics.value(x))
            }
        }
    };
}

/// A loss L(x) from a formula.
#[derive(Clone, Debug)]
pub struct FormulaLoss {
    formula: Formula,
    variables: usize,
}

impl FormulaLoss {
    /// From a text with one formula.
    ///
    /// # Errors
    ///
    /// [`ExpressionError`] with the column of what is wrong.
    pub fn new(text: &str, variables: Variables) -> Result<Self, ExpressionError> {
        let mut formulas = parse(text, variables)?;
        match (formulas.pop(), formulas.is_empty()) {
            (Some(formula), true) => Ok(FormulaLoss { formula, variables: variables.count() }),
            _ => {
                let comma = text.find(',').unwrap_or(0);
                Err(ExpressionError::new(text, comma, "a loss is one formula, not several"))
            }
        }
    }

    fn variables(&self) -> usize {
        self.variables
    }

    fn stage(&self) -> Option<&FormulaPhysics> {
        None
    }
}

impl Evaluate for FormulaLoss {
    fn at<F: Float, T: Ordered<F>>(&self, x: &[T]) -> T {
        self.formula.evaluate(x)
    }
}

objective!(FormulaLoss);

/// A process y(x) from formulas, one a component.
#[derive(Clone, Debug)]
pub struct FormulaPhysics {
    formulas: Vec<Formula>,
    variables: usize,
}

impl FormulaPhysics {
    /// From a text with formulas of `variables` variables.
    ///
    /// # Errors
    ///
    /// [`ExpressionError`] with the column of what is wrong.
    pub fn new(text: &str, variables: usize) -> Result<Self, ExpressionError> {
        Ok(FormulaPhysics { formulas: parse(text, Variables::x(variables))?, variables })
    }

    /// The number of components.
    pub fn components(&self) -> usize {
        self.formulas.len()
    }
}

impl<F: Float + Entry<Precision = F>> Map<F> for FormulaPhysics {
    fn inputs(&self) -> usize {
        self.variables
    }
    fn outputs(&self) -> usize {
        self.formulas.len()
    }
    fn value(&self, x: &DVector<F>) -> DVector<F> {
        DVector::from_iterator(self.formulas.len(), self.formulas.iter().map(|f| f.evaluate(x.as_slice())))
    }
    fn value_and_jacobian(&self, x: &DVector<F>) -> (DVector<F>, DMatrix<F>) {
        let (m, n) = (self.formulas.len(), x.len());
        let mut jacobian = DMatrix::from_element(m, n, F::ZERO);
        let mut stack = Vec::new();
        for first in (0..n).step_by(CHUNK) {
            let seeds = seeds(x.as_slice(), first);
            for (i, formula) in self.formulas.iter().enumerate() {
                let y = formula.evaluate_on(&seeds, &mut stack);
                for j in first..n.min(first + CHUNK) {
                    jacobian[(i, j)] = y.eps[j - first];
                }
            }
        }
        (self.value(x), jacobian)
    }
}

/// L(y(x)) from formulas.
#[derive(Clone, Debug)]
pub struct FormulaProblem {
    physics: FormulaPhysics,
    loss: FormulaLoss,
}

impl FormulaProblem {
    /// From the texts of y(x) with `variables` variables and of L(y).
    ///
    /// # Errors
    ///
    /// [`ExpressionError`] with the column of what is wrong.
    pub fn new(physics: &str, loss: &str, variables: usize) -> Result<Self, ExpressionError> {
        let physics = FormulaPhysics::new(physics, variables)?;
        let loss = FormulaLoss::new(loss, Variables::y(physics.components()))?;
        Ok(FormulaProblem { physics, loss })
    }

    fn variables(&self) -> usize {
        self.physics.variables
    }

    fn stage(&self) -> Option<&FormulaPhysics> {
        Some(&self.physics)
    }
}

impl Evaluate for FormulaProblem {
    fn at<F: Float, T: Ordered<F>>(&self, x: &[T]) -> T {
        let y: Vec<T> = self.physics.formulas.iter().map(|formula| formula.evaluate(x)).collect();
        self.loss.at(&y)
    }
}

objective!(FormulaProblem);

impl<F: Float + Entry<Precision = F>> Staged<F> for FormulaProblem {
    fn physics(&self) -> &dyn Map<F> {
        &self.physics
    }
    fn loss(&self) -> &dyn TwiceDifferentiable<F> {
        &self.loss
    }
}
