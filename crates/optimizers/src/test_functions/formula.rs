//! Functions of any number of variables, and their exact derivatives in chunks of a few directions.

use autodiff::{Dual, Float, HyperDual, Ordered};
use nalgebra::{DMatrix, DVector};

use crate::least_squares::SumOfSquares;
use crate::problem::{Entry, Map, Objective, TwiceDifferentiable, nan};

/// Components for as many variables as there are, over any number of precision `F`.
pub(super) trait Formula<F: Float> {
    /// The components: the residuals of a sum of squares, or one value.
    fn components<T: Ordered<F>>(&self, x: &[T]) -> Vec<T>;
}

/// Formulas in both precisions, so that the literals of a body serve f32 and f64. `F` names the precision within.
macro_rules! formulas {
    ($($name:ident($x:ident) $body:block)*) => {
        $(
            #[derive(Clone, Copy, Debug)]
            #[allow(non_camel_case_types)]
            pub(super) struct $name;
            formulas! { @impl f32 $name($x) $body }
            formulas! { @impl f64 $name($x) $body }
        )*
    };
    (@impl $f:ident $name:ident($x:ident) $body:block) => {
        #[allow(clippy::excessive_precision, clippy::approx_constant, reason = "a literal serves both precisions")]
        impl super::formula::Formula<$f> for $name {
            fn components<T: autodiff::Ordered<$f>>(&self, $x: &[T]) -> Vec<T> {
                #[allow(dead_code, reason = "not every body needs its name")]
                type F = $f;
                $body
            }
        }
    };
}
pub(super) use formulas;

/// The directions of a chunk.
const CHUNK: usize = 4;

/// The residuals r(x) of a formula for n variables.
#[derive(Clone, Copy, Debug)]
pub(super) struct Residuals<R> {
    formula: R,
    inputs: usize,
    outputs: usize,
}

impl<R: Formula<f64>> Residuals<R> {
    pub(super) fn new(formula: R, inputs: usize) -> Self {
        let outputs = formula.components(&vec![0.0; inputs]).len();
        Residuals { formula, inputs, outputs }
    }
}

impl<F, T, R> Map<T> for Residuals<R>
where
    F: Float,
    T: Entry<Precision = F> + Ordered<F>,
    R: Formula<F>,
{
    fn inputs(&self) -> usize {
        self.inputs
    }
    fn outputs(&self) -> usize {
        self.outputs
    }
    fn value(&self, x: &DVector<T>) -> DVector<T> {
        if x.len() != self.inputs {
            return not_a_number(self.outputs);
        }
        DVector::from_vec(self.formula.components(x.as_slice()))
    }
    fn value_and_jacobian(&self, x: &DVector<T>) -> (DVector<T>, DMatrix<T>) {
        if x.len() != self.inputs {
            return (not_a_number(self.outputs), DMatrix::from_element(self.outputs, x.len(), nan()));
        }
        jacobian(&|x| self.formula.components(x), x)
    }
}

impl<F, T, R> TwiceDifferentiable<T> for SumOfSquares<Residuals<R>>
where
    F: Float,
    T: Entry<Precision = F> + Ordered<F>,
    R: Formula<F>,
{
    fn value_gradient_hessian(&self, x: &DVector<T>) -> (T, DVector<T>, DMatrix<T>) {
        let residuals = self.map();
        if x.len() != residuals.inputs {
            return (nan(), not_a_number(x.len()), DMatrix::from_element(x.len(), x.len(), nan()));
        }
        second_derivatives(x, &|x| residuals.formula.components(x).into_iter().map(|r| r * r).sum())
    }
}

/// A formula of one component, as an objective for n variables.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value<R> {
    formula: R,
    inputs: usize,
}

impl<R> Value<R> {
    pub(super) const fn new(formula: R, inputs: usize) -> Self {
        Value { formula, inputs }
    }
}

impl<F, T, R> Objective<T> for Value<R>
where
    F: Float,
    T: Entry<Precision = F> + Ordered<F>,
    R: Formula<F>,
{
    fn dimension(&self) -> usize {
        self.inputs
    }
    fn value(&self, x: &DVector<T>) -> T {
        if x.len() != self.inputs {
            return nan();
        }
        self.formula.components(x.as_slice()).into_iter().sum()
    }
    fn value_and_gradient(&self, x: &DVector<T>) -> (T, DVector<T>) {
        if x.len() != self.inputs {
            return (nan(), not_a_number(x.len()));
        }
        let (value, jacobian) = jacobian(&|x| self.formula.components(x), x);
        (value.iter().copied().sum(), DVector::from_fn(x.len(), |j, _| jacobian.column(j).iter().copied().sum()))
    }
}

impl<F, T, R> TwiceDifferentiable<T> for Value<R>
where
    F: Float,
    T: Entry<Precision = F> + Ordered<F>,
    R: Formula<F>,
{
    fn value_gradient_hessian(&self, x: &DVector<T>) -> (T, DVector<T>, DMatrix<T>) {
        if x.len() != self.inputs {
            return (nan(), not_a_number(x.len()), DMatrix::from_element(x.len(), x.len(), nan()));
        }
        second_derivatives(x, &|x| self.formula.components(x).into_iter().sum())
    }
}

fn not_a_number<T: Entry>(n: usize) -> DVector<T> {
    DVector::from_element(n, nan())
}

/// A function of numbers, by a reference.
type Call<'a, D, R> = &'a dyn Fn(&[D]) -> R;
/// The number of a chunk's first derivatives.
type First<T> = Dual<T, CHUNK>;
/// The number of the second derivatives of two chunks.
type Second<T> = HyperDual<T, { 2 * CHUNK }>;

/// The components and their Jacobian: one evaluation for each chunk of variables.
/// (By a reference, so that one such loop serves all formulas: there are many.)
fn jacobian<T: Entry>(components: Call<'_, First<T>, Vec<First<T>>>, x: &DVector<T>) -> (DVector<T>, DMatrix<T>) {
    let mut values = DVector::from_element(0, T::zero());
    let mut slopes = DMatrix::from_element(0, x.len(), T::zero());
    for first in (0..x.len()).step_by(CHUNK) {
        let seeded: Vec<First<T>> = x
            .iter()
            .enumerate()
            .map(|(i, &x)| if in_chunk(i, first) { Dual::variable(x, i - first) } else { Dual::constant(x) })
            .collect();
        let components = components(&seeded);
        if first == 0 {
            values = DVector::from_iterator(components.len(), components.iter().map(|y| y.re));
            slopes = DMatrix::from_element(components.len(), x.len(), T::zero());
        }
        for (i, y) in components.iter().enumerate() {
            for (j, slope) in (first..x.len()).zip(y.slopes()) {
                slopes[(i, j)] = slope;
            }
        }
    }
    (values, slopes)
}

const fn in_chunk(i: usize, first: usize) -> bool {
    i >= first && i < first + CHUNK
}

/// Value, gradient and Hessian of a function of numbers: one evaluation for each pair of chunks.
fn second_derivatives<T: Entry>(x: &DVector<T>, f: Call<'_, Second<T>, Second<T>>) -> (T, DVector<T>, DMatrix<T>) {
    let n = x.len();
    let mut value = T::zero();
    let mut gradient = DVector::from_element(n, T::zero());
    let mut hessian = DMatrix::from_element(n, n, T::zero());
    for first in (0..n).step_by(CHUNK) {
        // a chunk's own block comes along with any other one, and alone where there is no other
        let others = if n <= CHUNK { first..first + 1 } else { first + CHUNK..n };
        for second in others.step_by(CHUNK) {
            let place = |i: usize| {
                if in_chunk(i, first) {
                    Some(i - first)
                } else if in_chunk(i, second) {
                    Some(CHUNK + i - second)
                } else {
                    None
                }
            };
            let seeded: Vec<_> = x
                .iter()
                .enumerate()
                .map(|(i, &x)| place(i).map_or_else(|| HyperDual::constant(x), |k| HyperDual::variable(x, k)))
                .collect();
            let y = f(&seeded);
            let (first_order, second_order) = (y.slopes(), y.hessian());
            value = y.re;
            for (i, k) in (0..n).filter_map(|i| place(i).map(|k| (i, k))) {
                gradient[i] = first_order[k];
                for (j, l) in (0..n).filter_map(|j| place(j).map(|l| (j, l))) {
                    hessian[(i, j)] = second_order[k][l];
                }
            }
        }
    }
    (value, gradient, hessian)
}
