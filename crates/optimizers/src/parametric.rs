//! Losses with parameters that may carry derivatives, and the derivatives of their minimizers.

use autodiff::{Dual, Float, HyperDual, Number, Ordered, SolveError, System};
use nalgebra::{DMatrix, DVector, RealField};

use crate::error::{Error, Failure};
use crate::problem::{Entry, HessianProduct, Objective, TwiceDifferentiable, array, hessian_parts, put};

/// A loss L(x, p) of `N` variables and `M` parameters that computes with any number type of precision `F`.
///
/// [`parametric!`](crate::parametric) writes the implementation for both precisions.
pub trait ParametricFn<const N: usize, const M: usize, F: Float = f64> {
    /// L(x, p).
    fn call<T: Ordered<F>>(&self, x: [T; N], p: [T; M]) -> T;
}

/// The objective x ↦ L(x, p) with its parameters p, which are numbers as x is: with dual parameters a run, or a
/// [`minimizer`], carries its derivatives by them.
///
/// ```
/// use autodiff::gradient;
/// use optimizers::{GradientDescent, Parametric, Run, parametric};
///
/// parametric! { fn bowl([x], [center, width]) { ((x - center) / width).powi(2) } }
///
/// // d(the last x) / d(step size), after two steps from 3
/// let last = |[step, center]: [autodiff::Dual<f64, 2>; 2]| {
///     let problem = Parametric::new(bowl, [center, 1.0 + 0.0 * center]);
///     let descent = GradientDescent::new(step).unwrap();
///     Run::new(&problem, &descent, &[3.0 + 0.0 * step]).unwrap().iterations(2).last().unwrap().x[0]
/// };
/// // x = c + (1 − 2η)² (3 − c)
/// let slopes = gradient(last, [0.25, 1.0]);
/// assert_eq!(slopes, [-4.0 * 0.5 * 2.0, 1.0 - 0.25]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Parametric<L, T, const M: usize, const N: usize> {
    function: L,
    parameters: [T; M],
}

impl<L, T, const M: usize, const N: usize> Parametric<L, T, M, N> {
    /// The objective L(x) = `function`(x, `parameters`).
    pub const fn new(function: L, parameters: [T; M]) -> Self {
        Parametric { function, parameters }
    }
}

impl<F, T, L, const M: usize, const N: usize> Objective<T> for Parametric<L, T, M, N>
where
    F: Float,
    T: Entry<Precision = F> + Ordered<F>,
    L: ParametricFn<N, M, F>,
{
    fn dimension(&self) -> usize {
        N
    }
    fn value(&self, x: &DVector<T>) -> T {
        self.function.call(array(x), self.parameters)
    }
    fn value_and_gradient(&self, x: &DVector<T>) -> (T, DVector<T>) {
        let mut gradient = DVector::from_element(N, T::zero());
        let value = self.value_and_gradient_into(x, &mut gradient);
        (value, gradient)
    }
    fn value_and_gradient_into(&self, x: &DVector<T>, gradient: &mut DVector<T>) -> T {
        put(self.function.call(Dual::variables(array::<T, N>(x)), self.parameters.map(Dual::constant)), gradient)
    }
}

impl<F, T, L, const M: usize, const N: usize> TwiceDifferentiable<T> for Parametric<L, T, M, N>
where
    F: Float,
    T: Entry<Precision = F> + Ordered<F>,
    L: ParametricFn<N, M, F>,
{
    fn value_gradient_hessian(&self, x: &DVector<T>) -> (T, DVector<T>, DMatrix<T>) {
        let parameters = self.parameters.map(HyperDual::constant);
        hessian_parts(self.function.call(HyperDual::variables(array::<T, N>(x)), parameters))
    }
}

impl<F, T, L, const M: usize, const N: usize> HessianProduct<T> for Parametric<L, T, M, N>
where
    F: Float,
    T: Entry<Precision = F> + Ordered<F>,
    L: ParametricFn<N, M, F>,
{
    fn hessian_times(&self, x: &DVector<T>, v: &DVector<T>) -> DVector<T> {
        let (x, v) = (array::<T, N>(x), array::<T, N>(v));
        let moving = std::array::from_fn(|i| Dual::new(x[i], [v[i]]));
        let parameters = self.parameters.map(|p| Dual::constant(Dual::constant(p)));
        let y = self.function.call(Dual::<Dual<T, 1>, N>::variables(moving), parameters);
        DVector::from_iterator(N, y.slopes().iter().map(|slope| slope.eps[0]))
    }
}

/// Losses with parameters in f32 and f64: each becomes a type of its name and its
/// [`ParametricFn`](crate::ParametricFn) implementations.
///
/// The first brackets name the variables, the second the parameters.
///
/// ```
/// use optimizers::{Objective, Parametric, nalgebra::DVector, parametric};
///
/// parametric! {
///     /// A valley with a floor of its own width.
///     pub fn valley([x0, x1], [steepness]) { (x1 - x0 * x0).powi(2) * steepness + (x0 - 1.0).powi(2) }
/// }
/// let problem = Parametric::new(valley, [100.0]);
/// assert_eq!(problem.value(&DVector::from_vec(vec![0.0, 2.0])), 401.0);
/// ```
#[macro_export]
macro_rules! parametric {
    () => {};
    ($(#[$meta:meta])* $visibility:vis fn $name:ident([$($x:ident),+ $(,)?], [$($p:ident),* $(,)?]) $body:block $($rest:tt)*) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        #[allow(non_camel_case_types)]
        $visibility struct $name;
        $crate::parametric! { @impl f32 $name [$($x),+] [{ [$(stringify!($x)),+].len() }] [$($p),*] [{ <[&str]>::len(&[$(stringify!($p)),*]) }] $body }
        $crate::parametric! { @impl f64 $name [$($x),+] [{ [$(stringify!($x)),+].len() }] [$($p),*] [{ <[&str]>::len(&[$(stringify!($p)),*]) }] $body }
        $crate::parametric! { $($rest)* }
    };
    (@impl $f:ident $name:ident [$($x:ident),+] [$n:expr] [$($p:ident),*] [$m:expr] $body:block) => {
        #[allow(clippy::approx_constant, clippy::excessive_precision, overflowing_literals, reason = "a literal serves both precisions")]
        impl $crate::ParametricFn<{ $n }, { $m }, $f> for $name {
            #[inline]
            fn call<T: $crate::autodiff::Ordered<$f>>(&self, [$($x),+]: [T; $n], [$($p),*]: [T; $m]) -> T $body
        }
    };
}

/// The minimizer x(p) of L(x, p) near a point, with its derivatives by whatever the problem's parameters carry.
///
/// The point is what any run has found, or a guess near it. The minimizer is the root of ∂L/∂x = 0 by
/// [`autodiff::implicit`](autodiff::implicit()): damped Newton iterations for the value, up to where the gradient
/// vanishes within a bound on its own rounding errors, whatever the scales of L and of each variable; and the
/// derivatives of the implicit function theorem, ∂x/∂p = −(∂²L/∂x²)⁻¹ ∂²L/∂x∂p, not those of the iterations. A gradient
/// with its Jacobian a trial step, a gradient an order of the numbers, and one Hessian in the end.
///
/// # Errors
///
/// [`Failure::NotMinimum`] if the Hessian there is not positive definite, [`Failure::SingularHessian`] if it is singular
/// there or where the iterations begin, [`Failure::NotFinite`] if the gradient or the Hessian is not where they begin,
/// [`Failure::NotConverged`], and [`Failure::Refused`] if the point does not fit the problem. But for the iterations that
/// did not converge, the iteration they name is 0.
///
/// ```
/// use autodiff::Dual;
/// use optimizers::{Parametric, minimizer, parametric};
///
/// parametric! { fn tilted([x], [p]) { x.powi(4) * 0.25 + x * x * 0.5 - x * p } }
///
/// // x³ + x = p, so dx/dp = 1 / (3 x² + 1)
/// let x = minimizer(&Parametric::new(tilted, [Dual::<f64, 1>::variable(2.0, 0)]), &[0.8])?;
/// assert_eq!((x[0].re, x[0].eps), (1.0, [0.25]));
/// # Ok::<(), optimizers::Failure>(())
/// ```
pub fn minimizer<F, T, L, const M: usize, const N: usize>(
    problem: &Parametric<L, T, M, N>,
    near: &[F],
) -> Result<DVector<T>, Failure>
where
    F: Float + RealField,
    T: Entry<Precision = F> + Ordered<F>,
    L: ParametricFn<N, M, F>,
{
    let iteration = 0;
    let refused = |error| Failure::Refused { error, iteration };
    let near: [F; N] = near.try_into().map_err(|_| refused(Error::StartLength { given: near.len(), expected: N }))?;
    if near.is_empty() {
        return Err(refused(Error::Empty));
    }
    crate::run::finite("near", &near).map_err(refused)?;
    let Parametric { function, parameters } = problem;
    let x = autodiff::implicit(&Stationary(function), near, *parameters).map_err(|error| match error {
        SolveError::Singular { .. } => Failure::SingularHessian { iteration },
        SolveError::NotConverged { iterations, .. } => Failure::NotConverged { iteration: iterations },
        SolveError::NotFinite { quantity: "parameters", index, value } => {
            refused(Error::NotFiniteComponent { name: "parameters", index, value })
        }
        SolveError::NotFinite { quantity: "functions", .. } => Failure::NotFinite { quantity: "gradient", iteration },
        SolveError::NotFinite { .. } | SolveError::Length { .. } => {
            Failure::NotFinite { quantity: "Hessian", iteration }
        }
    })?;
    let values = HyperDual::variables(x.map(Number::value));
    let hessian = function.call(values, parameters.map(|p| HyperDual::constant(p.value()))).hessian();
    match DMatrix::from_fn(N, N, |i, j| hessian[i][j]).cholesky() {
        Some(_) => Ok(DVector::from_column_slice(&x)),
        None => Err(Failure::NotMinimum { iteration }),
    }
}

/// ∂L/∂x = 0
struct Stationary<'a, L>(&'a L);

impl<F: Float, L: ParametricFn<N, M, F>, const N: usize, const M: usize> System<N, M, F> for Stationary<'_, L> {
    fn call<T: Ordered<F>>(&self, x: [T; N], p: [T; M]) -> [T; N] {
        self.0.call(Dual::variables(x), p.map(Dual::constant)).eps
    }
}
