//! The same drivers at arrays, slices and workspaces: the same bits, and what they refuse.

mod common;

use autodiff::{
    Chunks, Dual, HyperDual, IndexError, LengthError, Ordered, SliceFn, SliceMap, Taylor, Workspace,
    directional_derivatives, function, gradient, hessian, hessian_block, hvp, jacobian, jvp, laplacian, mixed_partial,
    value_and_gradient, value_and_hessian, value_and_jacobian, value_and_jvp, value_gradient_hessian,
};
use common::{hex, hexes, reference};

/// A function with every kind of operation, branches and a loop.
fn tangle<T: Ordered>(x: &[T]) -> T {
    let mut sum = T::one();
    for (i, pair) in x.windows(2).enumerate() {
        let (a, b) = (pair[0], pair[1]);
        sum += match i % 4 {
            0 => (a * b).sin() / (b * b + 1.5) - a,
            1 if a > b => a.hypot(b).exp_m1(),
            1 => (b - a * 2.0).tanh(),
            2 => a.max(b) * (a % (b * b + 2.0)) + (-a).atan2(b * b + 0.5),
            _ => (a * a + 1.0).pow(b * 0.5) + b.abs().sqrt(),
        } * 0.7;
    }
    sum - x.iter().map(|x| x.powi(2)).product::<T>().ln_1p()
}

fn several<T: Ordered>(x: &[T]) -> Vec<T> {
    let total: T = x.iter().copied().sum();
    x.iter().map(|&x| (x * total).sin()).chain([total * total, T::one()]).collect()
}

fn point<const N: usize>() -> [f64; N] {
    std::array::from_fn(|i| 0.3 + 0.17 * ((i * 7) % 11) as f64 - 0.05 * i as f64)
}

fn direction<const N: usize>() -> [f64; N] {
    std::array::from_fn(|i| 1.0 - 0.3 * i as f64)
}

fn bits(v: impl IntoIterator<Item = f64>) -> Vec<u64> {
    v.into_iter().map(f64::to_bits).collect()
}

/// One width of the chunks against the arrays' derivatives.
fn check_width<const N: usize, const W: usize>() {
    let (x, v) = (point::<N>(), direction::<N>());
    let (value, slopes, second) = value_gradient_hessian(|x| tangle(&x), x);
    let point = Chunks::<_, W>(&x);
    let (by_chunks, g) = value_and_gradient(|x: &[_]| tangle(x), point);
    assert_eq!((by_chunks.to_bits(), bits(g)), (value.to_bits(), bits(slopes)), "gradient of {N} by {W}");
    if W <= 9 {
        let (by_chunks, g, h) = value_gradient_hessian(|x: &[_]| tangle(x), point);
        assert_eq!((by_chunks.to_bits(), bits(g)), (value.to_bits(), bits(slopes)));
        assert_eq!(bits(h.concat()), bits(second.concat()), "Hessian of {N} by {W}");
        assert_eq!(laplacian(|x: &[_]| tangle(x), point).to_bits(), laplacian(|x| tangle(&x), x).to_bits());
    }
    let (values, j) = value_and_jacobian(|x: &[_]| several(x), point);
    let (want_values, want) = value_and_jacobian(|x| several(&x), x);
    assert_eq!((bits(values), bits(j.concat())), (bits(want_values), bits(want.concat())), "Jacobian of {N} by {W}");
    let product = hvp(|x: &[_]| tangle(x), point, Chunks(&v)).unwrap();
    assert_eq!(bits(product), bits(hvp(|x| tangle(&x), x, v)), "Hessian of {N} times v by {W}");
    let mut g = [0.0; N];
    let by_workspace = Workspace::<f64, W>::new().gradient(tangle, &x, &mut g).unwrap();
    assert_eq!((by_workspace.to_bits(), bits(g)), (value.to_bits(), bits(slopes)));
}

macro_rules! widths {
    ($($w:literal)*) => {
        $(
            check_width::<1, $w>();
            check_width::<7, $w>();
            check_width::<13, $w>();
        )*
    };
}

#[test]
fn every_width_gives_the_same_bits() {
    widths! { 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 }
}

#[test]
fn slices_of_every_kind() {
    let x = point::<10>();
    let v = x.to_vec();
    let want = gradient(|x| tangle(&x), x);
    let h = hessian(|x| tangle(&x), x);
    assert_eq!(gradient(tangle, &v), want);
    assert_eq!(gradient(tangle, &v[..]), want);
    assert_eq!(gradient(tangle, &x), want);
    assert_eq!(gradient(|x| x[0] * x[1] * 2.0, &[3.0, 4.0]), [8.0, 6.0]);
    assert_eq!(gradient(|x: &[_]| x.iter().copied().fold(x[0], |a, b| a * b), &[3.0_f32, 4.0]), [24.0, 9.0]);
    assert_eq!(hessian(tangle, &v), h.map(Vec::from));
    assert_eq!(value_and_hessian(tangle, &v).1, h.map(Vec::from));
    assert_eq!(jacobian(|x: &[_]| [x[0] * x[1], x[1]], &[3.0, 4.0]), [[4.0, 3.0], [0.0, 1.0]]);
    let d = direction::<10>();
    assert_eq!(jvp(several, &x, &d).unwrap(), jvp(|x| several(&x), x, d));
    let (values, product) = value_and_jvp(several, &x, &d).unwrap();
    assert_eq!((values, product), value_and_jvp(|x| several(&x), x, d));
    let along: (f64, [f64; 3]) = directional_derivatives(tangle, &v, &d.to_vec()).unwrap();
    assert_eq!(along, directional_derivatives(|x| tangle(&x), x, d));
}

/// The numbers of a generic function need not be `'static`.
#[test]
fn drivers_within_generic_functions() {
    fn slope<T: Ordered>(x: T) -> T {
        let by_array = gradient(|[y]| y * y * Dual::constant(x), [x])[0];
        let by_slice = gradient(|y| y[0] * y[0] * Dual::constant(x), &[x])[0];
        (by_array + by_slice) * 0.5 + jvp(|[y]| [y * y], [x], [x])[0] - hvp(|[y]| y.powi(3), [x], [x])[0] / 3.0
    }
    // 2 x² + 2 x² − 2 x²
    assert_eq!(slope(3.0), 18.0);
    assert_eq!(gradient(|[x]| slope(x), [3.0]), [12.0]);
    assert_eq!(autodiff::reverse::gradient(|x| slope(x[0]), &[3.0]).unwrap(), [12.0]);
}

/// Drivers take what a user's function hands on: any function of the right argument.
#[test]
fn functions_handed_on() {
    type D = Dual<f64, 2>;
    fn by_value(f: impl Fn([D; 2]) -> D, at: [f64; 2]) -> [f64; 2] {
        gradient(f, at)
    }
    fn by_reference(f: impl Fn([D; 2]) -> D, at: [f64; 2]) -> [f64; 2] {
        gradient(&f, at)
    }
    fn by_object(f: &dyn Fn([D; 2]) -> D, at: [f64; 2]) -> [f64; 2] {
        gradient(f, at)
    }
    fn by_pointer(f: fn([D; 2]) -> D, at: [f64; 2]) -> [f64; 2] {
        gradient(f, at)
    }
    fn of_any_length<const N: usize>(f: impl Fn([Dual<f64, N>; N]) -> Dual<f64, N>, at: [f64; N]) -> [f64; N] {
        gradient(f, at)
    }
    fn at_a_slice(f: impl Fn(&[Dual<f64, 8>]) -> Dual<f64, 8>, at: &[f64]) -> Vec<f64> {
        gradient(f, at)
    }
    fn product([x, y]: [D; 2]) -> D {
        x * y
    }
    let (at, want) = ([2.0, 3.0], [3.0, 2.0]);
    assert_eq!(by_value(product, at), want);
    assert_eq!(by_reference(product, at), want);
    assert_eq!(by_object(&product, at), want);
    assert_eq!(by_pointer(product, at), want);
    assert_eq!(of_any_length(product, at), want);
    assert_eq!(at_a_slice(|x| x[0] * x[1], &at), want);
    let kept = |[x, y]: [D; 2]| x * y;
    assert_eq!(gradient(kept, at), want);
    assert_eq!(gradient::<[f64; 2], _>(product, at), want);
}

#[test]
fn no_variables_and_one() {
    let none: [f64; 0] = [];
    assert_eq!(value_and_gradient(|_: &[_]| Dual::constant(2.0), &none), (2.0, vec![]));
    assert_eq!(value_gradient_hessian(|_: &[_]| Dual::constant(Dual::constant(2.0)), &none), (2.0, vec![], vec![]));
    assert_eq!(value_and_jacobian(|_: &[_]| vec![Dual::constant(2.0)], &none), (vec![2.0], vec![vec![]]));
    assert_eq!(laplacian(|_: &[_]| Dual::constant(Dual::constant(2.0)), &none), 0.0);
    assert_eq!(hessian(|x| x[0].powi(3), &[2.0]), [[12.0]]);
    assert_eq!(gradient(|[x]| x.powi(3), [2.0]), [12.0]);
}

#[test]
fn wrong_lengths_are_errors() {
    let x = [1.0, 2.0];
    let wrong = LengthError { what: "the direction v", expected: 2, found: 1 };
    assert_eq!(jvp(several, &x[..], &x[..1]), Err(wrong));
    assert_eq!(hvp(tangle, &x[..], &x[..1]), Err(wrong));
    assert_eq!(directional_derivatives::<2, _, _>(tangle, &x[..], &x[..1]), Err(wrong));
    assert_eq!(wrong.to_string(), "the direction v has 1 elements and must have 2");
    let mut workspace = Workspace::<f64>::new();
    let mut one = [0.0];
    assert_eq!(workspace.gradient(tangle, &x, &mut one).unwrap_err().what, "the gradient");
    assert_eq!(workspace.hessian(tangle, &x, &mut [0.0; 2], &mut one).unwrap_err().what, "the Hessian");
    assert_eq!(workspace.hvp(tangle, &x, &one, &mut [0.0; 2]).unwrap_err().what, "the direction v");
    assert_eq!(workspace.hvp(tangle, &x, &x, &mut one).unwrap_err().what, "the product");
    let error = workspace.jacobian(|_, _| (), &x, &mut [0.0; 3], &mut [0.0; 5]).unwrap_err();
    assert_eq!(error, LengthError { what: "the Jacobian", expected: 6, found: 5 });
    let error = workspace.jvp(|_, _| (), &x, &x, &mut [0.0; 3], &mut [0.0; 5]).unwrap_err();
    assert_eq!(error, LengthError { what: "the product", expected: 3, found: 5 });
}

/// Chunks take several calls: what a call left out is unknown, not zero.
#[test]
fn a_function_that_returns_fewer_than_before_has_no_derivative_there() {
    fn shrinking<T: autodiff::Scalar>(lengths: &[usize]) -> impl FnMut(&[T]) -> Vec<T> {
        let mut lengths = lengths.iter().copied();
        move |x| x.iter().map(|&y| y * x[9]).take(lengths.next().unwrap()).collect()
    }
    let x = [2.0; 10];
    let unknown = |lengths: &[usize]| {
        let (values, rows) = value_and_jacobian(shrinking(lengths), &x[..]);
        assert_eq!(values.len(), rows.len());
        let truth = |i: usize, j: usize| 2.0 * f64::from(u8::from(i == j) + u8::from(j == 9));
        let mut unknown = vec![];
        for (i, row) in rows.iter().enumerate() {
            for (j, slope) in row.iter().enumerate() {
                if slope.is_nan() { unknown.push((i, j)) } else { assert_eq!(*slope, truth(i, j)) }
            }
        }
        unknown
    };
    assert_eq!(unknown(&[2, 2]), []);
    assert_eq!(unknown(&[2, 1]), [(1, 8), (1, 9)]);
    assert_eq!(unknown(&[1, 2]), [0, 1, 2, 3, 4, 5, 6, 7].map(|j| (1, j)));
    assert_eq!(unknown(&[1, 0]), [(0, 8), (0, 9)]);
    // its own derivatives are as unknown
    let second = gradient(|x: &[_]| jacobian(shrinking(&[2, 1]), x)[1][9], &x[..]);
    assert!(second.iter().all(|x| x.is_nan()), "{second:?}");
}

/// Differences between results of different lengths.
#[cfg(feature = "std")]
#[test]
fn results_that_change_their_length_are_not_vouched_for() {
    let report = autodiff::check_closure(|[x]| if x == 1.0 { vec![x, x * 2.0] } else { vec![x] }, [1.0]);
    let verdicts: Vec<_> = report.entries.iter().take(2).map(|e| e.verdict).collect();
    assert_eq!(verdicts, [autodiff::Verdict::Agrees, autodiff::Verdict::Inconclusive], "{report}");
}

#[test]
fn blocks_of_the_hessian() {
    let x = point::<7>();
    let h = hessian(|x| tangle(&x), x);
    let block = hessian_block(|x| tangle(&x), x, [6, 2, 2], [0, 2]).unwrap();
    let by_slice = hessian_block(tangle, &x[..], [6, 2, 2], [0, 2]).unwrap();
    for (r, i) in [6, 2, 2].into_iter().enumerate() {
        for (c, j) in [0, 2].into_iter().enumerate() {
            assert_eq!(block[r][c].to_bits(), h[i][j].to_bits());
            assert_eq!(by_slice[r][c].to_bits(), h[i][j].to_bits());
        }
    }
    let error = hessian_block(|x| tangle(&x), x, [0], [7]).unwrap_err();
    assert_eq!(error, IndexError { index: 7, variables: 7 });
    assert_eq!(error.to_string(), "there is no variable 7: the point has 7 variables, counted from 0");
}

#[test]
fn mixed_partials_of_every_order() {
    // f = exp(x + 2 y + 3 z): every index brings its factor
    let x = [0.1, -0.2, 0.05];
    let f = (0.1 - 0.4 + 0.15_f64).exp();
    macro_rules! check {
        ($($indices:expr);*) => {
            $(
                let want = f * $indices.iter().map(|i| (i + 1) as f64).product::<f64>();
                let got = mixed_partial(|[x, y, z]| (x + y * 2.0 + z * 3.0).exp(), x, $indices).unwrap();
                assert!((got - want).abs() <= 1e-13 * want, "{:?}: {got}, {want}", $indices);
                let got = mixed_partial(|x| (x[0] + x[1] * 2.0 + x[2] * 3.0).exp(), &x, $indices).unwrap();
                assert!((got - want).abs() <= 1e-13 * want, "{:?}: {got}, {want}", $indices);
            )*
        };
    }
    check! { [0]; [2, 1]; [0, 1, 2]; [2, 2, 2, 2]; [0, 1, 1, 2, 2]; [2, 1, 0, 0, 1, 2]; [1; 7]; [0, 1, 2, 0, 1, 2, 2, 2] }
    // against Taylor numbers of two variables
    let (x, y) = (0.7, 0.4);
    type Both = Taylor<Taylor<f64, 2>, 3>;
    let by_taylor =
        (Both::variable(Taylor::constant(x)) * Both::constant(Taylor::variable(y))).sin().derivative(3).derivative(2);
    let by_nesting = mixed_partial(|[x, y]| (x * y).sin(), [x, y], [0, 1, 0, 1, 0]).unwrap();
    assert!((by_taylor - by_nesting).abs() < 1e-14, "{by_taylor}, {by_nesting}");
    assert_eq!(mixed_partial(|[x]| x * 2.0, [1.0], [1]), Err(IndexError { index: 1, variables: 1 }));
    assert_eq!(mixed_partial(|[x]| x * 2.0, [1.0], [0, 1]), Err(IndexError { index: 1, variables: 1 }));
    assert_eq!(mixed_partial(|[x]| x * 2.0, [1.0], [1]), Err(IndexError { index: 1, variables: 1 }));
}

struct Tangle;
impl SliceFn for Tangle {
    fn call<T: Ordered>(&self, x: &[T]) -> T {
        tangle(x)
    }
}
struct Several;
impl SliceMap for Several {
    fn call<T: Ordered>(&self, x: &[T]) -> Vec<T> {
        several(x)
    }
}

function! {
    fn scaled { factor }(x: []) { x.iter().map(|&x| x * x * factor).sum() }
    fn repeated { factor }(x: []) -> [] { x.iter().map(|&x| x * factor).collect() }
}

#[test]
fn functions_of_slices_choose_their_mode() {
    fn check<const N: usize>() {
        let (x, v) = (point::<N>(), direction::<N>());
        let (value, want) = value_and_gradient(|x| tangle(&x), x);
        let size = want.iter().fold(1.0, |size: f64, g| size.max(g.abs()));
        let (found_value, found) = Tangle.value_and_gradient(&x);
        assert_eq!(found_value.to_bits(), value.to_bits());
        assert_eq!(Tangle.at(&x).to_bits(), value.to_bits());
        for (a, b) in found.iter().zip(want) {
            assert!((a - b).abs() <= 1e-13 * size, "{N}: {a}, {b}");
        }
        let h = hessian(|x: &[_]| tangle(x), &x);
        if N <= 12 {
            assert_eq!(bits(Tangle.hessian(&x).concat()), bits(h.concat()), "Hessian of {N}");
        }
        let size = h.concat().iter().fold(1.0, |size: f64, h| size.max(h.abs()));
        for (a, b) in Tangle.hessian(&x).concat().iter().zip(h.concat()) {
            assert!((a - b).abs() <= 1e-13 * size, "{N}: {a}, {b}");
        }
        for (a, row) in Tangle.hvp(&x, &v).unwrap().iter().zip(&h) {
            let b: f64 = row.iter().zip(v).map(|(h, v)| h * v).sum();
            let terms: f64 = row.iter().zip(v).map(|(h, v)| (h * v).abs()).sum();
            assert!((a - b).abs() <= 1e-12 * terms.max(1.0), "{N}: {a}, {b}");
        }
        assert_eq!(Several.jacobian(&x), jacobian(|x| several(&x), x).map_rows());
    }
    check::<1>();
    check::<3>();
    check::<7>();
    check::<8>();
    check::<9>();
    check::<12>();
    check::<13>();
    check::<24>();
    check::<25>();
    check::<32>();
    check::<33>();
    check::<64>();
    assert_eq!(Tangle.hessian(&[]), Vec::<Vec<f64>>::new());
    assert_eq!(Tangle.gradient(&[]), Vec::<f64>::new());
    assert_eq!(Several.jacobian(&[]), [[], []] as [[f64; 0]; 2]);
    assert_eq!(scaled { factor: 3.0 }.gradient(&[1.0, 2.0]), [6.0, 12.0]);
    assert_eq!(scaled { factor: 3.0_f32 }.gradient(&[1.0_f32, 2.0]), [6.0, 12.0]);
    assert_eq!(repeated { factor: 3.0 }.jacobian(&[1.0]), [[3.0]]);
    assert_eq!(Tangle.hvp(&[1.0], &[]).unwrap_err().found, 0);
}

trait MapRows {
    fn map_rows(self) -> Vec<Vec<f64>>;
}
impl<const N: usize> MapRows for Vec<[f64; N]> {
    fn map_rows(self) -> Vec<Vec<f64>> {
        self.into_iter().map(Vec::from).collect()
    }
}

#[test]
fn later_calls_with_a_workspace_allocate_nothing() {
    let mut workspace = Workspace::<f64>::new();
    let v = direction::<13>();
    let (mut g, mut h, mut values, mut j, mut product) = ([0.0; 13], [0.0; 169], [0.0; 2], [0.0; 26], [0.0; 13]);
    let mut line = [0.0; 2];
    let mut call = |k: usize| {
        let x: [f64; 13] = std::array::from_fn(|i| 0.1 * (i * k % 7) as f64);
        workspace.gradient(tangle, &x, &mut g).unwrap();
        workspace.hessian(tangle, &x, &mut g, &mut h).unwrap();
        workspace.jacobian(|x, y| y[0] = x[0] * x[12], &x, &mut values, &mut j).unwrap();
        workspace.jvp(|x, y| y[0] = x[0] * x[12], &x, &v, &mut values, &mut line).unwrap();
        workspace.hvp(tangle, &x, &v, &mut product).unwrap();
    };
    call(1);
    assert_eq!(allocation_counter::measure(|| (2..5).for_each(&mut call)).count_total, 0);
}

#[test]
fn workspaces_fill_what_the_drivers_return() {
    let x = point::<13>();
    let v = direction::<13>();
    let mut workspace = Workspace::<f64>::new();
    let (mut g, mut h, mut product) = ([0.0; 13], [0.0; 169], [0.0; 13]);
    let value = workspace.hessian(tangle, &x, &mut g, &mut h).unwrap();
    let want = value_gradient_hessian(|x| tangle(&x), x);
    assert_eq!((value, g.as_slice(), h.as_slice()), (want.0, &want.1[..], &want.2.concat()[..]));
    workspace.hvp(tangle, &x, &v, &mut product).unwrap();
    assert_eq!(product, hvp(|x| tangle(&x), x, v));
    let (mut values, mut j, mut along) = ([0.0; 15], [0.0; 195], [0.0; 15]);
    workspace.jacobian(|x, y| y.copy_from_slice(&several(x)), &x, &mut values, &mut j).unwrap();
    let (want_values, want) = value_and_jacobian(|x| several(&x), x);
    assert_eq!((values.to_vec(), j.to_vec()), (want_values, want.concat()));
    workspace.jvp(|x, y| y.copy_from_slice(&several(x)), &x, &v, &mut values, &mut along).unwrap();
    assert_eq!(along.to_vec(), jvp(|x| several(&x), x, v));
}

/// The reference file's functions by slices: [`HyperDual`] numbers give the same bits.
#[test]
fn reference_points_by_slices() {
    let rosenbrock = |row: &serde_json::Value| {
        let x = hexes(&row["x"]);
        let h = hessian(
            |x: &[_]| {
                x.windows(2).map(|x| (x[1] - x[0].powi(2)).powi(2) * 100.0 + (x[0] - 1.0).powi(2)).sum::<Dual<_, _>>()
            },
            &x,
        );
        let x: [f64; 10] = x.try_into().unwrap();
        let y = HyperDual::variables(x)
            .windows(2)
            .map(|x| (x[1] - x[0].powi(2)).powi(2) * 100.0 + (x[0] - 1.0).powi(2))
            .sum::<HyperDual<f64, 10>>();
        assert_eq!(h, y.hessian().map(Vec::from));
        assert!((y.re - hex(&row["value"])).abs() <= 1e-12 * y.re.abs());
    };
    let rows = reference("test_functions.json");
    let rows: Vec<_> = rows.iter().filter(|row| row["function"] == "rosenbrock_10").collect();
    assert!(rows.len() >= 3);
    rows.into_iter().for_each(rosenbrock);
}

/// Σ xᵢ³, which counts its calls.
struct Counted(std::cell::Cell<usize>);

impl SliceFn for Counted {
    fn call<T: Ordered>(&self, x: &[T]) -> T {
        self.0.set(self.0.get() + 1);
        x.iter().map(|x| x.powi(3)).sum()
    }
}

/// Once: forward for a few variables, by a sweep for many.
#[test]
fn a_function_is_called_once() {
    let f = Counted(std::cell::Cell::new(0));
    let at_once = if cfg!(target_feature = "avx") { 32 } else { 24 };
    for n in [0, 1, 2, 3, 8, 9, 10, 12, 13, at_once - 7, at_once, at_once + 1, 50, 200] {
        let x: Vec<f64> = (0..n).map(|i| i as f64).collect();
        f.0.set(0);
        assert_eq!(f.gradient(&x), x.iter().map(|x| 3.0 * x * x).collect::<Vec<_>>());
        assert_eq!(f.0.get(), 1, "{n} variables");
        f.0.set(0);
        assert_eq!(f.hvp(&x, &vec![1.0; n]).unwrap(), x.iter().map(|x| 6.0 * x).collect::<Vec<_>>());
        assert_eq!(f.0.get(), 1, "a Hessian times a vector, {n} variables");
    }

    // also where something is small, large, zero or infinite but has its digits: nothing is computed again
    struct Ordinary(std::cell::Cell<usize>, usize);
    impl SliceFn for Ordinary {
        fn call<T: Ordered>(&self, x: &[T]) -> T {
            self.0.set(self.0.get() + 1);
            let [a, b] = [x[0], x[1]];
            let y = match self.1 {
                0 => (a * -800.0).exp() + b.tanh(),
                1 => a.powi(3) / 3.0 + (b * 1e-20).sqrt(),
                2 => a.xlogy(a) + (b * 1e-13).xlogy(b * 1e-13),
                3 => (a * 0.0).atan2(b * 1e13) + (b * 1e13).pow(a * 0.0),
                4 => a * 1e-10 / b + (a * 1e-100 + 1e-100) / (b + 1.0),
                5 => ((-a * 100.0).exp() + 1.0).recip() + b / ((a * 100.0).exp() + b),
                6 => (a * 0.0).sqrt() + (b - b.value()).sqrt(),
                7 => (a - a.value()).max(T::zero()) + (b - b.value()).abs(),
                _ => (a * a + b * b).sqrt().ln() + a.hypot(b) + a.logistic() + b.softplus(),
            };
            x[2..].iter().fold(y, |sum, x| sum + *x * *x)
        }
    }
    let x: Vec<f64> = (1..40).map(f64::from).collect();
    for kind in 0..9 {
        let f = Ordinary(std::cell::Cell::new(0), kind);
        assert_eq!((f.gradient(&x).len(), f.0.take()), (39, 1), "gradient, {kind}");
        assert_eq!((f.hvp(&x, &x).unwrap().len(), f.0.take()), (39, 1), "product, {kind}");
        assert_eq!((f.hessian(&x).len(), f.0.take()), (39, 5), "Hessian, {kind}");
    }
}
