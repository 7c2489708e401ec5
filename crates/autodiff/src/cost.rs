//! What derivatives cost, measured: in evaluations of the function.

use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::drivers::chunks;
use crate::number::Float;
use crate::reverse::{self, Tape};
use crate::sparse::{SparseHessian, SparseJacobian};
use crate::{Dual, SliceFn, SliceMap};

/// What is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Derivative {
    /// ∂f/∂xᵢ of one number, with the value.
    Gradient,
    /// ∂²f/∂xᵢ∂xⱼ of one number.
    Hessian,
    /// ∂fᵢ/∂xⱼ of several numbers, with the values.
    Jacobian,
}

/// How it is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// As [`SliceFn`] or [`SliceMap`] does by itself.
    Chosen,
    /// Forward passes in chunks of so many variables ([`Chunks`](crate::Chunks)), for second derivatives in blocks of so
    /// many by so many.
    Forward {
        /// How many variables move in a pass.
        width: usize,
    },
    /// A reverse sweep for each result, on a tape that is kept ([`Tape`]).
    Reverse,
    /// Sweeps that are differentiated forward, eight columns at a time ([`reverse::hessian`]).
    ForwardOverReverse,
    /// The entries of a pattern only ([`sparse`](crate::sparse)); finding and colouring the pattern is not counted.
    Sparse {
        /// How many colours the pattern has.
        colours: usize,
    },
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mode::Chosen => f.write_str("as chosen"),
            Mode::Forward { width } => write!(f, "forward, {width} at a time"),
            Mode::Reverse => f.write_str("reverse"),
            Mode::ForwardOverReverse => f.write_str("forward over reverse"),
            Mode::Sparse { colours } => write!(f, "sparse, {colours} colours"),
        }
    }
}

/// What one derivative costs by one mode.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// What is computed.
    pub derivative: Derivative,
    /// How.
    pub mode: Mode,
    /// The time of one call.
    pub time: Duration,
    /// How many evaluations of the function on plain floats take that long.
    pub evaluations: f64,
}

/// What the derivatives of a function cost, by each mode. It prints as a table.
#[derive(Clone, Debug)]
pub struct Costs {
    /// How many variables there are.
    pub variables: usize,
    /// The time of one evaluation on plain floats.
    pub plain: Duration,
    /// The derivatives by each mode.
    pub costs: Vec<Cost>,
}

impl Costs {
    /// The cheapest way to a derivative.
    pub fn recommended(&self, derivative: Derivative) -> Option<&Cost> {
        self.costs.iter().filter(|cost| cost.derivative == derivative).min_by_key(|cost| cost.time)
    }
}

impl fmt::Display for Costs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "one evaluation of {} variables: {:?}", self.variables, self.plain)?;
        for cost in &self.costs {
            let best = self.recommended(cost.derivative).is_some_and(|best| best.mode == cost.mode);
            let derivative = format!("{:?}", cost.derivative);
            let mode = cost.mode.to_string();
            let mark = if best { "  <- recommended" } else { "" };
            writeln!(f, "{derivative:9} {mode:24} {:>10.1} evaluations{mark}", cost.evaluations)?;
        }
        Ok(())
    }
}

/// How much gradient and Hessian of a function cost at x, by each mode that there is for its number of variables, in
/// evaluations of the function. The modes are timed in turn, round by round, and the medians compared; it takes some
/// hundredths of a second, or a few calls by each mode where these are long.
///
/// ```
/// use autodiff::{Derivative, cost, function};
///
/// function! { fn chain(x: []) { x.windows(2).map(|x| (x[1] - x[0] * x[0]).sin()).sum() } }
///
/// let costs = cost(&chain, &[0.5; 50]);
/// println!("{costs}");
/// let gradient = costs.recommended(Derivative::Gradient).unwrap();
/// assert!(gradient.evaluations > 0.0);
/// ```
pub fn cost<F: Float>(f: &impl SliceFn<F>, x: &[F]) -> Costs {
    let mut timed = Timed::new(|| {
        black_box(f.at(black_box(x)));
    });
    let mut slopes = vec![F::ZERO; x.len()];
    timed.mode(Derivative::Gradient, Mode::Chosen, || drop(black_box(f.gradient(black_box(x)))));
    macro_rules! forward {
        ($($width:literal)*) => {
            $(
                if fits($width, x.len()) {
                    let (mut numbers, mut slopes) = (Vec::new(), slopes.clone());
                    timed.mode(Derivative::Gradient, Mode::Forward { width: $width }, move || {
                        black_box(chunks::gradient::<F, $width>(black_box(x), &mut numbers, &mut slopes, |x| f.call(x)));
                    });
                }
            )*
        };
    }
    forward! { 1 2 4 8 12 16 24 }
    let mut tape = Tape::new();
    if tape.gradient_into(|x| f.call(x), x, &mut slopes).is_ok() {
        timed.mode(Derivative::Gradient, Mode::Reverse, move || {
            let _ = black_box(tape.gradient_into(|x| f.call(x), black_box(x), &mut slopes));
        });
        timed.mode(Derivative::Hessian, Mode::ForwardOverReverse, || {
            drop(black_box(reverse::hessian(|x| f.call(x), black_box(x))));
        });
    }
    timed.mode(Derivative::Hessian, Mode::Chosen, || drop(black_box(f.hessian(black_box(x)))));
    timed.mode(Derivative::Hessian, Mode::Forward { width: 4 }, || {
        drop(black_box(crate::hessian(|x: &[_]| f.call(x), black_box(x))));
    });
    if let Ok(sparse) = SparseHessian::of(f, x) {
        timed.mode(Derivative::Hessian, Mode::Sparse { colours: sparse.colours() }, move || {
            drop(black_box(sparse.at(f, black_box(x))));
        });
    }
    timed.measured(x.len())
}

/// How much the Jacobian of a function costs at x, as [`cost`].
///
/// ```
/// use autodiff::{Derivative, cost_of_map, function};
///
/// function! { fn products(x: []) -> [] { x.windows(2).map(|x| x[0] * x[1]).collect() } }
///
/// let costs = cost_of_map(&products, &[0.5; 50]);
/// assert!(costs.recommended(Derivative::Jacobian).unwrap().evaluations > 0.0);
/// ```
pub fn cost_of_map<F: Float>(f: &impl SliceMap<F>, x: &[F]) -> Costs {
    let mut timed = Timed::new(|| drop(black_box(f.at(black_box(x)))));
    timed.mode(Derivative::Jacobian, Mode::Chosen, || drop(black_box(f.jacobian(black_box(x)))));
    macro_rules! forward {
        ($($width:literal)*) => {
            $(
                if fits($width, x.len()) {
                    timed.mode(Derivative::Jacobian, Mode::Forward { width: $width }, || {
                        black_box(chunks::jacobian::<F, Vec<Dual<F, $width>>, $width>(black_box(x), |x| f.call(x)));
                    });
                }
            )*
        };
    }
    forward! { 1 2 4 8 12 16 24 }
    if reverse::jacobian(|x| f.call(x), x).is_ok() {
        timed.mode(Derivative::Jacobian, Mode::Reverse, || {
            drop(black_box(reverse::jacobian(|x| f.call(x), black_box(x))));
        });
    }
    if let Ok(sparse) = SparseJacobian::of(f, x) {
        timed.mode(Derivative::Jacobian, Mode::Sparse { colours: sparse.colours() }, move || {
            drop(black_box(sparse.at(f, black_box(x))));
        });
    }
    timed.measured(x.len())
}

/// Whether a chunk of a width is worth trying for n variables: not if the next smaller one holds all of them.
fn fits(width: usize, n: usize) -> bool {
    width == 1 || width < 2 * n.max(1)
}

/// How long each round of a mode is to take.
const SLICE: Duration = Duration::from_micros(200);
const ROUNDS: usize = 9;

type Run<'a> = Box<dyn FnMut() + 'a>;

struct Timed<'a> {
    plain: Run<'a>,
    modes: Vec<(Derivative, Mode, Run<'a>)>,
}

impl<'a> Timed<'a> {
    fn new(plain: impl FnMut() + 'a) -> Self {
        Timed { plain: Box::new(plain), modes: Vec::new() }
    }

    fn mode(&mut self, derivative: Derivative, mode: Mode, run: impl FnMut() + 'a) {
        self.modes.push((derivative, mode, Box::new(run)));
    }

    /// The medians of interleaved rounds.
    fn measured(mut self, variables: usize) -> Costs {
        let calls_of = |run: &mut Run<'_>| calls_within_a_slice(|calls| seconds(run, calls));
        let mut calls = vec![calls_of(&mut self.plain)];
        calls.extend(self.modes.iter_mut().map(|(_, _, run)| calls_of(run)));
        let mut times = vec![Vec::with_capacity(ROUNDS); calls.len()];
        for _ in 0..ROUNDS {
            let runs = self.modes.iter_mut().map(|(_, _, run)| run);
            for ((run, calls), times) in std::iter::once(&mut self.plain).chain(runs).zip(&calls).zip(&mut times) {
                // of what takes long, three rounds are enough
                let long = times.first().is_some_and(|time: &f64| *time > 50.0 * SLICE.as_secs_f64());
                if !(long && times.len() >= 3) {
                    times.push(seconds(run, *calls) / *calls as f64);
                }
            }
        }
        let medians: Vec<f64> = times.into_iter().map(median).collect();
        let plain = medians[0].max(f64::MIN_POSITIVE);
        let costs = self.modes.iter().zip(&medians[1..]).map(|((derivative, mode, _), time)| Cost {
            derivative: *derivative,
            mode: *mode,
            time: Duration::from_secs_f64(*time),
            evaluations: time / plain,
        });
        Costs { variables, plain: Duration::from_secs_f64(plain), costs: costs.collect() }
    }
}

fn seconds(run: &mut dyn FnMut(), calls: u32) -> f64 {
    let start = Instant::now();
    for _ in 0..calls {
        run();
    }
    start.elapsed().as_secs_f64()
}

/// How many calls take about a slice, but one at least, by how many seconds so many take.
fn calls_within_a_slice(mut seconds_of: impl FnMut(u32) -> f64) -> u32 {
    let mut calls = 1;
    while calls < 1 << 24 {
        let time = seconds_of(calls);
        if time >= SLICE.as_secs_f64() / 2.0 {
            return (calls as f64 * (SLICE.as_secs_f64() / time)).max(1.0) as u32;
        }
        calls *= 2;
    }
    calls
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    /// How often a function that takes so long is called.
    fn calls_of(time: Duration) -> usize {
        let calls = Cell::new(0);
        let costs = Timed::new(|| {
            calls.set(calls.get() + 1);
            std::thread::sleep(time);
        })
        .measured(0);
        assert!(costs.plain >= time, "{costs}");
        calls.get()
    }

    #[test]
    fn what_takes_long_is_called_in_three_rounds() {
        // and once beforehand
        assert_eq!(calls_of(Duration::from_millis(11)), 4);
        // on a busy machine, a short sleep may be long
        let short = (0..5).map(|_| calls_of(Duration::from_micros(500))).max();
        assert_eq!(short, Some(1 + ROUNDS));
    }

    #[test]
    fn what_is_short_is_called_many_times_a_round() {
        let time = Timed::new(|| _ = black_box(1)).measured(0).plain;
        assert!(time < SLICE / 10, "{time:?}");
    }

    /// Doubled until they take half a slice, from which the calls of a whole one follow.
    #[test]
    fn calls_fill_a_slice() {
        let slice = SLICE.as_secs_f64();
        for (calls_a_slice, tried, want) in [
            (0.001, 1, 1),
            (1.5, 1, 1),
            (2.0, 1, 2),
            (2.5, 2, 2),
            (10.5, 8, 10),
            (500.5, 256, 500),
            (f64::INFINITY, (1 << 23), 1 << 24),
        ] {
            let mut last = 0;
            let calls = calls_within_a_slice(|calls| {
                last = calls;
                slice * (f64::from(calls) / calls_a_slice)
            });
            assert_eq!((calls, last), (want, tried), "{calls_a_slice} calls take a slice");
        }
    }

    #[test]
    fn the_median_has_as_many_below_as_above() {
        assert_eq!(median(vec![5.0, 1.0, 9.0, 2.0, 7.0]), 5.0);
    }
}
