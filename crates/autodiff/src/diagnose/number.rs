//! The number that remembers where it stopped being finite.

use core::cmp::Ordering;
use core::fmt::{self, Display};
use core::iter::{Product, Sum};
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign};
use core::panic::Location;

use super::record::{self, Event, Id, Parts};
use crate::arithmetic::Operand;
use crate::elementary::Elementary;
use crate::number::{Float, Number, Scalar};
use crate::pairs::Partials;
use crate::perturbation::Tag;
use crate::rules::{Rule, unary_rules};
#[cfg(feature = "special")]
use crate::special::special_functions;
use crate::{Dual, HyperDual};

/// How many variables move in one call of f.
pub(super) const WIDTH: usize = 8;
/// The directions of a number: those of the variables that move, and one along which all variables of the function do.
const DIRECTIONS: usize = WIDTH + 1;

/// The number that a [`Traced`] one computes with: a [`Dual`] to first order, a [`HyperDual`] to second.
pub trait Carrier: Number {
    /// A variable with these slopes, of one call.
    fn moving(re: Self::Precision, slopes: [Self::Precision; DIRECTIONS], call: Call) -> Self;
    /// The number as the result of a call: a number of another call that its closure returns is none.
    fn result_of(self, call: Call) -> Self;
    /// The first derivatives.
    fn first(&self) -> &[Self::Precision; DIRECTIONS];
    /// A second derivative; zero to first order.
    fn second(&self, i: usize, j: usize) -> Self::Precision;
}

/// Which call of f a number belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Call(pub(super) Tag);

/// The number of a diagnosis to first order.
pub(super) type First<F> = Dual<F, DIRECTIONS>;
/// The number of a diagnosis to second order.
pub(super) type Second<F> = HyperDual<F, DIRECTIONS>;

impl<F: Float> Carrier for First<F> {
    fn moving(re: F, slopes: [F; DIRECTIONS], call: Call) -> Self {
        Dual::new(re, slopes).tagged(call.0)
    }
    fn result_of(self, call: Call) -> Self {
        self.result_of(call.0)
    }
    fn first(&self) -> &[F; DIRECTIONS] {
        &self.eps
    }
    fn second(&self, _: usize, _: usize) -> F {
        F::ZERO
    }
}

impl<F: Float> Carrier for Second<F> {
    fn moving(re: F, slopes: [F; DIRECTIONS], call: Call) -> Self {
        HyperDual::new(re, slopes, [[F::ZERO; DIRECTIONS]; DIRECTIONS]).tagged(call.0)
    }
    fn result_of(self, call: Call) -> Self {
        self.result_of(call.0)
    }
    fn first(&self) -> &[F; DIRECTIONS] {
        &self.eps
    }
    fn second(&self, i: usize, j: usize) -> F {
        self.second_derivative(i, j)
    }
}

/// The number on which [`diagnose`](crate::diagnose) runs a function: a number `D` with derivatives, that remembers where
/// it, or what it was made of, stopped being finite.
///
/// `D` is the driver's choice: closures and annotations say `Traced<_>`.
#[derive(Clone, Copy, Debug)]
pub struct Traced<D> {
    inner: D,
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

impl<F: Float, D: Carrier<Precision = F>> Traced<D> {
    /// A variable that moves with the `k`-th of the directions, or in this call with none; and along `v` beside all others.
    pub(super) fn variable(x: F, k: Option<usize>, v: F, call: Call, caller: &'static Location<'static>) -> Self {
        let mut slopes = [F::ZERO; DIRECTIONS];
        slopes[WIDTH] = v;
        if let Some(k) = k {
            slopes[k] = F::ONE;
        }
        Traced { moves: true, ..Self::source("input", D::moving(x, slopes, call), caller) }
    }

    /// The number as the result of a driver call: a number of another call that its closure returns is none.
    pub(super) fn result_of(self, call: Call) -> Self {
        Traced { inner: self.inner.result_of(call), ..self }
    }

    /// A number that comes from no operation.
    fn source(what: &'static str, inner: D, location: &'static Location<'static>) -> Self {
        let id = record::step();
        let number = Traced { inner, moves: false, underflowed: false, origin: None, turned: None, kept: None };
        let event = || Event::new(what, vec![], number.parts(), None);
        record::capture(id, event);
        Traced { origin: (!number.finite()).then(|| event().log(id, D::ORDER, location)), ..number }
    }

    /// A number that does not move.
    #[track_caller]
    pub fn constant(value: F) -> Self {
        Self::source("constant", Number::constant(value), Location::caller())
    }

    /// Whether the value and the derivatives by the variables that move in this call pass a test.
    fn all(&self, test: impl Fn(F) -> bool) -> bool {
        test(self.value())
            && self.inner.first()[..WIDTH].iter().all(|x| test(*x))
            && (D::ORDER < 2 || (0..WIDTH).all(|i| (0..=i).all(|j| test(self.inner.second(i, j)))))
    }

    /// Whether all derivatives that are asked for are finite.
    pub(super) fn finite(&self) -> bool {
        self.all(Elementary::is_finite)
    }

    fn nan(&self) -> bool {
        !self.all(|x| !x.is_nan())
    }

    /// The derivatives along all variables at once, which are not finite where one by a variable is not, whichever moves.
    fn along_all(&self) -> [F; 2] {
        [self.inner.first()[WIDTH], self.inner.second(WIDTH, WIDTH)]
    }

    /// The numbers as doubles, of the variables that move in this call.
    fn parts(&self) -> Parts {
        let n = record::moving();
        let second = if D::ORDER < 2 { 0 } else { n };
        Parts {
            value: self.value().to_f64(),
            first: self.inner.first()[..n].iter().map(|x| x.to_f64()).collect(),
            second: (0..second)
                .flat_map(|i| (0..n).map(move |j| (i, j)))
                .map(|(i, j)| self.inner.second(i, j).to_f64())
                .collect(),
        }
    }

    /// The result of an operation on numbers, of which `local` holds the derivatives by the operands.
    #[track_caller]
    fn made<const M: usize>(operation: &'static str, operands: [Self; M], inner: D, local: HyperDual<F, M>) -> Self {
        let location = Location::caller();
        let id = record::passes(location);
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
            let locals = of_operands(local).of_moving(&moving);
            Event::new(operation, operands.iter().map(Self::parts).collect(), y.parts(), Some(locals))
                .after_underflow(operands.iter().any(|x| x.underflowed))
        };
        record::capture(id, event);
        let underflowed = y.value() == F::ZERO && event().underflows();
        let (mut origin, mut turned, mut kept) = (None, None, y.kept);
        if !y.finite() {
            origin = earliest(|x| x.origin);
            turned = earliest(|x| x.turned);
            if origin.is_none() {
                origin = Some(event().log(id, D::ORDER, location));
            } else if y.nan() && !operands.iter().any(Self::nan) {
                turned = Some(event().turning().log(id, D::ORDER, location));
            }
        } else if kept.is_none()
            && !local.all_finite()
            && operands.iter().all(Self::finite)
            // else it is seen when those variables move that it comes from
            && y.along_all().into_iter().all(Elementary::is_finite)
        {
            let event = event();
            if event.hides_a_slope(D::ORDER) {
                kept = Some(event.keeping().log(id, D::ORDER, location));
            }
        }
        (y.underflowed, y.origin, y.turned, y.kept) = (underflowed, origin, turned, kept);
        y
    }

    /// The result of an operation that can be flat: it moves only if it has derivatives.
    fn flat(self) -> Self {
        Traced { moves: self.moves && self.along_all() != [F::ZERO; 2], ..self }
    }

    #[track_caller]
    fn unary(self, operation: &'static str, inner: D, local: HyperDual<F, 1>) -> Self {
        Self::made(operation, [self], inner, local)
    }

    #[track_caller]
    fn binary(self, operation: &'static str, other: Self, inner: D, local: HyperDual<F, 2>) -> Self {
        Self::made(operation, [self, other], inner, local)
    }

    fn local(self) -> HyperDual<F, 1> {
        HyperDual::variable(self.value(), 0)
    }

    fn locals(self, other: Self) -> [HyperDual<F, 2>; 2] {
        HyperDual::variables([self.value(), other.value()])
    }

    /// The value without derivatives, a plain float.
    pub fn value(self) -> F {
        self.inner.value()
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

impl<F: Float, D: Carrier<Precision = F>> Operand<Traced<D>> for F {
    fn number(self) -> Traced<D> {
        Traced::constant(self)
    }
}

/// The derivatives by the operands as doubles.
fn of_operands<F: Float, const M: usize>(x: HyperDual<F, M>) -> Parts {
    let second = x.hessian().iter().flatten().map(|h| h.to_f64()).collect();
    Parts { value: x.re.to_f64(), first: x.eps.map(F::to_f64).to_vec(), second }
}

/// Methods that are both inherent and the trait's, each recorded under its name with the line of its caller.
macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty),*);)*) => {
        impl<F: Float, D: Carrier<Precision = F>> Traced<D> {
            $(
                #[doc = concat!("See [`Number::", stringify!($name), "`].")]
                #[track_caller]
                pub fn $name(self $(, $argument: $type)*) -> Self {
                    self.unary(stringify!($name), Number::$name(self.inner $(, $argument)*), self.local().$name($($argument),*))
                }
            )*
        }
    };
}
methods! { powi(n: i32); powf(exponent: F); log(base: F); abs(); fract(); to_degrees(); to_radians(); }

macro_rules! flat_methods {
    ($($name:ident($($argument:ident: $type:ty),*);)*) => {
        impl<F: Float, D: Carrier<Precision = F>> Traced<D> {
            $(
                #[doc = concat!("See [`Number::", stringify!($name), "`].")]
                #[track_caller]
                pub fn $name(self $(, $argument: $type)*) -> Self {
                    self.unary(stringify!($name), Number::$name(self.inner $(, $argument)*), self.local().$name($($argument),*)).flat()
                }
            )*
        }
    };
}
flat_methods! { signum(); floor(); ceil(); round(); trunc(); clamp(low: F, high: F); }

macro_rules! pair_methods {
    ($($name:ident $($flat:ident)?;)*) => {
        impl<F: Float, D: Carrier<Precision = F>> Traced<D> {
            $(
                #[doc = concat!("See [`Number::", stringify!($name), "`].")]
                #[track_caller]
                pub fn $name(self, other: impl Operand<Self>) -> Self {
                    let other = other.number();
                    let [x, y] = self.locals(other);
                    self.binary(stringify!($name), other, Number::$name(self.inner, other.inner), x.$name(y))$(.$flat())?
                }
            )*
        }
    };
}
pair_methods! { pow; hypot; xlogy; atan2; copysign; rem_euclid; max flat; min flat; }

macro_rules! rule_methods {
    ($($(#[$doc:meta])* $name:ident($x:ident) { $($quantity:tt)* } [$($f:expr),*] next($n:ident, $d:ident) $next:block $(=> $law:expr;)?)*) => {
        impl<F: Float, D: Carrier<Precision = F>> Traced<D> {
            $(
                $(#[$doc])*
                #[track_caller]
                pub fn $name(self) -> Self {
                    self.unary(stringify!($name), Number::$name(self.inner), self.local().$name())
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

impl<F: Float, D: Carrier<Precision = F>> Number for Traced<D> {
    type Precision = F;
    const ORDER: usize = D::ORDER;

    #[track_caller]
    fn constant(value: F) -> Self {
        Traced::constant(value)
    }
    fn value(self) -> F {
        self.value()
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
        Elementary::is_finite(self.value()) && self.along_all().into_iter().all(Elementary::is_finite)
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
        let jet = rule.jet(self.value());
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
    ($($operator:ident $method:ident $assign:ident $assign_method:ident $symbol:literal |$c:ident, $x:ident| $left:expr;)*) => {
        $(
            impl<F: Float, D: Carrier<Precision = F>> $operator for Traced<D> {
                type Output = Self;
                #[track_caller]
                fn $method(self, other: Self) -> Self {
                    let [x, y] = self.locals(other);
                    self.binary($symbol, other, self.inner.$method(other.inner), x.$method(y))
                }
            }
            impl<F: Float, D: Carrier<Precision = F> + Scalar<F>> $operator<F> for Traced<D> {
                type Output = Self;
                #[track_caller]
                fn $method(self, c: F) -> Self {
                    let other = Self::constant(c);
                    let [x, y] = self.locals(other);
                    self.binary($symbol, other, self.inner.$method(c), x.$method(y))
                }
            }
            impl<F: Float, D: Carrier<Precision = F>> $assign for Traced<D> {
                #[track_caller]
                fn $assign_method(&mut self, other: Self) {
                    *self = $operator::$method(*self, other);
                }
            }
            impl<F: Float, D: Carrier<Precision = F>> $assign<&Traced<D>> for Traced<D> {
                #[track_caller]
                fn $assign_method(&mut self, other: &Traced<D>) {
                    *self = $operator::$method(*self, *other);
                }
            }
            impl<F: Float, D: Carrier<Precision = F> + Scalar<F>> $assign<F> for Traced<D> {
                #[track_caller]
                fn $assign_method(&mut self, c: F) {
                    *self = $operator::$method(*self, c);
                }
            }
            impl<F: Float, D: Carrier<Precision = F>> $operator<&Traced<D>> for &Traced<D> {
                type Output = Traced<D>;
                #[track_caller]
                fn $method(self, other: &Traced<D>) -> Traced<D> {
                    $operator::$method(*self, *other)
                }
            }
            impl<F: Float, D: Carrier<Precision = F>> $operator<Traced<D>> for &Traced<D> {
                type Output = Traced<D>;
                #[track_caller]
                fn $method(self, other: Traced<D>) -> Traced<D> {
                    $operator::$method(*self, other)
                }
            }
            impl<F: Float, D: Carrier<Precision = F>> $operator<&Traced<D>> for Traced<D> {
                type Output = Traced<D>;
                #[track_caller]
                fn $method(self, other: &Traced<D>) -> Traced<D> {
                    $operator::$method(self, *other)
                }
            }
            impl<F: Float, D: Carrier<Precision = F> + Scalar<F>> $operator<F> for &Traced<D> {
                type Output = Traced<D>;
                #[track_caller]
                fn $method(self, c: F) -> Traced<D> {
                    $operator::$method(*self, c)
                }
            }
            operators! { @left f32 $operator $method $symbol |$c, $x| $left }
            operators! { @left f64 $operator $method $symbol |$c, $x| $left }
        )*
    };
    (@left $float:ident $operator:ident $method:ident $symbol:literal |$c:ident, $x:ident| $left:expr) => {
        impl<D: Carrier<Precision = $float> + Scalar<$float>> $operator<Traced<D>> for $float {
            type Output = Traced<D>;
            #[track_caller]
            fn $method(self, other: Traced<D>) -> Traced<D> {
                let constant = Traced::constant(self);
                let [a, b] = constant.locals(other);
                let ($c, $x) = (self, other.inner);
                constant.binary($symbol, other, $left, a.$method(b))
            }
        }
    };
}
operators! {
    Add add AddAssign add_assign "+" |c, x| x + c;
    Sub sub SubAssign sub_assign "-" |c, x| (-x).with_value(c - x.value());
    Mul mul MulAssign mul_assign "*" |c, x| x * c;
    Div div DivAssign div_assign "/" |c, x| D::constant(c) / x;
    Rem rem RemAssign rem_assign "%" |c, x| D::constant(c) % x;
}

impl<F: Float, D: Carrier<Precision = F>> Neg for Traced<D> {
    type Output = Self;
    #[track_caller]
    fn neg(self) -> Self {
        self.unary("-", -self.inner, -self.local())
    }
}

impl<F: Float, D: Carrier<Precision = F>> Sum for Traced<D> {
    #[track_caller]
    fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
        let mut sum = Traced::constant(-F::ZERO);
        for x in terms {
            sum += x;
        }
        sum
    }
}

impl<'a, F: Float, D: Carrier<Precision = F> + 'a> Sum<&'a Traced<D>> for Traced<D> {
    #[track_caller]
    fn sum<I: Iterator<Item = &'a Self>>(terms: I) -> Self {
        terms.copied().sum()
    }
}

impl<F: Float, D: Carrier<Precision = F>> Product for Traced<D> {
    #[track_caller]
    fn product<I: Iterator<Item = Self>>(factors: I) -> Self {
        let mut product = Traced::constant(F::ONE);
        for x in factors {
            product *= x;
        }
        product
    }
}

impl<'a, F: Float, D: Carrier<Precision = F> + 'a> Product<&'a Traced<D>> for Traced<D> {
    #[track_caller]
    fn product<I: Iterator<Item = &'a Self>>(factors: I) -> Self {
        factors.copied().product()
    }
}

impl<F: Float, D: Carrier<Precision = F>> PartialEq for Traced<D> {
    fn eq(&self, other: &Self) -> bool {
        self.value() == other.value()
    }
}
impl<F: Float, D: Carrier<Precision = F>> PartialOrd for Traced<D> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value().partial_cmp(&other.value())
    }
}
impl<F: Float, D: Carrier<Precision = F>> PartialEq<F> for Traced<D> {
    fn eq(&self, c: &F) -> bool {
        self.value() == *c
    }
}
impl<F: Float, D: Carrier<Precision = F>> PartialOrd<F> for Traced<D> {
    fn partial_cmp(&self, c: &F) -> Option<Ordering> {
        self.value().partial_cmp(c)
    }
}

macro_rules! compared_from_the_left {
    ($($float:ident)*) => {
        $(
            impl<D: Carrier<Precision = $float>> PartialEq<Traced<D>> for $float {
                fn eq(&self, x: &Traced<D>) -> bool {
                    *self == x.value()
                }
            }
            impl<D: Carrier<Precision = $float>> PartialOrd<Traced<D>> for $float {
                fn partial_cmp(&self, x: &Traced<D>) -> Option<Ordering> {
                    self.partial_cmp(&x.value())
                }
            }
        )*
    };
}
compared_from_the_left! { f32 f64 }

/// The value.
impl<F: Float, D: Carrier<Precision = F>> Display for Traced<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.value(), f)
    }
}
