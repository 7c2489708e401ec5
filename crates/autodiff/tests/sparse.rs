//! Sparse Jacobians and Hessians against dense ones; patterns, colours, what they must notice.

use std::any::type_name;

use autodiff::reverse::TapeError;
use autodiff::sparse::{
    Pattern, SparseError, SparseHessian, SparseJacobian, SumOfTerms, Tracer, hessian_pattern, hessian_pattern_at,
    jacobian_pattern, jacobian_pattern_at,
};
use autodiff::{
    CustomRule, Dual, Elementary, HyperDual, Number, Ordered, SliceFn, SliceMap, custom_rule, derivative, function,
    hessian, reverse,
};
use proptest::prelude::*;

mod common;
use common::{hex, hexes, reference};

/// Terms of random variables: a function whose pattern is drawn.
#[derive(Clone, Debug)]
struct Drawn(Vec<(u8, usize, usize)>);

impl Drawn {
    fn terms<T: Ordered>(&self, x: &[T]) -> Vec<T> {
        let term = |(kind, i, j): &(u8, usize, usize)| {
            let (a, b) = (x[i % x.len()], x[j % x.len()]);
            match kind % 10 {
                0 => a * b,
                1 => (a + b).sin(),
                2 => a / (b * b + 1.5),
                3 => a.exp() - b,
                4 => (a * a + 1.0).pow(b),
                5 => a.hypot(b + 3.0),
                6 => a.max(b) * 2.0 + a.abs(),
                7 => (a - b).powi(3),
                8 => (b * b + 0.5).xlogy(a * a + 1.0).atan2(a + 4.0),
                _ => a.floor() + b.fract() * 0.5,
            }
        };
        self.0.iter().map(term).collect()
    }
}

impl SliceFn for Drawn {
    fn call<T: Ordered>(&self, x: &[T]) -> T {
        self.terms(x).into_iter().sum()
    }
}

impl SliceMap for Drawn {
    fn call<T: Ordered>(&self, x: &[T]) -> Vec<T> {
        self.terms(x)
    }
}

fn drawn() -> impl Strategy<Value = (Drawn, Vec<f64>)> {
    (2_usize..14).prop_flat_map(|n| {
        let terms = prop::collection::vec((any::<u8>(), 0..n, 0..n), 1..20);
        (terms.prop_map(Drawn), prop::collection::vec(-2.0_f64..2.0, n))
    })
}

/// As the dense one, to rounding.
fn same(sparse: &[Vec<f64>], dense: &[Vec<f64>]) -> bool {
    let size = dense.iter().flatten().fold(1.0, |size: f64, h| size.max(h.abs()));
    sparse.iter().flatten().zip(dense.iter().flatten()).all(|(a, b)| (a - b).abs() <= 1e-12 * size)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn hessians_are_those_of_the_dense_drivers((f, x) in drawn()) {
        let dense = hessian(|x: &[_]| SliceFn::call(&f, x), &x);
        for pattern in [hessian_pattern(|x| SliceFn::call(&f, x), &x), hessian_pattern_at(|x| SliceFn::call(&f, x), &x)] {
            let sparse = SparseHessian::new(pattern.unwrap()).unwrap();
            let found = sparse.checked_at(&f, &x).unwrap();
            prop_assert!(same(&found.hessian.to_dense(), &dense), "{found:?}, {dense:?}");
            prop_assert_eq!(found.value.to_bits(), SliceFn::at(&f, &x).to_bits());
            prop_assert_eq!(found.gradient, reverse::gradient(|x| SliceFn::call(&f, x), &x).unwrap());
        }
    }

    #[test]
    fn jacobians_are_those_of_the_dense_drivers((f, x) in drawn()) {
        let dense = f.jacobian(&x);
        for pattern in [jacobian_pattern(|x| SliceMap::call(&f, x), &x), jacobian_pattern_at(|x| SliceMap::call(&f, x), &x)] {
            let sparse = SparseJacobian::new(pattern.unwrap());
            let (values, rows) = sparse.checked_at(&f, &x).unwrap();
            prop_assert!(same(&rows.to_dense(), &dense), "{rows:?}, {dense:?}");
            prop_assert_eq!(values, SliceMap::at(&f, &x));
        }
    }

    /// Star colours of random graphs: neighbours differ, and no path of four vertices has two colours; read off from how
    /// the Hessian of Σ xᵢ xⱼ over the edges, with a weight each, comes out.
    #[test]
    fn hessians_of_random_graphs(n in 2_usize..25, edges in prop::collection::vec((0_usize..25, 0_usize..25), 0..120)) {
        let f = Edges(edges.into_iter().map(|(i, j)| (i % n, j % n)).collect());
        let x = vec![1.0; n];
        let sparse = SparseHessian::of(&f, &x).unwrap();
        prop_assert!(sparse.colours() <= n);
        prop_assert_eq!(sparse.at(&f, &x).unwrap().hessian.to_dense(), hessian(|x: &[_]| f.call(x), &x));
    }
}

/// Σ (k + 1) xᵢ xⱼ over the edges.
struct Edges(Vec<(usize, usize)>);

impl SliceFn for Edges {
    fn call<T: Ordered>(&self, x: &[T]) -> T {
        let terms = self.0.iter().enumerate().map(|(k, (i, j))| x[*i] * x[*j] * (k as f64 + 1.0));
        terms.fold(T::zero(), |sum, term| sum + term)
    }
}

mod functions {
    use super::*;

    function! {
        pub fn notebook(x: []) { let y = [x[0], x[1] * x[1]]; y[0] * y[0] + y[1] * y[1] }
        pub fn rosenbrock(x: []) {
            x.windows(2).map(|x| (x[1] - x[0].powi(2)).powi(2) * 100.0 + (x[0] - 1.0).powi(2)).sum()
        }
        pub fn ackley(x: []) {
            let n = T::Precision::count(x.len());
            let mean_square = x.iter().map(|&x| x * x).sum::<T>() / n;
            let mean_cosine = x.iter().map(|&x| (x * 6.283185307179586).cos()).sum::<T>() / n;
            (mean_square.sqrt() * -0.2).exp() * -20.0 - mean_cosine.exp() + 20.0 + 2.718281828459045
        }
        pub fn himmelblau(x: []) { (x[0] * x[0] + x[1] - 11.0).powi(2) + (x[0] + x[1] * x[1] - 7.0).powi(2) }
        pub fn beale(x: []) {
            (x[0] * x[1] - x[0] + 1.5).powi(2) + (x[0] * x[1].powi(2) - x[0] + 2.25).powi(2)
                + (x[0] * x[1].powi(3) - x[0] + 2.625).powi(2)
        }
        pub fn powell_singular(x: []) {
            (x[0] + x[1] * 10.0).powi(2) + (x[2] - x[3]).powi(2) * 5.0 + (x[1] - x[2] * 2.0).powi(4)
                + (x[0] - x[3]).powi(4) * 10.0
        }
        pub fn booth(x: []) { (x[0] + x[1] * 2.0 - 7.0).powi(2) + (x[0] * 2.0 + x[1] - 5.0).powi(2) }
        pub fn exp_sin(x: []) { (x[0] * x[1]).exp() * x[2].sin() + (x[0] * x[0]).ln_1p() / x[1].sqrt() }
        pub fn rational_tanh(x: []) { x[0].tanh() / (x[1] * x[1] + 1.0) + (x[2] / x[1]).atan() }
        pub fn pow_mixed(x: []) { x[0].pow(x[1]) + x[1].pow(x[0]) }
        pub fn separable(x: []) { x.iter().map(|&x| x.exp() + x.abs() + (x * 2.0).floor()).sum() }
        pub fn linear(x: []) { x.iter().map(|&x| x * 3.0 - 1.0).sum::<T>() % 7.0 }
        pub fn smooth(x: []) {
            x[0].abs().max(x[1]).sin().fract() * x[0].pow(x[1]).to_radians() - x[1].clamp(0.0, 1.0).floor()
                + x[0].copysign(x[1]).mul_add(x[1].signum(), x[0].hypot(x[1]).atan2(x[1])) + x[0].xlogy(x[1]).powf(2.5)
        }
        /// Each variable with the first.
        pub fn arrow(x: []) { x.iter().map(|&y| y * x[0]).sum() }
        pub fn dense_row(x: []) -> [] {
            let mut rows: Vec<T> = x.windows(2).map(|x| x[0] * x[1]).collect();
            rows.push(x.iter().map(|&x| x * x).sum());
            rows
        }
        pub fn dense_column(x: []) -> [] { x.iter().map(|&y| y * x[0]).collect() }
    }
}
use functions::*;

#[test]
fn the_test_functions_at_their_points() {
    let rows = reference("test_functions.json");
    for row in &rows {
        let x = hexes(&row["x"]);
        let hessian: Vec<Vec<f64>> = row["hessian"].as_array().unwrap().iter().map(hexes).collect();
        macro_rules! by_name {
            ($($name:ident = $function:ident)*) => {
                match row["function"].as_str().unwrap() {
                    $(stringify!($name) => SparseHessian::of(&$function, &x).unwrap().checked_at(&$function, &x).unwrap(),)*
                    other => panic!("no function {other}"),
                }
            };
        }
        let found = by_name! {
            notebook = notebook  rosenbrock_2 = rosenbrock  rosenbrock_10 = rosenbrock  ackley_10 = ackley
            himmelblau = himmelblau  beale = beale  powell_singular = powell_singular  booth = booth  exp_sin = exp_sin
            rational_tanh = rational_tanh  pow_mixed = pow_mixed
        };
        let value = hex(&row["value"]);
        assert!((found.value - value).abs() <= 1e-13 * value.abs().max(121.0), "{row}");
        assert!(same(&found.hessian.to_dense(), &hessian), "{row}: {found:?}");
        assert!(same(&[found.gradient], &[hexes(&row["gradient"])]), "{row}");
    }
    assert_eq!(rows.len(), 33);
}

fn places(pattern: Pattern) -> Vec<(usize, usize)> {
    pattern.iter().collect()
}

#[test]
fn what_is_linear_has_no_second_derivative() {
    let x = [0.3, -1.2, 2.5, 0.7];
    assert_eq!(places(hessian_pattern(|x| separable.call(x), &x).unwrap()), [(0, 0), (1, 1), (2, 2), (3, 3)]);
    assert_eq!(places(hessian_pattern(|x| linear.call(x), &x).unwrap()), []);
    assert_eq!(places(hessian_pattern(|x| x[0].powi(1) + x[1].powf(1.0) * 2.0 - x[2] / 3.0, &x).unwrap()), []);
    assert_eq!(places(hessian_pattern(|x| x[3].powi(0) + x[1].max(x[2]).min(x[0]).clamp(0.0, 1.0), &x).unwrap()), []);
    assert_eq!(places(hessian_pattern(|x| x[0].xlogy(x[1]), &x).unwrap()), [(0, 1), (1, 0), (1, 1)]);
    assert_eq!(places(hessian_pattern(|x| x[0] / x[1], &x).unwrap()), [(0, 1), (1, 0), (1, 1)]);
    assert_eq!(places(hessian_pattern(|x| x[0].mul_add(x[1], x[2]), &x).unwrap()), [(0, 1), (1, 0)]);
    // what the result does not depend on is left out
    assert_eq!(places(hessian_pattern(|x| [x[0] * x[1], x[2] * x[3]][1], &x).unwrap()), [(2, 3), (3, 2)]);
}

#[test]
fn at_a_point_flat_slopes_cut() {
    let at = |x: [f64; 2]| places(hessian_pattern_at(|x| (x[0] * x[0]).sin() * x[1] + x[1].powi(3), &x).unwrap());
    assert_eq!(at([0.5, 0.5]), [(0, 0), (0, 1), (1, 0), (1, 1)]);
    assert_eq!(at([0.5, 0.0]), [(0, 1), (1, 0)]);
    assert_eq!(at([0.0, 0.5]), [(0, 0), (1, 1)]);
    let rows = jacobian_pattern_at(|x| vec![x[0] * x[1], x[0].max(x[1]), x[0].clamp(0.0, 1.0)], &[2.0, 0.0]).unwrap();
    assert_eq!(places(rows), [(0, 1), (1, 0)]);
    let tie = jacobian_pattern_at(|x| vec![x[0].max(x[1])], &[2.0, 2.0]).unwrap();
    assert_eq!(places(tie), [(0, 0), (0, 1)]);
    let nan = jacobian_pattern_at(|x| vec![x[0].max(x[1]), x[0] * x[1]], &[f64::NAN, 2.0]).unwrap();
    assert_eq!(places(nan), [(0, 1), (1, 0), (1, 1)]);
    // for every input, none of them is
    let rows = jacobian_pattern(|x| vec![x[0] * x[1], x[0].max(x[1]), x[0].clamp(0.0, 1.0)], &[2.0, 0.0]).unwrap();
    assert_eq!(places(rows), [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0)]);
}

/// At a point, an entry is there exactly where hyper-dual numbers have a derivative that is not zero.
#[test]
fn a_pattern_at_a_point_is_that_of_the_derivatives() {
    custom_rule! { fn own([x, y]) { x * x * y - x } gradient { [x * y * 2.0 - 1.0, x * x] } }
    fn operations<T: Ordered>(x: T, y: T) -> Vec<T> {
        vec![
            x.cos(),
            x.cos() * y,
            (x * x).cos() + y,
            (x - 1.0).powi(2) * y,
            x * 0.0 + y,
            x * y,
            x * y * y,
            x / (y + 3.0),
            (y + 1.0).pow(x),
            (x + 1.5).pow(y),
            x.hypot(y),
            x.atan2(y + 3.0),
            x.xlogy(y + 1.0),
            x.max(y),
            x.min(y),
            x.clamp(0.25, 0.75),
            x.clamp(-0.5, 0.5) * y,
            x.mul_add(y, x),
            own.apply([x, y]),
            own.apply([y, x]),
        ]
    }
    type Pair<T> = fn(Dual<T, 1>, Dual<T, 1>) -> Dual<T, 1>;
    /// Slopes by the first and the second argument, from numbers over the pattern's.
    fn slopes_of_pairs<T: Ordered>(x: T, y: T) -> Vec<T> {
        let pairs: [Pair<T>; 3] = [Number::hypot, Number::atan2, Number::pow];
        let by_both =
            |f: Pair<T>| [derivative(|t| f(t, Dual::constant(y)), x), derivative(|t| f(Dual::constant(x), t), y)];
        pairs.into_iter().flat_map(by_both).collect()
    }
    macro_rules! check {
        ($operations:ident at $points:expr) => {
            for [x, y] in $points {
                let dense = $operations(HyperDual::<f64, 2>::variable(x, 0), HyperDual::variable(y, 1));
                let rows = jacobian_pattern_at(|x| $operations(x[0], x[1]), &[x, y]).unwrap();
                for (i, z) in dense.iter().enumerate() {
                    let moves: Vec<usize> = (0..2).filter(|j| z.eps[*j] != 0.0).collect();
                    assert_eq!(rows.row(i), moves, "slopes of {i} at {x}, {y}: {z}");
                    let h = z.hessian();
                    let bends: Vec<_> = (0..4).map(|k| (k / 2, k % 2)).filter(|(j, k)| h[*j][*k] != 0.0).collect();
                    let found = places(hessian_pattern_at(|x| $operations(x[0], x[1])[i], &[x, y]).unwrap());
                    assert_eq!(found, bends, "curvature of {i} at {x}, {y}: {z}");
                }
            }
        };
    }
    check!(operations at [[0.0, 1.0], [1.0, 0.0], [0.25, 0.5], [0.75, -0.5], [2.0, 0.5], [-1.0, 0.0], [0.5, 1.5]]);
    check!(slopes_of_pairs at [[1.0, 0.0], [0.5, 2.0], [1.0, 1.0], [1.0, 2.0], [3.0, 0.0], [2.0, 1.5]]);
    // in a tie both are listed
    let tie = jacobian_pattern_at(|x| vec![x[0].max(x[1]), x[0].min(x[1])], &[2.0, 2.0]).unwrap();
    assert_eq!(places(tie), [(0, 0), (0, 1), (1, 0), (1, 1)]);
}

#[test]
fn special_points_keep_their_derivatives() {
    // |x|, √x, xlogy and tanh where they are delicate: the sparse entries have the bits of the sweep's
    function! { fn delicate(x: []) { x[0].abs() * x[1] + x[2].sqrt() + x[3].xlogy(x[3]) + (x[4] * x[1]).tanh() } }
    for x in
        [[0.0, 1.0, 0.0, 0.0, 1e-300], [-0.0, -2.0, 1e-310, 1.0, 400.0], [f64::NAN, 0.0, -1.0, -1.0, f64::INFINITY]]
    {
        let sparse = SparseHessian::of(&delicate, &x).unwrap();
        let found = sparse.at(&delicate, &x).unwrap();
        let dense = reverse::hessian(|x| delicate.call(x), &x).unwrap();
        for (i, j, h) in found.hessian.triplets() {
            let want = if j <= i { dense[i][j] } else { dense[j][i] };
            assert!(h == want || (h.is_nan() && want.is_nan()), "({i}, {j}) at {x:?}: {h}, {want}");
        }
        for (i, row) in dense.iter().enumerate() {
            for (j, h) in row.iter().enumerate() {
                assert!(sparse.pattern().row(i).contains(&j) || *h == 0.0, "({i}, {j}) at {x:?}: {h}");
            }
        }
    }
}

#[test]
fn a_function_that_looks_at_values_says_so() {
    let branches = |x: &[f64]| hessian_pattern(|x| if x[0] > 0.0 { x[1] * x[1] } else { x[1] * x[2] }, x).unwrap();
    assert!(branches(&[1.0, 1.0, 1.0]).branched());
    assert_eq!(places(branches(&[1.0, 1.0, 1.0])), [(1, 1)]);
    assert_eq!(places(branches(&[-1.0, 1.0, 1.0])), [(1, 2), (2, 1)]);
    assert!(!hessian_pattern(|x| smooth.call(x), &[1.0, 2.0]).unwrap().branched());
    assert!(jacobian_pattern(|x| vec![Tracer::constant(x[0].value())], &[1.0]).unwrap().branched());
}

#[test]
fn the_probe_finds_a_pattern_that_does_not_hold() {
    function! {
        fn branching(x: []) { if x[0] > 0.0 { x[1] * x[1] } else { x[1] * x[2] } }
        fn columns(x: []) -> [] { vec![x[0] * x[1], x[1] * x[1]] }
    }
    let hessian = SparseHessian::of(&branching, &[1.0, 1.0, 1.0]).unwrap();
    assert!(hessian.checked_at(&branching, &[2.0, 3.0, 4.0]).is_ok());
    let error = hessian.checked_at(&branching, &[-2.0, 3.0, 4.0]).unwrap_err();
    assert!(matches!(error, SparseError::WrongPattern { row: 1, .. }), "{error}");
    let jacobian = SparseJacobian::new(jacobian_pattern_at(|x| columns.call(x), &[2.0, 0.0]).unwrap());
    assert!(jacobian.checked_at(&columns, &[5.0, 0.0]).is_ok());
    let error = jacobian.checked_at(&columns, &[5.0, 1.0]).unwrap_err();
    assert!(matches!(error, SparseError::WrongPattern { row: 0, .. }), "{error}");
    assert!(error.to_string().contains("row 0"), "{error}");
}

#[test]
fn colours_are_as_few_as_the_shape_allows() {
    let x = vec![1.0; 200];
    assert_eq!(SparseHessian::of(&separable, &x).unwrap().colours(), 1);
    assert_eq!(SparseHessian::of(&rosenbrock, &x).unwrap().colours(), 3);
    assert_eq!(SparseHessian::of(&arrow, &x).unwrap().colours(), 2);
    assert_eq!(SparseHessian::of(&linear, &x).unwrap().colours(), 1);
    let arrow_at = SparseHessian::of(&arrow, &x).unwrap().at(&arrow, &x).unwrap();
    assert_eq!(arrow_at.hessian.to_dense(), hessian(|x: &[_]| arrow.call(x), &x));
    // a full row: by rows, and a full column: by columns
    let rows = SparseJacobian::of(&dense_row, &x).unwrap();
    assert_eq!(rows.colours(), 3);
    assert_eq!(rows.checked_at(&dense_row, &x).unwrap().1.to_dense(), dense_row.jacobian(&x));
    let columns = SparseJacobian::of(&dense_column, &x).unwrap();
    assert_eq!(columns.colours(), 2);
    assert_eq!(columns.at(&dense_column, &x).unwrap().1.to_dense(), dense_column.jacobian(&x));
}

#[test]
fn many_variables_and_long_computations() {
    let n = 100_000;
    let x: Vec<f64> = (0..n).map(|i| 0.3 + 0.1 * (i % 13) as f64).collect();
    let found = SparseHessian::of(&rosenbrock, &x).unwrap().at(&rosenbrock, &x).unwrap();
    assert_eq!(found.hessian.pattern().entries(), 3 * n - 2);
    for (i, j, h) in found.hessian.triplets().step_by(997) {
        let second = |i: usize| 1200.0 * x[i] * x[i] - 400.0 * x[i + 1] + 2.0;
        let want = match (i, j) {
            _ if i != j => -400.0 * x[i.min(j)],
            (0, _) => second(0),
            _ if i == n - 1 => 200.0,
            _ => second(i) + 200.0,
        };
        assert!((h - want).abs() <= 1e-10, "({i}, {j}): {h}, {want}");
    }
    // 30,000 nonlinear steps of forty variables: their sets must not be written out anew at each
    let pattern = hessian_pattern(|x| steps_of(x), &[0.1; 40]).unwrap();
    assert_eq!(pattern.entries(), 1600);
    // a pattern that is not sparse is refused
    let wide = vec![1.0_f64; 20_000];
    let error = hessian_pattern(|x| x.iter().fold(Tracer::constant(0.0), |s, x| s + *x).exp(), &wide);
    assert!(matches!(error, Err(SparseError::NotSparse { .. })));
}

/// Each step has the last one twice: 2⁶⁴ ways lead to the first.
#[test]
fn what_is_used_twice_is_walked_once() {
    let pattern = hessian_pattern(|x| (0..64).fold(x[0] * x[1], |y, _| y * y + y.sin()), &[0.1, 0.1]).unwrap();
    assert_eq!(places(pattern), [(0, 0), (0, 1), (1, 0), (1, 1)]);
}

/// (Σ xᵢ)², of as many colours as variables, which notes the type of its numbers.
struct Typed(std::cell::Cell<&'static str>);

impl SliceFn for Typed {
    fn call<T: Ordered>(&self, x: &[T]) -> T {
        self.0.set(type_name::<T>());
        x.iter().copied().sum::<T>().powi(2)
    }
}

/// A pass has no more directions than there are colours, up to four; more take eight.
#[test]
fn a_pass_is_as_wide_as_there_are_colours() {
    macro_rules! number {
        ($directions:literal) => {
            type_name::<reverse::Reverse<'_, Dual<f64, $directions>>>()
        };
    }
    let widths = [number!(1), number!(2), number!(3), number!(4), number!(8), number!(8)];
    for (n, width) in (1..).zip(widths) {
        let f = Typed(std::cell::Cell::new(""));
        let hessian = SparseHessian::of(&f, &vec![1.0; n]).unwrap();
        assert_eq!(hessian.colours(), n);
        assert_eq!(hessian.at(&f, &vec![1.0; n]).unwrap().hessian.to_dense(), vec![vec![2.0; n]; n]);
        assert_eq!(f.0.get(), width, "{n} colours");
    }
}

fn steps_of<T: Ordered>(x: &[T]) -> T {
    (0..30_000).fold(x[0], |y, k| (y + x[k % 40]).sin())
}

#[test]
fn sums_of_terms() {
    let n = 50;
    let x: Vec<f64> = (0..n).map(|i| 0.3 + 0.1 * (i % 13) as f64).collect();
    let terms = SumOfTerms::new(n, (0..n - 1).map(|i| [i, i + 1]).collect()).unwrap();
    let term = |_: usize, [a, b]: [autodiff::HyperDual<f64, 2>; 2]| (b - a.powi(2)).powi(2) * 100.0 + (a - 1.0).powi(2);
    let found = terms.at(term, &x).unwrap();
    let by_colours = SparseHessian::of(&rosenbrock, &x).unwrap().at(&rosenbrock, &x).unwrap();
    assert_eq!(found.hessian.pattern().entries(), by_colours.hessian.pattern().entries());
    assert!(same(&found.hessian.to_dense(), &by_colours.hessian.to_dense()));
    assert!(same(&[found.gradient], &[by_colours.gradient]));
    assert!((found.value - by_colours.value).abs() <= 1e-12 * found.value);
    // a variable may be there twice in a term: x₀ · x₀
    let twice = SumOfTerms::new(1, vec![[0, 0]]).unwrap().at(|_, [a, b]| a * b, &[3.0]).unwrap();
    assert_eq!((twice.gradient, twice.hessian.to_dense()), (vec![6.0], vec![vec![2.0]]));
    // no terms at all
    let none = SumOfTerms::<2>::new(3, vec![]).unwrap().at(term, &[1.0; 3]).unwrap();
    assert_eq!((none.value, none.gradient, none.hessian.values().len()), (0.0, vec![0.0; 3], 0));
}

#[test]
fn the_rows_can_be_taken_out() {
    let rows = SparseJacobian::of(&dense_row, &[2.0, 3.0, 5.0]).unwrap().at(&dense_row, &[2.0, 3.0, 5.0]).unwrap().1;
    assert_eq!(rows.values(), [3.0, 2.0, 5.0, 3.0, 4.0, 6.0, 10.0]);
    let compressed = (vec![0, 2, 4, 7], vec![0, 1, 1, 2, 0, 1, 2], rows.values().to_vec());
    assert_eq!(rows.into_compressed_rows(), compressed);
}

/// More colours than fit in a pass, and than there are bits in a word.
#[test]
fn many_colours() {
    function! { fn full(x: []) -> [] { x.iter().map(|&y| x.iter().map(|&z| (y * z).sin()).sum()).collect() } }
    let x: Vec<f64> = (0..70).map(|i| 0.1 + 0.02 * f64::from(i)).collect();
    let sparse = SparseJacobian::of(&full, &x).unwrap();
    assert_eq!(sparse.colours(), 70);
    assert!(same(&sparse.checked_at(&full, &x).unwrap().1.to_dense(), &full.jacobian(&x)));
}

/// A pattern of more entries than are gathered before they are sorted.
#[test]
fn a_million_entries() {
    let x = vec![1e-3_f64; 1100];
    let pattern = hessian_pattern(|x| x.iter().copied().sum::<Tracer<'_, f64>>().exp(), &x).unwrap();
    assert_eq!(pattern.entries(), 1100 * 1100);
    assert_eq!((pattern.row(0).len(), pattern.row(1099).last()), (1100, Some(&1099)));
}

#[test]
fn wrong_shapes_are_errors() {
    let hessian = SparseHessian::of(&rosenbrock, &[1.0; 4]).unwrap();
    assert_eq!(
        hessian.at(&rosenbrock, &[1.0; 5]).unwrap_err().to_string(),
        "the point x has 5 elements and must have 4"
    );
    let error = SparseHessian::new(Pattern::new(2, [vec![1], vec![]]).unwrap()).unwrap_err();
    assert_eq!(error, SparseError::NotSymmetric { row: 0, column: 1 });
    assert!(matches!(SparseHessian::new(Pattern::new(3, [[0], [1]]).unwrap()), Err(SparseError::Length(_))));
    assert_eq!(Pattern::new(2, [[5]]).unwrap_err(), autodiff::IndexError { index: 5, variables: 2 });
    let jacobian = SparseJacobian::of(&dense_row, &[1.0; 30]).unwrap();
    assert!(matches!(jacobian.at(&dense_row, &[1.0; 31]), Err(SparseError::Length(_))));
    function! { fn shorter(x: []) -> [] { x[..3].to_vec() } }
    for jacobian in [jacobian, SparseJacobian::of(&dense_column, &[1.0; 30]).unwrap()] {
        let error = jacobian.at(&shorter, &[1.0; 30]).unwrap_err().to_string();
        assert_eq!(error, "the result of f has 3 elements and must have 30");
    }
    assert!(matches!(SumOfTerms::new(2, vec![[0, 2]]), Err(SparseError::Index(_))));
    let terms = SumOfTerms::new(2, vec![[0, 1]]).unwrap();
    assert!(matches!(terms.at(|_, [a, b]| a * b, &[1.0]), Err(SparseError::Length(_))));
}

#[test]
fn errors_say_what_is_wrong() {
    let wrong = SparseError::WrongPattern { row: 2, of_pattern: 0.5, of_function: 1.5 };
    for (error, says) in [
        (SparseError::NotSparse { limit: 100 }, "the pattern has more than 100 entries: use a dense driver"),
        (
            SparseHessian::new(Pattern::new(2, [vec![1], vec![]]).unwrap()).unwrap_err(),
            "the pattern of a Hessian is symmetric, but this one has (0, 1) and not (1, 0)",
        ),
        (SumOfTerms::new(2, vec![[0, 2]]).unwrap_err(), "there is no variable 2: the point has 2 variables"),
        (TapeError::Full { limit: 7 }.into(), "7 operations"),
        (
            TapeError::Length { what: "the vector w", expected: 3, found: 2 }.into(),
            "the vector w has 2 elements and must have 3",
        ),
        (wrong, "row 2 times a random direction is 1.5, and 0.5 by the pattern"),
    ] {
        assert!(error.to_string().contains(says), "{error}");
    }
}

/// The parts of a matrix in compressed rows are its triplets.
#[test]
fn compressed_rows() {
    function! { fn bands(x: []) -> [] { x.windows(2).map(|x| x[0] * x[1]).collect() } }
    let (x, jacobian) = ([2.0, 3.0, 5.0], SparseJacobian::of(&bands, &[1.0; 3]).unwrap());
    let (_, matrix) = jacobian.at(&bands, &x).unwrap();
    assert_eq!(matrix.pattern(), jacobian.pattern());
    let triplets: Vec<_> = matrix.triplets().collect();
    assert_eq!(triplets, [(0, 0, 3.0), (0, 1, 2.0), (1, 1, 5.0), (1, 2, 3.0)]);
    let (starts, columns, values) = matrix.into_compressed_rows();
    let rows = starts.windows(2).enumerate().flat_map(|(i, ends)| (ends[0]..ends[1]).map(move |k| (i, k)));
    assert_eq!(rows.map(|(i, k)| (i, columns[k], values[k])).collect::<Vec<_>>(), triplets);
    // of a sum, the places where two variables share a term
    let terms = SumOfTerms::new(3, vec![[0, 1], [1, 2]]).unwrap();
    assert_eq!(places(terms.pattern().clone()), [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 1), (2, 2)]);
}

#[test]
fn empty_functions() {
    function! { fn constant(_x: []) { T::zero() + 3.0 } fn nothing(_x: []) -> [] { vec![] } }
    let nowhere: [f64; 0] = [];
    let found = SparseHessian::of(&constant, &nowhere).unwrap().checked_at(&constant, &nowhere).unwrap();
    assert_eq!((found.value, found.gradient), (3.0, vec![]));
    let (values, jacobian) = SparseJacobian::of(&nothing, &[1.0]).unwrap().at(&nothing, &[1.0]).unwrap();
    assert!(values.is_empty() && jacobian.to_dense().is_empty());
    // single precision
    let found = SparseHessian::of(&rosenbrock, &[1.0_f32; 3]).unwrap().checked_at(&rosenbrock, &[1.5_f32; 3]).unwrap();
    assert_eq!(found.hessian.get(0, 1), -600.0_f32);
}

#[cfg(feature = "nalgebra-sparse")]
#[test]
fn rows_of_nalgebra_sparse_are_the_same() {
    use nalgebra_sparse::CsrMatrix;

    // rows that are empty, at the ends and between, and matrices of no rows or columns
    for (columns, rows) in [
        (4, vec![vec![], vec![3, 0], vec![], vec![2], vec![]]),
        (1, vec![]),
        (0, vec![vec![], vec![]]),
        (2, vec![vec![1]]),
    ] {
        let rows_of = |x: &[f64]| rows.iter().map(|row| row.iter().map(|j| x[*j].exp()).sum()).collect::<Vec<f64>>();
        let x: Vec<f64> = (1..=columns).map(|j| j as f64).collect();
        let map = Exponentials(rows.clone());
        let (values, jacobian) =
            SparseJacobian::new(Pattern::new(columns, rows.clone()).unwrap()).at(&map, &x).unwrap();
        assert_eq!(values, rows_of(&x));
        let dense = jacobian.to_dense();
        let compressed = CsrMatrix::from(jacobian);
        assert_eq!((compressed.nrows(), compressed.ncols()), (rows.len(), columns));
        let mut found = vec![vec![0.0; columns]; rows.len()];
        compressed.triplet_iter().for_each(|(i, j, value)| found[i][j] = *value);
        assert_eq!(found, dense);
        assert_eq!(compressed.nnz(), rows.iter().map(Vec::len).sum::<usize>());
    }
}

/// Sums of the exponentials of some variables.
#[cfg(feature = "nalgebra-sparse")]
struct Exponentials(Vec<Vec<usize>>);

#[cfg(feature = "nalgebra-sparse")]
impl SliceMap for Exponentials {
    fn call<T: Ordered>(&self, x: &[T]) -> Vec<T> {
        self.0.iter().map(|row| row.iter().map(|j| x[*j].exp()).sum()).collect()
    }
}
