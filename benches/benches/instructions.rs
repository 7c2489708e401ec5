//! The instructions that the main cases take, counted by callgrind, which does not depend on what else the machine does.
//! `just instructions` compares them with benches/instructions.json.

use std::hint::black_box;

use autodiff::reverse::Tape;
use autodiff::{SliceFn, gradient, hessian, jacobian};
use benches::functions::{by_hand, ours};
use benches::points::{Rosenbrock, long_point, point};
use gungraun::{library_benchmark, library_benchmark_group, main};

/// Three bodies on their ways.
const BODIES: [f64; 12] = [0.0, 0.1, 1.0, 0.2, 0.3, 1.1, 0.0, 0.4, -0.2, 0.5, 0.3, -0.6];

#[library_benchmark]
fn gradient_notebook() -> [f64; 2] {
    black_box(gradient(ours::notebook, black_box([3.0, 3.0])))
}

#[library_benchmark]
fn hessian_notebook() -> [[f64; 2]; 2] {
    black_box(hessian(ours::notebook, black_box([3.0, 3.0])))
}

#[library_benchmark]
#[bench::n(point())]
fn gradient_rosenbrock_2(x: [f64; 2]) -> [f64; 2] {
    black_box(gradient(|x| ours::rosenbrock(&x), black_box(x)))
}

#[library_benchmark]
#[bench::n(point())]
fn gradient_rosenbrock_10(x: [f64; 10]) -> [f64; 10] {
    black_box(gradient(|x| ours::rosenbrock(&x), black_box(x)))
}

#[library_benchmark]
#[bench::n(point())]
fn by_hand_rosenbrock_10(x: [f64; 10]) -> [f64; 10] {
    let mut g = [0.0; 10];
    by_hand::rosenbrock_gradient(&black_box(x), &mut g);
    black_box(g)
}

#[library_benchmark]
#[bench::n(point())]
fn gradient_ackley_10(x: [f64; 10]) -> [f64; 10] {
    black_box(gradient(|x| ours::ackley(&x), black_box(x)))
}

#[library_benchmark]
fn jacobian_spherical() -> [[f64; 3]; 3] {
    black_box(jacobian(ours::spherical, black_box([2.0, 0.7, -1.1])))
}

#[library_benchmark]
fn gradient_three_bodies() -> [f64; 12] {
    black_box(gradient(ours::three_body, black_box(BODIES)))
}

#[library_benchmark]
fn hessian_three_bodies() -> [[f64; 12]; 12] {
    black_box(hessian(ours::three_body, black_box(BODIES)))
}

#[library_benchmark]
#[bench::n(point())]
fn hessian_rosenbrock_10(x: [f64; 10]) -> [[f64; 10]; 10] {
    black_box(hessian(|x| ours::rosenbrock(&x), black_box(x)))
}

#[library_benchmark]
#[bench::n(point())]
fn hessian_ackley_10(x: [f64; 10]) -> [[f64; 10]; 10] {
    black_box(hessian(|x| ours::ackley(&x), black_box(x)))
}

/// A tape that a first call has filled, its point and where the gradient goes.
fn filled(n: usize) -> (Tape<f64>, Vec<f64>, Vec<f64>) {
    let (mut tape, x, mut slopes) = (Tape::new(), long_point(n), vec![0.0; n]);
    tape.gradient_into(|x| ours::rosenbrock(x), &x, &mut slopes).expect("the tape has room");
    (tape, x, slopes)
}

#[library_benchmark]
#[bench::n_100(filled(100))]
#[bench::n_1000(filled(1000))]
fn tape_rosenbrock((mut tape, x, mut slopes): (Tape<f64>, Vec<f64>, Vec<f64>)) -> Vec<f64> {
    tape.gradient_into(|x| ours::rosenbrock(x), black_box(&x), &mut slopes).expect("the tape has room");
    black_box(slopes)
}

#[library_benchmark]
#[bench::n(long_point(100))]
fn hessian_rosenbrock_100(x: Vec<f64>) -> Vec<Vec<f64>> {
    black_box(Rosenbrock.hessian(black_box(&x[..])))
}

library_benchmark_group!(
    name = derivatives,
    benchmarks = [
        gradient_notebook,
        hessian_notebook,
        gradient_rosenbrock_2,
        gradient_rosenbrock_10,
        by_hand_rosenbrock_10,
        gradient_ackley_10,
        jacobian_spherical,
        gradient_three_bodies,
        hessian_three_bodies,
        hessian_rosenbrock_10,
        hessian_ackley_10,
        tape_rosenbrock,
        hessian_rosenbrock_100,
    ]
);

main!(library_benchmark_groups = derivatives);
