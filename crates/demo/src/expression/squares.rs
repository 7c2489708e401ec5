//! Sums of squares, recognized by their form: what Gauss–Newton and Levenberg–Marquardt need beside the loss.

use std::sync::Arc;

use autodiff::{Float, Scalar};
use optimizers::nalgebra::{DMatrix, DVector};
use optimizers::{Entry, LeastSquares, Map, Objective, TwiceDifferentiable};

use super::evaluate::Formula;
use super::functions::{One, Two};
use super::problem::{Components, FormulaLoss, FormulaPhysics, FormulaProblem, value_and_jacobian};
use super::tree::{Node, Tree};

/// A loss L = Σ rᵢ² that was typed as one: squares, even powers, products of a term with itself and constants that are not
/// negative; sums of these, and multiples that are not negative.
///
/// ```
/// use demo::expression::{FormulaLoss, FormulaSquares, Variables};
/// use optimizers::{LeastSquares, Map, nalgebra::DVector};
///
/// let loss = |text| FormulaLoss::new(text, Variables::x(2)).unwrap();
/// let squares = FormulaSquares::of_loss(&loss("(1 - x0)^2 + 100*(x1 - x0^2)^2")).unwrap();
/// let x = DVector::from_vec(vec![2.0_f64, 5.0]);
/// assert_eq!(squares.residuals().value(&x).as_slice(), [-1.0, 10.0]);
/// assert!(FormulaSquares::of_loss(&loss("x0^2 - x1^2")).is_none());
/// ```
#[derive(Clone, Debug)]
pub struct FormulaSquares<P> {
    problem: P,
    residuals: Residuals,
}

/// r(x), or r(y(x)).
#[derive(Clone, Debug)]
struct Residuals {
    physics: Option<FormulaPhysics>,
    formulas: Vec<Formula>,
    variables: usize,
}

impl FormulaSquares<FormulaLoss> {
    /// L(x), if it is a sum of squares.
    pub fn of_loss(loss: &FormulaLoss) -> Option<Self> {
        let formulas = residuals(loss.formula())?;
        let variables = Objective::<f64>::dimension(loss);
        Some(FormulaSquares { problem: loss.clone(), residuals: Residuals { physics: None, formulas, variables } })
    }
}

impl FormulaSquares<FormulaProblem> {
    /// L(y(x)), if L is a sum of squares.
    pub fn of_problem(problem: &FormulaProblem) -> Option<Self> {
        let formulas = residuals(problem.loss_formula())?;
        let physics = Some(problem.physics().clone());
        let variables = Objective::<f64>::dimension(problem);
        Some(FormulaSquares { problem: problem.clone(), residuals: Residuals { physics, formulas, variables } })
    }
}

impl Components for Residuals {
    fn at<F: Float, T: Scalar<F>>(&self, x: &[T]) -> Vec<T> {
        let of = |y: &[T]| self.formulas.iter().map(|formula| formula.evaluate(y)).collect();
        self.physics.as_ref().map_or_else(|| of(x), |physics| of(&physics.at(x)))
    }
}

impl<F: Float, T: Entry<Precision = F> + Scalar<F>> Map<T> for Residuals {
    fn inputs(&self) -> usize {
        self.variables
    }
    fn outputs(&self) -> usize {
        self.formulas.len()
    }
    fn value(&self, x: &DVector<T>) -> DVector<T> {
        self.at(x.as_slice()).into()
    }
    fn value_and_jacobian(&self, x: &DVector<T>) -> (DVector<T>, DMatrix<T>) {
        value_and_jacobian(self, self.formulas.len(), x)
    }
}

impl<T: Entry, P: Objective<T>> Objective<T> for FormulaSquares<P> {
    fn dimension(&self) -> usize {
        self.problem.dimension()
    }
    fn value(&self, x: &DVector<T>) -> T {
        self.problem.value(x)
    }
    fn value_and_gradient(&self, x: &DVector<T>) -> (T, DVector<T>) {
        self.problem.value_and_gradient(x)
    }
    fn observe(&self, x: &DVector<T>) -> Option<DVector<T>> {
        self.problem.observe(x)
    }
}

impl<T: Entry, P: TwiceDifferentiable<T>> TwiceDifferentiable<T> for FormulaSquares<P> {
    fn value_gradient_hessian(&self, x: &DVector<T>) -> (T, DVector<T>, DMatrix<T>) {
        self.problem.value_gradient_hessian(x)
    }
}

impl<F: Float, T: Entry<Precision = F> + Scalar<F>, P: Objective<T>> LeastSquares<T> for FormulaSquares<P> {
    fn residuals(&self) -> &dyn Map<T> {
        &self.residuals
    }
}

/// The residuals of a sum of squares in the order in which they were typed; `None` if the formula is not one.
fn residuals(formula: &Formula) -> Option<Vec<Formula>> {
    let tree = formula.tree();
    let nodes = &tree.nodes;
    // where the subtree begins that ends at a node
    let mut begins: Vec<usize> = Vec::with_capacity(nodes.len());
    for (i, node) in nodes.iter().enumerate() {
        begins.push(match node {
            Node::Constant(_) | Node::Variable(_) => i,
            Node::One(_) => begins[i - 1],
            Node::Two(_) => begins[begins[i - 1] - 1],
        });
    }
    let source: Arc<str> = formula.source().into();
    let mut found = Vec::new();
    // each a subtree by its last node, and what it is multiplied by
    let mut terms = vec![(nodes.len().checked_sub(1)?, 1.0)];
    while let Some((end, weight)) = terms.pop() {
        let residual = |end: usize, then: Option<Node>| {
            let part = begins[end]..end + 1;
            let mut root = Tree { nodes: nodes[part.clone()].to_vec(), spans: tree.spans[part].to_vec() };
            let scale = (weight != 1.0).then(|| [Node::Constant(f64::sqrt(weight)), Node::Two(Two::Multiply)]);
            for node in then.into_iter().chain(scale.into_iter().flatten()) {
                root.nodes.push(node);
                root.spans.push(tree.spans[end]);
            }
            Formula::new(root, tree.spans[end], source.clone())
        };
        match nodes[end] {
            Node::Constant(c) if c >= 0.0 => {
                let node = Node::Constant(f64::sqrt(c * weight));
                let root = Tree { nodes: vec![node], spans: vec![tree.spans[end]] };
                found.push(Formula::new(root, tree.spans[end], source.clone()));
            }
            Node::One(One::Powi(2)) => found.push(residual(end - 1, None)),
            Node::One(One::Powi(n)) if n > 0 && n % 2 == 0 => {
                found.push(residual(end - 1, Some(Node::One(One::Powi(n / 2)))));
            }
            Node::Two(operation) => {
                let (left, right) = (begins[end - 1] - 1, end - 1);
                let alone = |end: usize| match nodes[end] {
                    Node::Constant(c) if c >= 0.0 => Some(c),
                    _ => None,
                };
                match (operation, alone(left), alone(right)) {
                    (Two::Add, ..) => terms.extend([(right, weight), (left, weight)]),
                    (Two::Multiply, Some(c), _) => terms.push((right, weight * c)),
                    (Two::Multiply, _, Some(c)) => terms.push((left, weight * c)),
                    (Two::Divide, _, Some(c)) if c > 0.0 => terms.push((left, weight / c)),
                    (Two::Multiply, ..) if nodes[begins[end]..=left] == nodes[begins[right]..=right] => {
                        found.push(residual(left, None));
                    }
                    _ => return None,
                }
            }
            _ => return None,
        }
    }
    Some(found)
}
