//! Generic code over num_traits, on plain floats and on numbers with derivatives.
#![cfg(feature = "num-traits")]

use autodiff::{
    Dual, HyperDual, Number, Taylor, derivative, gradient, hessian, value_and_derivative, value_gradient_hessian,
};
use num_traits::{
    AsPrimitive, Bounded, Euclid, Float, FloatConst, FromPrimitive, Inv, MulAdd, MulAddAssign, Num, NumAssign,
    NumAssignRef, NumCast, NumRef, One, Pow, Signed, ToPrimitive, Zero,
};

fn rosenbrock<T: Float>(x: T, y: T) -> T {
    let hundred = T::from(100.0).unwrap();
    (T::one() - x).powi(2) + hundred * (y - x * x).powi(2)
}

/// ∫ eᵗ dt by Simpson's rule: loops, conversions, assignment.
fn simpson<T: Float + FromPrimitive + NumAssign>(a: T, b: T, n: usize) -> T {
    let h = (b - a) / T::from_usize(2 * n).unwrap();
    let mut sum = a.exp() + b.exp();
    for i in 1..2 * n {
        let weight = if i % 2 == 1 { T::from_u8(4) } else { T::from_u8(2) }.unwrap();
        sum += weight * (a + h * T::from_usize(i).unwrap()).exp();
    }
    sum * h / T::from_f64(3.0).unwrap()
}

/// Newton's square root: branches on values.
fn square_root<T: Float>(a: T) -> T {
    let mut x = a.max(T::one());
    for _ in 0..100 {
        let next = (x + a / x) / (T::one() + T::one());
        if (next - x).abs() <= T::epsilon() * x && next <= x {
            return next;
        }
        x = next;
    }
    x
}

fn horner<T: Num + MulAdd<Output = T> + Copy>(coefficients: &[T], x: T) -> T {
    coefficients.iter().rev().fold(T::zero(), |sum, &c| sum.mul_add(x, c))
}

fn circle<T: Float + FloatConst>(r: T) -> T {
    T::PI() * r.powi(2)
}

fn distance<T: Signed + Copy>(a: T, b: T) -> T {
    a.abs_sub(&b) + b.abs_sub(&a)
}

fn halved<T: Copy + 'static + std::ops::Mul<Output = T>>(x: T) -> T
where
    f64: AsPrimitive<T>,
{
    x * 0.5.as_()
}

#[test]
fn generic_functions_are_differentiated_by_the_drivers() {
    assert_eq!(gradient(|[x, y]| rosenbrock(x, y), [2.0, 1.0]), [2402.0, -600.0]);
    assert_eq!(hessian(|[x, y]| rosenbrock(x, y), [1.0, 1.0]), [[802.0, -400.0], [-400.0, 200.0]]);
    let (value, [da, db], [[daa, _], [dba, dbb]]) = value_gradient_hessian(|[a, b]| simpson(a, b, 100), [0.0, 1.0]);
    assert_eq!(value, simpson(0.0, 1.0, 100));
    let near = |x: f64, y: f64| assert!((x - y).abs() < 1e-9, "{x} and {y}");
    near(da, -1.0);
    near(db, 1_f64.exp());
    near(daa, -1.0);
    near(dba, 0.0);
    near(dbb, 1_f64.exp());
    let (root, slope) = value_and_derivative(square_root, 2.0);
    assert_eq!(root, square_root(2.0));
    near(slope, 0.5 / 2_f64.sqrt());
    let constant = Dual::constant;
    assert_eq!(derivative(|x| horner(&[1.0, -2.0, 0.0, 4.0].map(constant), x), 2.0), -2.0 + 12.0 * 4.0);
    assert_eq!(derivative(circle, 3.0_f32), std::f32::consts::PI * 6.0);
    assert_eq!(gradient(|[a, b]| distance(a, b), [1.0, 3.0]), [-1.0, 1.0]);
    assert_eq!(derivative(halved, 7.0), 0.5);
    // nested, as Dual<Dual<f64, 1>, 1>
    let second = derivative(|x| derivative(|y| rosenbrock(y, Dual::constant(Dual::constant(1.0))), x), 1.0);
    assert_eq!(second, 802.0);
    let third = rosenbrock(Taylor::<f64, 3>::variable(2.0), Taylor::constant(1.0)).derivative(3);
    assert_eq!(third, 2400.0 * 2.0);
}

/// The values of all functions of `Float`, on any float.
fn all_functions<T: Float>(x: T, y: T) -> Vec<(&'static str, T)> {
    macro_rules! list {
        ($($name:ident $(($argument:expr))?),*) => { vec![$((stringify!($name), Float::$name(x $(, $argument)?))),*] };
    }
    let mut all = list![
        floor,
        ceil,
        round,
        trunc,
        fract,
        abs,
        signum,
        recip,
        sqrt,
        cbrt,
        exp,
        exp2,
        exp_m1,
        ln,
        log2,
        log10,
        ln_1p,
        sin,
        cos,
        tan,
        asin,
        acos,
        atan,
        sinh,
        cosh,
        tanh,
        asinh,
        acosh,
        atanh,
        to_degrees,
        to_radians,
        hypot(y),
        atan2(y),
        max(y),
        min(y),
        copysign(y),
        powf(y),
        log(y),
        abs_sub(y),
        powi(3)
    ];
    all.push(("mul_add", Float::mul_add(x, y, x)));
    all.push(("clamp", Float::clamp(x, T::zero().min(y), T::zero().max(y))));
    all.push(("sin_cos.0", Float::sin_cos(x).0));
    all.push(("sin_cos.1", Float::sin_cos(x).1));
    all
}

fn values_are_plain<D: Float + Number>()
where
    D::Precision: Float,
{
    let of = |x: f64| <D::Precision as NumCast>::from(x).unwrap();
    for x in [0.3, -0.7, 1.0, 0.0, -0.0, 2.5, 1e-20, 1e30, -1e30, f64::INFINITY, f64::NAN] {
        for y in [0.4, -2.0, 0.0, 3.0, f64::NAN, f64::NEG_INFINITY] {
            let plain = all_functions(of(x), of(y));
            for ((name, plain), (_, ours)) in
                plain.into_iter().zip(all_functions(D::constant(of(x)), D::constant(of(y))))
            {
                let ours = ours.value();
                // without std, this crate's floats and the test's own come from two libraries: a last digit may differ
                let near = cfg!(not(feature = "std"))
                    && plain.is_finite()
                    && Float::abs(ours - plain)
                        <= (D::Precision::epsilon() + D::Precision::epsilon()) * Float::abs(plain);
                let same = (ours == plain || near) && Float::is_sign_negative(ours) == Float::is_sign_negative(plain)
                    || ours.is_nan() && plain.is_nan();
                assert!(same, "{name} at {x}, {y}: {ours} and {plain}");
            }
            let (plain, ours) = (of(x), D::constant(of(x)));
            assert_eq!(plain.classify(), ours.classify());
            assert_eq!(
                [plain.is_nan(), plain.is_infinite(), Float::is_finite(plain), plain.is_normal(), plain.is_subnormal()],
                [ours.is_nan(), ours.is_infinite(), ours.is_finite(), ours.is_normal(), ours.is_subnormal()]
            );
            if x.is_finite() {
                assert_eq!(Float::integer_decode(plain), ours.integer_decode());
            }
        }
    }
    let constants =
        [D::infinity(), D::neg_infinity(), D::max_value(), D::min_value(), D::epsilon(), D::min_positive_value()];
    let plain = [
        D::Precision::infinity(),
        D::Precision::neg_infinity(),
        D::Precision::max_value(),
        D::Precision::min_value(),
        D::Precision::epsilon(),
        D::Precision::min_positive_value(),
    ];
    assert_eq!(constants.map(Number::value), plain);
    assert!(D::nan().is_nan() && Float::is_sign_negative(D::neg_zero()));
}

#[test]
fn the_values_are_those_of_plain_floats() {
    values_are_plain::<Dual<f64, 2>>();
    values_are_plain::<Dual<f32, 1>>();
    values_are_plain::<HyperDual<f64, 2>>();
    values_are_plain::<HyperDual<f32, 1>>();
    values_are_plain::<Taylor<f64, 3>>();
    values_are_plain::<Dual<HyperDual<f32, 1>, 2>>();
}

#[test]
fn float_methods_move_as_the_table_says() {
    fn slopes(f: impl Fn([Dual<f64, 2>; 2]) -> Dual<f64, 2>, at: [f64; 2]) -> [f64; 2] {
        f(Dual::variables(at)).eps
    }
    assert_eq!(slopes(|[x, y]| Float::max(x, y), [1.0, 1.0]), [0.5, 0.5]);
    assert_eq!(slopes(|[x, y]| Float::abs(x) + y, [-0.0, 0.0]), [-1.0, 1.0]);
    assert_eq!(slopes(|[x, y]| Float::clamp(x, Dual::constant(0.0), y), [5.0, 2.0]), [0.0, 1.0]);
    assert_eq!(slopes(|[x, y]| Float::clamp(x, Dual::constant(0.0), y), [2.0, 2.0]), [0.5, 0.5]);
    assert_eq!(slopes(|[x, y]| Float::powf(x, y), [2.0, 3.0]), [12.0, 8.0 * 2_f64.ln()]);
    let logarithm = slopes(|[x, y]| Float::log(x, y), [8.0, 2.0]);
    assert!((logarithm[0] - 1.0 / (8.0 * 2_f64.ln())).abs() < 1e-16);
    assert!((logarithm[1] + 3.0 / (2.0 * 2_f64.ln())).abs() < 1e-15);
    assert_eq!(slopes(|[x, y]| Float::abs_sub(x, y), [1.0, 3.0]), [0.0, 0.0]);
    assert_eq!(slopes(|[x, y]| x.rem_euclid(y), [-7.0, 3.0]), [1.0, 3.0]);
    assert_eq!(slopes(|[x, y]| Euclid::div_euclid(&x, &y), [-7.0, 3.0]), [0.0, 0.0]);
    assert_eq!(Euclid::div_euclid(&Dual::<f64, 1>::constant(-7.0), &Dual::constant(3.0)).re, -3.0);
}

fn small_traits<D>()
where
    D: Number
        + Num
        + NumRef
        + NumAssignRef
        + Signed
        + Bounded
        + NumCast
        + FromPrimitive
        + num_traits::real::Real
        + PartialOrd,
    D: Pow<i32, Output = D> + Pow<D, Output = D> + Inv<Output = D> + MulAddAssign,
    D::Precision: Float,
{
    let three = <D as NumCast>::from(3).unwrap();
    let value = |x: D| Number::value(x).to_f64().unwrap();
    assert_eq!(value(Pow::pow(three, 2)), 9.0);
    assert_eq!(value(Pow::pow(three, three)), 27.0);
    assert_eq!(value(three.inv() * three), 1.0);
    assert_eq!((three.to_i32(), three.to_u8(), three.to_f32()), (Some(3), Some(3), Some(3.0)));
    assert_eq!((<D as Signed>::is_negative(&three), Signed::is_positive(&-three)), (false, false));
    assert!(<D as Zero>::zero().is_zero() && <D as One>::one().is_one() && !three.is_zero());
    assert_eq!(<D as Bounded>::max_value(), -<D as Bounded>::min_value());
    let mut sum = three;
    sum.mul_add_assign(three, three);
    assert_eq!(value(sum), 12.0);
    assert!(D::from_i64(1 << 40).is_some());
    match D::from_str_radix("2.5", 10) {
        Ok(parsed) => assert_eq!(value(parsed), 2.5),
        Err(_) => panic!("2.5 is a number"),
    }
    assert!(D::from_str_radix("two", 10).is_err());
}

#[test]
fn small_traits_of_every_type() {
    small_traits::<Dual<f64, 2>>();
    small_traits::<Dual<f32, 2>>();
    small_traits::<HyperDual<f64, 1>>();
    small_traits::<Taylor<f32, 4>>();
    small_traits::<Dual<Dual<f64, 1>, 1>>();
    let x = Dual::<f64, 1>::variable(3.0, 0);
    assert_eq!((Pow::pow(x, 2.5).eps, Pow::pow(&x, &2_u16).eps, Inv::inv(&x).re), (x.powf(2.5).eps, [6.0], 1.0 / 3.0));
    // by value and by reference, x³ moves by 3 x² and xʸ as `pow` has it
    let y = Dual::constant(2.5);
    assert_eq!([Pow::pow(x, &3_i32), Pow::pow(&x, 3_i32), Pow::pow(&x, &3_i32)].map(|z| z.eps), [[27.0]; 3]);
    assert_eq!(
        [Pow::pow(x, &y), Pow::pow(&x, y), Pow::pow(&x, &y), Pow::pow(&x, 2.5)].map(|z| z.eps),
        [x.pow(y).eps; 4]
    );
    assert_eq!(num_traits::MulAdd::mul_add(x, x, y).eps, [6.0]);
    assert_eq!(Euclid::rem_euclid(&Dual::<f64, 1>::variable(-7.0, 0), &Dual::constant(3.0)).eps, [1.0]);
    let two_and_a_half: Dual<f32, 1> = 2.5_f32.into();
    assert_eq!(two_and_a_half, 2.5);
    let whole: i32 = Dual::<f64, 1>::constant(7.9).as_();
    assert_eq!(whole, 7);
    // a zero that moves is a zero, as `==` has it
    assert!(Dual::<f64, 1>::variable(0.0, 0).is_zero());
}

/// Inherent methods win where traits of both crates are in scope.
#[test]
fn no_method_is_ambiguous() {
    let slope = derivative(
        |x| {
            let (s, c) = x.sin_cos();
            s.max(c).powi(2)
                + x.abs().sqrt().ln_1p()
                + x.powf(1.5)
                + x.mul_add(x, x).hypot(c).atan2(s)
                + x.recip().signum()
        },
        0.4,
    );
    assert!(slope.is_finite());
}
