//! Over threads: the same bits whatever their number.

use std::sync::atomic::{AtomicBool, Ordering};

use autodiff::{
    Ordered, SliceFn, SliceMap, function, gradient, hessian, par_gradients, par_hessian, par_hessians, par_jacobian,
};

function! {
    fn chain(x: []) {
        x.windows(3).map(|x| (x[0] * x[1]).sin() / (x[2] * x[2] + 1.5) + if x[0] > x[1] { x[0].exp() } else { x[2] }).sum()
    }
    fn differences(x: []) -> [] { x.windows(3).map(|x| (x[1] - x[0] * x[2]).tanh()).collect() }
}

fn of_three<T: Ordered>([x, y, z]: [T; 3]) -> T {
    if x > y { (x * y).sin() * z.exp() } else { z / (x * x + 0.5) + y.abs() }
}

#[test]
fn the_same_bits_for_every_number_of_threads() {
    let point = |n: usize| (0..n).map(|i| ((i * 37) % 101) as f64 / 25.0 - 2.0).collect::<Vec<_>>();
    let points: Vec<[f64; 3]> = point(3 * 1003).chunks(3).map(|x| [x[0], x[1], x[2]]).collect();
    let bits = |x: &[f64]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    let gradients: Vec<_> = points.iter().map(|x| gradient(of_three, *x)).collect();
    let hessians: Vec<_> = points.iter().map(|x| hessian(of_three, *x)).collect();
    let wants = (bits(gradients.as_flattened()), bits(hessians.as_flattened().as_flattened()));
    for threads in [1, 2, 3, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            assert_eq!(bits(par_gradients(of_three, &points).as_flattened()), wants.0, "{threads} threads");
            assert_eq!(
                bits(par_hessians(of_three, &points).as_flattened().as_flattened()),
                wants.1,
                "{threads} threads"
            );
            for n in [0, 1, 3, 8, 9, 12, 13, 16, 17, 50, 97] {
                let x = point(n);
                let h = (par_hessian(&chain, &x), chain.hessian(&x));
                assert_eq!(bits(&h.0.concat()), bits(&h.1.concat()), "n = {n}, {threads} threads");
                let j = (par_jacobian(&differences, &x), differences.jacobian(&x));
                assert_eq!(
                    (j.0.len(), bits(&j.0.concat())),
                    (j.1.len(), bits(&j.1.concat())),
                    "n = {n}, {threads} threads"
                );
            }
        });
    }
    assert!(par_gradients(of_three, &[[0.0; 3]; 0]).is_empty());
}

/// A map whose first result is longer than the others.
struct Shorter(AtomicBool);

impl SliceMap for Shorter {
    fn call<T: Ordered>(&self, x: &[T]) -> Vec<T> {
        let first = self.0.swap(false, Ordering::Relaxed);
        let sum: T = x.iter().copied().sum();
        if first { vec![sum, sum * 3.0] } else { vec![sum] }
    }
}

#[test]
fn what_a_shorter_result_leaves_out_is_nan() {
    let j = par_jacobian(&Shorter(AtomicBool::new(true)), &[1.0; 40]);
    assert_eq!((j.len(), &j[0]), (2, &vec![1.0; 40]));
    let known = j[1].iter().filter(|slope| **slope == 3.0).count();
    let unknown = j[1].iter().filter(|slope| slope.is_nan()).count();
    assert!([(16, 24), (8, 32)].contains(&(known, unknown)), "{j:?}");
}

#[test]
fn single_precision_too() {
    let x: Vec<f32> = (0..40_u8).map(|i| f32::from(i) / 16.0).collect();
    assert_eq!(par_hessian(&chain, &x), chain.hessian(&x));
    assert_eq!(par_jacobian(&differences, &x), differences.jacobian(&x));
}

/// Where a sweep's slopes do not fit the floats, both go forward.
#[test]
fn a_hessian_that_a_sweep_has_not() {
    function! { fn steep(x: []) { (x[0] * x[0]).ln() + x[1] * x[2] } }

    let mut x = vec![1.5_f64; 20];
    x[0] = 1e110;
    let h = par_hessian(&steep, &x);
    assert_eq!(h, steep.hessian(&x));
    assert!((h[0][0] / -2e-220 - 1.0).abs() < 1e-14, "{:e}", h[0][0]);
    assert_eq!(h[1][2], 1.0);
}
