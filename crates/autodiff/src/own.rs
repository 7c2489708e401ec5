//! A user's function with its own derivative, right at every order.

use crate::elementary::Elementary;
use crate::number::{Float, Number, Ordered, either_zero, from};
use crate::rules::{MAX_ORDER, Rule, derivatives};
use crate::{Dual, HyperDual, Taylor};

/// The highest order that a [`CustomRule`] of several variables reaches; of one variable it is [`MAX_ORDER`].
pub const MAX_ORDER_OF_SEVERAL: usize = 6;

/// A function of `N` variables that comes with its gradient: f on plain floats, ∂f/∂xᵢ on any number.
///
/// For functions that cannot be differentiated through (a table, an iteration, a call of another library), or whose
/// derivative is known in a better form. The value is computed on plain floats; the gradient is written over numbers, so
/// that the second and all higher derivatives follow by differentiating it. The gradient may call the function itself.
/// [`apply`](CustomRule::apply) is the function on any number type.
///
/// [`custom_rule!`](crate::custom_rule) writes the implementation for both precisions; by hand it looks like this:
///
/// ```
/// use autodiff::{CustomRule, Ordered, derivative, hessian};
///
/// /// The logarithm of the cosine, whose slope is −tan x.
/// struct LogCos;
///
/// impl CustomRule<1> for LogCos {
///     fn value(&self, [x]: [f64; 1]) -> f64 {
///         x.cos().ln()
///     }
///     fn gradient<T: Ordered>(&self, [x]: [T; 1]) -> [T; 1] {
///         [-x.tan()]
///     }
/// }
///
/// let x = 0.5_f64;
/// assert_eq!(derivative(|x| LogCos.apply([x]), x), -x.tan());
/// let second = hessian(|x| LogCos.apply(x), [x])[0][0];
/// assert_eq!(second, -(1.0 + x.tan() * x.tan()));
/// ```
///
/// A gradient that leaves the numbers (by `value()`) has lost its own derivatives, and higher orders are wrong:
/// [`check_rule`](crate::check_rule) finds that.
///
/// Every [`Rule`] is a custom rule of one variable.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a rule of {N} variables in `{F}`")]
pub trait CustomRule<const N: usize, F: Float = f64> {
    /// f(x) on plain floats.
    fn value(&self, x: [F; N]) -> F;

    /// The partial derivatives ∂f/∂xᵢ, on any number.
    fn gradient<T: Ordered<F>>(&self, x: [T; N]) -> [T; N];

    /// f(x) with all derivatives that the numbers carry. One call of `value`, and one of `gradient` if there are any.
    ///
    /// A partial of an argument that is exactly zero stays zero. With several variables, derivatives beyond
    /// [`MAX_ORDER_OF_SEVERAL`] are NaN.
    fn apply<T: Ordered<F>>(&self, x: [T; N]) -> T {
        let at = x.map(T::value);
        let value = self.value(at);
        if T::ORDER == 0 {
            T::constant(value)
        } else if N == 1 {
            x[0].compose(&along_one(self, value, at, T::ORDER)[..=T::ORDER])
        } else {
            expansion(self, value, x, at)
        }
    }
}

impl<F: Float, R: Rule<F>> CustomRule<1, F> for R {
    fn value(&self, [x]: [F; 1]) -> F {
        self.jet(x)[0]
    }
    fn gradient<T: Ordered<F>>(&self, [x]: [T; 1]) -> [T; 1] {
        const { assert!(T::ORDER < MAX_ORDER, "the nest of numbers carries derivatives of a higher order than MAX_ORDER") };
        [x.compose(from(&derivatives(self, x.value(), T::ORDER + 1), 1))]
    }
    fn apply<T: Ordered<F>>(&self, [x]: [T; 1]) -> T {
        let d = derivatives(self, x.value(), T::ORDER);
        x.compose(&d[..=T::ORDER])
    }
}

/// f, f', f'', … at a point, where the derivatives of f' come from the power series of f' of one order less than asked for:
/// so a gradient may call its own function, which is then asked for less.
fn along_one<const N: usize, F: Float, R: CustomRule<N, F> + ?Sized>(
    rule: &R,
    value: F,
    x: [F; N],
    order: usize,
) -> [F; MAX_ORDER + 1] {
    let mut d = [F::NAN; MAX_ORDER + 1];
    d[0] = value;
    macro_rules! by_order {
        ($($k:literal)*) => {
            match order {
                1 => d[1] = rule.gradient(x)[0],
                $(order if order == $k + 1 => {
                    let slope = rule.gradient(x.map(Taylor::<F, $k>::variable))[0];
                    for k in 0..=$k {
                        d[k + 1] = slope.derivative(k);
                    }
                })*
                _ => {}
            }
        };
    }
    by_order!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23);
    d
}
