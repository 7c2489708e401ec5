//! What the tests share: the rules as a list to loop over, one function's derivatives by every number type, the
//! reference files, and distances in units of the last place.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use autodiff::{
    Dual, Elementary, Filled, Float, Function, HyperDual, Number, Operators, Ordered, ScalarFn, Single, Taylor,
    derivative, hessian, reverse, value_and_derivative, value_and_gradient, value_gradient_hessian,
};
use serde_json::Value;

/// A function of one variable for every number type.
pub trait Curve: Copy + Operators + ScalarFn<1, f32> + ScalarFn<1, f64> {
    /// The same function with its constants rounded to single precision.
    fn with_single_constants(self) -> Self {
        self
    }
}

/// What to do with each curve of a list; each has a type of its own, hence no closure.
pub trait Visit {
    fn visit<C: Curve>(&mut self, name: &str, curve: C);
}

macro_rules! curves {
    ($($name:ident)*) => {
        /// The rules of the table as a user writes functions.
        pub mod curves {
            autodiff::function! { $(pub fn $name([x]) { autodiff::Number::$name(x) })* }
        }
        $(impl Curve for curves::$name {})*
        /// Each rule of the table.
        pub fn visit_rules(visitor: &mut impl Visit) {
            $(visitor.visit(stringify!($name), curves::$name);)*
        }
    };
}
autodiff::rule_names!(curves);

macro_rules! curves_with_a_constant {
    ($($(#[$doc:meta])* $name:ident($constant:ident: $type:ty as $single:ty, $x:ident) $body:expr;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $name(pub $type);
            impl Operators for $name {}
            impl<F: Float> Function<1, F> for $name {
                type Output = Single;
                fn call<T: Ordered<F>>(&self, [$x]: [T; 1]) -> Filled<Single, T> {
                    let $constant = self.0;
                    $body
                }
            }
            impl Curve for $name {
                fn with_single_constants(self) -> Self {
                    $name(self.0 as $single as $type)
                }
            }
        )*
    };
}
curves_with_a_constant! {
    Powi(n: i32 as i32, x) x.powi(n);
    Powf(c: f64 as f32, x) x.powf(F::of(c));
    Log(base: f64 as f32, x) x.log(F::of(base));
    /// `x` to a power that is a number of the same type, though it does not move.
    PowX(c: f64 as f32, x) x.pow(T::constant(F::of(c)));
    /// A constant to the power `x`.
    PowY(c: f64 as f32, x) T::constant(F::of(c)).pow(x);
    HypotX(c: f64 as f32, x) x.hypot(T::constant(F::of(c)));
    Atan2Y(c: f64 as f32, x) x.atan2(T::constant(F::of(c)));
    Atan2X(c: f64 as f32, x) T::constant(F::of(c)).atan2(x);
    DivX(c: f64 as f32, x) x / T::constant(F::of(c));
    DivY(c: f64 as f32, x) T::constant(F::of(c)) / x;
}

/// The constants and integers that stand for the rules with a parameter.
pub fn visit_powers(visitor: &mut impl Visit) {
    for n in [-3, -2, -1, 0, 1, 2, 3, 4, 7, 8, 20, -9] {
        visitor.visit(&format!("powi({n})"), Powi(n));
    }
    for c in [-2.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, std::f64::consts::PI, 12.0, 30.25] {
        visitor.visit(&format!("powf({c})"), Powf(c));
        visitor.visit(&format!("pow(x, {c})"), PowX(c));
    }
    for base in [2.0, 10.0, 0.5, 1.5] {
        visitor.visit(&format!("log({base})"), Log(base));
    }
}

/// A float with what the tests ask of it.
pub trait Real: Float + Jet<Precision = Self> + 'static {
    const NAME: &'static str;
    /// The bits, with one NaN for all.
    fn bits(self) -> u64;
    fn wide(self) -> f64;
    /// One unit in the last place.
    fn ulp(self) -> f64;
    fn from_bits_of(index: u64) -> Self;
}

macro_rules! real {
    ($($float:ident, $bits:ident)*) => {
        $(impl Real for $float {
            const NAME: &'static str = stringify!($float);
            fn bits(self) -> u64 {
                if self.is_nan() { u64::MAX } else { self.to_bits().into() }
            }
            fn wide(self) -> f64 {
                self.into()
            }
            fn ulp(self) -> f64 {
                let size = self.abs();
                if size < $float::MIN_POSITIVE || size.is_nan() {
                    return $float::from_bits(1).into();
                }
                let below = $float::from_bits(size.to_bits() - 1);
                // a power of two is nearer to its neighbour below: the unit is that above
                f64::from(size - below) * if size.to_bits() << ($bits::BITS - $float::MANTISSA_DIGITS + 1) == 0 { 2.0 } else { 1.0 }
            }
            fn from_bits_of(index: u64) -> Self {
                $float::from_bits(index as $bits)
            }
        })*
    };
}
real! { f32, u32 f64, u64 }

/// How far `got` is from `want`, in units of the last place of `want` or of `term` if that is larger.
pub fn ulps_of_term<P: Real>(got: P, want: P, term: P) -> f64 {
    if got.bits() == want.bits() || got == want {
        return 0.0;
    }
    if !Elementary::is_finite(got) || !Elementary::is_finite(want) {
        return f64::INFINITY;
    }
    (got.wide() - want.wide()).abs() / want.ulp().max(term.ulp())
}

pub fn ulps<P: Real>(got: P, want: P) -> f64 {
    ulps_of_term(got, want, P::ZERO)
}

/// A number type of one direction, seeded with the variable, from which every derivative up to its order can be taken.
pub trait Jet: Number {
    fn seed(x: Self::Precision) -> Self;
    /// f, f', f'', … Where the type holds a derivative several times, the copies must agree.
    fn derivatives(self) -> Vec<Self::Precision>;
}

fn appended<P: Real>(mut lower: Vec<P>, upper: &[P]) -> Vec<P> {
    for (a, b) in lower[1..].iter().zip(upper) {
        let same = a.bits() == b.bits() || a == b;
        assert!(same, "the copies of a derivative differ: {lower:?}, {upper:?}");
    }
    lower.push(*upper.last().unwrap());
    lower
}

macro_rules! jet {
    ($($float:ident)*) => {
        $(
            impl Jet for $float {
                fn seed(x: $float) -> Self {
                    x
                }
                fn derivatives(self) -> Vec<$float> {
                    vec![self]
                }
            }
        )*
    };
}
jet! { f32 f64 }

impl<P: Real, T: Jet<Precision = P>> Jet for Dual<T, 1> {
    fn seed(x: P) -> Self {
        Dual::new(T::seed(x), [T::one()])
    }
    fn derivatives(self) -> Vec<P> {
        appended(self.re.derivatives(), &self.eps[0].derivatives())
    }
}

impl<P: Real, T: Jet<Precision = P>> Jet for HyperDual<T, 1> {
    fn seed(x: P) -> Self {
        HyperDual::new(T::seed(x), [T::one()], [[T::zero()]])
    }
    fn derivatives(self) -> Vec<P> {
        let first = appended(self.re.derivatives(), &self.eps[0].derivatives());
        let second = appended(self.eps[0].derivatives(), &self.hessian()[0][0].derivatives());
        appended(first, &second)
    }
}

/// The derivatives of a curve at a point by one number type.
pub fn by<P: Real, T: Jet<Precision = P> + Ordered<P>>(curve: impl ScalarFn<1, P>, x: P) -> Vec<P> {
    curve.call([T::seed(x)]).derivatives()
}

/// The derivatives that a series has: its coefficients times k!.
fn series_derivatives<P: Real>(y: Taylor<P, 3>) -> Vec<P> {
    (0..=3).map(|k| y.derivative(k)).collect()
}

/// One way to the derivatives and what it found: as many as it reaches.
pub type Way<P> = (&'static str, Vec<P>);

/// The derivatives of a curve by every number type, driver and operator.
pub fn every_way<P: Real>(curve: impl ScalarFn<1, P> + Operators + Copy, x: P) -> Vec<Way<P>> {
    let plain = curve.call([x]);
    let (value, first) = value_and_derivative(|x| curve.call([x]), x);
    let (value_again, [first_again]) = value_and_gradient(|x| curve.call(x), [x]);
    let (value_with_hessian, [g], [[h]]) = value_gradient_hessian(|x| curve.call(x), [x]);
    let [slope] = curve.gradient().at([x]);
    vec![
        ("plain float", vec![plain]),
        ("Dual", by::<P, Dual<P, 1>>(curve, x)),
        ("HyperDual", by::<P, HyperDual<P, 1>>(curve, x)),
        ("Dual<Dual>", by::<P, Dual<Dual<P, 1>, 1>>(curve, x)),
        ("Dual<HyperDual>", by::<P, Dual<HyperDual<P, 1>, 1>>(curve, x)),
        ("HyperDual<Dual>", by::<P, HyperDual<Dual<P, 1>, 1>>(curve, x)),
        ("Dual<Dual<Dual>>", by::<P, Dual<Dual<Dual<P, 1>, 1>, 1>>(curve, x)),
        ("Taylor", series_derivatives(curve.call([Taylor::<P, 3>::variable(x)]))),
        ("Taylor<Dual>", {
            let y = curve.call([Taylor::<Dual<P, 1>, 2>::variable(Dual::variable(x, 0))]);
            vec![y.re.re, y.derivative(1).re, y.derivative(2).re, y.derivative(2).eps[0]]
        }),
        ("Dual<Taylor>", {
            let y = curve.call([Dual::<Taylor<P, 2>, 1>::variable(Taylor::variable(x), 0)]);
            vec![y.re.re, y.eps[0].re, y.eps[0].derivative(1), y.eps[0].derivative(2)]
        }),
        ("value_and_derivative", vec![value, first]),
        ("derivative", vec![plain, derivative(|x| curve.call([x]), x)]),
        ("value_and_gradient", vec![value_again, first_again]),
        ("value_gradient_hessian", vec![value_with_hessian, g, h]),
        ("hessian", vec![plain, g, hessian(|x| curve.call(x), [x])[0][0]]),
        ("derivative of derivative", {
            let second = derivative(|y| derivative(|x| curve.call([x]), y), x);
            vec![plain, first, second]
        }),
        ("gradient, gradient.jacobian", vec![curve.at([x]), slope, curve.gradient().jacobian().at([x])[0][0]]),
        ("hessian, hessian.jacobian", {
            let third = curve.hessian().jacobian().at([x])[0][0][0];
            vec![plain, slope, curve.hessian().at([x])[0][0], third]
        }),
        ("gradient.jacobian.jacobian", vec![plain, slope, h, curve.gradient().jacobian().jacobian().at([x])[0][0][0]]),
        ("reverse sweep", {
            let (value, slopes) = reverse::value_and_gradient(|x| curve.call([x[0]]), &[x]).unwrap();
            vec![value, slopes[0]]
        }),
        ("reverse sweep, differentiated twice", {
            let x = HyperDual::<P, 1>::variable(x, 0);
            let (value, slopes) = reverse::value_and_gradient(|x| curve.call([x[0]]), &[x]).unwrap();
            vec![value.re, slopes[0].re, slopes[0].eps[0], slopes[0].hessian()[0][0]]
        }),
    ]
}

/// A reference file.
pub fn reference(name: &str) -> Vec<Value> {
    let path = format!("{}/tests/reference/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A double in C's hexadecimal notation.
pub fn hex(value: &Value) -> f64 {
    let text = value.as_str().unwrap();
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let size = match digits {
        "inf" => f64::INFINITY,
        "nan" => f64::NAN,
        _ => {
            let (mantissa, exponent) = digits.strip_prefix("0x").unwrap().split_once('p').unwrap();
            let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
            let bits = u64::from_str_radix(&format!("{whole}{fraction}"), 16).unwrap();
            let exponent = exponent.parse::<i32>().unwrap() - 4 * fraction.len() as i32;
            // in two halves: the power alone may be out of range
            bits as f64 * 2f64.powi(exponent / 2) * 2f64.powi(exponent - exponent / 2)
        }
    };
    if negative { -size } else { size }
}

pub fn hexes(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(hex).collect()
}

/// Numbers of every size and both signs: `steps` to each power of two between the exponents, and a step aside of each,
/// so that they are not all round.
pub fn log_spaced<P: Real>(from: i32, to: i32, steps: u32) -> impl Iterator<Item = P> {
    (from..to).flat_map(move |exponent| {
        (0..steps).flat_map(move |i| {
            let size = P::of(2.0f64.powi(exponent) * (1.0 + f64::from(i) / f64::from(steps) + 0.0137));
            [size, -size]
        })
    })
}

/// A number type of `N` directions.
pub trait Grid<const N: usize>: Number {
    /// The variable that moves in direction `i`, at every level of the nest.
    fn along(x: Self::Precision, i: usize) -> Self;
    /// ∂ᵏ/∂xᵢ∂xⱼ…, if the type reaches the order.
    fn partial(&self, path: &[usize]) -> Option<Self::Precision>;
}

macro_rules! grid {
    ($($float:ident)*) => {
        $(impl<const N: usize> Grid<N> for $float {
            fn along(x: $float, _: usize) -> Self {
                x
            }
            fn partial(&self, path: &[usize]) -> Option<$float> {
                path.is_empty().then_some(*self)
            }
        })*
    };
}
grid! { f32 f64 }

impl<T: Grid<N>, const N: usize> Grid<N> for Dual<T, N> {
    fn along(x: Self::Precision, i: usize) -> Self {
        Dual::variable(T::along(x, i), i)
    }
    fn partial(&self, path: &[usize]) -> Option<Self::Precision> {
        match path {
            [] => self.re.partial(&[]),
            [i, rest @ ..] => self.eps[*i].partial(rest),
        }
    }
}

impl<T: Grid<N>, const N: usize> Grid<N> for HyperDual<T, N> {
    fn along(x: Self::Precision, i: usize) -> Self {
        HyperDual::variable(T::along(x, i), i)
    }
    fn partial(&self, path: &[usize]) -> Option<Self::Precision> {
        match path {
            [] => self.re.partial(&[]),
            [i] => self.eps[*i].partial(&[]),
            [i, j, rest @ ..] => self.hessian()[*i][*j].partial(rest),
        }
    }
}

/// Every sequence of at most `order` directions.
pub fn paths<const N: usize>(order: usize) -> Vec<Vec<usize>> {
    let mut all = vec![vec![]];
    let mut last = all.clone();
    for _ in 0..order {
        last = last.iter().flat_map(|path| (0..N).map(|i| [&path[..], &[i]].concat())).collect();
        all.extend(last.iter().cloned());
    }
    all
}

/// Calls a generic function with each number type of `N` directions over the float `P`.
#[macro_export]
macro_rules! with_every_grid {
    ($P:ty, $n:literal, $check:ident($($argument:expr),*)) => {
        $check::<$P, autodiff::Dual<$P, $n>>($($argument),*);
        $check::<$P, autodiff::HyperDual<$P, $n>>($($argument),*);
        $check::<$P, autodiff::Dual<autodiff::Dual<$P, $n>, $n>>($($argument),*);
        $check::<$P, autodiff::Dual<autodiff::HyperDual<$P, $n>, $n>>($($argument),*);
        $check::<$P, autodiff::HyperDual<autodiff::Dual<$P, $n>, $n>>($($argument),*);
        $check::<$P, autodiff::Dual<autodiff::Dual<autodiff::Dual<$P, $n>, $n>, $n>>($($argument),*);
    };
}
