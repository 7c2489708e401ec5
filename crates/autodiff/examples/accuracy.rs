//! How exact the derivatives are, in units of the last place, over the whole range of floats.
//!
//! `cargo run --release -p autodiff --example accuracy` sweeps f32 with the rules in f64 as the oracle.
//! `… --example accuracy -- points | python3 crates/autodiff/examples/accuracy.py` sweeps f64 with mpmath as the oracle.

use std::io::{self, BufWriter, Write};

use autodiff::{Dual, HyperDual, Number};

/// Three derivatives beside the value.
type Third<P> = Dual<HyperDual<P, 1>, 1>;
type Fourth<P> = HyperDual<HyperDual<P, 1>, 1>;

fn derivatives<P: Number<Precision = P>>(f: impl Fn(Third<P>) -> Third<P>, x: P) -> [P; 3] {
    let y = f(Dual::variable(HyperDual::variable(x, 0), 0));
    [y.re.eps[0], y.re.hessian()[0][0], y.eps[0].hessian()[0][0]]
}

/// Functions of one variable, each for the three number types of the sweep.
macro_rules! functions {
    ($($name:expr => |$x:ident| $f:expr;)*) => {
        vec![$(
            Function {
                name: $name.to_string(),
                single: |x| derivatives(|$x| $f, x),
                double: |x| derivatives(|$x| $f, x),
                oracle: |x| {
                    let $x: Fourth<f64> = HyperDual::variable(HyperDual::variable(x, 0), 0);
                    let y = $f;
                    let (h, g) = (y.hessian()[0][0], y.eps[0]);
                    [y.re.re, y.re.eps[0], g.eps[0], g.hessian()[0][0], h.hessian()[0][0]]
                },
            }
        ),*]
    };
}

struct Function {
    name: String,
    single: fn(f32) -> [f32; 3],
    double: fn(f64) -> [f64; 3],
    /// f to f'''' in double precision.
    oracle: fn(f64) -> [f64; 5],
}

fn table() -> Vec<Function> {
    macro_rules! rules {
        ($($name:ident)*) => { functions! { $(stringify!($name) => |x| x.$name();)* } };
    }
    let mut all = autodiff::rule_names!(rules);
    all.extend(functions! {
        "powi(3)" => |x| x.powi(3);
        "powi(-2)" => |x| x.powi(-2);
        "powi(7)" => |x| x.powi(7);
        "powi(-9)" => |x| x.powi(-9);
        "powi(20)" => |x| x.powi(20);
        "powi(100)" => |x| x.powi(100);
        "powf(0.5)" => |x| x.powf(0.5);
        "powf(1.5)" => |x| x.powf(1.5);
        "powf(-2.5)" => |x| x.powf(-2.5);
        "powf(0.0078125)" => |x| x.powf(0.0078125);
        "powf(30.25)" => |x| x.powf(30.25);
        "powf(1+1/8388608)" => |x| x.powf(1.0 + 1.0 / 8_388_608.0);
        "log(3)" => |x| x.log(3.0);
        "division(3, x)" => |x| Number::powi(x, 0) * 3.0 / x;
    });
    all
}

/// Points of every size, both signs, and points near those where something happens.
fn points<P>(count: usize, smallest: i32, largest: i32, round: impl Fn(f64) -> P) -> Vec<P> {
    let mut points = Vec::new();
    let steps = count / 2;
    for i in 0..steps {
        let exponent = f64::from(smallest) + f64::from(largest - smallest) * (i as f64 + 0.37) / steps as f64;
        let size = exponent.rem_euclid(1.0).exp2();
        // in two halves: the power alone may be out of range
        let half = (exponent.floor() / 2.0).floor();
        let size = size * half.exp2() * (exponent.floor() - half).exp2();
        points.extend([size, -size]);
    }
    let special = [
        1.0,
        0.5,
        0.577_350_269_2,
        std::f64::consts::FRAC_1_SQRT_2,
        0.658_478_948_5,
        std::f64::consts::FRAC_PI_2,
        std::f64::consts::PI,
        10.0,
        88.0,
        354.5,
        709.0,
    ];
    for s in special {
        for i in 0..count / 200 {
            let aside = (-50.0 * (i as f64 + 0.5) / (count as f64 / 200.0)).exp2();
            points.extend([s + s * aside, s - s * aside, -s - s * aside, -s + s * aside]);
        }
    }
    points.into_iter().map(round).collect()
}

fn ulp(x: f32) -> f64 {
    let size = x.abs().max(f32::MIN_POSITIVE);
    f64::from(f32::from_bits(size.to_bits() + 1)) - f64::from(size)
}

/// The worst error of each order in f32, where the derivative is a normal number.
fn sweep_single(count: usize) {
    println!("f32, {count} points a function: the worst error of f', f'', f''' in ulp, and where");
    let points = points(count, -149, 128, |x| x as f32);
    for function in table() {
        let mut worst = [(0.0, f32::NAN); 3];
        for x in &points {
            let found = (function.single)(*x);
            let exact = (function.oracle)(f64::from(*x));
            for order in 1..=3 {
                let want = exact[order];
                // a zero of a derivative lies between large neighbours: they tell how large the terms are that cancel
                let term = want.abs().max((exact[order - 1] * exact[order + 1]).abs().sqrt());
                let normal = f64::from(f32::MIN_POSITIVE)..f64::from(f32::MAX) * (1.0 - 1e-6);
                if !normal.contains(&want.abs()) || term > f64::from(f32::MAX) {
                    continue;
                }
                let error = (f64::from(found[order - 1]) - want).abs() / ulp(term as f32);
                if error > worst[order - 1].0 || error.is_nan() {
                    worst[order - 1] = (error, *x);
                }
            }
        }
        print!("{:26}", function.name);
        for (error, x) in worst {
            print!("{error:8.2} at {x:<15e}");
        }
        println!();
    }
}

/// A function of two variables.
type Pair = fn(HyperDual<Dual<f64, 2>, 2>, HyperDual<Dual<f64, 2>, 2>) -> HyperDual<Dual<f64, 2>, 2>;

/// For the script: a function, a point and three derivatives a line, as the bits of doubles; or a function of two
/// variables and its partials x, y, xx, xy, yy, xxx, xxy, xyy, yyy.
fn print_points(count: usize) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let all = points(count, -1074, 1024, |x| x);
    for function in table() {
        for x in &all {
            let [d1, d2, d3] = (function.double)(*x).map(f64::to_bits);
            writeln!(out, "{} {:x} {d1:x} {d2:x} {d3:x}", function.name.replace(' ', ""), x.to_bits())?;
        }
    }
    let pairs: [(&str, Pair); 3] =
        [("pow", |x, y| x.pow(y)), ("hypot", |x, y| x.hypot(y)), ("atan2", |y, x| y.atan2(x))];
    let exponents = points(count / 4, -40, 12, |x| x);
    for (name, f) in pairs {
        for (i, x) in all.iter().enumerate() {
            // of like size and of any size, in turn
            let y = match (name, i % 2) {
                ("pow", _) => exponents[(i * 7919) % exponents.len()],
                (_, 0) => x * exponents[(i * 7919) % exponents.len()],
                _ => all[(i * 7919 + 13) % all.len()],
            };
            let [x_moving, y_moving] = HyperDual::variables(Dual::variables([*x, y]));
            let z = f(x_moving, y_moving);
            let h = z.hessian();
            let first = z.re.eps;
            let second = [z.eps[0].eps[0], z.eps[1].eps[0], z.eps[1].eps[1]];
            let third = [h[0][0].eps[0], h[0][0].eps[1], h[1][1].eps[0], h[1][1].eps[1]];
            write!(out, "{name} {:x} {:x}", x.to_bits(), y.to_bits())?;
            for partial in first.into_iter().chain(second).chain(third) {
                write!(out, " {:x}", partial.to_bits())?;
            }
            writeln!(out)?;
        }
    }
    out.flush()
}

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mode = arguments.next();
    let count = |default| arguments.next().and_then(|count| count.parse().ok()).unwrap_or(default);
    if mode.as_deref() == Some("points") {
        let mut count = count;
        return print_points(count(20_000));
    }
    sweep_single(1_000_000);
    Ok(())
}
