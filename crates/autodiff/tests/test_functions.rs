//! Value, gradient and Hessian of eleven test functions against correctly rounded values, by every route.

mod common;

use autodiff::sparse::SparseHessian;
use autodiff::{
    Chunks, Dual, HyperDual, Operators, Ordered, ScalarFn, SliceFn, directional_derivatives, function, gradient,
    hessian, jacobian, reverse, value_and_gradient, value_and_hessian, value_gradient_hessian,
};
use common::{Grid, Real, hex, hexes, reference, ulps_of_term};
use serde_json::Value;

mod functions {
    use super::*;

    function! {
        pub fn notebook([x0, x1]) { let y = [x0, x1 * x1]; y[0] * y[0] + y[1] * y[1] }
        pub fn rosenbrock_2(x: [2]) {
            x.windows(2).map(|x| (x[1] - x[0].powi(2)).powi(2) * 100.0 + (x[0] - 1.0).powi(2)).sum()
        }
        pub fn rosenbrock_10(x: [10]) {
            x.windows(2).map(|x| (x[1] - x[0].powi(2)).powi(2) * 100.0 + (x[0] - 1.0).powi(2)).sum()
        }
        pub fn ackley_10(x: [10]) {
            let mean_square = x.into_iter().map(|x| x * x).sum::<T>() / 10.0;
            let mean_cosine = x.into_iter().map(|x| (x * 6.283185307179586).cos()).sum::<T>() / 10.0;
            (mean_square.sqrt() * -0.2).exp() * -20.0 - mean_cosine.exp() + 20.0 + 2.718281828459045
        }
        pub fn himmelblau([x0, x1]) { (x0 * x0 + x1 - 11.0).powi(2) + (x0 + x1 * x1 - 7.0).powi(2) }
        pub fn beale([x0, x1]) {
            (x0 * x1 - x0 + 1.5).powi(2) + (x0 * x1.powi(2) - x0 + 2.25).powi(2) + (x0 * x1.powi(3) - x0 + 2.625).powi(2)
        }
        pub fn powell_singular([x0, x1, x2, x3]) {
            (x0 + x1 * 10.0).powi(2) + (x2 - x3).powi(2) * 5.0 + (x1 - x2 * 2.0).powi(4) + (x0 - x3).powi(4) * 10.0
        }
        pub fn booth([x0, x1]) { (x0 + x1 * 2.0 - 7.0).powi(2) + (x0 * 2.0 + x1 - 5.0).powi(2) }
        pub fn exp_sin([x0, x1, x2]) { (x0 * x1).exp() * x2.sin() + (x0 * x0).ln_1p() / x1.sqrt() }
        pub fn rational_tanh([x0, x1, x2]) { x0.tanh() / (x1 * x1 + 1.0) + (x2 / x1).atan() }
        pub fn pow_mixed([x0, x1]) { x0.pow(x1) + x1.pow(x0) }
    }
}

/// The largest size of some numbers.
fn largest(numbers: &[f64]) -> f64 {
    numbers.iter().fold(0.0, |a, b| f64::max(a, b.abs()))
}

/// Value, gradient and Hessian by one route.
type Route<const N: usize> = (&'static str, f64, [f64; N], [[f64; N]; N]);

fn by<T: Grid<N, Precision = f64>, const N: usize>(y: T) -> (f64, [f64; N], [[f64; N]; N]) {
    let at = |path: &[usize]| y.partial(path).unwrap();
    (at(&[]), std::array::from_fn(|i| at(&[i])), std::array::from_fn(|i| std::array::from_fn(|j| at(&[i, j]))))
}

fn every_route<const N: usize>(f: impl ScalarFn<N> + Operators + Copy, x: [f64; N]) -> Vec<Route<N>> {
    let (value, g) = value_and_gradient(|x| f.call(x), x);
    let (value_again, h) = value_and_hessian(|x| f.call(x), x);
    let (value_once_more, g_again, h_again) = value_gradient_hessian(|x| f.call(x), x);
    let nested = jacobian(|x| gradient(|x| f.call(x), x), x);
    let route = |name, (value, g, h)| -> Route<N> { (name, value, g, h) };
    let square = |h: Vec<Vec<f64>>| std::array::from_fn(|i| std::array::from_fn(|j| h[i][j]));
    let array = |g: Vec<f64>| g.try_into().unwrap();
    let of_slice = value_gradient_hessian(|x: &[_]| f.call(std::array::from_fn(|i| x[i])), &x);
    let in_chunks = value_gradient_hessian(|x: &[_]| f.call(std::array::from_fn(|i| x[i])), Chunks::<_, 3>(&x));
    let (swept, slopes) = reverse::value_and_gradient(|x| f.call(std::array::from_fn(|i| x[i])), &x).unwrap();
    let swept_twice = reverse::hessian(|x| f.call(std::array::from_fn(|i| x[i])), &x).unwrap();
    let mut all = vec![
        ("slice", of_slice.0, array(of_slice.1), square(of_slice.2)),
        ("slice in chunks of three", in_chunks.0, array(in_chunks.1), square(in_chunks.2)),
        ("reverse sweep", swept, array(slopes), square(swept_twice)),
        by_taylor(f, x),
    ];
    all.extend(by_vectors(f, x));
    all.extend(by_kept_memory(f, x));
    all.extend([
        ("value_and_gradient, value_and_hessian", value, g, h),
        ("value_gradient_hessian", value_once_more, g_again, h_again),
        ("gradient, hessian", value_again, gradient(|x| f.call(x), x), hessian(|x| f.call(x), x)),
        ("jacobian of gradient", f.call(x), g, nested),
        ("operators: gradient, hessian", f.at(x), f.gradient().at(x), f.hessian().at(x)),
        ("operators: gradient, gradient.jacobian", f.at(x), f.gradient().at(x), f.gradient().jacobian().at(x)),
        route("HyperDual", by(f.call(HyperDual::variables(x)))),
        route("Dual<Dual>", by(f.call(Dual::variables(Dual::variables(x))))),
        route("Dual<HyperDual>", by(f.call(Dual::variables(HyperDual::variables(x))))),
        route("HyperDual<Dual>", by(f.call(HyperDual::variables(Dual::variables(x))))),
    ]);
    all
}

/// Value and gradient with the bits of the forward drivers: in chunks of each width from 1 to 40, and over threads.
fn the_same_bits<const N: usize>(f: impl ScalarFn<N> + Copy + Sync, x: [f64; N], name: &Value) {
    let (value, want) = value_and_gradient(|x| f.call(x), x);
    let bits = |x: &[f64]| x.iter().map(|x| x.bits()).collect::<Vec<_>>();
    macro_rules! chunks {
        ($($width:literal)*) => {
            $(
                let (found, slopes) = in_chunks::<N, $width>(f, &x);
                assert_eq!((found.bits(), bits(&slopes)), (value.bits(), bits(&want)), "{name} in chunks of {}", $width);
            )*
        };
    }
    chunks! { 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 }
    #[cfg(feature = "rayon")]
    {
        let points: Vec<[f64; N]> = (0..20).map(|k| x.map(|x| x * (1.0 + 0.01 * f64::from(k % 7)))).collect();
        let gradients = autodiff::par_gradients(|x| f.call(x), &points);
        let hessians = autodiff::par_hessians(|x| f.call(x), &points);
        assert_eq!(bits(&gradients[14]), bits(&want), "{name} over threads");
        let second = hessian(|x| f.call(x), x);
        assert_eq!(bits(hessians[14].as_flattened()), bits(second.as_flattened()), "{name} over threads");
    }
}

fn in_chunks<const N: usize, const W: usize>(f: impl ScalarFn<N>, x: &[f64; N]) -> (f64, Vec<f64>) {
    value_and_gradient(|x: &[_]| f.call(std::array::from_fn(|i| x[i])), Chunks::<_, W>(x))
}

/// By the workspace of sweeps, and by colours.
fn by_kept_memory<const N: usize>(f: impl ScalarFn<N> + Copy, x: [f64; N]) -> [Route<N>; 2] {
    struct OfSlice<Fun, const N: usize>(Fun);
    impl<Fun: ScalarFn<N>, const N: usize> SliceFn for OfSlice<Fun, N> {
        fn call<T: Ordered>(&self, x: &[T]) -> T {
            self.0.call(std::array::from_fn(|i| x[i]))
        }
    }
    let of_slice = OfSlice::<_, N>(f);
    let mut swept = reverse::Workspace::new();
    let (mut g, mut along, mut h) = ([0.0; N], [0.0; N], [[0.0; N]; N]);
    let value = swept.hvp(|x| of_slice.call(x), &x, &[1.0; N], &mut g, &mut along).unwrap();
    swept.hessian(|x| of_slice.call(x), &x, h.as_flattened_mut()).unwrap();
    let found = SparseHessian::of(&of_slice, &x).unwrap().at(&of_slice, &x).unwrap();
    let dense = found.hessian.to_dense();
    let sparse = std::array::from_fn(|i| std::array::from_fn(|j| dense[i][j]));
    [("reverse workspace", value, g, h), ("sparse", found.value, found.gradient.try_into().unwrap(), sparse)]
}

/// Second derivatives in the directions eᵢ and eᵢ + eⱼ give the Hessian: 2 hᵢⱼ = d²(eᵢ + eⱼ) − hᵢᵢ − hⱼⱼ.
fn by_taylor<const N: usize>(f: impl ScalarFn<N>, x: [f64; N]) -> Route<N> {
    let along = |v: [f64; N]| directional_derivatives::<2, _, _>(|x| f.call(x), x, v);
    let unit = |i: usize| std::array::from_fn(|k| if k == i { 1.0 } else { 0.0 });
    let pure: [_; N] = std::array::from_fn(|i| along(unit(i)).1);
    let h = std::array::from_fn(|i| {
        std::array::from_fn(|j| {
            if i == j {
                return pure[i][1];
            }
            let both = std::array::from_fn(|k| if k == i || k == j { 1.0 } else { 0.0 });
            (along(both).1[1] - pure[i][1] - pure[j][1]) / 2.0
        })
    });
    ("Taylor", along([0.0; N]).0, pure.map(|d| d[0]), h)
}

#[cfg(feature = "nalgebra")]
fn by_vectors<const N: usize>(f: impl ScalarFn<N>, x: [f64; N]) -> Vec<Route<N>> {
    use nalgebra::{DVector, SVector};

    let (value, g, h) = value_gradient_hessian(|x| f.call(x.into()), SVector::from(x));
    let fixed = ("SVector", value, g.into(), std::array::from_fn(|i| std::array::from_fn(|j| h[(i, j)])));
    let point = DVector::from_column_slice(&x);
    let (value, g, h) = value_gradient_hessian(|x: &DVector<_>| f.call(std::array::from_fn(|i| x[i])), &point);
    let g = std::array::from_fn(|i| g[i]);
    let h = std::array::from_fn(|i| std::array::from_fn(|j| h[(i, j)]));
    vec![fixed, ("DVector", value, g, h)]
}

#[cfg(not(feature = "nalgebra"))]
fn by_vectors<const N: usize>(_: impl ScalarFn<N>, _: [f64; N]) -> Vec<Route<N>> {
    vec![]
}

/// Checks one point of the file; the bars are 4, 16 and 64 units in the last place of the largest entry.
fn check<const N: usize>(f: impl ScalarFn<N> + Operators + Copy + Sync, row: &Value) {
    let x: [f64; N] = hexes(&row["x"]).try_into().unwrap();
    let want_value = hex(&row["value"]);
    let want_gradient = hexes(&row["gradient"]);
    let want_hessian: Vec<Vec<f64>> = row["hessian"].as_array().unwrap().iter().map(hexes).collect();
    let (largest_g, largest_h) = (largest(&want_gradient), largest(&want_hessian.concat()));
    let near = |got: f64, want: f64, term: f64, bar: f64, what: &str| {
        let error = ulps_of_term(got, want, term);
        assert!(error <= bar, "{what} of {} at {x:?}: {got} instead of {want}, {error} ulp", row["function"]);
    };
    the_same_bits(f, x, &row["function"]);
    for (route, value, g, h) in every_route(f, x) {
        assert_eq!(value.bits(), f.call(x).bits(), "value of {} at {x:?} by {route}", row["function"]);
        near(value, want_value, largest_term(&row["function"], &x), 4.0, &format!("value by {route}"));
        for i in 0..N {
            near(g[i], want_gradient[i], largest_g, 16.0, &format!("gradient by {route}"));
            for j in 0..N {
                near(h[i][j], want_hessian[i][j], largest_h, 64.0, &format!("Hessian by {route}"));
            }
        }
    }
}

/// Where the terms of a value are larger than the value itself.
fn largest_term(function: &Value, x: &[f64]) -> f64 {
    match function.as_str().unwrap() {
        "ackley_10" => 20.0,
        "himmelblau" => 121.0,
        "booth" => 49.0,
        "rosenbrock_2" | "rosenbrock_10" => 100.0 * largest(x).powi(4),
        "powell_singular" => 10.0 * (2.0 * largest(x)).powi(4),
        _ => 1.0,
    }
}

#[test]
fn eleven_functions_at_33_points() {
    let rows = reference("test_functions.json");
    for row in &rows {
        macro_rules! check_by_name {
            ($($name:ident)*) => {
                match row["function"].as_str().unwrap() {
                    $(stringify!($name) => check(functions::$name, row),)*
                    other => panic!("no function {other}"),
                }
            };
        }
        check_by_name! {
            notebook rosenbrock_2 rosenbrock_10 ackley_10 himmelblau beale powell_singular booth exp_sin rational_tanh pow_mixed
        }
    }
    assert_eq!(rows.len(), 33);
}
