//! The derivatives of every function at points over its whole domain, for `accuracy.py` beside it to judge.
//!
//! `accuracy list` prints a row a line: how many derivatives it has, and its name.
//! `accuracy ROW f64|f32 COUNT SEED` writes about COUNT points of the domain, of two numbers each, followed by the
//! derivatives there, to standard output as little-endian doubles. Before, it compares all number types with one another
//! bit for bit, and their value with that of plain floats; what differs goes to standard error and makes the exit code 1.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use autodiff::{Dual, Float, HyperDual, Number, Taylor};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        ["list"] => {
            double::rows().iter().for_each(|row| println!("{} {}", row.orders, row.name));
            Ok(0)
        }
        [name, precision, count, seed] => match (count.parse(), seed.parse(), precision) {
            (Ok(count), Ok(seed), "f64") => sweep(&double::rows(), name, count, Random(seed)),
            (Ok(count), Ok(seed), "f32") => sweep(&single::rows(), name, count, Random(seed)),
            _ => Err(io::Error::other("a precision is f64 or f32, count and seed are integers")),
        },
        _ => Err(io::Error::other("usage: accuracy list | accuracy ROW f64|f32 COUNT SEED")),
    };
    match outcome {
        Ok(0) => ExitCode::SUCCESS,
        Ok(differing) => {
            eprintln!("{} points where the number types differ", differing);
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The derivatives at a point by every number type, or what two of them differ in.
type Found<P> = Result<Vec<P>, String>;

/// A function of one variable and perhaps a parameter, or of two variables.
struct Row<P> {
    name: &'static str,
    /// How many derivatives there are.
    orders: usize,
    /// The second number of a point, given the first and the range of exponents.
    second: fn(&mut Random, f64, (f64, f64)) -> f64,
    value: fn(P, f64) -> P,
    /// Of one variable: f', f'', f''', and the same by a Taylor series, whose coefficients are scaled.
    /// Of two: x, y, xx, xy, yy, xxx, xxy, xyy, yyy, and by series x, xx, xxx, y, yy, yyy.
    derivatives: fn(P, f64) -> Found<P>,
}

/// Rows `name => |x, c: type from generator| f`, where c does not move. `$taylor` compares the series, or does not.
macro_rules! curves {
    ($taylor:ident: $($name:expr => |$x:ident, $c:ident: $type:ident from $second:ident| $f:expr;)*) => {
        vec![$(Row::<P> {
            name: $name,
            orders: 6,
            second: |random, x, range| ($second(random, x, range) as $type).into(),
            value: |$x, $c| { let $c = $c as $type; $f },
            derivatives: |x, $c| {
                let $c = $c as $type;
                let plain = { let $x = x; $f };
                let dual = { let $x = Dual::<P, 1>::variable(x, 0); $f };
                let hyper = { let $x = HyperDual::<P, 1>::variable(x, 0); $f };
                let nested = { let $x = Dual::<Dual<Dual<P, 1>, 1>, 1>::variable(Dual::variable(Dual::variable(x, 0), 0), 0); $f };
                let outer = { let $x = Dual::<HyperDual<P, 1>, 1>::variable(HyperDual::variable(x, 0), 0); $f };
                let inner = { let $x = HyperDual::<Dual<P, 1>, 1>::variable(Dual::variable(x, 0), 0); $f };
                let series = { let $x = Taylor::<P, 3>::variable(x); $f };
                let third = nested.eps[0].eps[0].eps[0];
                let [d1, d2, d3] = [nested.re.re.eps[0], nested.re.eps[0].eps[0], third];
                agree("the plain value", &[plain], "Dual<Dual<Dual>>", &[nested.re.re.re])?;
                agree("Dual<Dual<Dual>>", &[plain, d1, d2, d3], "its middle level", &[plain, nested.re.eps[0].re, nested.eps[0].re.eps[0]])?;
                agree("Dual<Dual<Dual>>", &[plain, d1, d2, d3], "its outer level", &[plain, nested.eps[0].re.re, nested.eps[0].eps[0].re])?;
                agree("Dual<Dual<Dual>>", &[plain, d1, d2, d3], "Dual", &[dual.re, dual.eps[0]])?;
                agree("Dual<Dual<Dual>>", &[plain, d1, d2, d3], "HyperDual", &[hyper.re, hyper.eps[0], hyper.hessian()[0][0]])?;
                agree("Dual<Dual<Dual>>", &[plain, d1, d2, d3], "Dual<HyperDual>", &[outer.re.re, outer.eps[0].re, outer.re.hessian()[0][0], outer.eps[0].hessian()[0][0]])?;
                agree("Dual<Dual<Dual>>", &[plain, d1, d2, d3], "HyperDual<Dual>", &[inner.re.re, inner.eps[0].re, inner.hessian()[0][0].re, inner.hessian()[0][0].eps[0]])?;
                agree("the plain value", &[plain], "Taylor", &[series.re])?;
                $taylor([d1, d2, d3], &series)?;
                Ok(vec![d1, d2, d3, series.derivative(1), series.derivative(2), series.derivative(3)])
            },
        }),*]
    };
}

/// Rows `name => |x, y| f`, where both move.
macro_rules! surfaces {
    ($taylor:ident: $($name:expr => |$x:ident, $y:ident from $second:ident| $f:expr;)*) => {
        vec![$(Row::<P> {
            name: $name,
            orders: 15,
            second: |random, x, range| ($second(random, x, range) as P).into(),
            value: |$x, y| { let $y = y as P; $f },
            derivatives: |x, y| {
                let y = y as P;
                let plain = { let ($x, $y) = (x, y); $f };
                let dual = { let [$x, $y] = Dual::variables([x, y]); $f };
                let hyper = { let [$x, $y] = HyperDual::variables([x, y]); $f };
                let nested = { let [$x, $y] = Dual::variables(Dual::variables(Dual::variables([x, y]))); $f };
                let outer = { let [$x, $y] = Dual::variables(HyperDual::variables([x, y])); $f };
                let inner = { let [$x, $y] = HyperDual::variables(Dual::variables([x, y])); $f };
                let along_x = { let ($x, $y) = (Taylor::<P, 3>::variable(x), Taylor::constant(y)); $f };
                let along_y = { let ($x, $y) = (Taylor::<P, 3>::constant(x), Taylor::variable(y)); $f };
                let second = |h: [[P; 2]; 2]| [h[0][0], h[1][0], h[1][1]];
                let third = |h: [[Dual<P, 2>; 2]; 2]| [h[0][0].eps[0], h[1][0].eps[0], h[1][1].eps[0], h[1][1].eps[1]];
                let h = inner.hessian().map(|row| row.map(|h| h.re));
                let [dx, dy] = inner.re.eps;
                let ([xx, xy, yy], [xxx, xxy, xyy, yyy]) = (second(h), third(inner.hessian()));
                let all = [inner.re.re, dx, dy, xx, xy, yy, xxx, xxy, xyy, yyy];
                agree("the plain value", &[plain], "HyperDual<Dual>", &all)?;
                let [nx, ny] = nested.re.re.eps;
                let [nxx, nxy, nyy] = second(nested.re.eps.map(|d| d.eps));
                let [nxxx, nxxy, nxyy, nyyy] = third(nested.eps.map(|d| d.eps));
                agree("HyperDual<Dual>", &all, "Dual<Dual<Dual>>", &[nested.re.re.re, nx, ny, nxx, nxy, nyy, nxxx, nxxy, nxyy, nyyy])?;
                let [oxx, oxy, oyy] = second(outer.re.hessian());
                let (g, h) = (outer.eps[0].hessian(), outer.eps[1].hessian());
                agree("HyperDual<Dual>", &all, "Dual<HyperDual>", &[outer.re.re, outer.eps[0].re, outer.eps[1].re, oxx, oxy, oyy, g[0][0], g[1][0], g[1][1], h[1][1]])?;
                let [hxx, hxy, hyy] = second(hyper.hessian());
                agree("HyperDual<Dual>", &all, "HyperDual", &[hyper.re, hyper.eps[0], hyper.eps[1], hxx, hxy, hyy])?;
                agree("HyperDual<Dual>", &all, "Dual", &[dual.re, dual.eps[0], dual.eps[1]])?;
                agree("the plain value", &[plain, plain], "Taylor", &[along_x.re, along_y.re])?;
                $taylor([dx, xx, xxx], &along_x)?;
                $taylor([dy, yy, yyy], &along_y)?;
                let series = [along_x, along_y].map(|s| [1, 2, 3].map(|k| s.derivative(k)));
                Ok([&all[1..], series.as_flattened()].concat())
            },
        }),*]
    };
}

macro_rules! rules {
    ($($name:ident)*) => { curves! { of_like_digits: $(stringify!($name) => |x, _c: f64 from none| x.$name();)* } };
}

/// The rows, in each precision.
macro_rules! tables {
    ($($module:ident $P:ident)*) => {
        $(
            mod $module {
                #![allow(clippy::useless_conversion, clippy::unnecessary_cast, clippy::eq_op, reason = "as x/x in both precisions")]
                use super::*;
                type P = $P;

                pub(super) fn rows() -> Vec<Row<P>> {
                    let mut rows = autodiff::rule_names!(rules);
                    rows.extend(curves! { of_like_digits:
                        "powi(n)" => |x, n: i32 from integer| x.powi(n);
                        "powf(c)" => |x, c: P from exponent| x.powf(c);
                        "log(b)" => |x, b: P from base| x.log(b);
                        "to_degrees" => |x, _c: f64 from none| x.to_degrees();
                        "to_radians" => |x, _c: f64 from none| x.to_radians();
                    });
                    rows.extend(curves! { of_own_digits:
                        "c/x" => |x, c: P from divisor| c / x;
                        "x/c" => |x, c: P from divisor| x / c;
                        "x/x" => |x, _c: f64 from none| x / x;
                        "x^x" => |x, _c: f64 from none| x.pow(x);
                    });
                    rows.extend(surfaces! { of_like_digits:
                        "x^y" => |x, y from moving_exponent| x.pow(y);
                        "xlogy" => |x, y from positive| x.xlogy(y);
                        "hypot" => |x, y from of_like_or_any_size| x.hypot(y);
                        "atan2" => |y, x from of_like_or_any_size| y.atan2(x);
                        "x%y" => |x, y from of_like_or_any_size| x % y;
                        "rem_euclid" => |x, y from of_like_or_any_size| x.rem_euclid(y);
                    });
                    rows.extend(surfaces! { of_own_digits:
                        "x/y" => |x, y from of_like_or_any_size| x / y;
                    });
                    rows
                }
            }
        )*
    };
}
tables! { double f64 single f32 }

/// Equal in every bit, but for the sign of a zero, to which a chain rule adds, the kind of a NaN, and four of the smallest
/// numbers where the terms of a result are subnormal, for nests round products there in other places: so below four times the
/// smallest normal number.
fn same<P: Real>(a: P, b: P) -> bool {
    let low = |x: P| x.is_finite() && !(x * P::of(0.25)).is_normal();
    let near = || (a - b <= P::edges()[2] * P::of(4.0)) && (b - a <= P::edges()[2] * P::of(4.0));
    a == b || a.is_nan() && b.is_nan() || low(a) && low(b) && near()
}

/// Compares what two number types found, as far as both reach.
fn agree<P: Real>(one: &str, a: &[P], other: &str, b: &[P]) -> Result<(), String> {
    match a.iter().zip(b).position(|(a, b)| !same(*a, *b)) {
        Some(i) => Err(format!("{one} has {a:?}, {other} has {b:?}: they differ in {:?} and {:?}", a[i], b[i])),
        None => Ok(()),
    }
}

/// A function of the table takes its derivatives over k!, so a series of the variable has no other rounding. Where a
/// derivative is beyond the floats, the coefficient may be within them; where it is subnormal, its last digit is that of
/// numbers without a range, the coefficient's that of the floats.
fn of_like_digits<P: Real>([d1, d2, d3]: [P; 3], series: &Taylor<P, 3>) -> Result<(), String> {
    let derivatives = [d1, d2, d3];
    let scaled = [d1, d2 / P::of(2.0), d3 / P::of(6.0)];
    let shared: [P; 3] = std::array::from_fn(|i| {
        let whole = derivatives[i].is_normal() && scaled[i].is_normal() || derivatives[i] == P::ZERO;
        if whole { series.coefficients[i] } else { scaled[i] }
    });
    agree("the derivatives over k!", &scaled, "Taylor", &shared)
}

/// An operator sums scaled terms, with other roundings.
fn of_own_digits<P: Real>(_: [P; 3], _: &Taylor<P, 3>) -> Result<(), String> {
    Ok(())
}

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// In [0, 1).
    fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * 0.5f64.powi(53)
    }
    fn once_in(&mut self, n: u64) -> bool {
        self.bits().is_multiple_of(n)
    }
    /// 2ᵉ with either sign, e uniform between two.
    fn size(&mut self, low: f64, high: f64) -> f64 {
        let size = power_of_two(low + (high - low) * self.unit());
        if self.once_in(2) { size } else { -size }
    }
    fn one_of(&mut self, items: &[f64]) -> f64 {
        items[(self.bits() % items.len() as u64) as usize]
    }
}

/// 2ᵉ in two halves: the power alone may be out of range.
fn power_of_two(e: f64) -> f64 {
    let half = (e / 2.0).floor();
    half.exp2() * (e - half).exp2()
}

fn none(_: &mut Random, _: f64, _: (f64, f64)) -> f64 {
    0.0
}

/// Small integers mostly, and some of every size.
fn integer(random: &mut Random, _: f64, _: (f64, f64)) -> f64 {
    match random.bits() % 8 {
        0 => {
            random.one_of(&[-2_147_483_648.0, 2_147_483_647.0, 50_000.0, 16_777_217.0, -16_777_217.0, 1023.0, -1074.0])
        }
        1 | 2 => random.size(0.0, 31.0).trunc(),
        _ => (random.unit() * 41.0 - 20.5).round(),
    }
}

/// Quarters, numbers near integers, and numbers of every size.
fn exponent(random: &mut Random, _: f64, _: (f64, f64)) -> f64 {
    let quarter = (random.unit() * 41.0 - 20.5).round() / 4.0;
    match random.bits() % 4 {
        0 => quarter,
        1 => quarter.round() + random.size(-30.0, -1.0),
        2 => random.size(-60.0, 12.0),
        _ => random.size(-3.0, 6.0),
    }
}

/// The same, and those that bring the power to a number of any size.
fn moving_exponent(random: &mut Random, x: f64, range: (f64, f64)) -> f64 {
    if random.once_in(3) {
        let logarithm = range.0 + (range.1 - range.0) * random.unit();
        let y = logarithm / x.abs().log2();
        if y.is_finite() { y } else { logarithm }
    } else {
        exponent(random, x, range)
    }
}

/// The usual bases, bases near 1, and bases of every size.
fn base(random: &mut Random, _: f64, _: (f64, f64)) -> f64 {
    match random.bits() % 3 {
        0 => random.one_of(&[2.0, 3.0, 10.0, 0.5, 1.5, 16.0, 60.0, 1e6]),
        1 => 1.0 + random.size(-20.0, -1.0),
        _ => random.size(-100.0, 100.0).abs(),
    }
}

fn divisor(random: &mut Random, _: f64, (low, high): (f64, f64)) -> f64 {
    if random.once_in(2) { random.size(-4.0, 4.0) } else { random.size(low, high) }
}

/// Not 0.
fn of_like_or_any_size(random: &mut Random, x: f64, (low, high): (f64, f64)) -> f64 {
    let y = match random.bits() % 3 {
        0 => x * random.size(-3.0, 3.0),
        1 => x * random.size(-60.0, 60.0),
        _ => random.size(low, high),
    };
    y.abs().max(power_of_two(low)).copysign(y)
}

fn positive(random: &mut Random, x: f64, range: (f64, f64)) -> f64 {
    match random.bits() % 4 {
        0 => 1.0 + random.size(-52.0, -1.0),
        _ => of_like_or_any_size(random, x, range).abs(),
    }
}

/// What the sweep asks of a float.
trait Real: Float + Into<f64> {
    /// The logarithms to base 2 of the smallest and the largest number.
    const RANGE: (f64, f64);
    /// The number and those beside it.
    fn with_neighbours(self) -> [Self; 3];
    /// 0, 1, the smallest number, the smallest normal and the largest.
    fn edges() -> [Self; 5];
}

macro_rules! real {
    ($($float:ident $range:expr;)*) => {
        $(impl Real for $float {
            const RANGE: (f64, f64) = $range;
            fn with_neighbours(self) -> [Self; 3] {
                [self, self.next_up(), self.next_down()]
            }
            fn edges() -> [Self; 5] {
                [0.0, 1.0, $float::from_bits(1), $float::MIN_POSITIVE, $float::MAX]
            }
        })*
    };
}
real! { f64 (-1074.0, 1024.0); f32 (-149.0, 128.0); }

/// Where functions turn, overflow or end: zeros and extrema of derivatives, edges of domains, the ends of the exponentials.
const PLACES: [f64; 22] = [
    1.0,
    0.5,
    2.0,
    0.577_350_269_2,
    std::f64::consts::FRAC_1_SQRT_2,
    0.658_478_948_5,
    0.367_879_441_2,
    1.543_404_638_4,
    10.0,
    20.0,
    36.0,
    44.0,
    52.0,
    88.722_839,
    103.972_08,
    126.0,
    149.0,
    354.891_356,
    372.566_6,
    709.782_712_9,
    745.133_219_1,
    1022.0,
];

/// Both signs of each of: `cells` random numbers, one in each of as many equal cells of the exponents; a quarter as many
/// within 2^±12; a fifth as many crowding to the special places and to multiples of π/2; and the edges.
fn for_each_point<P: Real>(cells: usize, random: &mut Random, visit: &mut impl FnMut(P, &mut Random)) {
    let (low, high) = P::RANGE;
    let mut both = |x: f64, random: &mut Random| {
        visit(P::of(x), random);
        visit(P::of(-x), random);
    };
    for (cells, low, high) in [(cells, low, high), (cells / 4, -12.0, 12.0)] {
        for i in 0..cells {
            both(power_of_two(low + (high - low) * (i as f64 + random.unit()) / cells as f64), random);
        }
    }
    let crowd = cells / 10;
    for i in 0..crowd {
        let place = PLACES[i % PLACES.len()];
        both(place + place * random.size(-52.0, -1.0), random);
        let multiple = random.size(0.0, 30.0).round() * std::f64::consts::FRAC_PI_2;
        both(if random.once_in(2) { multiple } else { multiple + random.size(-52.0, -1.0) }, random);
    }
    for x in P::edges().into_iter().flat_map(P::with_neighbours).filter(|x| x.all_finite()) {
        visit(x, random);
        visit(-x, random);
    }
}

/// Writes the points of a row and returns at how many of them the number types differ.
fn sweep<P: Real>(rows: &[Row<P>], name: &str, count: usize, mut random: Random) -> io::Result<u64> {
    let row = rows.iter().find(|row| row.name == name);
    let row = row.ok_or_else(|| io::Error::other(format!("there is no row {name}: see `accuracy list`")))?;
    // of trial points, the share in the domain tells how many are needed
    let (mut trials, mut inside) = (0, 0);
    for_each_point(1000, &mut Random(random.0), &mut |x: P, random| {
        trials += 1;
        inside += usize::from(!(row.value)(x, (row.second)(random, x.into(), P::RANGE)).is_nan());
    });
    let cells = count.div_ceil(2) * trials / inside.max(1);
    let mut out = BufWriter::new(io::stdout().lock());
    let mut differing = 0;
    let mut written = Ok(());
    for_each_point(cells, &mut random, &mut |x: P, random| {
        let second = (row.second)(random, x.into(), P::RANGE);
        let nowhere = (row.value)(x, second).is_nan();
        if !P::of(second).all_finite() {
            return;
        }
        let found = (row.derivatives)(x, second).and_then(|found| match found.iter().all(|d| d.is_nan()) {
            false if nowhere => Err(format!("outside of the domain the derivatives are {found:?}")),
            _ => Ok(found),
        });
        match found {
            Ok(_) if nowhere => {}
            Ok(found) => {
                for number in [x.into(), second].into_iter().chain(found.into_iter().map(Into::into)) {
                    if written.is_ok() {
                        written = out.write_all(&f64::to_le_bytes(number));
                    }
                }
            }
            Err(difference) => {
                differing += 1;
                if differing <= 3 {
                    eprintln!("{name} at {x:?}, {second:?}: {difference}");
                }
            }
        }
    });
    written.and(out.flush()).map(|()| differing)
}
