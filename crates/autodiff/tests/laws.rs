//! The laws of differentiation, on random functions and at random points: no oracle is needed, for each law stands for itself.

use autodiff::{
    Chunks, Dual, Function, HyperDual, Operators, Ordered, SliceFn, SliceMap, Taylor, Workspace, derivative,
    directional_derivatives, function, gradient, hessian, hvp, jacobian, jvp, mixed_partial, reverse,
    value_and_gradient, value_gradient_hessian,
};
use proptest::prelude::*;

function! {
    // smooth wherever they are used, with every kind of operation
    fn wave([x, y, z]) { (x * y).sin() + (z - x * 0.5).exp() / (y * y + 1.0) }
    fn bend([x, y, z]) { (x * x + y * y + z * z + 1.0).ln() * z.tanh() - x.atan2(y * y + 0.5) }
    fn map([x, y, z]) -> [3] { [x * y - z.cos(), (x + y * z).sinh() * 0.1, (x * x + 1.0).pow(y * 0.3) + z] }
}

const EPSILON: f64 = f64::EPSILON;

fn near(found: f64, want: f64, terms: f64) -> bool {
    (found - want).abs() <= 64.0 * EPSILON * terms.max(want.abs())
}

fn point() -> impl Strategy<Value = [f64; 3]> {
    prop::array::uniform3(-2.0..2.0)
}

fn quick() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) }
}

fn size(parts: &[f64]) -> f64 {
    parts.iter().fold(1.0, |size, part| f64::max(size, part.abs()))
}

proptest! {
    #![proptest_config(quick())]

    /// (a f + b g)' = a f' + b g', and the same of Hessians
    #[test]
    fn sums(x in point(), a in -3.0..3.0_f64, b in -3.0..3.0_f64) {
        let (_, fg, fh) = value_gradient_hessian(|x| wave.call(x), x);
        let (_, gg, gh) = value_gradient_hessian(|x| bend.call(x), x);
        let (_, sg, sh) = value_gradient_hessian(|x| wave.call(x) * a + bend.call(x) * b, x);
        for i in 0..3 {
            prop_assert!(near(sg[i], a * fg[i] + b * gg[i], 3.0 * (size(&fg) + size(&gg))));
            for j in 0..3 {
                let terms = 3.0 * (size(fh.as_flattened()) + size(gh.as_flattened()));
                prop_assert!(near(sh[i][j], a * fh[i][j] + b * gh[i][j], terms));
            }
        }
    }

    /// (f g)' = f' g + f g', (f g)'' = f'' g + f' g'ᵀ + g' f'ᵀ + f g''; (f/g)' with g far from 0
    #[test]
    fn products_and_quotients(x in point()) {
        let (fv, fg, fh) = value_gradient_hessian(|x| wave.call(x), x);
        let (gv, gg, gh) = value_gradient_hessian(|x| bend.call(x), x);
        let (pv, pg, ph) = value_gradient_hessian(|x| wave.call(x) * bend.call(x), x);
        prop_assert_eq!(pv, fv * gv);
        let terms = 4.0 * size(&[fv]) * size(&[gv]) * size(&fg) * size(&gg) * size(fh.as_flattened()) * size(gh.as_flattened());
        for i in 0..3 {
            prop_assert!(near(pg[i], fg[i] * gv + fv * gg[i], terms));
            for j in 0..3 {
                let want = fh[i][j] * gv + fg[i] * gg[j] + gg[i] * fg[j] + fv * gh[i][j];
                prop_assert!(near(ph[i][j], want, terms));
            }
        }
        let d = gv + 5.0;
        let quotient = gradient(|x| wave.call(x) / (bend.call(x) + 5.0), x);
        for i in 0..3 {
            prop_assert!(near(quotient[i], (fg[i] * d - fv * gg[i]) / (d * d), terms));
        }
    }

    /// (f ∘ φ)' = f'(φ) φ'
    #[test]
    fn chains_of_several_variables(x in point()) {
        let inner = jacobian(|x| map.call(x), x);
        let outer = gradient(|y| wave.call(y), map.call(x));
        let whole = gradient(|x| wave.call(map.call(x)), x);
        for i in 0..3 {
            let want: f64 = (0..3).map(|k| outer[k] * inner[k][i]).sum();
            prop_assert!(near(whole[i], want, 3.0 * size(&outer) * size(inner.as_flattened())));
        }
    }

    /// J (a u + b v) = a J u + b J v; w · J v = Jᵀ w · v; J v has the columns of J; H v is the derivative of the gradient along v
    #[test]
    fn products_with_vectors_are_linear(x in point(), u in point(), v in point(), a in -3.0..3.0_f64, b in -3.0..3.0_f64) {
        let times = |v| jvp(|x| map.call(x), x, v);
        let (ju, jv, both) = (times(u), times(v), times(std::array::from_fn(|i| a * u[i] + b * v[i])));
        let j = jacobian(|x| map.call(x), x);
        let terms = 40.0 * size(j.as_flattened());
        for i in 0..3 {
            prop_assert!(near(both[i], a * ju[i] + b * jv[i], terms));
            prop_assert!(near(jv[i], (0..3).map(|k| j[i][k] * v[k]).sum(), terms));
        }
        let (_, back) = reverse::vjp(|x| map.call([x[0], x[1], x[2]]).to_vec(), &x, &u).unwrap();
        let (forth, back): (f64, f64) = ((0..3).map(|i| u[i] * jv[i]).sum(), (0..3).map(|i| back[i] * v[i]).sum());
        prop_assert!(near(forth, back, 4.0 * terms));
        let along = derivative(|t| {
            let x = std::array::from_fn(|i| t * v[i] + x[i]);
            wave.gradient().call(x)[0]
        }, 0.0);
        prop_assert!(near(hvp(|x| wave.call(x), x, v)[0], along, 400.0 * (1.0 + along.abs())));
    }

    /// ∂²f/∂x∂y = ∂²f/∂y∂x, and every third derivative is the same in all orders: by numbers that compute each on its own
    #[test]
    fn derivatives_do_not_depend_on_their_order(x in point()) {
        let h = bend.gradient().jacobian().at(x);
        let third = wave.gradient().jacobian().jacobian().at(x);
        let terms = 10.0 * size(h.as_flattened());
        for i in 0..3 {
            for j in 0..3 {
                prop_assert!(near(h[i][j], h[j][i], terms), "{h:?}");
                for k in 0..3 {
                    let [a, b] = [third[i][j][k], third[k][i][j]];
                    prop_assert!(near(a, b, 100.0 * size(third.as_flattened().as_flattened())), "{third:?}");
                }
            }
        }
    }

    /// f(t x) = tᵏ f(x) for t > 0: x · ∇f = k f, H x = (k − 1) ∇f, and ∇f(t x) = tᵏ⁻¹ ∇f(x)
    #[test]
    fn homogeneous_functions(x in prop::array::uniform3(0.2..3.0_f64), stretch in 0.25..4.0_f64) {
        function! {
            fn length([x, y, z]) { x.hypot(y).hypot(z) }
            fn mean([x, y, z]) { (x * y * z).cbrt() }
            fn ratio([x, y, z]) { x.powi(3) / (y * z) - (x + z).powi(2) / y }
            fn form([x, y, z]) { x * x - x * y * 3.0 + z * z * 0.5 }
            fn angle([x, y, z]) { x.atan2(y) + (z / x).ln() }
            fn roots([x, y, z]) { (x.sqrt() + y.sqrt()).powi(5) - z.powf(2.5) }
            fn steep([x, y, z]) { x.powi(-2) * (y / z).exp() }
            fn piecewise([x, y, z]) { (x - y).abs() + x.max(z) }
        }
        macro_rules! check {
            ($($function:ident: $k:expr;)*) => {
                $({
                    let k: f64 = $k;
                    let (value, g, h) = value_gradient_hessian(|x| $function.call(x), x);
                    let terms = 64.0 * size(&g);
                    let name = stringify!($function);
                    prop_assert!(near((0..3).map(|i| x[i] * g[i]).sum(), k * value, terms), "{name}: {g:?}, {value}");
                    let there = gradient(|x| $function.call(x), x.map(|x| x * stretch));
                    for i in 0..3 {
                        let curved: f64 = (0..3).map(|j| h[i][j] * x[j]).sum();
                        prop_assert!(near(curved, (k - 1.0) * g[i], 64.0 * size(h.as_flattened())), "{name}: {h:?}, {g:?}");
                        let want = stretch.powf(k - 1.0) * g[i];
                        prop_assert!(near(there[i], want, 64.0 * size(&g) * size(&there)), "{name}: {there:?}, {want}");
                    }
                })*
            };
        }
        check! { length: 1.0; mean: 1.0; ratio: 1.0; form: 2.0; angle: 0.0; roots: 2.5; steep: -2.0; }
        // next to an edge, one side of it has another slope
        if (x[0] - x[1]).abs() > 1e-3 && (x[0] - x[2]).abs() > 1e-3 {
            check! { piecewise: 1.0; }
        }
    }

    /// f(x + h v) = Σ_{k ≤ K} f⁽ᵏ⁾ hᵏ/k! + O(hᴷ⁺¹): the remainder over hᴷ⁺¹ tends to the next coefficient
    #[test]
    fn remainders_are_of_the_next_order(x in point(), v in point()) {
        const K: usize = 7;
        let (value, derivatives) = directional_derivatives::<K, _, _>(|x| wave.call(x), x, v);
        let (again, _) = directional_derivatives::<2, _, _>(|x| wave.call(x), x, v);
        prop_assert_eq!(value, again);
        let coefficient = |k: usize| {
            let factorial: f64 = (1..=k).map(|i| i as f64).product();
            if k == 0 { value } else { derivatives[k - 1] / factorial }
        };
        let scale = (0..=K).map(|k| coefficient(k).abs()).fold(1.0, f64::max);
        for order in 0..K - 1 {
            // small enough for the limit, and large enough that the remainder is no rounding
            let remainder = |h: f64| {
                let there = wave.call(std::array::from_fn(|i| x[i] + h * v[i]));
                (0..=order).fold(there, |rest, k| rest - coefficient(k) * h.powi(k as i32))
            };
            let h: f64 = [1e-5, 1e-4, 1e-3, 4e-3, 1e-2, 2e-2][order];
            let found = remainder(h) / h.powi(order as i32 + 1);
            // the next term but one, and the rounding of f and of the sum
            let slack = 4.0 * h * scale * 8.0 + 64.0 * EPSILON * scale * 8.0 / h.powi(order as i32 + 1);
            prop_assert!((found - coefficient(order + 1)).abs() <= slack, "{order}: {found}, {}", coefficient(order + 1));
        }
    }

    /// (f g)⁽ⁿ⁾ = Σ (n over k) f⁽ᵏ⁾ g⁽ⁿ⁻ᵏ⁾
    #[test]
    fn products_of_every_order(x in point(), v in point()) {
        const K: usize = 8;
        let line = || std::array::from_fn(|i| Taylor::<f64, K>::line(x[i], v[i]));
        let (f, g) = (wave.call(line()), bend.call(line()));
        let product = f * g;
        for n in 0..=K {
            let choose = |k: usize| (1..=k).fold(1.0, |c, i| c * (n - k + i) as f64 / i as f64);
            let terms: Vec<f64> = (0..=n).map(|k| choose(k) * f.derivative(k) * g.derivative(n - k)).collect();
            let size: f64 = terms.iter().map(|term| term.abs()).sum();
            prop_assert!(near(product.derivative(n), terms.iter().sum(), size), "{n}: {terms:?}");
        }
    }

    /// The Jacobians of a map and of its inverse are inverse to each other.
    #[test]
    fn inverse_maps(r in 0.1..5.0_f64, phi in -3.1..3.1_f64, z in -2.0..2.0_f64) {
        function! {
            fn cartesian([r, phi, z]) -> [3] { let (s, c) = phi.sin_cos(); [r * c, r * s, z.sinh()] }
            fn cylindrical([x, y, z]) -> [3] { [x.hypot(y), y.atan2(x), z.asinh()] }
        }
        let x = [r, phi, z];
        let forth = jacobian(|x| cartesian.call(x), x);
        let back = jacobian(|y| cylindrical.call(y), cartesian.call(x));
        for i in 0..3 {
            for j in 0..3 {
                let sum: f64 = (0..3).map(|k| back[i][k] * forth[k][j]).sum();
                let terms = size(back.as_flattened()) * size(forth.as_flattened());
                prop_assert!(near(sum, if i == j { 1.0 } else { 0.0 }, terms), "{forth:?}, {back:?}");
            }
        }
    }
}

type Third = Dual<HyperDual<f64, 1>, 1>;

/// f, f', f'', f'''.
fn parts(x: Third) -> [f64; 4] {
    [x.re.re, x.re.eps[0], x.re.hessian()[0][0], x.eps[0].hessian()[0][0]]
}

fn variable(x: f64) -> Third {
    Dual::variable(HyperDual::variable(x, 0), 0)
}

macro_rules! named {
    ($($name:ident)*) => { [$((stringify!($name), (|x| x.$name()) as fn(Third) -> Third)),*] };
}

/// (f ∘ g)' = f' g', (f ∘ g)'' = f'' g'² + f' g'', (f ∘ g)''' = f''' g'³ + 3 f'' g' g'' + f' g''' (Faà di Bruno), of every pair of rules
#[test]
fn chains_of_every_two_rules() {
    let rules = autodiff::rule_names!(named);
    let (mut seen, mut pairs) = (0, 0);
    for (outer_name, outer) in &rules {
        for (inner_name, inner) in &rules {
            let before = seen;
            for x in [-2.3, -0.7, -0.1, 0.35, 0.8, 1.9, 6.5] {
                let g = parts(inner(variable(x)));
                let f = parts(outer(variable(g[0])));
                let whole = parts(outer(inner(variable(x))));
                if !f.iter().chain(&g).chain(&whole).all(|part| part.abs() < 1e100) {
                    continue;
                }
                seen += 1;
                let terms: [&[f64]; 3] = [
                    &[f[1] * g[1]],
                    &[f[2] * g[1] * g[1], f[1] * g[2]],
                    &[f[3] * g[1].powi(3), 3.0 * f[2] * g[1] * g[2], f[1] * g[3]],
                ];
                assert_eq!(whole[0], f[0]);
                for (order, terms) in (1..).zip(terms) {
                    let (want, size): (f64, f64) = (terms.iter().sum(), terms.iter().map(|term| term.abs()).sum());
                    let found = whole[order];
                    let good = (found - want).abs() <= 16.0 * EPSILON * size + f64::MIN_POSITIVE;
                    assert!(good, "order {order} of {outer_name}({inner_name}) at {x}: {found}, not {want}");
                }
            }
            pairs += usize::from(seen > before);
        }
    }
    // some pairs meet nowhere: acosh of a sine
    assert!(pairs * 10 > rules.len() * rules.len() * 9, "{pairs} pairs of {} rules", rules.len());
}

/// f⁻¹ at f(x): 1/f', −f''/f'³, (3 f''² − f' f''')/f'⁵
#[test]
fn inverse_functions() {
    type Pair = (&'static str, fn(Third) -> Third, fn(Third) -> Third, [f64; 4]);
    let pairs: [Pair; 15] = [
        ("exp, ln", |x| x.exp(), |y| y.ln(), [-3.0, -0.2, 0.7, 40.0]),
        ("exp2, log2", |x| x.exp2(), |y| y.log2(), [-3.0, -0.2, 0.7, 40.0]),
        ("10ˣ, log10", |x| Third::constant(HyperDual::constant(10.0)).pow(x), |y| y.log10(), [-3.0, -0.2, 0.7, 9.0]),
        ("exp_m1, ln_1p", |x| x.exp_m1(), |y| y.ln_1p(), [-3.0, -1e-9, 0.7, 40.0]),
        ("sin, asin", |x| x.sin(), |y| y.asin(), [-1.4, -1e-6, 0.7, 1.2]),
        ("cos, acos", |x| x.cos(), |y| y.acos(), [0.1, 0.9, 1.6, 3.0]),
        ("tan, atan", |x| x.tan(), |y| y.atan(), [-1.4, -1e-6, 0.7, 1.5]),
        ("sinh, asinh", |x| x.sinh(), |y| y.asinh(), [-9.0, -1e-6, 0.7, 20.0]),
        ("cosh, acosh", |x| x.cosh(), |y| y.acosh(), [0.1, 0.9, 3.0, 20.0]),
        ("tanh, atanh", |x| x.tanh(), |y| y.atanh(), [-1.4, -1e-6, 0.7, 1.2]),
        ("x², sqrt", |x| x.powi(2), |y| y.sqrt(), [1e-3, 0.9, 3.0, 1e6]),
        ("x³, cbrt", |x| x.powi(3), |y| y.cbrt(), [-50.0, -1e-3, 0.9, 1e6]),
        ("recip, recip", |x| x.recip(), |y| y.recip(), [-50.0, -1e-3, 0.9, 1e6]),
        ("x^2.5, x^0.4", |x| x.powf(2.5), |y| y.powf(0.4), [1e-3, 0.9, 3.0, 1e3]),
        ("softplus, ln(eˣ − 1)", |x| x.softplus(), |y| y + (-(-y).exp_m1()).ln(), [-5.0, -0.5, 0.9, 12.0]),
    ];
    for (name, f, inverse, points) in pairs {
        for x in points {
            let [y, f1, f2, f3] = parts(f(variable(x)));
            let found = parts(inverse(variable(y)));
            let want = [1.0 / f1, -f2 / f1.powi(3), (3.0 * f2 * f2 - f1 * f3) / f1.powi(5)];
            let size = [want[0], want[1], (3.0 * f2 * f2 + (f1 * f3).abs()) / f1.powi(5)];
            // y is rounded, which moves the derivatives there by as much as the next one is steep
            let moved = |order: usize| 4.0 * EPSILON * y.abs() * found.get(order + 2).map_or(0.0, |next| next.abs());
            let conditioned = 1e-12 * (1.0 + (x * f2 / f1).abs() + (y / f1).abs() + (1.0 / f1).abs());
            for order in 0..3 {
                let (found, want) = (found[order + 1], want[order]);
                let bar = conditioned * size[order].abs() + moved(order);
                assert!((found - want).abs() <= bar, "order {} of {name} at {x}: {found}, not {want}", order + 1);
            }
            // and the way there and back moves as x does
            let [back, one, none, _] = parts(inverse(f(variable(x))));
            assert!((back - x).abs() <= conditioned * (1.0 + x.abs()), "{name} at {x}: {back}");
            assert!((one - 1.0).abs() <= conditioned * (1.0 + (f2 / f1).abs()), "{name} at {x}: {one}");
            let terms = conditioned * (1.0 + (f2 / f1).abs()) * (1.0 + (f2 / f1).abs() + found[2].abs() * f1 * f1);
            assert!(none.abs() <= terms, "{name} at {x}: {none}");
        }
    }
}

/// Mixed partial derivatives by one Hessian are those by two gradients, bit for bit, as the documentation says.
#[test]
fn routes_to_a_hessian_meet() {
    for k in 0..50 {
        let x = [0.3 + 0.03 * f64::from(k), -1.1 + 0.07 * f64::from(k), 0.9 - 0.05 * f64::from(k)];
        let nested = wave.gradient().jacobian().at(x);
        let hyper = hessian(|x| wave.call(x), x);
        for i in 0..3 {
            for j in 0..=i {
                assert_eq!(hyper[i][j].to_bits(), nested[i][j].to_bits(), "{x:?}");
            }
        }
    }
}

/// A number that moves with several variables sums what each adds: d/dt f(t, t, t) = Σ ∂f/∂xᵢ.
#[test]
fn total_derivatives() {
    fn diagonal<T: Ordered>(t: T) -> T {
        wave.call([t, t, t])
    }
    for t in [-1.3, -0.2, 0.4, 1.7] {
        let g = gradient(|x| wave.call(x), [t; 3]);
        let h = hessian(|x| wave.call(x), [t; 3]);
        let [value, first, second, _] = parts(diagonal(variable(t)));
        assert_eq!(value, wave.call([t; 3]));
        assert!(near(first, g.iter().sum(), 3.0 * size(&g)));
        assert!(near(second, h.as_flattened().iter().sum(), 9.0 * size(h.as_flattened())));
    }
}

/// (x/y)'' = −2 y'/y (x/y)' for linear x and y, and ∂²/∂s∂t of x(s)/y(t) is −xₛ yₜ/y², where products of partials on the way leave
/// the range of floats and the results do not.
#[test]
fn quotients_at_the_ends_of_the_range() {
    let rows: [[f64; 4]; 7] = [
        [1e306, 1e307, 1e8, 1e11],
        [-1e306, 1e306, 1e8, 3e11],
        [1e306, 1e304, 1e8, 1e11],
        [-1e306, 1e303, 1e8, 3e11],
        [1e-306, 1e-306, 1e-8, 1e-11],
        [2e-300, 1e-299, -1e-8, 1e-10],
        [1e300, 1e290, 1e-3, 1e-1],
    ];
    for [x, dx, y, dy] in rows {
        let (q, [first], [[second]]) = value_gradient_hessian(|[t]| (t * dx + x) / (t * dy + y), [0.0]);
        let want = dx / y - dy / y * (x / y);
        assert_eq!(q, x / y);
        assert!((first - want).abs() <= 4.0 * EPSILON * want.abs(), "{x:e} {y:e}: {first:e}, not {want:e}");
        let want = -2.0 * (dy / y) * want;
        assert!((second - want).abs() <= 16.0 * EPSILON * want.abs(), "{x:e} {y:e}: {second:e}, not {want:e}");
        let mixed = -(dx / y) * (dy / y);
        for order in [[0, 1], [1, 0]] {
            let h = hessian(|x0: [HyperDual<f64, 2>; 2]| (x0[order[0]] * dx + x) / (x0[order[1]] * dy + y), [0.0; 2]);
            let good = (h[1][0] - mixed).abs() <= 16.0 * EPSILON * mixed.abs();
            assert!(good, "{x:e} {y:e}, {order:?}: {:e}, not {mixed:e}", h[1][0]);
        }
    }
}

/// A first derivative that is zero is +0 by every driver, whatever it was multiplied with; so is a product with the Hessian.
#[test]
fn zeros_have_no_sign() {
    function! {
        fn slope { c }([x, _y]) { x * c + (x * 0.0).cos() }
        fn slopes { c }([x, _y]) -> [1] { [x * c] }
        fn long_slope { c }(x: []) { x[0] * c }
        fn long_slopes { c }(x: []) -> [] { vec![x[0] * c] }
    }
    let (at, v) = ([3.0, 5.0], [1.0; 2]);
    // within a function what does not move may be −0 or +0, and stay or change its sign
    for c in [2.0, -2.0] {
        let check = |name: &str, found: &[f64]| {
            assert_eq!(found, [c, 0.0], "{name}");
            assert_eq!(found[1].to_bits(), 0, "{name}, {c}: {found:?}");
        };
        let (slope, slopes, long_slope, long_slopes) = (slope { c }, slopes { c }, long_slope { c }, long_slopes { c });
        let (mut workspace, mut values, mut in_place) = (Workspace::<f64>::new(), [0.0], [1.0; 2]);
        check("gradient", &gradient(|x| slope.call(x), at));
        check("gradient in a branch", &gradient(|[x, y]| if x < y { x * c } else { y }, at));
        check("value and gradient", &value_and_gradient(|x| slope.call(x), at).1);
        check("gradient beside the Hessian", &value_gradient_hessian(|x| slope.call(x), at).1);
        check("gradient of a slice", &gradient(|x| long_slope.call(x), &at[..]));
        check("gradient in chunks", &gradient(|x| long_slope.call(x), Chunks::<_, 1>(&at)));
        check("gradient beside the Hessian of a slice", &value_gradient_hessian(|x| long_slope.call(x), &at[..]).1);
        check("operator", &slope.gradient().at(at));
        check("rows of an operator", &slopes.jacobian().at(at)[0]);
        check("function of slices", &long_slope.gradient(&at));
        check("rows of a function of slices", &long_slopes.jacobian(&at)[0]);
        check("reverse", &reverse::gradient(|x| long_slope.call(x), &at).unwrap());
        check("row", &jacobian(|x| slopes.call(x), at)[0]);
        check("row of a slice", &jacobian(|x| long_slopes.call(x), &at[..])[0]);
        workspace.gradient(|x| long_slope.call(x), &at, &mut in_place).unwrap();
        check("workspace", &in_place);
        workspace.jacobian(|x, y| y[0] = x[0] * c, &at, &mut values, &mut in_place).unwrap();
        check("Jacobian of a workspace", &in_place);

        // the Hessian of c x²/2 is c in one place, so the product with (1, 1) is (c, 0)
        let half = c / 2.0;
        check("hvp", &hvp(|[x, _]| x * x * half, at, v));
        check("hvp of a slice", &hvp(|x| x[0] * x[0] * half, &at[..], &v[..]).unwrap());
        workspace.hvp(|x| x[0] * x[0] * half, &at, &v, &mut in_place).unwrap();
        check("hvp of a workspace", &in_place);
        check("reverse hvp", &reverse::hvp(|x| x[0] * x[0] * half, &at, &v).unwrap().2);

        let along = [1.0, 0.0];
        workspace.jvp(|x, y| y[0] = x[1] * c, &at, &along, &mut values, &mut in_place[..1]).unwrap();
        for (name, zero) in [
            ("derivative", derivative(|x: Dual<f64, 1>| x * 0.0 * c, 3.0)),
            ("jvp", jvp(|[_, y]| [y * c], at, along)[0]),
            ("jvp of a slice", jvp(|x| [x[1] * c], &at[..], &along[..]).unwrap()[0]),
            ("jvp of a workspace", in_place[0]),
            ("mixed partial derivative", mixed_partial(|[x, _]| x * c, at, [1]).unwrap()),
            ("directional derivative", directional_derivatives::<1, _, _>(|[_, y]| y * c, at, along).1[0]),
        ] {
            assert_eq!(zero.to_bits(), 0, "{name}, {c}: {zero:?}");
        }
    }
}
