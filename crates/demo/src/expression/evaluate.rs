//! A formula as a list of operations in the order of evaluation, on a stack.

use autodiff::{Elementary, Float, Number, Ordered};

use super::functions::{Binary, Unary};

/// One operation: takes its operands from the stack and leaves its result there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Operation {
    Constant(f64),
    Variable(usize),
    Negate,
    Add,
    Subtract,
    Multiply,
    Divide,
    /// A constant integer power.
    Powi(i32),
    /// A constant power.
    Powf(f64),
    Unary(Unary),
    Binary(Binary),
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
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    pub(super) operations: Vec<Operation>,
}

impl Formula {
    /// The value at `x`, which has all the variables of the formula (a missing one counts as NaN).
    pub fn evaluate<F: Float, T: Ordered<F>>(&self, x: &[T]) -> T {
        self.evaluate_on(x, &mut Vec::with_capacity(16))
    }

    /// As [`evaluate`](Formula::evaluate), on a stack that is used again and again.
    pub fn evaluate_on<F: Float, T: Ordered<F>>(&self, x: &[T], stack: &mut Vec<T>) -> T {
        stack.clear();
        for operation in &self.operations {
            let result = match *operation {
                Operation::Constant(c) => T::constant(F::of(c)),
                Operation::Variable(i) => x.get(i).copied().unwrap_or_else(nan),
                Operation::Negate => -pop(stack),
                Operation::Powi(n) => pop(stack).powi(n),
                Operation::Powf(c) => pop(stack).powf(F::of(c)),
                Operation::Unary(function) => function.apply(pop(stack)),
                operation => {
                    let (right, left) = (pop(stack), pop(stack));
                    match operation {
                        Operation::Add => left + right,
                        Operation::Subtract => left - right,
                        Operation::Multiply => left * right,
                        Operation::Divide => left / right,
                        Operation::Binary(function) => function.apply(left, right),
                        // the arms above take all others
                        _ => nan(),
                    }
                }
            };
            stack.push(result);
        }
        pop(stack)
    }

    /// The value of a formula without variables.
    pub(super) fn constant(&self) -> Option<f64> {
        let moves = self.operations.iter().any(|o| matches!(o, Operation::Variable(_)));
        (!moves).then(|| self.evaluate::<f64, f64>(&[]))
    }
}

/// The top of the stack; the parser sees to it that there is one.
fn pop<T: Number>(stack: &mut Vec<T>) -> T {
    stack.pop().unwrap_or_else(nan)
}

fn nan<T: Number>() -> T {
    T::constant(<T::Precision as Elementary>::NAN)
}
