//! The tree of a formula, as a list in the order of evaluation: operands before their operation.
//!
//! No part of it recurses, so a sum of a hundred thousand terms is no deeper than one of two.

use autodiff::Number;

use super::functions::{One, Two};
use super::lexer::Span;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Node {
    Constant(f64),
    Variable(usize),
    One(One),
    Two(Two),
}

impl Node {
    /// How many numbers it takes.
    pub(super) fn operands(self) -> usize {
        match self {
            Node::Constant(_) | Node::Variable(_) => 0,
            Node::One(_) => 1,
            Node::Two(_) => 2,
        }
    }
}

/// The nodes, and the text that each stands for with its operands.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    pub(super) spans: Vec<Span>,
}

/// A subtree: always the last nodes of the tree at the time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub(super) span: Span,
    /// Whether it has variables.
    moves: bool,
}

impl Tree {
    pub(super) fn constant(&mut self, value: f64, span: Span) -> Part {
        self.push(Node::Constant(value), span, false)
    }

    pub(super) fn variable(&mut self, index: usize, span: Span) -> Part {
        self.push(Node::Variable(index), span, true)
    }

    pub(super) fn one(&mut self, operation: One, x: Part, span: Span) -> Part {
        if let Some(&Node::Constant(c)) = self.nodes.last()
            && let Some(value) = same_in_both(one(operation, c), one(operation, c as f32))
        {
            self.pop();
            return self.constant(value, span);
        }
        self.push(Node::One(operation), span, x.moves)
    }

    pub(super) fn two(&mut self, operation: Two, x: Part, y: Part, span: Span) -> Part {
        if let [.., Node::Constant(a), Node::Constant(b)] = self.nodes[..]
            && let Some(value) = same_in_both(two(operation, a, b), two(operation, a as f32, b as f32))
        {
            self.pop();
            self.pop();
            return self.constant(value, span);
        }
        self.push(Node::Two(operation), span, x.moves || y.moves)
    }

    /// `x` to the power `y`, which is `powi`, `powf` or `pow` by what `y` is.
    pub(super) fn power(&mut self, x: Part, y: Part, pow: Two, span: Span) -> Part {
        if let Some(&Node::Constant(exponent)) = self.nodes.last()
            && f64::from(exponent as i32) == exponent
        {
            self.pop();
            return self.one(One::Powi(exponent as i32), x, span);
        }
        self.two(if y.moves { pow } else { Two::Powf }, x, y, span)
    }

    fn push(&mut self, node: Node, span: Span, moves: bool) -> Part {
        self.nodes.push(node);
        self.spans.push(span);
        Part { span, moves }
    }

    fn pop(&mut self) {
        self.nodes.pop();
        self.spans.pop();
    }
}

/// The value of a constant operation if both precisions read the same bits from it, and it is finite:
/// what becomes infinite or NaN stays an operation, so that it can be named.
fn same_in_both(double: f64, single: f32) -> Option<f64> {
    (double.all_finite() && (double as f32).to_bits() == single.to_bits()).then_some(double)
}

impl Part {
    /// The same subtree, where more text belongs to it: the parentheses around it.
    pub(super) fn within(self, span: Span) -> Part {
        Part { span, ..self }
    }
}

pub(super) fn one<T: Number>(operation: One, mut x: T) -> T {
    operation.apply(&mut x);
    x
}

pub(super) fn two<T: Number>(operation: Two, mut x: T, y: T) -> T {
    operation.apply(&mut x, &y);
    x
}
