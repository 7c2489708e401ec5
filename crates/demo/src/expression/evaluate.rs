//! A formula as steps in the order of evaluation, over any number type.

use std::fmt;
use std::sync::Arc;

use autodiff::{Float, Scalar};

use super::functions::{One, Two};
use super::lexer::Span;
use super::tree::{Node, Tree};

/// One step on a stack of numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    /// A new number on top.
    Constant(f64),
    Variable(usize),
    /// In place of the number on top.
    One(One),
    /// In place of the two numbers on top.
    Two(Two),
    /// In place of the number on top, with a right operand that never gets there.
    TwoConstant(Two, f64),
    TwoVariable(Two, usize),
    /// A constant less the number on top, in place of it.
    ConstantLess(f64),
    /// The same as a variable and an operation after it: a new number on top.
    OneOf(One, usize),
    TwoOf(Two, usize, usize),
    TwoConstantOf(Two, usize, f64),
    ConstantLessOf(f64, usize),
}

/// A formula of variables x0, x1, …, evaluated over any number type.
///
/// ```
/// use autodiff::gradient;
/// use demo::expression::{Variables, parse};
///
/// let formula = &parse("x0^2 + x1^4", Variables::x(2)).unwrap()[0];
/// assert_eq!(formula.evaluate(&[3.0, 3.0]), 90.0);
/// assert_eq!(gradient(|x: [_; 2]| formula.evaluate(&x), [3.0, 3.0]), [6.0, 108.0]);
/// assert_eq!(formula.to_string(), "x0^2 + x1^4");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    steps: Vec<Step>,
    /// How many numbers the stack has at most.
    height: usize,
    /// How many variables `x` must have.
    variables: usize,
    tree: Tree,
    span: Span,
    source: Arc<str>,
}

impl Formula {
    /// From a tree, which is the piece `span` of the whole text.
    pub(super) fn new(tree: Tree, span: Span, source: Arc<str>) -> Self {
        let steps = steps(&tree.nodes);
        let index = |node: &Node| if let Node::Variable(index) = *node { index + 1 } else { 0 };
        let variables = tree.nodes.iter().map(index).max().unwrap_or(0);
        Formula { height: height(&steps), steps, variables, tree, span, source }
    }

    /// The value at `x`; NaN if `x` has fewer variables than the formula.
    ///
    /// Unless more than eight numbers wait for their operation at a time, nothing is allocated.
    pub fn evaluate<F: Float, T: Scalar<F>>(&self, x: &[T]) -> T {
        match self.height {
            0..=2 => self.run(x, &mut [T::zero(); 2]),
            3..=4 => self.run(x, &mut [T::zero(); 4]),
            5..=8 => self.run(x, &mut [T::zero(); 8]),
            height => self.run(x, &mut vec![T::zero(); height]),
        }
    }

    /// As [`evaluate`](Formula::evaluate), on a stack that is used again and again.
    pub fn evaluate_on<F: Float, T: Scalar<F>>(&self, x: &[T], stack: &mut Vec<T>) -> T {
        if stack.len() < self.height {
            stack.resize(self.height, T::zero());
        }
        self.run(x, stack)
    }

    fn run<F: Float, T: Scalar<F>>(&self, x: &[T], stack: &mut [T]) -> T {
        if x.len() < self.variables {
            return T::constant(F::NAN);
        }
        // the index of the number on top; there is none before the first step, which puts one there
        let mut top = usize::MAX;
        let mut steps = self.steps.iter();
        while let Some(step) = steps.next() {
            match *step {
                Step::Constant(c) => {
                    top = top.wrapping_add(1);
                    stack[top] = T::constant(F::of(c));
                }
                Step::Variable(i) => {
                    top = top.wrapping_add(1);
                    stack[top] = x[i];
                }
                Step::One(operation) => operation.apply(&mut stack[top]),
                Step::Two(operation) => {
                    let (below, right) = stack.split_at_mut(top);
                    top -= 1;
                    operation.apply(&mut below[top], &right[0]);
                }
                Step::TwoConstant(operation, c) => operation.apply_constant(&mut stack[top], F::of(c)),
                // a sum stays where the processor adds, and is put down at its end
                Step::TwoVariable(Two::Add, i) => {
                    let mut sum = stack[top] + x[i];
                    while let Some(&Step::TwoVariable(Two::Add, i)) = steps.as_slice().first() {
                        sum += x[i];
                        steps.next();
                    }
                    stack[top] = sum;
                }
                Step::TwoVariable(operation, i) => operation.apply(&mut stack[top], &x[i]),
                Step::OneOf(operation, i) => {
                    top = top.wrapping_add(1);
                    operation.put(&mut stack[top], &x[i]);
                }
                Step::TwoOf(operation, i, j) => {
                    top = top.wrapping_add(1);
                    operation.put(&mut stack[top], &x[i], &x[j]);
                }
                Step::TwoConstantOf(operation, i, c) => {
                    top = top.wrapping_add(1);
                    operation.put_constant(&mut stack[top], &x[i], F::of(c));
                }
                Step::ConstantLessOf(c, i) => {
                    top = top.wrapping_add(1);
                    stack[top] = (-x[i]).with_value(F::of(c) - x[i].value());
                }
                Step::ConstantLess(c) => stack[top] = (-stack[top]).with_value(F::of(c) - stack[top].value()),
            }
        }
        stack[top]
    }

    pub(super) fn tree(&self) -> &Tree {
        &self.tree
    }

    pub(super) fn source(&self) -> &str {
        &self.source
    }
}

/// The text of the formula, as it was typed.
impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.span.of(&self.source))
    }
}

/// The steps of a tree, where constants and variables go along with their operations.
fn steps(nodes: &[Node]) -> Vec<Step> {
    let mut steps = Vec::with_capacity(nodes.len());
    // where the steps of each operand begin that has no operation yet
    let mut operands: Vec<usize> = Vec::new();
    for &node in nodes {
        match node {
            Node::Constant(c) => {
                operands.push(steps.len());
                steps.push(Step::Constant(c));
            }
            Node::Variable(i) => {
                operands.push(steps.len());
                steps.push(Step::Variable(i));
            }
            Node::One(operation) => push(&mut steps, Step::One(operation)),
            Node::Two(operation) => {
                let (Some(right), Some(&left)) = (operands.pop(), operands.last()) else { break };
                join(&mut steps, left, right, operation);
            }
        }
    }
    steps
}

/// Adds a step, as one with the variable that it works on if that stands before it.
fn push(steps: &mut Vec<Step>, step: Step) {
    let Some(&Step::Variable(i)) = steps.last() else { return steps.push(step) };
    let joined = match step {
        Step::One(operation) => Step::OneOf(operation, i),
        Step::TwoVariable(operation, j) => Step::TwoOf(operation, i, j),
        Step::TwoConstant(operation, c) => Step::TwoConstantOf(operation, i, c),
        Step::ConstantLess(c) => Step::ConstantLessOf(c, i),
        step => return steps.push(step),
    };
    steps.pop();
    steps.push(joined);
}

/// The operation on the operands whose steps begin at `left` and `right`, the last ones.
fn join(steps: &mut Vec<Step>, left: usize, right: usize, operation: Two) {
    let leaf = |from: usize, to: usize| if to - from == 1 { Some(steps[from]) } else { None };
    let step = match (leaf(left, right), leaf(right, steps.len())) {
        // a constant is better off on the right
        (Some(Step::Constant(c)), _) if operation.commutes() => {
            steps.remove(left);
            Step::TwoConstant(operation, c)
        }
        (Some(Step::Constant(c)), _) if operation == Two::Subtract => {
            steps.remove(left);
            Step::ConstantLess(c)
        }
        (_, Some(Step::Constant(c))) => {
            steps.pop();
            Step::TwoConstant(operation, c)
        }
        (_, Some(Step::Variable(i))) => {
            steps.pop();
            Step::TwoVariable(operation, i)
        }
        (Some(Step::Variable(i)), _) if operation.commutes() => {
            steps.remove(left);
            Step::TwoVariable(operation, i)
        }
        _ => Step::Two(operation),
    };
    push(steps, step);
}

/// How many numbers the stack has at most.
fn height(steps: &[Step]) -> usize {
    let mut now = 0;
    let after = steps.iter().map(|step| {
        match step {
            Step::Constant(_)
            | Step::Variable(_)
            | Step::OneOf(..)
            | Step::TwoOf(..)
            | Step::TwoConstantOf(..)
            | Step::ConstantLessOf(..) => now += 1,
            Step::Two(_) => now -= 1,
            _ => {}
        }
        now
    });
    after.max().unwrap_or(0)
}
