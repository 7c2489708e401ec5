//! Gradients, Jacobians and Hessians of n variables: ours by each route, by hand, and by num-dual. Beside one another, with all
//! peers and checked: `cargo run --release -p benches --bin ratios`.

use std::hint::black_box;

use autodiff::reverse::Tape;
use autodiff::{Chunks, SliceFn, Workspace, gradient, hessian, jacobian, reverse};
use benches::functions::{by_hand, num_dual as of_num_dual, ours};
use benches::points::{Rosenbrock, long_point, point};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use nalgebra::SVector;

fn of_arrays<const N: usize>(criterion: &mut Criterion) {
    let x = point::<N>();
    let mut group = criterion.benchmark_group(format!("gradient of Rosenbrock, n = {N}"));
    group.bench_function("by hand", |b| {
        let mut g = [0.0; N];
        b.iter(|| {
            by_hand::rosenbrock_gradient(black_box(&x), &mut g);
            black_box(g)
        });
    });
    group.bench_function("array", |b| b.iter(|| gradient(|x| ours::rosenbrock(&x), black_box(x))));
    group.bench_function("slice", |b| b.iter(|| gradient(ours::rosenbrock, &black_box(x)[..])));
    group.bench_function("SliceFn", |b| b.iter(|| Rosenbrock.gradient(black_box(&x))));
    group.bench_function("num-dual", |b| {
        b.iter(|| {
            let x = SVector::from(black_box(x));
            num_dual::gradient(|x| of_num_dual::rosenbrock::<_>(x.as_slice()), &x)
        });
    });
    group.finish();

    let mut group = criterion.benchmark_group(format!("Hessian of Rosenbrock, n = {N}"));
    group.bench_function("array", |b| b.iter(|| hessian(|x| ours::rosenbrock(&x), black_box(x))));
    group.bench_function("slice", |b| b.iter(|| hessian(ours::rosenbrock, &black_box(x)[..])));
    group.bench_function("SliceFn", |b| b.iter(|| Rosenbrock.hessian(black_box(&x))));
    group.bench_function("num-dual", |b| {
        b.iter(|| {
            let x = SVector::from(black_box(x));
            num_dual::hessian(|x| of_num_dual::rosenbrock::<_>(x.as_slice()), &x)
        });
    });
    group.finish();
}

fn jacobians(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("Jacobian of spherical coordinates");
    let x = [2.0, 0.7, -1.1];
    group.bench_function("by hand", |b| b.iter(|| by_hand::spherical_jacobian(black_box(x))));
    group.bench_function("array", |b| b.iter(|| jacobian(ours::spherical, black_box(x))));
    group.finish();
}

fn of_slices(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("gradient of Rosenbrock, many variables");
    for n in [100, 1000, 10_000] {
        let x = long_point(n);
        let mut g = vec![0.0; n];
        group.bench_with_input(BenchmarkId::new("by hand", n), &x, |b, x| {
            b.iter(|| by_hand::rosenbrock_gradient(black_box(x), &mut g));
        });
        group.bench_with_input(BenchmarkId::new("SliceFn", n), &x, |b, x| b.iter(|| Rosenbrock.gradient(black_box(x))));
        let mut tape = Tape::new();
        group.bench_with_input(BenchmarkId::new("sweep, tape kept", n), &x, |b, x| {
            b.iter(|| tape.gradient_into(|x| ours::rosenbrock(x), black_box(x), &mut g));
        });
        if n <= 1000 {
            let mut workspace = Workspace::<f64>::new();
            group.bench_with_input(BenchmarkId::new("forward, workspace", n), &x, |b, x| {
                b.iter(|| workspace.gradient(ours::rosenbrock, black_box(x), &mut g));
            });
            group.bench_with_input(BenchmarkId::new("forward, chunks of 24", n), &x, |b, x| {
                b.iter(|| gradient(ours::rosenbrock, Chunks::<_, 24>(black_box(x))));
            });
        }
    }
    group.finish();

    let mut group = criterion.benchmark_group("Hessian of Rosenbrock, many variables");
    group.sample_size(10);
    for n in [100, 1000] {
        let x = long_point(n);
        let v = vec![1.0; n];
        group.bench_with_input(BenchmarkId::new("forward over reverse", n), &x, |b, x| {
            b.iter(|| Rosenbrock.hessian(black_box(x)));
        });
        group.bench_with_input(BenchmarkId::new("times a vector", n), &x, |b, x| {
            b.iter(|| reverse::hvp(|x| ours::rosenbrock(x), black_box(x), &v));
        });
    }
    group.finish();
}

criterion_group!(derivatives, of_arrays::<2>, of_arrays::<10>, of_arrays::<12>, jacobians, of_slices);
criterion_main!(derivatives);
