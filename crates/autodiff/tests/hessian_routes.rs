//! The routes to a Hessian agree bit for bit: hyper-dual numbers, nested duals, the Jacobian of the gradient.

mod common;

use autodiff::{Dual, Function, HyperDual, Operators, Ordered, ScalarFn, Single, function, hessian};
use common::{Grid, Real, log_spaced, paths};
use proptest::prelude::*;

function! {
    /// The notebook's function: x₀² + (x₁ x₁)².
    fn loss([x0, x1]) { let y = [x0, x1 * x1]; y[0] * y[0] + y[1] * y[1] }
}

fn lower_triangle<P: Real, const N: usize>(h: [[P; N]; N]) -> impl Iterator<Item = P> {
    h.into_iter().enumerate().flat_map(|(i, row)| row.into_iter().take(i + 1))
}

/// The bits; of a negative zero those of a positive, for a sum with zero is none.
fn unsigned_zero<P: Real>(x: P) -> u64 {
    (x + P::ZERO).bits()
}

/// The Hessian's lower triangle by each route, as bits.
fn lower_triangles<P: Real, const N: usize>(
    f: impl ScalarFn<N, P> + Operators + Copy,
    x: [P; N],
    bits: fn(P) -> u64,
) -> [Vec<u64>; 5] {
    let nested = f.call(Dual::variables(Dual::variables(x)));
    let thrice = f.call(Dual::variables(HyperDual::variables(x)));
    let routes = [
        hessian(|x| f.call(x), x),
        f.hessian().at(x),
        f.gradient().jacobian().at(x),
        nested.eps.map(|x| x.eps),
        thrice.re.hessian(),
    ];
    routes.map(|h| lower_triangle(h).map(bits).collect())
}

fn agree_at_many_points<P: Real>(f: impl ScalarFn<2, P> + Operators + Copy) {
    let mut state = 1u64;
    let mut random = || {
        // xorshift64*: any sequence will do
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        P::of((state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / 2f64.powi(51) - 2.0)
    };
    let sizes: Vec<P> = log_spaced(-20, 20, 3).collect();
    for i in 0..10_000 {
        let x = [random() * sizes[i % sizes.len()], random() * sizes[i * 7 % sizes.len()]];
        let routes = lower_triangles(f, x, Real::bits);
        for route in &routes {
            assert_eq!(route, &routes[0], "at {x:?}");
        }
        let h = f.gradient().jacobian().at(x);
        assert_eq!(h, f.hessian().at(x), "at {x:?}");
    }
}

#[test]
fn the_notebooks_hessian_in_double() {
    agree_at_many_points::<f64>(loss);
}

#[test]
fn the_notebooks_hessian_in_single() {
    agree_at_many_points::<f32>(loss);
}

/// A random program: each step computes a number from two earlier ones (or one and a constant).
#[derive(Clone, Debug)]
struct Program(Vec<(u8, usize, usize)>);

impl<P: Real, const N: usize> Function<N, P> for Program {
    type Output = Single;
    fn call<T: Ordered<P>>(&self, x: [T; N]) -> T {
        let mut numbers = x.to_vec();
        for (operation, i, j) in &self.0 {
            let (x, y) = (numbers[i % numbers.len()], numbers[j % numbers.len()]);
            numbers.push(match operation {
                0 => x + y,
                1 => x - y,
                2 => x * y,
                3 => x / y,
                4 => x.sin(),
                5 => x.exp(),
                6 => x.sqrt(),
                7 => x.tanh(),
                8 => x.powi(3),
                9 => x.powf(P::of(1.7)),
                10 => x.pow(y),
                11 => x.hypot(y),
                12 => x.atan2(y),
                13 => x.max(y),
                14 => x * P::of(1.3) - P::of(0.7),
                15 => x / P::of(0.3) + y,
                16 => x.ln(),
                17 => x % y,
                18 => x.mul_add(y, x),
                _ => x.abs().recip(),
            });
        }
        numbers[numbers.len() - 1]
    }
}
impl Operators for Program {}

/// Two numbers of which no part is like another or zero, as hyper-dual numbers and as nested duals.
type Pair<P, const N: usize> = ([HyperDual<P, N>; 2], [Dual<Dual<P, N>, N>; 2]);

fn dense<P: Real, const N: usize>(values: [P; 2], change: impl Fn(usize, &mut [P; N])) -> Pair<P, N> {
    let part = |k: usize, i: usize, j: usize| P::of(0.37 + 0.13 * (1 + k + 7 * i.max(j) + 3 * i.min(j)) as f64);
    let slopes: [[P; N]; 2] = std::array::from_fn(|k| {
        let mut slopes = std::array::from_fn(|i| part(k, i, 40 + k));
        change(k, &mut slopes);
        slopes
    });
    let second = |k: usize| -> [[P; N]; N] { std::array::from_fn(|i| std::array::from_fn(|j| part(3 * k, i, j))) };
    (
        std::array::from_fn(|k| HyperDual::new(values[k], slopes[k], second(k))),
        std::array::from_fn(|k| {
            let (first, second) = (slopes[k], second(k));
            Dual::new(Dual::new(values[k], first), std::array::from_fn(|i| Dual::new(first[i], second[i])))
        }),
    )
}

const OPERATIONS: [&str; 12] =
    ["x + y", "x - y", "x y", "x / y", "1.3 x", "x / 0.3", "inf x", "x / 0", "-x", "exp x", "sqrt x", "hypot(x, y)"];

fn operations<P: Real, T: Ordered<P>>([x, y]: [T; 2]) -> [T; 12] {
    let infinity = P::of(f64::INFINITY);
    let [more, less] = [P::of(1.3), P::of(0.3)];
    [x + y, x - y, x * y, x / y, x * more, x / less, x * infinity, x / P::ZERO, -x, x.exp(), x.sqrt(), x.hypot(y)]
}

fn agree_in_each_operation<P: Real, const N: usize>() {
    let cases: [(&str, [f64; 2], usize, f64); 8] = [
        ("all finite", [1.7, 0.6], 0, 0.25),
        ("a slope is zero", [1.7, 0.6], 2, 0.0),
        ("a slope is infinite", [1.7, 0.6], 2, f64::INFINITY),
        ("a slope is not a number", [1.7, 0.6], N - 1, f64::NAN),
        ("a value is zero", [0.0, 0.6], 1, 0.0),
        ("a divisor is zero", [1.7, 0.0], 1, 0.0),
        ("a value is infinite", [f64::INFINITY, 0.6], 1, 0.0),
        ("a divisor is small", [1.7, 1e-9], 1, 0.5),
    ];
    for (name, values, index, slope) in cases {
        for changed in 0..2 {
            let change = |k: usize, slopes: &mut [P; N]| {
                if k == changed {
                    slopes[index % N] = P::of(slope);
                }
            };
            let (hyper, nested) = dense::<P, N>(values.map(P::of), change);
            for ((x, y), operation) in operations(hyper).into_iter().zip(operations(nested)).zip(OPERATIONS) {
                let bits = |re: P, eps: [P; N], h: [[P; N]; N]| -> Vec<_> {
                    [re].into_iter().chain(eps).chain(lower_triangle(h)).map(unsigned_zero).collect()
                };
                assert_eq!(
                    bits(x.re, x.eps, x.hessian()),
                    bits(y.re.re, y.re.eps, y.eps.map(|y| y.eps)),
                    "{operation} of {N} variables, {name} (operand {changed}), {}",
                    P::NAME
                );
            }
        }
    }
}

/// Each operation of each width, of which some are computed in ways of their own: by calls, row by row or where they stand.
#[test]
fn each_operation_of_each_width() {
    macro_rules! agree {
        ($($n:literal),*) => { $(
            agree_in_each_operation::<f64, $n>();
            agree_in_each_operation::<f32, $n>();
        )* };
    }
    agree!(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17);
}

/// The same for two routes of many variables; deeper nests would not fit on a thread's stack.
fn agrees_with_nested<P: Real, const N: usize>(program: &Program, x: [f64; N]) -> Result<(), TestCaseError> {
    let x = x.map(P::of);
    let nested = program.call(Dual::variables(Dual::variables(x))).eps.map(|x| x.eps);
    let [found, wanted] =
        [hessian(|x| program.call(x), x), nested].map(|h| lower_triangle(h).map(unsigned_zero).collect::<Vec<_>>());
    prop_assert_eq!(found, wanted, "of {} variables", N);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    /// Numbers of some widths are computed in other ways than those of others, by calls, row by row or where they stand.
    #[test]
    fn of_random_programs_of_more_variables(
        steps in prop::collection::vec((0u8..20, 0usize..64, 0usize..64), 10..40),
        x in prop::array::uniform16(-3.0f64..3.0),
    ) {
        macro_rules! agree {
            ($P:ty: $($n:literal),*) => { $(
                agrees_with_nested::<$P, $n>(&Program(steps.clone()), std::array::from_fn(|i| x[i]))?;
            )* };
        }
        agree!(f64: 4, 7, 8, 9, 10, 11, 12, 13, 14, 16);
        agree!(f32: 7, 8, 10, 12, 16);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    /// A zero may have either sign: those of dead partials that met an infinite slope do.
    #[test]
    fn of_random_programs(
        steps in prop::collection::vec((0u8..20, 0usize..64, 0usize..64), 1..12),
        x in prop::array::uniform3(-3.0f64..3.0),
    ) {
        let program = Program(steps);
        let routes = lower_triangles(&program, x, unsigned_zero);
        for route in &routes {
            prop_assert_eq!(route, &routes[0]);
        }
    }
    /// A direction in which nothing moves has zero derivatives, whatever infinities are beside it.
    #[test]
    fn of_random_programs_in_a_dead_direction(
        steps in prop::collection::vec((0u8..20, 0usize..64, 0usize..64), 1..12),
        x in prop::array::uniform3(-3.0f64..3.0),
        rounded in any::<bool>(),
    ) {
        fn check<T: Grid<3, Precision = f64> + Ordered>(program: &Program, x: [f64; 3]) {
            let y = program.call([T::along(x[0], 0), T::along(x[1], 1), T::constant(x[2])]);
            for path in paths::<3>(T::ORDER).into_iter().filter(|path| path.contains(&2)) {
                let dead = y.partial(&path).unwrap();
                assert!(dead == 0.0, "{dead} along {path:?}: {y:?}");
            }
        }
        // whole numbers meet more special points
        let x = if rounded { x.map(f64::round) } else { x };
        let program = Program(steps);
        check::<Dual<f64, 3>>(&program, x);
        check::<HyperDual<f64, 3>>(&program, x);
        check::<Dual<Dual<f64, 3>, 3>>(&program, x);
        check::<Dual<HyperDual<f64, 3>, 3>>(&program, x);
        check::<HyperDual<Dual<f64, 3>, 3>>(&program, x);
    }
}
