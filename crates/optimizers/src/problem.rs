//! What is minimized: value, gradient and Hessian from one function, and where a loss L follows a physical process y, both.

use autodiff::{Dual, Elementary, Float, HyperDual, Number, Ordered, ScalarFn, VectorFn};
use nalgebra::{DMatrix, DVector};

/// A number that nalgebra's vectors can hold: plain floats, and duals of them.
pub trait Entry: Number + nalgebra::Scalar {}
impl<T: Number + nalgebra::Scalar> Entry for T {}

/// A function L(x) to be minimized, with its derivatives, over numbers `T`.
///
/// The vectors that come in have [`dimension`](Objective::dimension) components: a [`Run`](crate::Run) refuses a start of
/// another length, and names both. Called by hand with one, the problems that this crate makes of functions give NaN
/// and do not call them; what a user's own [`Map`] does with it is that map's affair.
pub trait Objective<T: Entry> {
    /// The number of variables.
    fn dimension(&self) -> usize;
    /// L(x).
    fn value(&self, x: &DVector<T>) -> T;
    /// L(x) and the gradient ∂L/∂xᵢ.
    fn value_and_gradient(&self, x: &DVector<T>) -> (T, DVector<T>);
    /// L(x), with the gradient put into a vector that is there already; it has the length of x when the call is made.
    ///
    /// A problem that fills it in place spares first-order methods an allocation a step.
    fn value_and_gradient_into(&self, x: &DVector<T>, gradient: &mut DVector<T>) -> T {
        let (value, new) = self.value_and_gradient(x);
        *gradient = new;
        value
    }
    /// What happens before the loss, y(x), if the problem shows it.
    fn observe(&self, _x: &DVector<T>) -> Option<DVector<T>> {
        None
    }
}

/// An objective with second derivatives.
pub trait TwiceDifferentiable<T: Entry>: Objective<T> {
    /// L(x), the gradient and the Hessian ∂²L/∂xᵢ∂xⱼ.
    fn value_gradient_hessian(&self, x: &DVector<T>) -> (T, DVector<T>, DMatrix<T>);
}

/// An objective with products of its Hessian with vectors, which need no Hessian.
pub trait HessianProduct<T: Entry>: Objective<T> {
    /// (∂²L/∂xᵢ∂xⱼ) v at x.
    fn hessian_times(&self, x: &DVector<T>, v: &DVector<T>) -> DVector<T>;
}

/// A vector function y(x), with its Jacobian, over numbers `T`.
pub trait Map<T: Entry> {
    /// The number of variables of x.
    fn inputs(&self) -> usize;
    /// The number of components of y.
    fn outputs(&self) -> usize;
    /// y(x).
    fn value(&self, x: &DVector<T>) -> DVector<T>;
    /// y(x) and the Jacobian ∂yᵢ/∂xⱼ.
    fn value_and_jacobian(&self, x: &DVector<T>) -> (DVector<T>, DMatrix<T>);
    /// The stages it is made of, first to last; none if it is one.
    fn stages(&self) -> &[Box<dyn Map<T>>] {
        &[]
    }
}

/// An objective L(y(x)) of two stages, both visible: what the inverse-simulator methods need.
pub trait Staged<T: Entry>: Objective<T> {
    /// The first stage, y(x).
    fn physics(&self) -> &dyn Map<T>;
    /// The second stage, L(y).
    fn loss(&self) -> &dyn TwiceDifferentiable<T>;
}

/// An [`Objective`] from a function of `N` variables that is written once for every number type.
///
/// Derivatives are exact: value and gradient by one call on [`Dual`] numbers, the Hessian by one on [`HyperDual`] numbers.
///
/// ```
/// use optimizers::{Loss, Objective, nalgebra::DVector};
///
/// autodiff::function! { fn saddle([x0, x1]) { x0 * x0 - x1 * x1 } }
///
/// let (value, gradient) = Loss::new(saddle).value_and_gradient(&DVector::from_vec(vec![2.0, 1.0]));
/// assert_eq!((value, gradient.as_slice()), (3.0, &[4.0, -2.0][..]));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Loss<L, const N: usize> {
    function: L,
}

impl<L, const N: usize> Loss<L, N> {
    /// The objective L(x) = `function`(x).
    pub const fn new(function: L) -> Self {
        Loss { function }
    }
}

impl<F, T, L, const N: usize> Objective<T> for Loss<L, N>
where
    F: Float,
    T: Entry<Precision = F> + Ordered<F>,
    L: ScalarFn<N, F>,
{
    fn dimension(&self) -> usize {
        N
    }
    fn value(&self, x: &DVector<T>) -> T {
        self.function.call(array(x))
    }
    fn value_and_gradient(&self, x: &DVector<T>) -> (T, DVector<T>) {
        gradient_parts(self.function.call(Dual::variables(array::<T, N>(x))))
    }
    fn value_and_gradient_into(&self, x: &DVector<T>, gradient: &mut DVector<T>) -> T {
        put(self.function.call(Dual::variables(array::<T, N>(x))), gradient)
    }
}

impl<F, T, L, const N: usize> TwiceDifferentiable<T> for Loss<L, N>
where
    F: Float,
    T: Entry<Precision = F> + Ordered<F>,
    L: ScalarFn<N, F>,
{
    fn value_gradient_hessian(&self, x: &DVector<T>) -> (T, DVector<T>, DMatrix<T>) {
        hessian_parts(self.function.call(HyperDual::variables(array::<T, N>(x))))
    }
}

impl<F, T, L, const N: usize> HessianProduct<T> for Loss<L, N>
where
    F: Float,
    T: Entry<Precision = F> + Ordered<F>,
    L: ScalarFn<N, F>,
{
    fn hessian_times(&self, x: &DVector<T>, v: &DVector<T>) -> DVector<T> {
        let (x, v) = (array::<T, N>(x), array::<T, N>(v));
        // the gradient of numbers that move along v
        let moving = std::array::from_fn(|i| Dual::new(x[i], [v[i]]));
        let y = self.function.call(Dual::<Dual<T, 1>, N>::variables(moving));
        DVector::from_iterator(N, y.slopes().iter().map(|slope| slope.eps[0]))
    }
}

/// A [`Map`] from a function of `N` variables with `M` results that is written once for every number type.
#[derive(Clone, Copy, Debug)]
pub struct Physics<P, const N: usize, const M: usize> {
    function: P,
}

impl<P, const N: usize, const M: usize> Physics<P, N, M> {
    /// The map y(x) = `function`(x).
    pub const fn new(function: P) -> Self {
        Physics { function }
    }

    pub(crate) const fn function(&self) -> &P {
        &self.function
    }
}

impl<F, T, P, const N: usize, const M: usize> Map<T> for Physics<P, N, M>
where
    F: Float,
    T: Entry<Precision = F> + Ordered<F>,
    P: VectorFn<N, M, F>,
{
    fn inputs(&self) -> usize {
        N
    }
    fn outputs(&self) -> usize {
        M
    }
    fn value(&self, x: &DVector<T>) -> DVector<T> {
        DVector::from_column_slice(&self.function.call(array::<T, N>(x)))
    }
    fn value_and_jacobian(&self, x: &DVector<T>) -> (DVector<T>, DMatrix<T>) {
        let y = self.function.call(Dual::variables(array::<T, N>(x)));
        let rows = y.map(Dual::slopes);
        (DVector::from_iterator(M, y.iter().map(|y| y.re)), DMatrix::from_fn(M, N, |i, j| rows[i][j]))
    }
}

/// The objective L(y(x)) from a process y of `N` variables with `M` results and a loss L of `M` variables.
///
/// Derivatives by x are those of the composed function, by one call of each stage.
///
/// ```
/// use optimizers::{Composite, Map, Objective, Staged, nalgebra::DVector};
///
/// autodiff::function! {
///     fn parabola([x0, x1]) -> [2] { [x0, x1 * x1] }
///     fn square([y0, y1]) { y0 * y0 + y1 * y1 }
/// }
/// let problem = Composite::new(parabola, square);
/// let x = DVector::from_vec(vec![3.0, 3.0]);
/// let y = problem.physics().value(&x);
/// assert_eq!(y.as_slice(), [3.0, 9.0]);
/// assert_eq!(problem.loss().value_and_gradient(&y).1.as_slice(), [6.0, 18.0]);
/// assert_eq!(problem.value_and_gradient(&x).1.as_slice(), [6.0, 108.0]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Composite<P, L, const N: usize, const M: usize> {
    physics: Physics<P, N, M>,
    loss: Loss<L, M>,
}

impl<P, L, const N: usize, const M: usize> Composite<P, L, N, M> {
    /// The objective L(x) = `loss`(`physics`(x)).
    pub const fn new(physics: P, loss: L) -> Self {
        Composite { physics: Physics::new(physics), loss: Loss::new(loss) }
    }
}

impl<F, T, P, L, const N: usize, const M: usize> Objective<T> for Composite<P, L, N, M>
where
    F: Float,
    T: Entry<Precision = F> + Ordered<F>,
    P: VectorFn<N, M, F>,
    L: ScalarFn<M, F>,
{
    fn dimension(&self) -> usize {
        N
    }
    fn value(&self, x: &DVector<T>) -> T {
        self.loss.function.call(self.physics.function.call(array::<T, N>(x)))
    }
    fn value_and_gradient(&self, x: &DVector<T>) -> (T, DVector<T>) {
        let y = self.physics.function.call(Dual::variables(array::<T, N>(x)));
        gradient_parts(self.loss.function.call(y))
    }
    fn value_and_gradient_into(&self, x: &DVector<T>, gradient: &mut DVector<T>) -> T {
        let y = self.physics.function.call(Dual::variables(array::<T, N>(x)));
        put(self.loss.function.call(y), gradient)
    }
    fn observe(&self, x: &DVector<T>) -> Option<DVector<T>> {
        Some(self.physics.value(x))
    }
}

impl<F, T, P, L, const N: usize, const M: usize> TwiceDifferentiable<T> for Composite<P, L, N, M>
where
    F: Float,
    T: Entry<Precision = F> + Ordered<F>,
    P: VectorFn<N, M, F>,
    L: ScalarFn<M, F>,
{
    fn value_gradient_hessian(&self, x: &DVector<T>) -> (T, DVector<T>, DMatrix<T>) {
        let y = self.physics.function.call(HyperDual::variables(array::<T, N>(x)));
        hessian_parts(self.loss.function.call(y))
    }
}

impl<F, T, P, L, const N: usize, const M: usize> Staged<T> for Composite<P, L, N, M>
where
    F: Float,
    T: Entry<Precision = F> + Ordered<F>,
    P: VectorFn<N, M, F>,
    L: ScalarFn<M, F>,
{
    fn physics(&self) -> &dyn Map<T> {
        &self.physics
    }
    fn loss(&self) -> &dyn TwiceDifferentiable<T> {
        &self.loss
    }
}

/// What a vector of a wrong length gives.
pub(crate) fn nan<T: Entry>() -> T {
    T::constant(T::Precision::NAN)
}

/// The components as an array; NaN in all places if their number is another.
pub(crate) fn array<T: Entry, const N: usize>(x: &DVector<T>) -> [T; N] {
    if x.len() != N {
        return [nan(); N];
    }
    std::array::from_fn(|i| x.get(i).copied().unwrap_or_else(T::zero))
}

fn gradient_parts<T: Entry, const N: usize>(y: Dual<T, N>) -> (T, DVector<T>) {
    (y.re, DVector::from_column_slice(&y.slopes()))
}

/// The value, with the gradient put in place.
pub(crate) fn put<T: Entry, const N: usize>(y: Dual<T, N>, gradient: &mut DVector<T>) -> T {
    if gradient.len() == N {
        gradient.as_mut_slice().copy_from_slice(&y.slopes());
    } else {
        *gradient = DVector::from_column_slice(&y.slopes());
    }
    y.re
}

pub(crate) fn hessian_parts<T: Entry, const N: usize>(y: HyperDual<T, N>) -> (T, DVector<T>, DMatrix<T>) {
    let hessian = y.hessian();
    (y.re, DVector::from_column_slice(&y.slopes()), DMatrix::from_fn(N, N, |i, j| hessian[i][j]))
}
