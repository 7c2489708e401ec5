//! Gradients and Hessians of Rosenbrock's function: ours, by hand, num-dual.

use std::hint::black_box;

use autodiff::{Function, Operators, gradient, hessian};
use benches::{Rosenbrock, rosenbrock_gradient, rosenbrock_num_dual};
use criterion::{Criterion, criterion_group, criterion_main};

fn point<const N: usize>() -> [f64; N] {
    std::array::from_fn(|i| 0.3 + 0.1 * i as f64)
}

fn gradients<const N: usize>(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group(format!("gradient of Rosenbrock, n = {N}"));
    group.bench_function("by hand", |b| b.iter(|| rosenbrock_gradient(black_box(point::<N>()))));
    group.bench_function("closure", |b| b.iter(|| gradient(|x| Rosenbrock.call(x), black_box(point::<N>()))));
    group.bench_function("operator", |b| b.iter(|| Rosenbrock.gradient().at(black_box(point::<N>()))));
    group.bench_function("num-dual", |b| {
        b.iter(|| {
            let x = nalgebra::SVector::<f64, N>::from(black_box(point::<N>()));
            num_dual::gradient(|x| rosenbrock_num_dual::<_, N>(std::array::from_fn(|i| x[i])), &x)
        });
    });
    group.finish();
}

fn hessians<const N: usize>(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group(format!("Hessian of Rosenbrock, n = {N}"));
    group.bench_function("hyper-dual", |b| b.iter(|| hessian(|x| Rosenbrock.call(x), black_box(point::<N>()))));
    group.bench_function("nested", |b| b.iter(|| Rosenbrock.gradient().jacobian().at(black_box(point::<N>()))));
    group.bench_function("num-dual", |b| {
        b.iter(|| {
            let x = nalgebra::SVector::<f64, N>::from(black_box(point::<N>()));
            num_dual::hessian(|x| rosenbrock_num_dual::<_, N>(std::array::from_fn(|i| x[i])), &x)
        });
    });
    group.finish();
}

criterion_group!(derivatives, gradients::<2>, gradients::<10>, hessians::<2>, hessians::<10>);
criterion_main!(derivatives);
