//! Processes of several stages, and a loss behind any process.

use std::fmt;

use autodiff::Elementary;
use nalgebra::{DMatrix, DVector};

use crate::error::{Error, fits};
use crate::inverse::Aim;
use crate::optimizer::LatentPoint;
use crate::problem::{Entry, Map, Objective, Staged, TwiceDifferentiable};

/// A process of several stages: z₁ = f₁(x), z₂ = f₂(z₁), …, y = f_K(z_{K−1}).
///
/// As one [`Map`] its Jacobian is the product of the stages' Jacobians. Its stages stay visible: a
/// [`ChainInverse`](crate::ChainInverse) goes back through each by an inverse of its own, and an inverse simulator
/// records the trajectory in each latent space, [`Iterate::latents`](crate::Iterate::latents).
///
/// ```
/// use optimizers::{Chain, Map, Physics, nalgebra::DVector};
///
/// autodiff::function! {
///     fn square([x0, x1]) -> [2] { [x0 * x0, x1 * x1] }
///     fn sum([z0, z1]) -> [1] { [z0 + z1] }
/// }
/// let chain = Chain::new(Physics::<_, 2, 2>::new(square)).then(Physics::<_, 2, 1>::new(sum))?;
/// let x = DVector::from_vec(vec![3.0, 4.0]);
/// assert_eq!(chain.latents(&x)[0].as_slice(), [9.0, 16.0]);
/// let (y, jacobian) = chain.value_and_jacobian(&x);
/// assert_eq!((y.as_slice(), jacobian.as_slice()), (&[25.0][..], &[6.0, 8.0][..]));
/// # Ok::<(), optimizers::Error>(())
/// ```
pub struct Chain<T> {
    stages: Vec<Box<dyn Map<T>>>,
}

impl<T: Entry> fmt::Debug for Chain<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sizes: Vec<_> = self.stages.iter().map(|stage| (stage.inputs(), stage.outputs())).collect();
        f.debug_struct("Chain").field("stages", &sizes).finish()
    }
}

impl<T: Entry> Chain<T> {
    /// With its first stage, the one that takes x.
    pub fn new(first: impl Map<T> + 'static) -> Self {
        Chain { stages: vec![Box::new(first)] }
    }

    /// And with a next stage.
    ///
    /// # Errors
    ///
    /// [`Error::Stage`] unless it takes as many numbers as the stage before gives.
    pub fn then(mut self, next: impl Map<T> + 'static) -> Result<Self, Error> {
        let (given, expected) = (self.outputs(), next.inputs());
        if given != expected {
            return Err(Error::Stage { stage: self.stages.len(), given, expected });
        }
        self.stages.push(Box::new(next));
        Ok(self)
    }

    /// The point in each latent space, z₁, z₂, …, y. One call of each stage.
    pub fn latents(&self, x: &DVector<T>) -> Vec<DVector<T>> {
        latents(self, x)
    }
}

/// The point in each latent space of a process, y last: y alone if it is of one stage.
pub(crate) fn latents<T: Entry>(physics: &dyn Map<T>, x: &DVector<T>) -> Vec<DVector<T>> {
    let stages = physics.stages();
    if stages.is_empty() {
        return vec![physics.value(x)];
    }
    let mut points: Vec<DVector<T>> = Vec::with_capacity(stages.len());
    for stage in stages {
        let point = stage.value(points.last().unwrap_or(x));
        points.push(point);
    }
    points
}

/// y(x), and where the process is a chain the point in each latent space, beside what was aimed at there.
pub(crate) fn reach<T: Entry>(
    physics: &dyn Map<T>,
    x: &DVector<T>,
    aims: Vec<Aim<T>>,
) -> (DVector<T>, Vec<LatentPoint<T>>) {
    let stages = physics.stages();
    if stages.is_empty() {
        return (physics.value(x), Vec::new());
    }
    let mut aims = aims.into_iter();
    let mut y = x.clone();
    let points = stages.iter().map(|stage| {
        y = stage.value(&y);
        let (aimed, inversion) = aims.next().map_or((None, None), |aim| (Some(aim.point), aim.inversion));
        LatentPoint { reached: y.clone(), aimed, inversion }
    });
    let points = points.collect();
    (y, points)
}

fn nan<T: Entry>() -> T {
    T::constant(T::Precision::NAN)
}

/// A B, NaN in all places where the shapes do not fit.
fn product<T: Entry>(a: &DMatrix<T>, b: &DMatrix<T>) -> DMatrix<T> {
    if a.ncols() != b.nrows() {
        return DMatrix::from_element(a.nrows(), b.ncols(), nan());
    }
    DMatrix::from_fn(a.nrows(), b.ncols(), |i, j| {
        a.row(i).iter().zip(b.column(j).iter()).map(|(&a, &b)| a * b).reduce(|s, t| s + t).unwrap_or_else(T::zero)
    })
}

/// Aᵀ v, NaN in all places where the lengths do not fit.
pub(crate) fn transposed_times<T: Entry>(a: &DMatrix<T>, v: &DVector<T>) -> DVector<T> {
    if a.nrows() != v.len() {
        return DVector::from_element(a.ncols(), nan());
    }
    DVector::from_fn(a.ncols(), |j, _| {
        a.column(j).iter().zip(v.iter()).map(|(&a, &v)| a * v).reduce(|s, t| s + t).unwrap_or_else(T::zero)
    })
}

impl<T: Entry> Map<T> for Chain<T> {
    fn inputs(&self) -> usize {
        self.stages[0].inputs()
    }
    fn outputs(&self) -> usize {
        self.stages[self.stages.len() - 1].outputs()
    }
    fn value(&self, x: &DVector<T>) -> DVector<T> {
        self.stages.iter().fold(x.clone(), |z, stage| stage.value(&z))
    }
    fn value_and_jacobian(&self, x: &DVector<T>) -> (DVector<T>, DMatrix<T>) {
        let (first, rest) = (&self.stages[0], &self.stages[1..]);
        rest.iter().fold(first.value_and_jacobian(x), |(z, before), stage| {
            let (next, jacobian) = stage.value_and_jacobian(&z);
            (next, product(&jacobian, &before))
        })
    }
    fn stages(&self) -> &[Box<dyn Map<T>>] {
        &self.stages
    }
}

/// Some stages of a chain, from one on.
pub(crate) struct Rest<'a, T>(&'a [Box<dyn Map<T>>]);

impl<'a, T: Entry> Rest<'a, T> {
    /// The first stage, and the others if there are any.
    pub(crate) fn split(stages: &'a [Box<dyn Map<T>>]) -> Option<(&'a dyn Map<T>, Rest<'a, T>)> {
        match stages.split_first() {
            Some((first, rest)) if !rest.is_empty() => Some((&**first, Rest(rest))),
            _ => None,
        }
    }
}

impl<T: Entry> Map<T> for Rest<'_, T> {
    fn inputs(&self) -> usize {
        self.0.first().map_or(0, |stage| stage.inputs())
    }
    fn outputs(&self) -> usize {
        self.0.last().map_or(0, |stage| stage.outputs())
    }
    fn value(&self, x: &DVector<T>) -> DVector<T> {
        self.0.iter().fold(x.clone(), |z, stage| stage.value(&z))
    }
    fn value_and_jacobian(&self, x: &DVector<T>) -> (DVector<T>, DMatrix<T>) {
        let one = DMatrix::from_fn(x.len(), x.len(), |i, j| if i == j { T::one() } else { T::zero() });
        self.0.iter().fold((x.clone(), one), |(z, before), stage| {
            let (next, jacobian) = stage.value_and_jacobian(&z);
            (next, product(&jacobian, &before))
        })
    }
    fn stages(&self) -> &[Box<dyn Map<T>>] {
        // one stage is no chain: its inverse takes it as it is
        if self.0.len() > 1 { self.0 } else { self.0.first().map_or(&[], |stage| stage.stages()) }
    }
}

/// The objective L(y(x)) from any process y and any loss L: what [`Composite`](crate::Composite) is for two functions.
///
/// The gradient is Jᵀ ∂L/∂y. It has no Hessian by x, as a [`Map`] has no second derivatives; the methods that step in y
/// do not need it.
///
/// ```
/// use optimizers::{Loss, Objective, Physics, Pipeline, nalgebra::DVector};
///
/// autodiff::function! {
///     fn parabola([x0, x1]) -> [2] { [x0, x1 * x1] }
///     fn square([y0, y1]) { y0 * y0 + y1 * y1 }
/// }
/// let problem = Pipeline::new::<f64>(Physics::<_, 2, 2>::new(parabola), Loss::new(square))?;
/// assert_eq!(problem.value_and_gradient(&DVector::from_vec(vec![3.0, 3.0])).1.as_slice(), [6.0, 108.0]);
/// # Ok::<(), optimizers::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Pipeline<M, L> {
    physics: M,
    loss: L,
}

impl<M, L> Pipeline<M, L> {
    /// The objective L(x) = `loss`(`physics`(x)).
    ///
    /// # Errors
    ///
    /// [`Error::Length`] unless the process gives as many numbers as the loss takes.
    pub fn new<T: Entry>(physics: M, loss: L) -> Result<Self, Error>
    where
        M: Map<T>,
        L: TwiceDifferentiable<T>,
    {
        fits("y", physics.outputs(), loss.dimension())?;
        Ok(Pipeline { physics, loss })
    }
}

impl<T: Entry, M: Map<T>, L: TwiceDifferentiable<T>> Objective<T> for Pipeline<M, L> {
    fn dimension(&self) -> usize {
        self.physics.inputs()
    }
    fn value(&self, x: &DVector<T>) -> T {
        self.loss.value(&self.physics.value(x))
    }
    fn value_and_gradient(&self, x: &DVector<T>) -> (T, DVector<T>) {
        let (y, jacobian) = self.physics.value_and_jacobian(x);
        let (loss, slope) = self.loss.value_and_gradient(&y);
        (loss, transposed_times(&jacobian, &slope))
    }
    fn observe(&self, x: &DVector<T>) -> Option<DVector<T>> {
        Some(self.physics.value(x))
    }
}

impl<T: Entry, M: Map<T>, L: TwiceDifferentiable<T>> Staged<T> for Pipeline<M, L> {
    fn physics(&self) -> &dyn Map<T> {
        &self.physics
    }
    fn loss(&self) -> &dyn TwiceDifferentiable<T> {
        &self.loss
    }
}
