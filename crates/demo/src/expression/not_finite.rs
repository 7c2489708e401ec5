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
        self.makers(x, |x| x.value()).0.map(|index| self.culprit(index))
    }

    /// The operation that made a part of the result at `x` infinite or NaN.
    pub(super) fn maker<F: Float, T: Scalar<F>>(&self, x: &[T], part: impl Fn(&T) -> F) -> Option<NotFinite> {
        self.makers(x, part).1.map(|index| self.culprit(index))
    }

    /// The first operation that makes something that is not finite from what is; and the one that the result has it from.
    ///
    /// A result has it from the operand whose same part is not finite, or else from one that is not finite at all: in
    /// `ln(x0) + sqrt(x1)` at 0, 0 the slope by x1 comes from the root, although the logarithm is infinite as well. A NaN
    /// comes from what is NaN, or else, as in ∞ − ∞ and 0 · ∞, from the operation itself.
    fn makers<F: Float, T: Scalar<F>>(&self, x: &[T], part: impl Fn(&T) -> F) -> (Option<usize>, Option<usize>) {
        let is_nan = |x: F| x.partial_cmp(&x).is_none();
        let tree = self.tree();
        let mut first = None;
        let mut stack: Vec<(T, Option<usize>)> = Vec::new();
        for (index, &node) in tree.nodes.iter().enumerate() {
            let operands = stack.split_off(stack.len().saturating_sub(node.operands()));
            let (result, given) = match (node, &operands[..]) {
                (Node::One(operation), &[(x, _)]) => (one(operation, x), false),
                (Node::Two(operation), &[(x, _), (y, _)]) => (two(operation, x, y), false),
                (Node::Constant(c), _) => (T::constant(F::of(c)), false),
                (Node::Variable(i), _) => (x.get(i).copied().unwrap_or(T::constant(F::NAN)), true),
                (Node::One(_) | Node::Two(_), _) => return (first, None),
            };
            let from = |is: &dyn Fn(&T) -> bool| operands.iter().find(|(x, _)| is(x));
            let infinite = from(&|x| !part(x).is_finite());
            let other = from(&|x| !x.all_finite());
            let origin = if is_nan(part(&result)) {
                let nan = from(&|x| is_nan(part(x))).or_else(|| from(&|x| is_nan(x.value())));
                nan.or(if infinite.is_some() { None } else { other })
            } else {
                infinite.or(other)
            };
            let maker = match origin {
                // a variable is what it was given as
                _ if given || result.all_finite() => None,
                Some(&(_, maker)) => maker,
                None => Some(index),
            };
            if !given && other.is_none() && !result.all_finite() {
                first = first.or(Some(index));
            }
            stack.push((result, maker));
        }
        (first, stack.pop().and_then(|(_, maker)| maker))
    }

    fn culprit(&self, index: usize) -> NotFinite {
        let (tree, source) = (self.tree(), self.source());
        let span = tree.spans[index];
        NotFinite {
            text: shown(span.of(source)),
            column: column(source, span.start),
            operation: name(tree.nodes[index]),
        }
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
