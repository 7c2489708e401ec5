//! Solutions of equations with their derivatives from the implicit function theorem, not through the iterations.

use alloc::vec::Vec;
use core::array;

use crate::Dual;
use crate::bounded::Bounded;
use crate::elementary::Elementary;
use crate::linear_solve::{Lu, SolveError, all_finite, corrected, rounding};
use crate::number::{Float, Ordered};

/// `N` functions of `N` unknowns and `M` parameters that compute with any number type of precision `F`: a system of
/// equations F(x, p) = 0 for [`implicit`], or a map x ↦ g(x, p) for [`fixed_point`].
///
/// [`system!`](crate::system) writes the implementation for both precisions; by hand it looks like this:
///
/// ```
/// use autodiff::{Ordered, System, implicit};
///
/// /// xᵢ³ = p for any number of unknowns.
/// struct CubeRoots;
///
/// impl<const N: usize> System<N, 1> for CubeRoots {
///     fn call<T: Ordered>(&self, x: [T; N], [p]: [T; 1]) -> [T; N] {
///         x.map(|x| x.powi(3) - p)
///     }
/// }
/// assert_eq!(implicit(&CubeRoots, [1.0, 3.0], [8.0]), Ok([2.0, 2.0]));
/// ```
#[diagnostic::on_unimplemented(message = "`{Self}` is not a system of {N} unknowns and {M} parameters in `{F}`")]
pub trait System<const N: usize, const M: usize, F: Float = f64> {
    /// The `N` functions.
    fn call<T: Ordered<F>>(&self, x: [T; N], p: [T; M]) -> [T; N];
}

/// Newton's iterations for the value. Near the root six are usual; where each halves x, these go from 1 to the smallest number.
const NEWTON_ITERATIONS: usize = 1200;
/// Iterations x ← g(x), at most.
const FIXED_POINT_ITERATIONS: usize = 1 << 14;

/// The root x(p) of F(x, p) = 0 near `guess`, with its derivatives by the parameters.
///
/// The value comes from damped Newton iterations on plain floats, from `guess`, which may be the solution itself; it is
/// taken where F vanishes within a bound on its own rounding errors, and nowhere else. The derivatives
/// come from the equation: with the Jacobian J = ∂F/∂x at the root, each correction x ← x − J⁻¹ F(x, p) on the numbers makes
/// one order more exact. For if x differs from the root by e, then x − J⁻¹ F differs by J⁻¹ (J − ∂F/∂x) e, and
/// J − ∂F/∂x has no value. F is called twice a Newton iteration, once more for each halving of its step, and once an order; a step ends short of where F or
/// its slopes are not finite.
///
/// # Errors
///
/// [`SolveError::NotConverged`] if the steps no longer bring x nearer to a root; [`SolveError::Singular`] if J is, at the root
/// or on the way to it: so too at a double root; [`SolveError::NotFinite`] names the parameter, unknown or function.
///
/// ```
/// use autodiff::{derivative, implicit, system};
///
/// system! {
///     /// Kepler's equation for the eccentric anomaly.
///     fn kepler([anomaly], [mean, eccentricity]) { [anomaly - eccentricity * anomaly.sin() - mean] }
/// }
/// let anomaly = |m| implicit(&kepler, [1.0], [m, 0.5 + 0.0 * m]).unwrap()[0];
/// let slope: f64 = derivative(anomaly, 1.0);
/// let value: f64 = implicit(&kepler, [1.0], [1.0, 0.5]).unwrap()[0];
/// assert!((slope - 1.0 / (1.0 - 0.5 * value.cos())).abs() < 1e-15);
/// ```
pub fn implicit<const N: usize, const M: usize, F: Float, T: Ordered<F>>(
    equations: &impl System<N, M, F>,
    guess: [F; N],
    parameters: [T; M],
) -> Result<[T; N], SolveError> {
    let p = parameters.map(T::value);
    all_finite("parameters", &p)?;
    let (root, jacobian) = newton(equations, guess, p)?;
    let residual = |x: &[T]| equations.call(array::from_fn(|i| x[i]), parameters).map(|r| -r).to_vec();
    let x = corrected(&jacobian, &root, residual);
    Ok(array::from_fn(|i| x[i]))
}

/// The fixed point x = g(x, p) that the iterations x ← g(x, p) from `start` approach, with its derivatives by the parameters.
///
/// The iterations run on plain floats. After 1, 2, 4, … of them a root of x − g(x, p) by [`implicit`] finishes what they
/// approach, so that slow ones lose no digits: it is taken if as many iterations again come half as near to it, and to
/// a thousandth of where they started. The derivatives are those of [`implicit`]: they do not depend on how many iterations
/// there were.
///
/// # Errors
///
/// As [`implicit`]; [`SolveError::NotConverged`] also if g does not contract, or so slowly that 2¹⁴ iterations are not
/// enough (a factor of 0.9995 is the slowest); [`SolveError::Singular`] if ∂g/∂x has an eigenvalue 1.
///
/// ```
/// use autodiff::{derivative, fixed_point, system};
///
/// system! { fn babylonian([x], [p]) { [(x + p / x) * 0.5] } }
///
/// // √p
/// assert_eq!(derivative(|p| fixed_point(&babylonian, [1.0], [p]).unwrap()[0], 4.0), 0.25);
/// ```
pub fn fixed_point<const N: usize, const M: usize, F: Float, T: Ordered<F>>(
    map: &impl System<N, M, F>,
    start: [F; N],
    parameters: [T; M],
) -> Result<[T; N], SolveError> {
    let p = parameters.map(T::value);
    all_finite("parameters", &p)?;
    all_finite("start", &start)?;
    let mut x = start;
    let mut iterations = 0;
    let mut failure = None;
    while iterations < FIXED_POINT_ITERATIONS {
        let candidate = newton(&Residual(map), x, p);
        let mut next = x;
        for _ in 0..iterations.max(1) {
            next = map.call(next, p);
            all_finite("iterate", &next)?;
        }
        iterations += iterations.max(1);
        match candidate {
            Ok((root, _)) if approach(root, [start, x, next]) => return implicit(&Residual(map), root, parameters),
            Ok(_) => {}
            Err(error) => failure = Some(error),
        }
        x = next;
    }
    // what stopped Newton's iterations where those of g had gone
    Err(failure.unwrap_or_else(|| {
        let next = map.call(x, p);
        let change = (0..N).fold(F::ZERO, |most, i| Elementary::max(most, Elementary::abs(next[i] - x[i])));
        SolveError::NotConverged { iterations, change: change.to_f64() }
    }))
}

/// Whether the iterates from start over x to next go to the root.
fn approach<F: Float, const N: usize>(root: [F; N], iterates: [[F; N]; 3]) -> bool {
    let unit: [F; N] = array::from_fn(|i| {
        iterates.iter().fold(Elementary::abs(root[i]), |most, x| Elementary::max(most, Elementary::abs(x[i])))
    });
    let [from_start, before, after] = iterates.map(|x| length(array::from_fn(|i| x[i] - root[i]), unit));
    let within_rounding = F::of(16.0) * rounding::<F>();
    after <= within_rounding || (after <= before * F::of(0.5) && after <= from_start * F::of(1e-3))
}

/// x − g(x, p)
struct Residual<'a, G>(&'a G);

impl<const N: usize, const M: usize, F: Float, G: System<N, M, F>> System<N, M, F> for Residual<'_, G> {
    fn call<T: Ordered<F>>(&self, x: [T; N], p: [T; M]) -> [T; N] {
        let g = self.0.call(x, p);
        array::from_fn(|i| x[i] - g[i])
    }
}

/// F and ∂F/∂x, with bounds on their rounding errors.
struct Linearized<F: Float, const N: usize> {
    values: [Bounded<F>; N],
    /// The rows one after the other.
    jacobian: Vec<Bounded<F>>,
}

impl<F: Float, const N: usize> Linearized<F, N> {
    fn new<const M: usize>(equations: &impl System<N, M, F>, x: [F; N], p: [F; M]) -> Result<Self, SolveError> {
        let rounded = Dual::variables(x.map(Bounded::rounded));
        let y = equations.call(rounded, p.map(|p| Dual::constant(Bounded::rounded(p))));
        let values = y.map(|y| y.re);
        all_finite("functions", &values.map(|v| v.re))?;
        Ok(Linearized { values, jacobian: y.iter().flat_map(|y| y.eps).collect() })
    }

    fn factored(&self) -> Result<Lu<F>, SolveError> {
        Lu::new(self.jacobian.iter().map(|j| j.re).collect(), N)
    }

    /// Whether F vanishes as far as its rounding errors let one see.
    fn vanishes(&self) -> bool {
        self.values.iter().all(|v| v.error.is_finite() && Elementary::abs(v.re) <= v.error)
    }

    /// An error if ∂F/∂x differs from a singular matrix by little more than its rounding errors: so too at a double root,
    /// to which Newton's iterations come only as near as that.
    fn check_regular(&self) -> Result<(), SolveError> {
        let mut a = self.jacobian.clone();
        for k in 0..N {
            let size = |i: usize| Elementary::abs(a[i * N + k].re);
            let largest = (k..N).fold(k, |best, i| if size(i) > size(best) { i } else { best });
            let pivot = a[largest * N + k];
            // of a slope whose own slope overflows, no bound is known
            if pivot.error.is_finite() && Elementary::abs(pivot.re) <= F::of(64.0) * pivot.error {
                return Err(SolveError::Singular { pivot: k, value: pivot.re.to_f64() });
            }
            for j in k..N {
                a.swap(k * N + j, largest * N + j);
            }
            for i in k + 1..N {
                let l = a[i * N + k] / pivot;
                for j in k + 1..N {
                    let product = l * a[k * N + j];
                    a[i * N + j] -= product;
                }
            }
        }
        Ok(())
    }
}

/// An error if ∂F/∂x changes too much within d = |J⁻¹| times the bounds on F, which is how far off x may be: a double root at
/// zero, where F has underflowed. There must be |J⁻¹ (J(x ± d) − J) d| ≤ d/2.
fn check_curvature<const N: usize, const M: usize, F: Float>(
    equations: &impl System<N, M, F>,
    x: [F; N],
    p: [F; M],
    here: &Linearized<F, N>,
    jacobian: &Lu<F>,
) -> Result<(), SolveError> {
    let mut d: [F; N] = x.map(|x| rounding::<F>() * Elementary::abs(x));
    for j in 0..N {
        let column =
            jacobian.solve(&array::from_fn::<F, N, _>(|i| if i == j { here.values[j].error } else { F::ZERO }));
        for i in 0..N {
            d[i] += Elementary::abs(column[i]);
        }
    }
    for beside in [array::from_fn(|i| x[i] + d[i]), array::from_fn(|i| x[i] - d[i])] {
        let there = Linearized::new(equations, beside, p)?;
        let change: [F; N] = array::from_fn(|i| {
            (0..N).map(|j| (there.jacobian[i * N + j].re - here.jacobian[i * N + j].re) * d[j]).sum()
        });
        let change = jacobian.solve(&change);
        if let Some(i) = (0..N).find(|i| Elementary::abs(change[*i]) > d[*i] * F::of(0.5)) {
            return Err(SolveError::Singular { pivot: i, value: here.jacobian[i * N + i].re.to_f64() });
        }
    }
    Ok(())
}

/// The largest |vᵢ| / wᵢ of those that are not zero.
fn length<F: Float, const N: usize>(v: [F; N], w: [F; N]) -> F {
    (0..N).filter(|i| v[*i] != F::ZERO).fold(F::ZERO, |most, i| Elementary::max(most, Elementary::abs(v[i]) / w[i]))
}

/// Newton's iterations x ← x + λ s, s = −J⁻¹ F, to where F vanishes within its rounding errors, and on from there as long as
/// the steps shrink: the root, and J there.
///
/// λ is the largest of 1, ½, ¼, … for which |J⁻¹ F(x + λ s)| ≤ (1 − λ/4) |s|, the natural monotonicity test (Deuflhard, "Newton
/// methods for nonlinear problems", 2004, section 3.3), in units of the larger of |xᵢ| and |sᵢ|.
fn newton<const N: usize, const M: usize, F: Float>(
    equations: &impl System<N, M, F>,
    guess: [F; N],
    p: [F; M],
) -> Result<([F; N], Lu<F>), SolveError> {
    all_finite("guess", &guess)?;
    let mut x = guess;
    // a root with its Jacobian, and how long the step from it was
    let mut root: Option<([F; N], Lu<F>, F)> = None;
    let mut change = F::INFINITY;
    let mut iterations = 0;
    while iterations < NEWTON_ITERATIONS {
        iterations += 1;
        let here = Linearized::new(equations, x, p)?;
        let vanishes = here.vanishes();
        if !vanishes && let Some((root, jacobian, _)) = root {
            return Ok((root, jacobian));
        }
        let jacobian = here.factored()?;
        if vanishes {
            here.check_regular()?;
            check_curvature(equations, x, p, &here, &jacobian)?;
        }
        // the step times σ, which is less than 1 where the step itself is beyond the floats
        let mut shortened = F::ONE;
        let step = loop {
            let solved = jacobian.solve(&here.values.map(|v| -v.re * shortened));
            if solved.iter().all(|s| s.is_finite()) {
                break array::from_fn::<F, N, _>(|i| solved[i]);
            }
            shortened *= F::of(2.0_f64.powi(-20));
            if shortened == F::ZERO {
                all_finite("unknowns", &solved)?;
            }
        };
        let unit = array::from_fn(|i| Elementary::max(Elementary::abs(x[i]), Elementary::abs(step[i])));
        let size = length(step, unit);
        let next = if vanishes {
            let before = root.map_or(F::INFINITY, |(_, _, before)| before);
            if size <= rounding() || size > F::of(0.3) * before {
                return Ok((x, jacobian));
            }
            root = Some((x, jacobian, size));
            array::from_fn(|i| x[i] + step[i])
        } else {
            damped(x, step, shortened, size, |x| {
                // where F or its slopes are not finite, the step is too long
                let there = Linearized::new(equations, x, p).ok()?;
                there.factored().ok()?;
                let solved = jacobian.solve(&there.values.map(|v| v.re * shortened));
                Some(length(array::from_fn(|i| solved[i]), unit))
            })
        };
        change = (0..N).fold(F::ZERO, |most, i| Elementary::max(most, Elementary::abs(next[i] - x[i])));
        if next == x {
            break;
        }
        x = next;
    }
    Err(SolveError::NotConverged { iterations, change: change.to_f64() })
}

/// The point x + λ s that passes the test, where `step` is σ s, `size_at` a point is |J⁻¹ F| σ, if F has finite slopes there,
/// and `size` that at x; x if none does.
fn damped<F: Float, const N: usize>(
    x: [F; N],
    step: [F; N],
    shortened: F,
    size: F,
    size_at: impl Fn([F; N]) -> Option<F>,
) -> [F; N] {
    // λ/σ, from the longest that is finite
    let mut factor = Elementary::min(Elementary::recip(shortened), F::MAX);
    loop {
        let next: [F; N] = array::from_fn(|i| x[i] + factor * step[i]);
        let most = (F::ONE - factor * shortened * F::of(0.25)) * size;
        if next == x || (next.iter().all(|x| x.is_finite()) && size_at(next).is_some_and(|size| size <= most)) {
            return next;
        }
        factor *= F::of(0.5);
    }
}

/// Systems in f32 and f64: each becomes a type of its name and its [`System`](crate::System) implementations.
///
/// The first brackets name the unknowns, the second the parameters; the body gives as many numbers as there are unknowns.
///
/// ```
/// use autodiff::{implicit, jacobian, system};
///
/// system! {
///     /// Where a circle of radius r meets the line y = s x.
///     pub fn crossing([x, y], [r, s]) { [x * x + y * y - r * r, y - s * x] }
/// }
/// let j = jacobian(|p| implicit(&crossing, [1.0, 1.0], p).unwrap(), [5.0_f64, 0.75]);
/// assert!((j[0][0] - 0.8).abs() < 1e-15 && (j[0][1] + 1.92).abs() < 1e-15);
/// ```
#[macro_export]
macro_rules! system {
    () => {};
    ($(#[$meta:meta])* $visibility:vis fn $name:ident([$($x:ident),+ $(,)?], [$($p:ident),* $(,)?]) $body:block $($rest:tt)*) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        #[allow(non_camel_case_types)]
        $visibility struct $name;
        $crate::system! { @impl f32 $name [$($x),+] [{ [$(stringify!($x)),+].len() }] [$($p),*] [{ <[&str]>::len(&[$(stringify!($p)),*]) }] $body }
        $crate::system! { @impl f64 $name [$($x),+] [{ [$(stringify!($x)),+].len() }] [$($p),*] [{ <[&str]>::len(&[$(stringify!($p)),*]) }] $body }
        $crate::system! { $($rest)* }
    };
    (@impl $f:ident $name:ident [$($x:ident),+] [$n:expr] [$($p:ident),*] [$m:expr] $body:block) => {
        #[allow(clippy::approx_constant, clippy::excessive_precision, overflowing_literals, reason = "a literal serves both precisions")]
        impl $crate::System<{ $n }, { $m }, $f> for $name {
            #[inline]
            fn call<T: $crate::Ordered<$f>>(&self, [$($x),+]: [T; $n], [$($p),*]: [T; $m]) -> [T; $n] $body
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The last pivot is the determinant over the other pivots.
    #[test]
    fn a_pivot_within_its_rounding_is_singular() {
        let [p, q] = [4.0, 5.5];
        let a = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.5], [2.0, 8.0, 13.3]];
        let minor = |i: usize, j: usize| a[1][i] * a[2][j] - a[1][j] * a[2][i];
        let determinant = a[0][0] * minor(1, 2) - a[0][1] * minor(0, 2) + a[0][2] * minor(0, 1);
        let with_error = |error| Linearized {
            values: [Bounded::constant(0.0); 3],
            jacobian: a.as_flattened().iter().map(|re| Bounded { re: *re, error }).collect(),
        };
        assert_eq!(with_error(1e-6).check_regular(), Ok(()));
        let Err(SolveError::Singular { pivot: 2, value }) = with_error(1e-4).check_regular() else {
            panic!("{:?}", with_error(1e-4).check_regular());
        };
        assert!((value - determinant / (p * q)).abs() < 1e-14, "{value:e}");
        // the first pivot, too, is beside the bound on its own error
        assert!(matches!(with_error(0.07).check_regular(), Err(SolveError::Singular { pivot: 0, value: 4.0 })));
    }

    #[test]
    fn iterates_approach_where_the_distance_halves_and_a_thousandth_of_the_first_is_left() {
        let to_zero = |iterates: [f64; 3]| approach([0.0], iterates.map(|x| [x]));
        assert!(to_zero([1.0, 1e-4, 4e-5]));
        assert!(!to_zero([1.0, 1e-4, 6e-5]));
        assert!(!to_zero([1.0, 0.5, 0.2]));
        // rounding is near enough
        let near = |ulps: f64| approach([1.0], [[1.5], [1.0 + ulps * f64::EPSILON], [1.0 + ulps * f64::EPSILON]]);
        assert!(near(12.0) && !near(32.0));
    }

    /// |J⁻¹ F(x + λ s)| ≤ (1 − λ/4) |s|
    #[test]
    fn a_damped_step_is_the_longest_that_passes_the_test() {
        // at 1.6 of 2, a step of ½ passes: 1 − ⅛ is more than 0.8, 1 − ¼ is not
        for shortened in [1.0, 0.5] {
            assert_eq!(damped([3.0], [shortened], shortened, 2.0, |_| Some(1.6)), [3.5]);
        }
        assert_eq!(damped([3.0], [1.0], 1.0, 2.0, |_| Some(1.5)), [4.0]);
        // and where there is nothing, x stays
        assert_eq!(damped([3.0], [1.0], 1.0, 2.0, |_| None), [3.0]);
    }
}
