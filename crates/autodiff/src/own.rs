//! A user's function with its own derivative, right at every order.

use crate::number::{Float, Ordered, either_zero, from};
use crate::rules::{MAX_ORDER, Rule, derivatives, within_max_order};
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
        if N == 1 {
            x[0].compose(&along_one::<N, F, T>(self, value, at)[..=T::ORDER])
        } else {
            expansion(self, value, x)
        }
    }
}

impl<F: Float, R: Rule<F>> CustomRule<1, F> for R {
    fn value(&self, [x]: [F; 1]) -> F {
        self.jet(x)[0]
    }
    fn gradient<T: Ordered<F>>(&self, [x]: [T; 1]) -> [T; 1] {
        const { within_max_order(T::ORDER + 1) };
        [x.compose(from(&derivatives(self, x.value(), T::ORDER + 1)[..=T::ORDER + 1], 1))]
    }
    fn apply<T: Ordered<F>>(&self, [x]: [T; 1]) -> T {
        const { within_max_order(T::ORDER) };
        x.compose(&derivatives(self, x.value(), T::ORDER)[..=T::ORDER])
    }
}

/// f, f', f'', … as far as `T` carries them. Those of f' come from its power series, of one order less than `T`: so a
/// gradient may call its own function, which is then asked for less.
fn along_one<const N: usize, F: Float, T: Ordered<F>>(
    rule: &(impl CustomRule<N, F> + ?Sized),
    value: F,
    x: [F; N],
) -> [F; MAX_ORDER + 1] {
    const { within_max_order(T::ORDER) };
    let mut d = [F::NAN; MAX_ORDER + 1];
    d[0] = value;
    // a constant's other branches are not compiled
    macro_rules! by_order {
        ($($order:literal)*) => {
            match const { T::ORDER } {
                1 => d[1] = rule.gradient(x)[0],
                $($order => {
                    let slope = rule.gradient(x.map(Taylor::<F, { $order - 1 }>::variable))[0];
                    for k in 0..$order {
                        d[k + 1] = slope.derivative(k);
                    }
                })*
                _ => {}
            }
        };
    }
    by_order!(2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24);
    d
}

/// f(x + u) = f + Σ ∂ᵅf/α! uᵅ, where u is what moves of the arguments: the sum ends at the order of `T`. The partial
/// derivatives come from the gradient on nested numbers of one order less.
fn expansion<const N: usize, F: Float, T: Ordered<F>>(
    rule: &(impl CustomRule<N, F> + ?Sized),
    value: F,
    x: [T; N],
) -> T {
    fn sum<const N: usize, F: Float, T: Ordered<F>, D: Nest<N, F>>(
        rule: &(impl CustomRule<N, F> + ?Sized),
        x: [T; N],
    ) -> T {
        let gradient = rule.gradient(core::array::from_fn(|i| D::along(x[i].value(), i)));
        let moving = x.map(|x| x.with_value(F::ZERO));
        let mut path = [0; MAX_ORDER];
        let mut total = T::zero();
        for i in 0..N {
            path[0] = i;
            terms(&gradient, &moving, &mut path, 1, (moving[i], F::ONE), &mut total);
        }
        total
    }
    let sum = match const { T::ORDER } {
        0 => T::zero(),
        1 => sum::<N, F, T, F>(rule, x),
        2 => sum::<N, F, T, Dual<F, N>>(rule, x),
        3 => sum::<N, F, T, HyperDual<F, N>>(rule, x),
        4 => sum::<N, F, T, Dual<HyperDual<F, N>, N>>(rule, x),
        5 => sum::<N, F, T, HyperDual<HyperDual<F, N>, N>>(rule, x),
        _ => sum::<N, F, T, Dual<HyperDual<HyperDual<F, N>, N>, N>>(rule, x),
    };
    sum.with_value(value)
}

/// Adds ∂ᵅf/α! uᵅ for the multi-index α of `path[..length]`, and those of all that continue it with no smaller index.
/// `power` is uᵅ with α!.
fn terms<const N: usize, F: Float, T: Ordered<F>, D: Nest<N, F>>(
    gradient: &[D; N],
    moving: &[T; N],
    path: &mut [usize; MAX_ORDER],
    length: usize,
    (power, factorial): (T, F),
    total: &mut T,
) {
    let last = path[length - 1];
    let coefficient = gradient[last].partial(&path[..length - 1]) / factorial;
    *total += if coefficient.is_finite() { power * coefficient } else { power.times_slope(T::constant(coefficient)) };
    if length == T::ORDER || length == MAX_ORDER {
        return;
    }
    for i in last..N {
        let count = 1 + path[..length].iter().filter(|k| **k == i).count();
        path[length] = i;
        let next = (either_zero(power, moving[i]), factorial * F::count(count));
        terms(gradient, moving, path, length + 1, next, total);
    }
}

/// A nest of numbers of `N` directions over plain floats.
trait Nest<const N: usize, F: Float>: Ordered<F> {
    /// The variable of direction `i`, at every level.
    fn along(x: F, i: usize) -> Self;
    /// ∂ᵏ/∂xᵢ∂xⱼ…, NaN if the nest does not reach the order.
    fn partial(&self, path: &[usize]) -> F;
}

impl<const N: usize, F: Float> Nest<N, F> for F {
    fn along(x: F, _: usize) -> Self {
        x
    }
    fn partial(&self, path: &[usize]) -> F {
        if path.is_empty() { *self } else { F::NAN }
    }
}

impl<const N: usize, F: Float, T: Nest<N, F>> Nest<N, F> for Dual<T, N> {
    fn along(x: F, i: usize) -> Self {
        Dual::variable(T::along(x, i), i)
    }
    fn partial(&self, path: &[usize]) -> F {
        match path {
            [] => self.re.partial(&[]),
            [i, rest @ ..] => self.eps[*i].partial(rest),
        }
    }
}

impl<const N: usize, F: Float, T: Nest<N, F>> Nest<N, F> for HyperDual<T, N> {
    fn along(x: F, i: usize) -> Self {
        HyperDual::variable(T::along(x, i), i)
    }
    fn partial(&self, path: &[usize]) -> F {
        match path {
            [] => self.re.partial(&[]),
            [i] => self.eps[*i].partial(&[]),
            [i, j, rest @ ..] => self.hessian()[*i][*j].partial(rest),
        }
    }
}

/// Own rules in f32 and f64: each becomes a type of its name, its [`CustomRule`] and [`Function`](crate::Function)
/// implementations and its [`Operators`](crate::Operators).
///
/// The first block is the function on plain floats, the second its gradient on any number, an array of one derivative an
/// argument.
///
/// ```
/// use autodiff::{CustomRule, Operators, custom_rule, hessian};
///
/// custom_rule! {
///     /// x / (eˣ − 1), whose derivative is written with the function itself.
///     pub fn bernoulli([x]) { x / x.exp_m1() } gradient { let b = bernoulli.apply([x]); [b * (x.recip() - 1.0) - b * b * x.recip()] }
///     /// The distance from the origin.
///     fn distance([x, y]) { x.hypot(y) } gradient { let r = distance.apply([x, y]); [x / r, y / r] }
/// }
/// assert_eq!(distance.gradient().at([3.0, 4.0]), [0.6, 0.8]);
/// let second = hessian(|x| distance.apply(x), [3.0_f64, 4.0])[0][0];
/// assert!((second - 16.0 / 125.0).abs() < 1e-16);
/// ```
#[macro_export]
macro_rules! custom_rule {
    () => {};
    ($(#[$meta:meta])* $visibility:vis fn $name:ident([$($x:ident),+ $(,)?]) $value:block gradient $gradient:block $($rest:tt)*) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        #[allow(non_camel_case_types)]
        $visibility struct $name;
        impl $crate::Operators for $name {}
        $crate::custom_rule! { @impl f32 $name [$($x),+] [{ [$(stringify!($x)),+].len() }] $value $gradient }
        $crate::custom_rule! { @impl f64 $name [$($x),+] [{ [$(stringify!($x)),+].len() }] $value $gradient }
        $crate::custom_rule! { $($rest)* }
    };
    (@impl $f:ident $name:ident [$($x:ident),+] [$n:expr] $value:block $gradient:block) => {
        #[allow(clippy::approx_constant, clippy::excessive_precision, overflowing_literals, reason = "a literal serves both precisions")]
        #[allow(clippy::useless_conversion, clippy::unnecessary_cast, reason = "a conversion serves both precisions")]
        impl $crate::CustomRule<{ $n }, $f> for $name {
            #[allow(unused_variables)]
            fn value(&self, [$($x),+]: [$f; $n]) -> $f $value
            #[allow(unused_variables)]
            fn gradient<T: $crate::Ordered<$f>>(&self, [$($x),+]: [T; $n]) -> [T; $n] $gradient
        }
        impl $crate::Function<{ $n }, $f> for $name {
            type Output = $crate::Single;
            fn call<T: $crate::Ordered<$f>>(&self, x: [T; $n]) -> T {
                $crate::CustomRule::<{ $n }, $f>::apply(self, x)
            }
        }
    };
}
