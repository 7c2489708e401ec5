//! The cases: for each, all ways to the same numbers. Ours come first, then by hand, then the peers, each in its best form.

use std::hint::black_box;

use autodiff::reverse::Tape;
use autodiff::sparse::{AtPoint, SparseHessian, SumOfTerms};
use autodiff::{HyperDual, SliceFn, gradient, hessian, jacobian, value_and_gradient, value_gradient_hessian};
use nalgebra::{DVector, SVector};

use benches::functions::{bare, by_hand, num_dual as of_num_dual, others, ours, ours_shared};
use benches::points::{Rosenbrock, long_point, point};
use benches::timing::{Contestant, Numbers};

/// Three bodies on their ways.
const BODIES: [f64; 12] = [0.0, 0.1, 1.0, 0.2, 0.3, 1.1, 0.0, 0.4, -0.2, 0.5, 0.3, -0.6];

/// What to do with each case: its name and its contestants.
pub(crate) type Visit<'v> = &'v mut dyn FnMut(&str, Vec<Contestant<'_>>);

/// All cases, in the order of the table.
pub(crate) fn each(visit: Visit<'_>) {
    notebook(visit);
    rosenbrock_2(visit);
    gradient_of_rosenbrock_10(visit);
    gradient_of_ackley(visit);
    sines_and_cosines(visit);
    spherical(visit);
    three_body(visit);
    hessian_of_rosenbrock_10(visit);
    hessian_of_ackley(visit);
    long_gradient::<100>(visit);
    long_gradient::<1000>(visit);
    hessian_of_rosenbrock_100(visit);
    plain(visit);
}

/// The contestants that take an array and give a gradient: the peers that all small cases have in common.
macro_rules! gradient_contestants {
    ($n:literal, $x:expr, $ours:expr, $hand:expr, $num_dual:expr, $others:expr, by slice $of_slice:expr, shared $shared:expr) => {{
        let x: &[f64; $n] = $x;
        #[allow(unused_mut, reason = "without ad_trait it is complete")]
        let mut all = vec![
            Contestant::new("ours", x, |x| gradient($ours, *x)),
            Contestant::new("ours, called from two places", x, |x| gradient($shared, *x)),
            Contestant::new("ours, the same with the value", x, |x| value_and_gradient($shared, *x).1),
            Contestant::new("by hand", x, |x| $hand(*x)),
            Contestant::new("num-dual", x, |x| {
                num_dual::gradient(|x| $num_dual(std::array::from_fn(|i| x[i])), &SVector::from(*x)).1
            }),
            Contestant::new("echidna (DualVec)", x, |x| {
                $others(std::array::from_fn(|i| echidna::DualVec::<f64, $n>::with_tangent(x[i], i))).eps
            }),
            Contestant::new("echidna (grad)", x, |x| echidna::grad(|x| $of_slice(x), x)),
            Contestant::new("hyperdual", x, |x| {
                let y = $others(std::array::from_fn(|i| hyperdual_variable::<{ $n + 1 }>(x[i], i)));
                std::array::from_fn::<f64, $n, _>(|i| y[i + 1])
            }),
            Contestant::new("autodiff 0.7", x, |x| autodiff_peer::grad(|x| $of_slice(x), x)),
            central_differences(x, |x| $others(*x)),
        ];
        #[cfg(feature = "ad_trait")]
        all.push(Contestant::new("ad_trait", x, |x| {
            $others(std::array::from_fn(|i| ad_variable::<$n>(x[i], i))).0.tangent()
        }));
        all
    }};
}

/// (f(x + h) − f(x − h)) / 2h, where h is the cube root of ε.
fn central_differences<'a, const N: usize>(x: &'a [f64; N], f: impl Fn(&[f64; N]) -> f64 + 'a) -> Contestant<'a> {
    let differences = move |x: &[f64; N]| -> [f64; N] {
        let mut moved = *x;
        std::array::from_fn(|i| {
            let h = 6e-6;
            moved[i] = x[i] + h;
            let above = f(black_box(&moved));
            moved[i] = x[i] - h;
            let below = f(black_box(&moved));
            moved[i] = x[i];
            (above - below) / (2.0 * h)
        })
    };
    Contestant::new("central differences", x, differences).within(1e-6)
}

fn notebook(visit: Visit<'_>) {
    let x = [3.0, 3.0];
    visit(
        "gradient, notebook loss, n = 2",
        gradient_contestants!(
                    2, &x, ours::notebook, by_hand::notebook_gradient, of_num_dual::notebook, others::notebook,
                    by slice |x: &[_]| others::notebook([x[0], x[1]]), shared ours_shared::notebook
        ),
    );
    visit(
        "Hessian, notebook loss, n = 2",
        vec![
            Contestant::new("ours", &x, |x| hessian(ours::notebook, *x)),
            Contestant::new("by hand", &x, |x| by_hand::notebook_hessian(*x)),
            Contestant::new("num-dual", &x, |x| {
                num_dual::hessian(|x| of_num_dual::notebook([x[0], x[1]]), &SVector::from(*x)).2
            }),
            Contestant::new("echidna (hessian_vec)", &x, |x| {
                echidna::hessian_vec::<f64, 2>(|x| others::notebook([x[0], x[1]]), x).2
            }),
        ],
    );
}

fn rosenbrock_gradient<const N: usize>(x: [f64; N]) -> [f64; N] {
    let mut g = [0.0; N];
    by_hand::rosenbrock_gradient(&x, &mut g);
    g
}

fn rosenbrock_2(visit: Visit<'_>) {
    let x = point();
    visit(
        "gradient, Rosenbrock, n = 2",
        gradient_contestants!(
                    2, &x, |x| ours::rosenbrock(&x), rosenbrock_gradient, |x: [_; 2]| of_num_dual::rosenbrock(&x),
                    |x: [_; 2]| others::rosenbrock(&x), by slice others::rosenbrock, shared |x| ours_shared::rosenbrock(&x)
        ),
    );
}

fn gradient_of_rosenbrock_10(visit: Visit<'_>) {
    let x = point();
    let mut contestants = gradient_contestants!(
            10, &x, |x| ours::rosenbrock(&x), rosenbrock_gradient, |x: [_; 10]| of_num_dual::rosenbrock(&x),
            |x: [_; 10]| others::rosenbrock(&x), by slice others::rosenbrock, shared |x| ours_shared::rosenbrock(&x)
    );
    contestants.push(num_dual_of_unknown_length(&x));
    visit("gradient, Rosenbrock, n = 10", contestants);
}

fn gradient_of_ackley(visit: Visit<'_>) {
    let x = point();
    visit(
        "gradient, Ackley, n = 10",
        gradient_contestants!(
                    10, &x, |x| ours::ackley(&x), by_hand::ackley_gradient, |x: [_; 10]| of_num_dual::ackley(&x),
                    |x: [_; 10]| others::ackley(&x), by slice others::ackley, shared |x| ours_shared::ackley(&x)
        ),
    );
}

/// What std's functions take of Ackley's gradient: no way with std's bits, of one point or of many, does without.
fn sines_and_cosines(visit: Visit<'_>) {
    let x = point::<10>();
    visit(
        "Ackley's sines and cosines alone, n = 10",
        vec![Contestant::new("std", &x, |x| {
            x.map(|x| {
                let (sine, cosine) = (x * std::f64::consts::TAU).sin_cos();
                [sine, cosine]
            })
        })],
    );
}

/// Rows of nalgebra's matrix, which keeps columns.
struct Rows<const M: usize, const N: usize>(nalgebra::SMatrix<f64, M, N>);

impl<const M: usize, const N: usize> Numbers for Rows<M, N> {
    fn list(&self, to: &mut Vec<f64>) {
        to.extend(self.0.row_iter().flat_map(|row| row.iter().copied().collect::<Vec<_>>()));
    }
}

fn spherical(visit: Visit<'_>) {
    let x = [2.0, 0.7, -1.1];
    #[allow(unused_mut, reason = "without ad_trait it is complete")]
    let mut contestants = vec![
        Contestant::new("ours", &x, |x| jacobian(ours::spherical, *x)),
        Contestant::new("by hand", &x, |x| by_hand::spherical_jacobian(*x)),
        Contestant::new("num-dual", &x, |x| {
            let f = |x: SVector<_, 3>| SVector::from(of_num_dual::spherical([x[0], x[1], x[2]]));
            Rows(num_dual::jacobian(f, &SVector::from(*x)).1)
        }),
        Contestant::new("echidna (DualVec)", &x, |x| {
            let seed = |i| echidna::DualVec::<f64, 3>::with_tangent(x[i], i);
            others::spherical(std::array::from_fn(seed)).map(|y| y.eps)
        }),
        Contestant::new("hyperdual", &x, |x| {
            let y = others::spherical(std::array::from_fn(|i| hyperdual_variable::<4>(x[i], i)));
            y.map(|y| [y[1], y[2], y[3]])
        }),
    ];
    #[cfg(feature = "ad_trait")]
    contestants.push(Contestant::new("ad_trait", &x, |x| {
        others::spherical(std::array::from_fn(|i| ad_variable::<3>(x[i], i))).map(|y| y.0.tangent())
    }));
    visit("Jacobian, spherical coordinates, 3 × 3", contestants);
}

/// The variable x, which moves in direction i, with its value and `N` − 1 directions.
#[inline(always)]
fn hyperdual_variable<const N: usize>(x: f64, i: usize) -> hyperdual::Hyperdual<f64, N> {
    hyperdual::Hyperdual::from_fn(|k| if k == 0 { x } else { f64::from(u8::from(k == i + 1)) })
}

/// The variable x, which moves in direction i.
#[cfg(feature = "ad_trait")]
#[inline(always)]
fn ad_variable<const N: usize>(x: f64, i: usize) -> benches::peers::Ad<ad_trait::forward_ad::adfn::adfn<N>> {
    benches::peers::Ad(ad_trait::forward_ad::adfn::adfn::new(x, std::array::from_fn(|k| f64::from(u8::from(k == i)))))
}

/// The contestants that take an array and give a Hessian.
macro_rules! hessian_contestants {
    ($n:literal, $x:expr, $ours:expr, $num_dual:expr, $others:expr, shared $shared:expr) => {{
        let x: &[f64; $n] = $x;
        let (tape, _) = echidna::record(|x| $others(std::array::from_fn(|i| x[i])), x);
        #[allow(unused_mut, reason = "without ad_trait it is complete")]
        let mut all = vec![
            Contestant::new("ours", x, |x| hessian($ours, *x)),
            Contestant::new("ours, called from two places", x, |x| hessian($shared, *x)),
            Contestant::new("ours, the same with the rest", x, |x| {
                let (value, gradient, h) = value_gradient_hessian($shared, *x);
                black_box((value, gradient));
                h
            }),
            Contestant::new("num-dual", x, |x| {
                num_dual::hessian(|x| $num_dual(std::array::from_fn(|i| x[i])), &SVector::from(*x)).2
            }),
            Contestant::new("echidna (hessian_vec)", x, |x| {
                echidna::hessian_vec::<f64, $n>(|x| $others(std::array::from_fn(|i| x[i])), x).2
            }),
            Contestant::new("echidna (recorded before)", x, move |x| tape.hessian_vec::<$n>(x).2),
        ];
        #[cfg(feature = "ad_trait")]
        all.push(Contestant::new("ad_trait", x, |x| {
            use ad_trait::forward_ad::{ForwardADTrait, adfn::adfn};
            use ad_trait::hyper_ad::hyper::HyperAD_ADFN;
            let seed = |i: usize| {
                let direction = std::array::from_fn(|k| f64::from(u8::from(k == i)));
                let mut outer = HyperAD_ADFN::<$n>::new_inner_constant(adfn::new(x[i], direction));
                outer.set_tangent_value(i, 1.0);
                benches::peers::Ad(outer)
            };
            $others(std::array::from_fn(seed)).0.inner_tangent().map(|row| row.tangent())
        }));
        all
    }};
}

fn three_body(visit: Visit<'_>) {
    visit(
        "gradient, three bodies, n = 12",
        gradient_contestants!(
                    12, &BODIES, ours::three_body, by_hand::three_body_gradient, of_num_dual::three_body, others::three_body,
                    by slice |x: &[_]| others::three_body(std::array::from_fn(|i| x[i])), shared ours_shared::three_body
        ),
    );
    visit(
        "Hessian, three bodies, n = 12",
        hessian_contestants!(12, &BODIES, ours::three_body, of_num_dual::three_body, others::three_body, shared ours_shared::three_body
        ),
    );
}

fn hessian_of_rosenbrock_10(visit: Visit<'_>) {
    let x = point();
    let mut contestants = hessian_contestants!(
        10,
        &x,
        |x| ours::rosenbrock(&x),
        |x: [_; 10]| of_num_dual::rosenbrock(&x),
        |x: [_; 10]| others::rosenbrock(&x),
        shared | x | ours_shared::rosenbrock(&x)
    );
    contestants.push(Contestant::new("ours, n not known", &x, |x| Rosenbrock.hessian(x)));
    contestants.push(Contestant::new("by hand", &x, |x| by_hand::rosenbrock_hessian(*x)));
    visit("Hessian, Rosenbrock, n = 10", contestants);
}

fn hessian_of_ackley(visit: Visit<'_>) {
    let x = point();
    visit(
        "Hessian, Ackley, n = 10",
        hessian_contestants!(
            10,
            &x,
            |x| ours::ackley(&x),
            |x: [_; 10]| of_num_dual::ackley(&x),
            |x: [_; 10]| { others::ackley(&x) },
            shared | x | ours_shared::ackley(&x)
        ),
    );
}

/// num-dual's gradient of vectors whose length is not known when this is compiled.
fn num_dual_of_unknown_length(x: &[f64]) -> Contestant<'_> {
    Contestant::new("num-dual (DVector)", x, |x| {
        let point = DVector::from_column_slice(x);
        num_dual::gradient(|x| of_num_dual::rosenbrock_cloned(x.as_slice()), &point).1
    })
}

fn long_gradient<const N: usize>(visit: Visit<'_>) {
    let x = long_point(N);
    let mut tape = Tape::new();
    let mut slopes = vec![0.0; N];
    let (mut recorded, _) = echidna::record(others::rosenbrock, &x);
    let mut buffer = Vec::new();
    #[allow(unused_mut, reason = "without ad_trait it is complete")]
    let mut contestants = vec![
        Contestant::new("ours", &x[..], |x| Rosenbrock.gradient(x)),
        Contestant::new("ours, tape kept", &x[..], move |x| {
            let value = tape.gradient_into(|x| ours::rosenbrock(x), x, &mut slopes);
            black_box(value).expect("the tape has room");
            slopes.clone()
        }),
        Contestant::new("ours, closure in chunks", &x[..], |x| gradient(|x: &[_]| ours::rosenbrock(x), x)),
        Contestant::new("by hand", &x[..], |x| {
            let mut g = vec![0.0; x.len()];
            by_hand::rosenbrock_gradient(x, &mut g);
            g
        }),
        Contestant::new("echidna (grad)", &x[..], |x| echidna::grad(others::rosenbrock, x)),
        Contestant::new("echidna (recorded before)", &x[..], move |x| recorded.gradient_with_buf(x, &mut buffer)),
        num_dual_of_unknown_length(&x),
        Contestant::new("autodiff 0.7", &x[..], |x| autodiff_peer::grad(others::rosenbrock, x)),
    ];
    #[cfg(feature = "ad_trait")]
    contestants.push(Contestant::new("ad_trait (ForwardADMulti)", &x[..], |x| {
        use ad_trait::differentiable_function::{DerivativeMethodTrait, ForwardADMulti};
        use ad_trait::forward_ad::adfn::adfn;
        ForwardADMulti::<adfn<8>>::new().derivative(x, &ad::Rosenbrock).1.as_slice().to_vec()
    }));
    visit(&format!("gradient, Rosenbrock, n = {N}"), contestants);
}

#[cfg(feature = "ad_trait")]
mod ad {
    use ad_trait::AD;
    use ad_trait::differentiable_function::DifferentiableFunctionTrait;
    use benches::peers::Ad;

    /// Rosenbrock's function as ad_trait has functions.
    #[derive(Clone)]
    pub(super) struct Rosenbrock;

    impl<T: AD> DifferentiableFunctionTrait<T> for Rosenbrock {
        const NAME: &'static str = "Rosenbrock";
        fn call(&self, x: &[T], _freeze: bool) -> Vec<T> {
            let x: Vec<Ad<T>> = x.iter().map(|x| Ad(*x)).collect();
            vec![benches::functions::others::rosenbrock(&x).0]
        }
        fn num_inputs(&self) -> usize {
            0
        }
        fn num_outputs(&self) -> usize {
            1
        }
    }
}

fn hessian_of_rosenbrock_100(visit: Visit<'_>) {
    let x = long_point(100);
    let dense = |x: &[f64]| Rosenbrock.hessian(x);
    let prepared = SparseHessian::of(&Rosenbrock, &x).expect("a chain is sparse");
    let terms = SumOfTerms::new(100, (0..99).map(|i| [i, i + 1]).collect()).expect("the indices are below 100");
    visit(
        "Hessian, Rosenbrock, n = 100",
        vec![
            Contestant::new("ours", &x[..], dense),
            Contestant::new("ours, sparse", &x[..], |x| sparse_hessian(x).hessian),
            Contestant::new("ours, sparse, coloured before", &x[..], move |x| {
                prepared.at(&Rosenbrock, x).expect("the pattern is of this length").hessian
            }),
            Contestant::new("ours, sum of terms", &x[..], move |x| {
                let term = |_: usize, [a, b]: [HyperDual<f64, 2>; 2]| (b - a * a).powi(2) * 100.0 + (a - 1.0).powi(2);
                terms.at(term, x).expect("the terms are of this length").hessian
            }),
            Contestant::new("num-dual (DVector)", &x[..], |x| {
                let point = DVector::from_column_slice(x);
                num_dual::hessian(|x| of_num_dual::rosenbrock_cloned(x.as_slice()), &point).2
            }),
            Contestant::new("echidna (hessian_vec)", &x[..], |x| {
                echidna::hessian_vec::<f64, 8>(others::rosenbrock, x).2
            }),
            Contestant::new("echidna (sparse_hessian)", &x[..], |x| {
                let (_, _, pattern, values) = echidna::sparse_hessian(others::rosenbrock, x);
                OfEchidna(pattern, values)
            }),
            Contestant::new("echidna (sparse_hessian_vec)", &x[..], |x| {
                let (_, _, pattern, values) = echidna::sparse_hessian_vec::<f64, 2>(others::rosenbrock, x);
                OfEchidna(pattern, values)
            }),
        ],
    );
}

/// Pattern, colours and values.
pub(crate) fn sparse_hessian(x: &[f64]) -> AtPoint<f64> {
    let hessian = SparseHessian::of(&Rosenbrock, x).expect("a chain is sparse");
    hessian.at(&Rosenbrock, x).expect("the pattern is of this length")
}

/// echidna's sparse Hessian: the lower triangle.
struct OfEchidna(echidna::sparse::SparsityPattern, Vec<f64>);

impl Numbers for OfEchidna {
    fn list(&self, to: &mut Vec<f64>) {
        let n = self.0.dim;
        let mut all = vec![0.0; n * n];
        for ((i, j), h) in self.0.rows.iter().zip(&self.0.cols).zip(&self.1) {
            all[*i as usize * n + *j as usize] = *h;
            all[*j as usize * n + *i as usize] = *h;
        }
        to.extend(all);
    }
}

fn plain(visit: Visit<'_>) {
    let x = point::<10>();
    visit(
        "plain evaluation, Rosenbrock, n = 10",
        vec![
            Contestant::new("ours", &x, |x| Rosenbrock.at(x)),
            Contestant::new("by hand", &x, |x| bare::rosenbrock(x)),
        ],
    );
}

#[cfg(test)]
mod tests {
    use benches::timing::disagreement;

    /// What is timed side by side gives the same numbers.
    #[test]
    fn all_contestants_agree() {
        let mut count = 0;
        super::each(&mut |name, contestants| {
            assert_eq!(disagreement(&contestants), None, "{name}");
            count += contestants.len();
        });
        assert!(count > 80, "{count}");
    }
}
