//! The special functions and their derivatives at points over their whole domains, for `special_accuracy.py` beside it to judge.
//!
//! `special_accuracy list` prints the names. `special_accuracy NAME f64|f32 COUNT SEED` writes about COUNT points, each
//! followed by f, f', f'', f''' there, to standard output as little-endian doubles. Before, it compares number types with
//! one another bit for bit; what differs goes to standard error and makes the exit code 1.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use autodiff::{Dual, Float, HyperDual, Ordered, Taylor};

/// Rows `name, name, …; name(n) as name with n, …`.
macro_rules! call {
    ($name:expr, $x:expr; $($plain:ident)*; $($label:literal = $method:ident($n:literal))*) => {
        match $name {
            $(stringify!($plain) => Some($x.$plain()),)*
            $($label => Some($x.$method($n)),)*
            _ => None,
        }
    };
}

const NAMES: [&str; 15] = [
    "gamma",
    "ln_gamma",
    "digamma",
    "trigamma",
    "erf",
    "erfc",
    "bessel_j0",
    "bessel_j1",
    "bessel_jn(2)",
    "bessel_jn(5)",
    "bessel_jn(-10)",
    "bessel_y0",
    "bessel_y1",
    "bessel_yn(2)",
    "bessel_yn(5)",
];

fn apply<F: Float, T: Ordered<F>>(name: &str, x: T) -> Option<T> {
    call! { name, x;
        gamma ln_gamma digamma trigamma erf erfc bessel_j0 bessel_j1 bessel_y0 bessel_y1;
        "bessel_jn(2)" = bessel_jn(2) "bessel_jn(5)" = bessel_jn(5) "bessel_jn(-10)" = bessel_jn(-10)
        "bessel_yn(2)" = bessel_yn(2) "bessel_yn(5)" = bessel_yn(5)
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        ["list"] => {
            NAMES.iter().for_each(|name| println!("{name}"));
            Ok(0)
        }
        [name, precision, count, seed] => match (count.parse(), seed.parse(), precision) {
            (Ok(count), Ok(seed), "f64") => sweep::<f64>(name, count, Random(seed), (-1074.0, 1024.0)),
            (Ok(count), Ok(seed), "f32") => sweep::<f32>(name, count, Random(seed), (-149.0, 128.0)),
            _ => Err(io::Error::other("a precision is f64 or f32, count and seed are integers")),
        },
        _ => Err(io::Error::other("usage: special_accuracy list | special_accuracy NAME f64|f32 COUNT SEED")),
    };
    match outcome {
        Ok(0) => ExitCode::SUCCESS,
        Ok(differing) => {
            eprintln!("{differing} points where the number types differ");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// f, f', f'', f''', if all number types agree on them.
fn derivatives<P: Float + Into<f64>>(name: &str, x: P) -> Option<Result<[f64; 4], String>> {
    let plain: f64 = apply(name, x)?.into();
    let dual = apply(name, Dual::<P, 1>::variable(x, 0))?;
    let hyper = apply(name, HyperDual::<P, 1>::variable(x, 0))?;
    let third = apply(name, Dual::<HyperDual<P, 1>, 1>::variable(HyperDual::variable(x, 0), 0))?;
    let series = apply(name, Taylor::<P, 3>::variable(x))?;
    let found: [f64; 4] =
        [third.re.re, third.re.eps[0], third.re.hessian()[0][0], third.eps[0].hessian()[0][0]].map(Into::into);
    let ways = [
        vec![plain],
        vec![dual.re.into(), dual.eps[0].into()],
        vec![hyper.re.into(), hyper.eps[0].into(), hyper.hessian()[0][0].into()],
        vec![series.re.into(), series.derivative(1).into()],
    ];
    let same = |a: f64, b: f64| a == b || a.is_nan() && b.is_nan();
    let agree = ways.iter().all(|way| way.iter().zip(found).all(|(a, b)| same(*a, b)));
    Some(if agree { Ok(found) } else { Err(format!("{found:?} and {ways:?}")) })
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
    /// Between two numbers.
    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * ((self.bits() >> 11) as f64 * 0.5f64.powi(53))
    }
    /// 2ᵉ with either sign, e between two.
    fn size(&mut self, low: f64, high: f64) -> f64 {
        let e = self.between(low, high);
        let half = (e / 2.0).floor();
        let size = half.exp2() * (e - half).exp2();
        if self.bits().is_multiple_of(2) { size } else { -size }
    }
}

/// Zeros and extrema of the functions and their derivatives, the edges of what they are computed by, and of the range.
const PLACES: [f64; 24] = [
    1.0,
    2.0,
    10.0,
    11.0,
    12.0,
    13.0,
    0.25,
    0.5,
    0.75,
    40.0,
    -1.0,
    -0.5,
    1.461_632_144_968_362,
    2.566_344_31,
    -0.504_083_008_26,
    std::f64::consts::FRAC_1_SQRT_2,
    24.494_897_427_83,
    26.543_258_5,
    171.624_376_956_3,
    34.0,
    25.0,
    29.0,
    2.404_825_557_7,
    3.831_705_97,
];

/// Of ten points three are of any size, two within 2^±8, two within ±200, one crowds to an integer or a half from −180 to 30,
/// one to a special place, one is between −0.01 and 0.01 units from a pole of the gamma function or small itself.
fn point(i: usize, random: &mut Random, (low, high): (f64, f64)) -> f64 {
    match i % 10 {
        0..=2 => random.size(low, high),
        3 | 4 => random.size(-8.0, 8.0),
        5 | 6 => random.between(-200.0, 200.0),
        7 => random.between(-360.0, 60.0).round() / 2.0 + random.size(-52.0, -2.0),
        8 => {
            let place = PLACES[(random.bits() % PLACES.len() as u64) as usize];
            place + place * random.size(-52.0, -1.0)
        }
        _ => random.between(-30.0, 1.0).trunc() + random.size(-40.0, -6.0),
    }
}

/// Writes the points of a function and returns at how many of them the number types differ.
fn sweep<P: Float + Into<f64>>(name: &str, count: usize, mut random: Random, range: (f64, f64)) -> io::Result<u64> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut differing = 0;
    let positive = name.starts_with("bessel_y");
    for i in 0..count {
        let x = point(i, &mut random, range);
        let x = P::of(if positive { x.abs() } else { x });
        match derivatives(name, x)
            .ok_or_else(|| io::Error::other(format!("there is no function {name}: see `list`")))?
        {
            Ok(found) => {
                for number in [x.into()].into_iter().chain(found) {
                    out.write_all(&f64::to_le_bytes(number))?;
                }
            }
            Err(difference) => {
                differing += 1;
                if differing <= 3 {
                    eprintln!("{name} at {x:?}: {difference}");
                }
            }
        }
    }
    out.flush().map(|()| differing)
}
