//! Solutions of equations with their derivatives from the implicit function theorem, not through the iterations.

use core::array;

use crate::Dual;
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

/// Newton's iterations for the value: quadratic ones need about six.
const NEWTON_ITERATIONS: usize = 100;
/// Iterations x ← g(x) before Newton's take over.
const FIXED_POINT_ITERATIONS: usize = 10_000;

/// The root x(p) of F(x, p) = 0 near `guess`, with its derivatives by the parameters.
///
/// The value comes from Newton's iterations on plain floats, from `guess`, which may be the solution itself. The derivatives
/// come from the equation: with the Jacobian J = ∂F/∂x at the root, each correction x ← x − J⁻¹ F(x, p) on the numbers makes
/// one order more exact. For if x differs from the root by e, then x − J⁻¹ F differs by J⁻¹ (J − ∂F/∂x) e, and
/// J − ∂F/∂x has no value. F is called once a Newton iteration and once an order.
///
/// # Errors
///
/// [`SolveError::NotConverged`]; [`SolveError::Singular`] if J is, at the root or on the way to it: so too at a double root;
/// [`SolveError::NotFinite`] names the parameter, unknown or function.
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
    let root = newton(equations, guess, p)?;
    let (_, jacobian) = linearized(equations, root, p)?;
    let residual = |x: &[T]| equations.call(array::from_fn(|i| x[i]), parameters).map(|r| -r).to_vec();
    let x = corrected(&jacobian, &root, residual);
    Ok(array::from_fn(|i| x[i]))
}

/// The fixed point x = g(x, p) that the iterations x ← g(x, p) from `start` approach, with its derivatives by the parameters.
///
/// The iterations run on plain floats, and are finished by Newton's on x − g(x, p), so that slow ones lose no digits. The
/// derivatives are those of [`implicit`]: they do not depend on how many iterations there were.
///
/// # Errors
///
/// As [`implicit`]; [`SolveError::NotConverged`] also if g does not contract; [`SolveError::Singular`] if ∂g/∂x has an
/// eigenvalue 1.
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
    let mut change = F::ZERO;
    for _ in 0..FIXED_POINT_ITERATIONS {
        let next = map.call(x, p);
        all_finite("iterate", &next)?;
        change = largest(array::from_fn::<F, N, _>(|i| next[i] - x[i]));
        x = next;
        if change <= F::of(1e-6) * largest(x) {
            return implicit(&Residual(map), x, parameters);
        }
    }
    Err(SolveError::NotConverged { iterations: FIXED_POINT_ITERATIONS, change: change.to_f64() })
}

/// x − g(x, p)
struct Residual<'a, G>(&'a G);

impl<const N: usize, const M: usize, F: Float, G: System<N, M, F>> System<N, M, F> for Residual<'_, G> {
    fn call<T: Ordered<F>>(&self, x: [T; N], p: [T; M]) -> [T; N] {
        let g = self.0.call(x, p);
        array::from_fn(|i| x[i] - g[i])
    }
}

/// The largest size.
fn largest<F: Float, const N: usize>(x: [F; N]) -> F {
    x.into_iter().fold(F::ZERO, |a, x| Elementary::max(a, Elementary::abs(x)))
}

/// F(x, p) and ∂F/∂x, factored.
fn linearized<const N: usize, const M: usize, F: Float>(
    equations: &impl System<N, M, F>,
    x: [F; N],
    p: [F; M],
) -> Result<([F; N], Lu<F>), SolveError> {
    let y = equations.call(Dual::variables(x), p.map(Dual::constant));
    let values = y.map(|y| y.re);
    all_finite("functions", &values)?;
    Ok((values, Lu::new(y.iter().flat_map(|y| y.eps).collect(), N)?))
}

/// Newton's iterations until the steps are rounding, or shrink no more where they are small.
fn newton<const N: usize, const M: usize, F: Float>(
    equations: &impl System<N, M, F>,
    guess: [F; N],
    p: [F; M],
) -> Result<[F; N], SolveError> {
    all_finite("guess", &guess)?;
    let mut x = guess;
    // the largest unknown so far: a root at zero is reached to its rounding
    let mut scale = largest(x);
    let mut before = F::INFINITY;
    // how often in a row a step was not much smaller than the one before: at a multiple root all are half of it
    let mut slow = 0;
    for _ in 0..NEWTON_ITERATIONS {
        let (values, jacobian) = linearized(equations, x, p)?;
        let step = jacobian.solve(&values);
        x = array::from_fn(|i| x[i] - step[i]);
        all_finite("unknowns", &x)?;
        scale = Elementary::max(scale, largest(x));
        let size = largest::<F, N>(array::from_fn(|i| step[i]));
        let small = size <= F::of(2.0) * rounding::<F>() * largest(x);
        let at_rest = size >= before * F::of(0.5) && size <= Elementary::sqrt(rounding::<F>()) * scale;
        if small || at_rest {
            return match jacobian.smallest_pivot() {
                Some((pivot, value)) if slow >= 8 => Err(SolveError::Singular { pivot, value: value.to_f64() }),
                _ => Ok(x),
            };
        }
        slow = if size > before * F::of(0.3) { slow + 1 } else { 0 };
        before = size;
    }
    Err(SolveError::NotConverged { iterations: NEWTON_ITERATIONS, change: before.to_f64() })
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
        #[allow(clippy::approx_constant, clippy::excessive_precision, reason = "a literal serves both precisions")]
        impl $crate::System<{ $n }, { $m }, $f> for $name {
            #[inline]
            fn call<T: $crate::Ordered<$f>>(&self, [$($x),+]: [T; $n], [$($p),*]: [T; $m]) -> [T; $n] $body
        }
    };
}
