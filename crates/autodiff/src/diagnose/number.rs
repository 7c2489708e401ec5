//! The number that remembers where it stopped being finite.

use core::cmp::Ordering;
use core::fmt::{self, Display};
use core::iter::{Product, Sum};
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign};
use core::panic::Location;

use super::record::{self, Event, Id, Parts};
use crate::HyperDual;
use crate::arithmetic::Operand;
use crate::elementary::Elementary;
use crate::number::{Float, Number};
use crate::pairs::Partials;
use crate::perturbation::Tag;
use crate::rules::{Rule, unary_rules};
#[cfg(feature = "special")]
use crate::special::special_functions;

/// The number on which [`diagnose`](crate::diagnose) runs a function: a [`HyperDual`] that remembers where it, or what it
/// was made of, stopped being finite.
#[derive(Clone, Copy, Debug)]
pub struct Traced<F, const N: usize> {
    inner: HyperDual<F, N>,
    /// Whether it was made from a variable.
    moves: bool,
    /// Whether it is zero only because it was too small for the floats.
    underflowed: bool,
    /// Where what is not finite began.
    pub(super) origin: Option<Id>,
    /// Where an infinity became NaN.
    pub(super) turned: Option<Id>,
    /// Where a zero was kept beside an infinite slope.
    pub(super) kept: Option<Id>,
}

impl<F: Float, const N: usize> Traced<F, N> {
    /// One variable in each direction, of a call of the driver from this place.
    pub(super) fn variables(x: [F; N], tag: Tag, caller: &'static Location<'static>) -> [Self; N] {
        HyperDual::seeds(HyperDual::variables(x), tag)
            .map(|x| Traced { moves: true, ..Self::source("input", x, caller) })
    }

    /// The number as the result of a driver call: a number of another call that its closure returns is none.
    pub(super) fn result_of(self, tag: Tag) -> Self {
        Traced { inner: self.inner.result_of(tag), ..self }
    }

    /// A number that comes from no operation.
    fn source(what: &'static str, inner: HyperDual<F, N>, location: &'static Location<'static>) -> Self {
        let number = Traced { inner, moves: false, underflowed: false, origin: None, turned: None, kept: None };
        let begins = || Event::new(what, vec![], parts(inner), None).log(location);
        Traced { origin: (!number.finite()).then(begins), ..number }
    }

    /// A number that does not move.
    #[track_caller]
    pub fn constant(value: F) -> Self {
        Self::source("constant", HyperDual::constant(value), Location::caller())
    }

    /// Whether all derivatives that are asked for are finite.
    pub(super) fn finite(&self) -> bool {
        parts(self.inner).all(record::order(), f64::is_finite)
    }

    fn nan(&self) -> bool {
        !parts(self.inner).all(record::order(), |x| !x.is_nan())
    }

    /// The result of an operation on numbers, of which `local` holds the derivatives by the operands.
    #[track_caller]
    fn made<const M: usize>(
        operation: &'static str,
        operands: [Self; M],
        inner: HyperDual<F, N>,
        local: HyperDual<F, M>,
    ) -> Self {
        let location = Location::caller();
        record::passes(location);
        let earliest = |id: fn(&Self) -> Option<Id>| operands.iter().filter_map(id).min();
        let mut y = Traced {
            inner,
            moves: operands.iter().any(|x| x.moves),
            underflowed: false,
            origin: None,
            turned: None,
            kept: earliest(|x| x.kept),
        };
        let event = || {
            let moving: Vec<bool> = operands.iter().map(|x| x.moves).collect();
            let locals = parts(local).of_moving(&moving);
            Event::new(operation, operands.iter().map(|x| parts(x.inner)).collect(), parts(inner), Some(locals))
                .after_underflow(operands.iter().any(|x| x.underflowed))
        };
        y.underflowed = y.inner.value() == F::ZERO && event().underflows();
        if !y.finite() {
            y.origin = earliest(|x| x.origin);
            y.turned = earliest(|x| x.turned);
            if y.origin.is_none() {
                y.origin = Some(event().log(location));
            } else if y.nan() && !operands.iter().any(Self::nan) {
                y.turned = Some(event().turning().log(location));
            }
        } else if y.kept.is_none() && operands.iter().all(Self::finite) {
            let event = event();
            if event.hides_a_slope(record::order()) {
                y.kept = Some(event.keeping().log(location));
            }
        }
        y
    }

    /// The result of an operation that can be flat: it moves only if it has derivatives.
    fn flat(self) -> Self {
        Traced { moves: self.moves && !parts(self.inner).without_value().all(2, |x| x == 0.0), ..self }
    }

    #[track_caller]
    fn unary(self, operation: &'static str, inner: HyperDual<F, N>, local: HyperDual<F, 1>) -> Self {
        Self::made(operation, [self], inner, local)
    }

    #[track_caller]
    fn binary(self, operation: &'static str, other: Self, inner: HyperDual<F, N>, local: HyperDual<F, 2>) -> Self {
        Self::made(operation, [self, other], inner, local)
    }

    fn local(self) -> HyperDual<F, 1> {
        HyperDual::variable(self.inner.re, 0)
    }

    fn locals(self, other: Self) -> [HyperDual<F, 2>; 2] {
        HyperDual::variables([self.inner.re, other.inner.re])
    }

    /// The value without derivatives, a plain float.
    pub fn value(self) -> F {
        self.inner.re
    }

    /// The chain rule: f(self), given f, f', f'', … at [`value`](Self::value); see [`Number::compose`].
    #[track_caller]
    pub fn compose(self, derivatives: &[F]) -> Self {
        self.unary("own rule", self.inner.compose(derivatives), self.local().compose(derivatives))
    }

    /// The sine and the cosine.
    #[track_caller]
    pub fn sin_cos(self) -> (Self, Self) {
        (self.sin(), self.cos())
    }

    /// `self · a + b`; the value is rounded once, as `std` has it.
    #[track_caller]
    pub fn mul_add(self, a: impl Operand<Self>, b: impl Operand<Self>) -> Self {
        let (a, b) = (a.number(), b.number());
        let [x, y, z] = HyperDual::variables([self, a, b].map(Self::value));
        Self::made("mul_add", [self, a, b], self.inner.mul_add(a.inner, b.inner), x.mul_add(y, z))
    }

    /// Whether the value is NaN.
    pub fn is_nan(self) -> bool {
        Elementary::is_nan(self.value())
    }

    /// Whether the value is finite.
    pub fn is_finite(self) -> bool {
        Elementary::is_finite(self.value())
    }
}

impl<F: Float, const N: usize> Operand<Traced<F, N>> for F {
    fn number(self) -> Traced<F, N> {
        Traced::constant(self)
    }
}

/// The numbers as doubles.
fn parts<F: Float, const N: usize>(x: HyperDual<F, N>) -> Parts {
    let second = x.hessian().iter().flatten().map(|h| h.to_f64()).collect();
    Parts { value: x.re.to_f64(), first: x.eps.map(F::to_f64).to_vec(), second }
}

/// Methods that are both inherent and the trait's, each recorded under its name with the line of its caller.
macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty),*);)*) => {
        impl<F: Float, const N: usize> Traced<F, N> {
            $(
                #[doc = concat!("See [`Number::", stringify!($name), "`].")]
                #[track_caller]
                pub fn $name(self $(, $argument: $type)*) -> Self {
                    self.unary(stringify!($name), self.inner.$name($($argument),*), self.local().$name($($argument),*))
                }
            )*
        }
    };
}
methods! { powi(n: i32); powf(exponent: F); log(base: F); abs(); fract(); to_degrees(); to_radians(); }

macro_rules! flat_methods {
    ($($name:ident($($argument:ident: $type:ty),*);)*) => {
        impl<F: Float, const N: usize> Traced<F, N> {
            $(
                #[doc = concat!("See [`Number::", stringify!($name), "`].")]
                #[track_caller]
                pub fn $name(self $(, $argument: $type)*) -> Self {
                    self.unary(stringify!($name), self.inner.$name($($argument),*), self.local().$name($($argument),*)).flat()
                }
            )*
        }
    };
}
flat_methods! { signum(); floor(); ceil(); round(); trunc(); clamp(low: F, high: F); }

macro_rules! pair_methods {
    ($($name:ident $($flat:ident)?;)*) => {
        impl<F: Float, const N: usize> Traced<F, N> {
            $(
                #[doc = concat!("See [`Number::", stringify!($name), "`].")]
                #[track_caller]
                pub fn $name(self, other: impl Operand<Self>) -> Self {
                    let other = other.number();
                    let [x, y] = self.locals(other);
                    self.binary(stringify!($name), other, self.inner.$name(other.inner), x.$name(y))$(.$flat())?
                }
            )*
        }
    };
}
pair_methods! { pow; hypot; xlogy; atan2; copysign; rem_euclid; max flat; min flat; }

macro_rules! rule_methods {
    ($($(#[$doc:meta])* $name:ident($x:ident) { $($quantity:tt)* } [$($f:expr),*] next($n:ident, $d:ident) $next:block $(=> $law:expr;)?)*) => {
        impl<F: Float, const N: usize> Traced<F, N> {
            $(
                $(#[$doc])*
                #[track_caller]
                pub fn $name(self) -> Self {
                    self.unary(stringify!($name), self.inner.$name(), self.local().$name())
                }
            )*
        }
    };
}
unary_rules!(rule_methods);

#[cfg(feature = "special")]
macro_rules! special_methods {
    ($($(#[$doc:meta])* $name:ident($x:ident, $order:ident $(, $n:ident: $type:ty)?) $body:block)*) => {
        methods! { $($name($($n: $type)?);)* }
    };
}
#[cfg(feature = "special")]
special_functions!(special_methods);

macro_rules! trait_methods {
    ($($name:ident($($argument:ident: $type:ty),*);)*) => {
        $(
            #[track_caller]
            fn $name(self $(, $argument: $type)*) -> Self {
                Traced::$name(self $(, $argument)*)
            }
        )*
    };
}
macro_rules! trait_rules {
    ($($(#[$doc:meta])* $name:ident($x:ident) { $($quantity:tt)* } [$($f:expr),*] next($n:ident, $d:ident) $next:block $(=> $law:expr;)?)*) => {
        $(
            #[track_caller]
            fn $name(self) -> Self {
                Traced::$name(self)
            }
        )*
    };
}
#[cfg(feature = "special")]
macro_rules! trait_special {
    ($($(#[$doc:meta])* $name:ident($x:ident, $order:ident $(, $n:ident: $type:ty)?) $body:block)*) => {
        trait_methods! { $($name($($n: $type)?);)* }
    };
}

impl<F: Float, const N: usize> Number for Traced<F, N> {
    type Precision = F;
    const ORDER: usize = 2;

    #[track_caller]
    fn constant(value: F) -> Self {
        Traced::constant(value)
    }
    fn value(self) -> F {
        self.inner.re
    }
    fn with_value(self, value: F) -> Self {
        Traced { inner: self.inner.with_value(value), ..self }
    }
    #[track_caller]
    fn compose(self, derivatives: &[F]) -> Self {
        Traced::compose(self, derivatives)
    }
    #[track_caller]
    fn compose2(self, other: Self, partials: &Partials<F>, i: usize, j: usize) -> Self {
        let [x, y] = self.locals(other);
        let inner = self.inner.compose2(other.inner, partials, i, j);
        self.binary("own rule", other, inner, x.compose2(y, partials, i, j))
    }
    fn all_finite(self) -> bool {
        self.inner.all_finite()
    }
    fn divides_safely(self) -> bool {
        self.inner.divides_safely()
    }
    #[track_caller]
    fn times_slope(self, slope: Self) -> Self {
        let [x, y] = self.locals(slope);
        self.binary("*", slope, self.inner.times_slope(slope.inner), x.times_slope(y))
    }
    #[track_caller]
    fn over_divisor(self, divisor: Self) -> Self {
        let [x, y] = self.locals(divisor);
        self.binary("/", divisor, self.inner.over_divisor(divisor.inner), x.over_divisor(y))
    }
    #[track_caller]
    fn apply<R: Rule<F>>(self, rule: R) -> Self {
        let jet = rule.jet(self.inner.re);
        self.unary("own rule", self.inner.compose(&jet), self.local().compose(&jet))
    }
    #[track_caller]
    fn sin_cos(self) -> (Self, Self) {
        Traced::sin_cos(self)
    }
    trait_methods! {
        powi(n: i32); powf(exponent: F); log(base: F); abs(); fract(); to_degrees(); to_radians();
        signum(); floor(); ceil(); round(); trunc(); clamp(low: F, high: F); mul_add(a: Self, b: Self);
        pow(other: Self); hypot(other: Self); xlogy(other: Self); atan2(other: Self); copysign(other: Self); rem_euclid(other: Self);
        max(other: Self); min(other: Self);
    }
    unary_rules!(trait_rules);
    #[cfg(feature = "special")]
    special_functions!(trait_special);
}

macro_rules! operators {
    ($($operator:ident $method:ident $assign:ident $assign_method:ident $symbol:literal;)*) => {
        $(
            impl<F: Float, const N: usize> $operator for Traced<F, N> {
                type Output = Self;
                #[track_caller]
                fn $method(self, other: Self) -> Self {
                    let [x, y] = self.locals(other);
                    self.binary($symbol, other, self.inner.$method(other.inner), x.$method(y))
                }
            }
            impl<F: Float, const N: usize> $operator<F> for Traced<F, N> {
                type Output = Self;
                #[track_caller]
                fn $method(self, c: F) -> Self {
                    let other = Self::constant(c);
                    let [x, y] = self.locals(other);
                    self.binary($symbol, other, self.inner.$method(c), x.$method(y))
                }
            }
            impl<F: Float, const N: usize> $assign for Traced<F, N> {
                #[track_caller]
                fn $assign_method(&mut self, other: Self) {
                    *self = $operator::$method(*self, other);
                }
            }
            impl<F: Float, const N: usize> $assign<F> for Traced<F, N> {
                #[track_caller]
                fn $assign_method(&mut self, c: F) {
                    *self = $operator::$method(*self, c);
                }
            }
            impl<F: Float, const N: usize> $operator<&Traced<F, N>> for &Traced<F, N> {
                type Output = Traced<F, N>;
                #[track_caller]
                fn $method(self, other: &Traced<F, N>) -> Traced<F, N> {
                    $operator::$method(*self, *other)
                }
            }
            impl<F: Float, const N: usize> $operator<Traced<F, N>> for &Traced<F, N> {
                type Output = Traced<F, N>;
                #[track_caller]
                fn $method(self, other: Traced<F, N>) -> Traced<F, N> {
                    $operator::$method(*self, other)
                }
            }
            impl<F: Float, const N: usize> $operator<&Traced<F, N>> for Traced<F, N> {
                type Output = Traced<F, N>;
                #[track_caller]
                fn $method(self, other: &Traced<F, N>) -> Traced<F, N> {
                    $operator::$method(self, *other)
                }
            }
            impl<F: Float, const N: usize> $operator<F> for &Traced<F, N> {
                type Output = Traced<F, N>;
                #[track_caller]
                fn $method(self, c: F) -> Traced<F, N> {
                    $operator::$method(*self, c)
                }
            }
            operators! { @left f32 $operator $method $symbol }
            operators! { @left f64 $operator $method $symbol }
        )*
    };
    (@left $float:ident $operator:ident $method:ident $symbol:literal) => {
        impl<const N: usize> $operator<Traced<$float, N>> for $float {
            type Output = Traced<$float, N>;
            #[track_caller]
            fn $method(self, x: Traced<$float, N>) -> Traced<$float, N> {
                let c = Traced::constant(self);
                let [a, b] = c.locals(x);
                c.binary($symbol, x, self.$method(x.inner), a.$method(b))
            }
        }
    };
}
operators! {
    Add add AddAssign add_assign "+";
    Sub sub SubAssign sub_assign "-";
    Mul mul MulAssign mul_assign "*";
    Div div DivAssign div_assign "/";
    Rem rem RemAssign rem_assign "%";
}

impl<F: Float, const N: usize> Neg for Traced<F, N> {
    type Output = Self;
    #[track_caller]
    fn neg(self) -> Self {
        self.unary("-", -self.inner, -self.local())
    }
}

impl<F: Float, const N: usize> Sum for Traced<F, N> {
    #[track_caller]
    fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
        let mut sum = Traced::constant(-F::ZERO);
        for x in terms {
            sum += x;
        }
        sum
    }
}

impl<'a, F: Float, const N: usize> Sum<&'a Traced<F, N>> for Traced<F, N> {
    #[track_caller]
    fn sum<I: Iterator<Item = &'a Self>>(terms: I) -> Self {
        terms.copied().sum()
    }
}

impl<F: Float, const N: usize> Product for Traced<F, N> {
    #[track_caller]
    fn product<I: Iterator<Item = Self>>(factors: I) -> Self {
        let mut product = Traced::constant(F::ONE);
        for x in factors {
            product *= x;
        }
        product
    }
}

impl<'a, F: Float, const N: usize> Product<&'a Traced<F, N>> for Traced<F, N> {
    #[track_caller]
    fn product<I: Iterator<Item = &'a Self>>(factors: I) -> Self {
        factors.copied().product()
    }
}

impl<F: Float, const N: usize> PartialEq for Traced<F, N> {
    fn eq(&self, other: &Self) -> bool {
        self.inner == other.inner
    }
}
impl<F: Float, const N: usize> PartialOrd for Traced<F, N> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.inner.partial_cmp(&other.inner)
    }
}
impl<F: Float, const N: usize> PartialEq<F> for Traced<F, N> {
    fn eq(&self, c: &F) -> bool {
        self.inner.re == *c
    }
}
impl<F: Float, const N: usize> PartialOrd<F> for Traced<F, N> {
    fn partial_cmp(&self, c: &F) -> Option<Ordering> {
        self.inner.re.partial_cmp(c)
    }
}

macro_rules! compared_from_the_left {
    ($($float:ident)*) => {
        $(
            impl<const N: usize> PartialEq<Traced<$float, N>> for $float {
                fn eq(&self, x: &Traced<$float, N>) -> bool {
                    *self == x.inner.re
                }
            }
            impl<const N: usize> PartialOrd<Traced<$float, N>> for $float {
                fn partial_cmp(&self, x: &Traced<$float, N>) -> Option<Ordering> {
                    self.partial_cmp(&x.inner.re)
                }
            }
        )*
    };
}
compared_from_the_left! { f32 f64 }

/// As [`HyperDual`].
impl<F: Float, const N: usize> Display for Traced<F, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.inner, f)
    }
}
