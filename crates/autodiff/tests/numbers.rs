//! Every operation that a number type has, as its own method or operator and through the trait: its value is that of plain
//! floats, bit for bit, and its derivatives are those that differences of plain floats have.

#![allow(clippy::op_ref, reason = "operators of references are what is tested")]

use std::iter::{Product, Sum};

use autodiff::sparse::{hessian_pattern, hessian_pattern_at, jacobian_pattern, jacobian_pattern_at};
use autodiff::{
    CustomRule, Dual, HyperDual, Number, Ordered, Taylor, custom_rule, diagnose, diagnose_hessian, reverse,
};

custom_rule! { fn own_of_two([x, y]) { x * x * y } gradient { [x * y * 2.0, x * x] } }

fn total<T: for<'a> Sum<&'a T>>(terms: &[T]) -> T {
    terms.iter().sum()
}

fn product<T: for<'a> Product<&'a T>>(factors: &[T]) -> T {
    factors.iter().product()
}

/// An operator in all its forms.
macro_rules! with_floats_and_references {
    ($all:ident, $x:ident, $y:ident: $($operator:tt $assign:tt)*) => {
        $(
            $all.extend([
                (concat!("x ", stringify!($operator), " y"), $x $operator $y),
                (concat!("&x ", stringify!($operator), " &y"), &$x $operator &$y),
                (concat!("&x ", stringify!($operator), " y"), &$x $operator $y),
                (concat!("x ", stringify!($operator), " &y"), $x $operator &$y),
                (concat!("x ", stringify!($operator), " c"), $x $operator 0.37),
                (concat!("&x ", stringify!($operator), " c"), &$x $operator 0.37),
                (concat!("c ", stringify!($operator), " x"), 2.3 $operator $x),
                (concat!("x ", stringify!($assign), " y"), { let mut z = $x; z $assign $y; z }),
                (concat!("x ", stringify!($assign), " &y"), { let mut z = $x; z $assign &$y; z }),
                (concat!("x ", stringify!($assign), " c"), { let mut z = $x; z $assign 0.37; z }),
            ]);
        )*
    };
}

/// Operators of values, references and floats on either side, comparisons, and methods without a trait: on any type.
macro_rules! operations {
    ($x:expr, $y:expr) => {{
        let (x, y) = ($x, $y);
        let mut all = vec![
            ("-x", -x),
            ("sum of references", total(&[x, y, x])),
            ("product of references", product(&[x, y, x])),
            ("sum", [x, y].into_iter().sum()),
            ("product", [x, y].into_iter().product()),
            ("x < y", if x < y { x } else { y }),
            ("x > c", if x > 0.5 { x } else { y }),
            ("c < x", if 0.5 < x { x } else { y }),
            ("x == c", if x.floor() == 1.0 { x } else { y }),
            ("c == x", if 1.0 == x.floor() { y } else { x }),
            ("x == y", if x.ceil() == y.floor() { x } else { y }),
            ("is_nan", if (x / 0.0 * 0.0).is_nan() && !(x / 0.0).is_nan() { x } else { y }),
            ("is_finite", if x.is_finite() && !(x / 0.0).is_finite() { x * y } else { y }),
            ("is_finite of NaN", if (x / 0.0 * 0.0).is_finite() { x } else { y }),
            ("powi", x.powi(3)),
            ("powf", x.powf(1.5)),
            ("log", x.log(2.5)),
            ("sin_cos.0", x.sin_cos().0),
            ("sin_cos.1", x.sin_cos().1),
            ("mul_add", x.mul_add(y, x)),
            ("mul_add of floats", x.mul_add(2.0, 0.3)),
            ("clamp", x.clamp(-0.5, 0.9)),
            ("max of a float", x.max(0.3)),
            ("min of a float", x.min(0.3)),
            ("hypot of a float", x.hypot(2.0)),
            ("atan2 of a float", x.atan2(2.0)),
        ];
        with_floats_and_references! { all, x, y: + += - -= * *= / /= % %= }
        all
    }};
}

/// The same through the trait, and what only the trait has.
fn through_the_trait<T: Ordered>(x: T, y: T) -> Named<T> {
    let mut all = vec![
        ("Number::powi", Number::powi(x, 3)),
        ("powi(0)", Number::powi(x, 0)),
        ("powi(-2)", Number::powi(x, -2)),
        ("Number::powf", Number::powf(x, 1.5)),
        ("powf(0)", Number::powf(x, 0.0)),
        ("powf(1)", Number::powf(x, 1.0)),
        ("Number::pow", Number::pow(x, y)),
        ("Number::log", Number::log(x, 2.5)),
        ("Number::sin_cos", Number::sin_cos(x).0 + Number::sin_cos(y).1),
        ("Number::hypot", Number::hypot(x, y)),
        ("Number::xlogy", Number::xlogy(x, y)),
        ("Number::atan2", Number::atan2(x, y)),
        ("Number::abs", Number::abs(x)),
        ("Number::signum", Number::signum(x)),
        ("Number::copysign", Number::copysign(x, y)),
        ("copysign to a negative", Number::copysign(x, -y)),
        ("Number::max", Number::max(x, y)),
        ("Number::min", Number::min(x, y)),
        ("Number::clamp", Number::clamp(x, -0.5, 0.9)),
        ("Number::floor", Number::floor(x)),
        ("Number::ceil", Number::ceil(x)),
        ("Number::round", Number::round(x)),
        ("Number::trunc", Number::trunc(x)),
        ("Number::fract", Number::fract(x)),
        ("Number::to_degrees", Number::to_degrees(x)),
        ("Number::to_radians", Number::to_radians(x)),
        ("Number::rem_euclid", Number::rem_euclid(x, y)),
        ("Number::mul_add", Number::mul_add(x, y, x)),
        ("times_slope", x.times_slope(y)),
        ("over_divisor", x.over_divisor(y)),
        ("with_value", (x * x).with_value(x.value() * x.value())),
        ("one and zero", T::one() * x + T::zero() * y),
        ("constant", x * T::constant(0.4)),
        ("own rule", own_of_two.apply([x, y])),
        ("norm", autodiff::norm(&[x, y])),
        ("log_sum_exp", autodiff::log_sum_exp(&[x, y])),
        ("all_finite", if x.all_finite() && !(x / T::zero()).all_finite() { x } else { y }),
        ("divides_safely", if x.divides_safely() && !(x * T::zero()).divides_safely() { x } else { y }),
    ];
    macro_rules! rules {
        ($($name:ident)*) => { $(all.push((stringify!($name), Number::$name(x)));)* };
    }
    autodiff::rule_names!(rules);
    #[cfg(feature = "special")]
    {
        macro_rules! special {
            ($($name:ident($($n:ident: $type:ty)?))*) => {
                $(all.push((stringify!($name), Number::$name(x $(, 2 as $type)?)));)*
            };
        }
        autodiff::special_names!(special);
    }
    all
}

macro_rules! all_operations {
    ($x:expr, $y:expr) => {{
        let mut all = operations!($x, $y);
        all.extend(through_the_trait($x, $y));
        all
    }};
}

/// Inside of every domain, outside of many, with either number the larger; none at a jump.
const POINTS: [[f64; 2]; 4] = [[0.7, 1.3], [1.8, 0.55], [-0.4, 1.2], [2.7, -0.6]];

type Named<T> = Vec<(&'static str, T)>;

struct Operation {
    name: &'static str,
    value: f64,
    /// By differences of the value; NaN where they find none.
    slopes: [f64; 2],
}

/// Operations on plain floats.
fn plain(all: impl Fn(f64, f64) -> Named<f64>, [x, y]: [f64; 2]) -> Vec<Operation> {
    // f' = (8 (f(x + h) − f(x − h)) − (f(x + 2 h) − f(x − 2 h))) / 12 h + O(h⁴)
    let h = 1.0 / 1024.0;
    let around = |v: [f64; 2]| [1.0, -1.0, 2.0, -2.0].map(|k| all(x + k * h * v[0], y + k * h * v[1]));
    let [by_x, by_y] = [around([1.0, 0.0]), around([0.0, 1.0])];
    let slope = |f: &[Named<f64>; 4], i: usize| {
        let [a, b, c, d] = [0, 1, 2, 3].map(|k| f[k][i].1);
        (8.0 * (a - b) - (c - d)) / (12.0 * h)
    };
    let named = all(x, y).into_iter().enumerate();
    named.map(|(i, (name, value))| Operation { name, value, slopes: [slope(&by_x, i), slope(&by_y, i)] }).collect()
}

fn bits(x: f64) -> u64 {
    if x.is_nan() { u64::MAX } else { x.to_bits() }
}

/// The value and the derivatives by both variables of each operation, as one number type has them.
fn check(of: &str, found: impl Fn([f64; 2]) -> Vec<(f64, [f64; 2])>) {
    check_all(of, |x, y| all_operations!(x, y), found);
}

fn check_all(of: &str, all: impl Fn(f64, f64) -> Named<f64>, found: impl Fn([f64; 2]) -> Vec<(f64, [f64; 2])>) {
    let (mut compared, mut count) = (0, 0);
    for point in POINTS {
        let (found, plain) = (found(point), plain(&all, point));
        count += plain.len();
        assert_eq!(found.len(), plain.len());
        for ((value, slopes), Operation { name, value: want, slopes: by_differences }) in found.into_iter().zip(plain) {
            assert_eq!(bits(value), bits(want), "{name} of {of} at {point:?}: {value}, not {want}");
            for (slope, want) in slopes.into_iter().zip(by_differences).filter(|(_, want)| want.is_finite()) {
                let near = (slope - want).abs() <= 1e-8 * (1.0 + want.abs());
                assert!(near, "{name} of {of} at {point:?}: slopes {slopes:?}, by differences {by_differences:?}");
                compared += 1;
            }
        }
    }
    assert!(compared > count, "{compared} slopes of {count} operations on {of}");
}

#[test]
fn forward_numbers() {
    check("Dual", |p| {
        let [x, y] = Dual::variables(p);
        all_operations!(x, y).into_iter().map(|(_, z)| (z.re, z.eps)).collect()
    });
    check("HyperDual", |p| {
        let [x, y] = HyperDual::variables(p);
        all_operations!(x, y).into_iter().map(|(_, z)| (z.re, z.eps)).collect()
    });
    check("Dual<HyperDual>", |p| {
        let [x, y] = Dual::variables(HyperDual::variables(p));
        all_operations!(x, y).into_iter().map(|(_, z)| (z.re.re, z.eps.map(|e| e.re))).collect()
    });
    check("Taylor", |[x, y]| {
        let by_x = all_operations!(Taylor::<f64, 2>::variable(x), Taylor::constant(y));
        let by_y = all_operations!(Taylor::<f64, 2>::constant(x), Taylor::variable(y));
        by_x.iter().zip(by_y).map(|((_, a), (_, b))| (a.re, [a.coefficients[0], b.coefficients[0]])).collect()
    });
}

#[test]
fn the_number_of_reverse_sweeps() {
    check("Reverse", |p| {
        let (values, rows) =
            reverse::jacobian(|v| all_operations!(v[0], v[1]).into_iter().map(|(_, z)| z).collect(), &p).unwrap();
        values.into_iter().zip(rows).map(|(value, row)| (value, [row[0], row[1]])).collect()
    });
}

/// What an operation made is an operand of the next, at which a diagnosis stops and shows it.
#[test]
fn the_number_of_diagnoses() {
    macro_rules! check_with {
        ($($diagnose:ident)*) => {
            $(check(concat!("Traced, ", stringify!($diagnose)), |p| {
                let mut values = vec![];
                $diagnose(
                    |[x, y]| {
                        values = all_operations!(x, y).iter().map(|(_, z)| z.value()).collect();
                        x
                    },
                    p,
                );
                let stopped = |k: usize| $diagnose(|[x, y]| all_operations!(x, y)[k].1.compose(&[f64::NAN]), p).first;
                let slopes = |k| match &stopped(k).unwrap().operands[..] {
                    [z] => [z.first[0], z.first[1]],
                    _ => [f64::NAN; 2],
                };
                values.into_iter().enumerate().map(|(k, value)| (value, slopes(k))).collect()
            });)*
        };
    }
    check_with! { diagnose diagnose_hessian }
}

/// Where a pattern has no entry, the derivative is zero: at the point, or at every point.
#[test]
fn the_number_of_patterns() {
    for p in POINTS {
        let [x, y] = HyperDual::variables(p);
        let dense: Vec<_> = all_operations!(x, y).into_iter().map(|(name, z)| (name, z.eps, z.hessian())).collect();
        let mut values = vec![];
        let every = jacobian_pattern(
            |v| {
                let all = all_operations!(v[0], v[1]);
                values = all.iter().map(|(_, z)| z.value()).collect();
                all.into_iter().map(|(_, z)| z).collect()
            },
            &p,
        );
        let here = jacobian_pattern_at(|v| all_operations!(v[0], v[1]).into_iter().map(|(_, z)| z).collect(), &p);
        let (every, here) = (every.unwrap(), here.unwrap());
        for (value, Operation { name, value: want, .. }) in
            values.into_iter().zip(plain(|x, y| all_operations!(x, y), p))
        {
            assert_eq!(bits(value), bits(want), "{name} of Tracer at {p:?}");
        }
        for (i, (name, slopes, bends)) in dense.iter().enumerate() {
            let all_bends = hessian_pattern(|v| all_operations!(v[0], v[1])[i].1, &p).unwrap();
            let bends_here = hessian_pattern_at(|v| all_operations!(v[0], v[1])[i].1, &p).unwrap();
            for j in 0..2 {
                let (some, any) = (here.row(i).contains(&j), every.row(i).contains(&j));
                assert!((some || slopes[j] == 0.0) && (any || !some), "{name} by {j} at {p:?}: {slopes:?}");
                for k in 0..2 {
                    let (some, any) = (bends_here.row(j).contains(&k), all_bends.row(j).contains(&k));
                    assert!((some || bends[j][k] == 0.0) && (any || !some), "{name} by {j}, {k} at {p:?}: {bends:?}");
                }
            }
        }
        // and no pattern is simply full: of the operations on x alone, none has y
        let full = (0..dense.len()).filter(|i| here.row(*i).len() == 2).count();
        assert!(full * 2 < dense.len(), "{full} of {}", dense.len());
    }
}

/// What numbers say of themselves: whether they divide, by the value, and whether they are finite, by all parts.
#[test]
fn numbers_that_divide_and_numbers_that_are_finite() {
    fn answers<T: Number>(x: T) -> [bool; 2] {
        [x.divides_safely(), x.all_finite()]
    }
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    for (x, divides) in [
        (1.0, true),
        (-1e-300, true),
        (1e300, true),
        (0.0, false),
        (1e-310, false),
        (-1e308, false),
        (inf, false),
        (nan, false),
    ] {
        let mut found = vec![
            ("float", answers(x)),
            ("Dual", answers(Dual::<f64, 2>::variable(x, 0))),
            ("HyperDual", answers(HyperDual::<f64, 2>::variable(x, 0))),
            ("Taylor", answers(Taylor::<f64, 3>::variable(x))),
            ("Dual<Taylor>", answers(Dual::<Taylor<f64, 3>, 2>::variable(Taylor::variable(x), 0))),
            ("Taylor<HyperDual>", answers(Taylor::<HyperDual<f64, 2>, 3>::variable(HyperDual::variable(x, 1)))),
        ];
        let mut push = |name, answers| found.push((name, answers));
        let _ = reverse::gradient(
            |x| {
                push("Reverse", answers(x[0]));
                x[0]
            },
            &[x],
        );
        let _ = jacobian_pattern(
            |x| {
                push("Tracer", answers(x[0]));
                x.to_vec()
            },
            &[x],
        );
        diagnose(
            |[x]| {
                push("Traced", answers(x));
                x
            },
            [x],
        );
        assert!(found.len() >= 9);
        for (name, found) in found {
            assert_eq!(found, [divides, x.is_finite()], "{name} of {x:e}");
        }
    }
    for part in [inf, -inf, nan] {
        let mut series = Taylor::<f64, 3>::variable(1.0);
        series.coefficients[2] = part;
        for (name, found) in [
            ("Dual", answers(Dual::new(1.0, [0.0, part]))),
            ("HyperDual", answers(HyperDual::new(1.0, [0.0, part], [[0.0; 2]; 2]))),
            ("HyperDual's corner", answers(HyperDual::new(1.0, [0.0; 2], [[0.0, 0.0], [part, 0.0]]))),
            ("Taylor", answers(series)),
            ("Dual<Taylor>", answers(Dual::new(Taylor::<f64, 3>::variable(1.0), [series]))),
        ] {
            assert_eq!(found, [true, false], "{name} with a part of {part}");
        }
    }
}

/// What nalgebra asks of a real number.
#[cfg(feature = "nalgebra")]
#[test]
fn real_fields() {
    use nalgebra::{ComplexField, RealField, SimdValue};
    use simba::scalar::SubsetOf;

    fn all<T: RealField + SimdValue<Element = T, SimdBool = bool> + SubsetOf<T> + Copy>(x: T, y: T) -> Named<T> {
        let mut replaced = x;
        replaced.replace(0, y);
        let mut all = vec![
            ("from_real", T::from_real(x)),
            ("to_exp.0", x.to_exp().0),
            ("to_exp.1", x.to_exp().1),
            ("to_polar.0", x.to_polar().0),
            ("scale", ComplexField::scale(x, y)),
            ("unscale", x.unscale(y)),
            ("abs", ComplexField::abs(x)),
            ("signum", ComplexField::signum(x)),
            ("mul_add", x.mul_add(y, x)),
            ("hypot", x.hypot(y)),
            ("try_sqrt", x.try_sqrt().unwrap_or(y)),
            ("log", x.log(y)),
            ("powi", x.powi(-3)),
            ("powf", x.powf(y)),
            ("powc", x.powc(y)),
            ("sin_cos", x.sin_cos().0 - y.sin_cos().1),
            ("is_finite", if ComplexField::is_finite(&x) { x * y } else { y }),
            ("copysign", RealField::copysign(x, y)),
            ("is_sign_positive", if RealField::is_sign_positive(&x) { x } else { y }),
            ("is_sign_negative", if RealField::is_sign_negative(&x) { x } else { y }),
            ("max", RealField::max(x, y)),
            ("min", RealField::min(x, y)),
            ("clamp", RealField::clamp(x, -y * y, y * y)),
            ("atan2", RealField::atan2(x, y)),
            ("min_value", T::min_value().unwrap()),
            ("max_value", T::max_value().unwrap()),
            ("splat", T::splat(x)),
            ("extract", x.extract(0)),
            ("replace", replaced),
            ("select", x.select(true, y)),
            ("select not", x.select(false, y)),
            ("to_superset", SubsetOf::<T>::to_superset(&x)),
            ("from_superset", T::from_superset(&x).unwrap()),
        ];
        macro_rules! methods {
            ($($name:ident)*) => { all.extend([$((stringify!($name), x.$name())),*]) };
        }
        methods! {
            real imaginary conjugate modulus modulus_squared norm1 argument floor ceil round trunc fract recip sqrt cbrt
            exp exp2 exp_m1 ln log2 log10 ln_1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh sinc sinhc
        }
        macro_rules! constants {
            ($($name:ident)*) => { $(all.push((stringify!($name), T::$name()));)* };
        }
        constants! {
            pi two_pi frac_pi_2 frac_pi_3 frac_pi_4 frac_pi_6 frac_pi_8 frac_1_pi frac_2_pi frac_2_sqrt_pi e log2_e log10_e
            ln_2 ln_10
        }
        all
    }
    check_all("Dual", all, |p| {
        let [x, y] = Dual::variables(p);
        all(x, y).into_iter().map(|(_, z)| (z.re, z.eps)).collect()
    });
    check_all("HyperDual", all, |p| {
        let [x, y] = HyperDual::variables(p);
        all(x, y).into_iter().map(|(_, z)| (z.re, z.eps)).collect()
    });
    check_all("Taylor", all, |[x, y]| {
        let by_x = all(Taylor::<f64, 2>::variable(x), Taylor::constant(y));
        let by_y = all(Taylor::<f64, 2>::constant(x), Taylor::variable(y));
        by_x.iter().zip(by_y).map(|((_, a), (_, b))| (a.re, [a.coefficients[0], b.coefficients[0]])).collect()
    });
    // plain floats are constants, and a number's value is one
    let x = Dual::<f64, 1>::variable(0.7, 0);
    assert!(SubsetOf::<Dual<f64, 1>>::to_superset(&0.7_f64).eps == [0.0] && f64::is_in_subset(&x));
    assert_eq!(f64::from_superset(&x), Some(0.7));
    assert_eq!(f32::from_superset(&HyperDual::<f32, 1>::variable(0.7, 0)), Some(0.7));
}

/// Of numbers as text, the value comes first.
#[test]
fn values_as_text() {
    let [mut text, mut debug] = [vec![], vec![]];
    reverse::gradient(
        |x| {
            text.push(x[0].to_string());
            debug.push(format!("{:?}", x[0]));
            x[0]
        },
        &[0.7],
    )
    .unwrap();
    jacobian_pattern(
        |x| {
            text.push(x[0].to_string());
            debug.push(format!("{:?}", x[0]));
            x.to_vec()
        },
        &[0.7],
    )
    .unwrap();
    diagnose(
        |[x]| {
            text.push(x.to_string());
            debug.push(format!("{x:?}"));
            x
        },
        [0.7],
    );
    assert_eq!(text, ["0.7"; 3]);
    assert!(debug.iter().all(|text| text.contains("re: 0.7")), "{debug:?}");
}
