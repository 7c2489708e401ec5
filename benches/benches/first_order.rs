//! A step of each first-order method at n = 10^6 beside a hand-written loop over the same arrays, in one interleaved run.
//!
//! `update` is the method on slices; `step` the whole `Optimizer::advance` on a problem whose gradient is x, beside the
//! hand-written loop that keeps the update and writes the next gradient, as a `State` has them. Both must lead to the same
//! numbers first. Medians of many times, and of the ratios of neighbours, which are what counts.
//!
//! `cargo bench -p benches --bench first_order`

use std::hint::black_box;
use std::time::{Duration, Instant};

use optimizers::nalgebra::DVector;
use optimizers::{
    AdaDelta, AdaGrad, AdaMax, Adam, AdamW, AmsGrad, FirstOrder, GradientDescent, Lion, Momentum, NAdam, Nesterov,
    Objective, Optimizer, RmsProp, UpdateRule,
};

const N: usize = 1_000_000;
const ROUNDS: usize = 101;
const STEP: f64 = 1e-3;

/// ½ Σ xᵢ², with the gradient put in place.
struct Bowl;

impl Objective<f64> for Bowl {
    fn dimension(&self) -> usize {
        N
    }
    fn value(&self, _x: &DVector<f64>) -> f64 {
        0.0
    }
    fn value_and_gradient(&self, x: &DVector<f64>) -> (f64, DVector<f64>) {
        (0.0, x.clone())
    }
    fn value_and_gradient_into(&self, x: &DVector<f64>, gradient: &mut DVector<f64>) -> f64 {
        gradient.copy_from(x);
        0.0
    }
}

/// The arrays of a hand-written method.
struct Arrays {
    x: Vec<f64>,
    g: Vec<f64>,
    a: Vec<f64>,
    b: Vec<f64>,
    c: Vec<f64>,
}

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
    by_hand: fn(&mut Arrays, i32),
) -> Result<(), Box<dyn std::error::Error>> {
    let start: Vec<f64> = (0..N).map(|i| (i as f64).sin() + 1.5).collect();
    let array = |value: f64| vec![value; N];
    let initial = if name == "adagrad" { 0.1 } else { 0.0 };
    let arrays = || Arrays { x: start.clone(), g: start.clone(), a: array(initial), b: array(0.0), c: array(0.0) };
    let (mut hand, mut whole) = (arrays(), arrays());
    let mut last_update = array(0.0);
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
                by_hand(black_box(&mut whole), t);
                std::mem::swap(&mut whole.g, &mut last_update);
                whole.g.copy_from_slice(&whole.x);
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

/// A loop over the arrays that are named, as one writes it by hand.
macro_rules! by_hand {
    (($($array:ident)*) $t:ident $prepare:block |$shared:pat_param| $body:block) => {{
        #[allow(unused_variables, clippy::redundant_closure_call)]
        fn walk(arrays: &mut Arrays, $t: i32) {
            let $shared = $prepare;
            let Arrays { $($array,)* .. } = arrays;
            by_hand!(@loop ($($array)*) $body)
        }
        walk
    }};
    (@loop ($x:ident $g:ident) $body:block) => {
        for ($x, $g) in $x.iter_mut().zip($g.iter()) $body
    };
    (@loop ($x:ident $g:ident $a:ident) $body:block) => {
        for (($x, $g), $a) in $x.iter_mut().zip($g.iter()).zip($a.iter_mut()) $body
    };
    (@loop ($x:ident $g:ident $a:ident $b:ident) $body:block) => {
        for ((($x, $g), $a), $b) in $x.iter_mut().zip($g.iter()).zip($a.iter_mut()).zip($b.iter_mut()) $body
    };
    (@loop ($x:ident $g:ident $a:ident $b:ident $c:ident) $body:block) => {
        for (((($x, $g), $a), $b), $c) in
            $x.iter_mut().zip($g.iter()).zip($a.iter_mut()).zip($b.iter_mut()).zip($c.iter_mut())
        $body
    };
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // cargo test runs benches too, with this argument left out
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    println!("| method | update, ms | by hand, ms | ratio | step, ms | by hand, ms | ratio |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    row("gd", GradientDescent::new(STEP)?, by_hand!((x g) t {} |()| { *x -= STEP * *g; }))?;
    row(
        "momentum",
        Momentum::new(STEP)?,
        by_hand!((x g a) t {} |()| {
            *a = *g + 0.9 * *a;
            *x -= STEP * *a;
        }),
    )?;
    row(
        "nesterov",
        Nesterov::new(STEP)?,
        by_hand!((x g a) t {} |()| {
            *a = *g + 0.9 * *a;
            *x -= STEP * (*g + 0.9 * *a);
        }),
    )?;
    row(
        "adagrad",
        AdaGrad::new(STEP)?,
        by_hand!((x g a) t {} |()| {
            *a += *g * *g;
            *x -= STEP * *g / (*a + 1e-7).sqrt();
        }),
    )?;
    row(
        "rmsprop",
        RmsProp::new(STEP)?,
        by_hand!((x g a) t {} |()| {
            *a = 0.9 * *a + 0.1 * *g * *g;
            *x -= STEP * *g / (*a + 1e-8).sqrt();
        }),
    )?;
    row(
        "adam",
        Adam::new(STEP)?,
        by_hand!((x g a b) t { (1.0 - 0.9_f64.powi(t), 1.0 - 0.999_f64.powi(t)) } |(c1, c2)| {
            *a = 0.9 * *a + 0.1 * *g;
            *b = 0.999 * *b + 0.001 * *g * *g;
            *x -= STEP * (*a / c1) / ((*b / c2).sqrt() + 1e-8);
        }),
    )?;
    row(
        "adamw",
        AdamW::new(STEP)?,
        by_hand!((x g a b) t { (1.0 - 0.9_f64.powi(t), 1.0 - 0.999_f64.powi(t)) } |(c1, c2)| {
            *a = 0.9 * *a + 0.1 * *g;
            *b = 0.999 * *b + 0.001 * *g * *g;
            *x -= STEP * ((*a / c1) / ((*b / c2).sqrt() + 1e-8) + 1e-4 * *x);
        }),
    )?;
    row(
        "amsgrad",
        AmsGrad::new(STEP)?,
        by_hand!((x g a b c) t { (1.0 - 0.9_f64.powi(t), 1.0 - 0.999_f64.powi(t)) } |(c1, c2)| {
            *a = 0.9 * *a + 0.1 * *g;
            *b = 0.999 * *b + 0.001 * *g * *g;
            *c = c.max(*b / c2);
            *x -= STEP * (*a / c1) / (c.sqrt() + 1e-8);
        }),
    )?;
    row(
        "nadam",
        NAdam::new(STEP)?,
        by_hand!((x g a b) t { (1.0 - 0.9_f64.powi(t + 1), 1.0 - 0.9_f64.powi(t), 1.0 - 0.999_f64.powi(t)) } |(c0, c1, c2)| {
            *a = 0.9 * *a + 0.1 * *g;
            *b = 0.999 * *b + 0.001 * *g * *g;
            *x -= STEP * (0.9 * *a / c0 + 0.1 * *g / c1) / ((*b / c2).sqrt() + 1e-8);
        }),
    )?;
    row(
        "adamax",
        AdaMax::new(STEP)?,
        by_hand!((x g a b) t { 1.0 - 0.9_f64.powi(t) } |c1| {
            *a = 0.9 * *a + 0.1 * *g;
            *b = (0.999_f64 * *b).max(g.abs() + 1e-8);
            *x -= STEP * (*a / c1) / *b;
        }),
    )?;
    row(
        "adadelta",
        AdaDelta::new(STEP)?,
        by_hand!((x g a b) t {} |()| {
            *a = 0.9 * *a + 0.1 * *g * *g;
            let u = (*b + 1e-6).sqrt() / (*a + 1e-6).sqrt() * *g;
            *b = 0.9 * *b + 0.1 * u * u;
            *x -= STEP * u;
        }),
    )?;
    row(
        "lion",
        Lion::new(STEP)?,
        by_hand!((x g a) t {} |()| {
            let m = 0.9 * *a + 0.1 * *g;
            let sign = if m > 0.0 { 1.0 } else if m < 0.0 { -1.0 } else { m };
            *a = 0.99 * *a + 0.01 * *g;
            *x -= STEP * (sign + 1e-3 * *x);
        }),
    )?;
    Ok(())
}
