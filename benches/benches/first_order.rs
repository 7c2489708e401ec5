//! A step of each first-order method at n = 10^6 beside a hand-written loop over the same arrays, in one interleaved run.
//!
//! `update` is the method on slices; `step` the whole `Optimizer::advance` on a problem whose gradient is x, beside the
//! hand-written loop that keeps the update and writes the next gradient, as a `State` has them. Both must lead to the same
//! numbers first. Medians of many times, and of the ratios of neighbours, which are what counts.
//!
//! `cargo bench -p benches --bench first_order`

use std::hint::black_box;
use std::time::{Duration, Instant};

use benches::first_order::{self, Arrays, Bowl, ByHand, N, Visit};
use optimizers::nalgebra::DVector;
use optimizers::{FirstOrder, Optimizer, UpdateRule};

const ROUNDS: usize = 101;

fn time(f: impl FnOnce()) -> Duration {
    let start = Instant::now();
    f();
    start.elapsed()
}

fn median(list: impl Iterator<Item = f64>) -> f64 {
    let mut list: Vec<f64> = list.collect();
    list.sort_by(f64::total_cmp);
    list[list.len() / 2]
}

/// The largest difference of two points, in units of the largest component.
fn difference(a: &[f64], b: &[f64]) -> f64 {
    let largest = b.iter().fold(0.0, |most: f64, b| most.max(b.abs()));
    a.iter().zip(b).fold(0.0, |most: f64, (a, b)| most.max((a - b).abs())) / largest
}

fn row<R: UpdateRule<f64>>(
    name: &str,
    method: FirstOrder<f64, R>,
    by_hand: ByHand,
) -> Result<(), Box<dyn std::error::Error>> {
    let start = first_order::start();
    let (mut hand, mut whole) = (Arrays::of(name), Arrays::of(name));
    let mut last_update = vec![0.0; N];
    let (mut x, mut gradient, mut memory) = (start.clone(), start.clone(), method.memory(N));
    let mut state = method.init(&Bowl, DVector::from_vec(start.clone()))?;
    let mut times = [const { Vec::new() }; 4];
    for round in 0..ROUNDS {
        hand.g.copy_from_slice(&hand.x);
        gradient.copy_from_slice(&x);
        let t = round as i32 + 1;
        let mut refused = None;
        let timed = [
            time(|| by_hand(black_box(&mut hand), t)),
            time(|| {
                let step = method.update(round, black_box(&mut x), black_box(&mut gradient), black_box(&mut memory));
                refused = step.err();
            }),
            time(|| {
                black_box(&mut whole).step(by_hand, t, &mut last_update);
            }),
            time(|| drop(black_box(method.advance(&Bowl, black_box(&mut state))))),
        ];
        if let Some(refused) = refused {
            return Err(refused.into());
        }
        let off = difference(&x, &hand.x).max(difference(state.iterate.x.as_slice(), &whole.x));
        if off.is_nan() || off > 1e-12 {
            return Err(format!("{name}: after {t} steps the numbers differ by {off:e}").into());
        }
        for (times, time) in times.iter_mut().zip(timed) {
            times.push(time);
        }
    }
    let ratio = |ours: usize, theirs: usize| {
        median(times[ours].iter().zip(&times[theirs]).map(|(a, b)| a.as_secs_f64() / b.as_secs_f64()))
    };
    let [update_ratio, step_ratio] = [ratio(1, 0), ratio(3, 2)];
    let ms = |i: usize| median(times[i].iter().map(|time| time.as_secs_f64() * 1e3));
    let [hand, update, whole, step] = [0, 1, 2, 3].map(ms);
    println!("| {name} | {update:.2} | {hand:.2} | {update_ratio:.2} | {step:.2} | {whole:.2} | {step_ratio:.2} |");
    Ok(())
}

/// Prints a row for each method.
struct Print;

impl Visit for Print {
    type Error = Box<dyn std::error::Error>;

    fn method<R: UpdateRule<f64>>(
        &mut self,
        name: &str,
        method: FirstOrder<f64, R>,
        by_hand: ByHand,
    ) -> Result<(), Self::Error> {
        row(name, method, by_hand)
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // cargo test runs benches too, with this argument left out
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    println!("| method | update, ms | by hand, ms | ratio | step, ms | by hand, ms | ratio |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    first_order::each(&mut Print)
}
