//! Which operation of a formula is the first to give something that is not finite.

use std::fmt;

use autodiff::{Float, Scalar};

use super::error::{column, shown};
use super::evaluate::Formula;
use super::functions::{One, Two};
use super::tree::{Node, one, two};

/// An operation whose operands were finite and whose result was not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotFinite {
    /// The operation with its operands, as typed.
    pub text: String,
    /// Where that begins, counted from 1 in characters of the whole text.
    pub column: usize,
    /// The operation alone: an operator, a function by Rust's name, or `number`.
    pub operation: String,
}

/// `'1/x0' at column 1`
impl fmt::Display for NotFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}' at column {}", self.text, self.column)
    }
}

impl Formula {
    /// The first operation whose result at `x` is not finite although its operands are, if there is one.
    ///
    /// On plain floats it is about values; on numbers with derivatives, about these too. A number that is too large for the
    /// precision counts as an operation.
    ///
    /// ```
    /// use autodiff::Dual;
    /// use demo::expression::{Variables, parse};
    ///
    /// let formula = &parse("1 + exp(ln(1/x0))", Variables::x(1)).unwrap()[0];
    /// let culprit = formula.first_not_finite(&[0.0]).unwrap();
    /// assert_eq!(culprit.to_string(), "'1/x0' at column 12");
    /// assert_eq!(culprit.operation, "/");
    ///
    /// let root = &parse("sqrt(x0)", Variables::x(1)).unwrap()[0];
    /// assert_eq!(root.first_not_finite(&[0.0]), None);
    /// assert_eq!(root.first_not_finite(&Dual::variables([0.0])).unwrap().operation, "sqrt");
    /// ```
    ///
    /// A variable that `x` does not have counts as NaN.
    pub fn first_not_finite<F: Float, T: Scalar<F>>(&self, x: &[T]) -> Option<NotFinite> {
        self.first_that_is_not(x, |x| x.all_finite())
    }

    /// The same, where it is said which parts of a number count.
    pub(super) fn first_that_is_not<F: Float, T: Scalar<F>>(
        &self,
        x: &[T],
        finite: impl Fn(&T) -> bool,
    ) -> Option<NotFinite> {
        let tree = self.tree();
        let mut stack: Vec<T> = Vec::new();
        for (&node, &span) in tree.nodes.iter().zip(&tree.spans) {
            let (result, operands_finite) = match node {
                Node::Constant(c) => (T::constant(F::of(c)), true),
                // a variable is what it was given as
                Node::Variable(i) => (x.get(i).copied().unwrap_or(T::constant(F::NAN)), false),
                Node::One(operation) => {
                    let x = stack.pop()?;
                    (one(operation, x), finite(&x))
                }
                Node::Two(operation) => {
                    let (y, x) = (stack.pop()?, stack.pop()?);
                    (two(operation, x, y), finite(&x) && finite(&y))
                }
            };
            if operands_finite && !finite(&result) {
                let text = shown(span.of(self.source()));
                return Some(NotFinite { text, column: column(self.source(), span.start), operation: name(node) });
            }
            stack.push(result);
        }
        None
    }
}

fn name(node: Node) -> String {
    match node {
        Node::Constant(_) | Node::Variable(_) => "number".to_owned(),
        Node::One(One::Function(function)) => format!("{function:?}"),
        Node::Two(Two::Function(function)) => format!("{function:?}"),
        Node::One(One::Negate) | Node::Two(Two::Subtract) => "-".to_owned(),
        Node::One(One::Powi(_)) | Node::Two(Two::Powf) => "^".to_owned(),
        Node::Two(Two::Add) => "+".to_owned(),
        Node::Two(Two::Multiply) => "*".to_owned(),
        Node::Two(Two::Divide) => "/".to_owned(),
    }
}
