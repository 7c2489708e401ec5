//! The inverse-simulator method ("physical gradients", PG): Newton's step in y, then back to x.

use nalgebra::{DMatrix, DVector, RealField};

use crate::chain::reach;
use crate::error::{Error, Failure, check_matrix, check_shape, fits, fits_matrix};
use crate::inverse::Inverse;
use crate::newton::newton_direction;
use crate::optimizer::{Evaluations, Iterate, Optimizer, State, refused};
use crate::problem::{Entry, Map, Staged};
use crate::range::positive;

/// The inverse simulator: a Newton step of L in y space, y* = y(x) − η H⁻¹ g with g and H those of L at y, then x = y⁻¹(y*).
///
/// It follows the loss's own geometry in y, whatever the process does to x (Holl, Koltun, Thuerey, "Scale-invariant
/// Learning by Physics Inversion", 2022). The inverse is an [`AnalyticInverse`](crate::AnalyticInverse) or a
/// numeric search. One y(x) and one value, gradient and Hessian of L by y a step, and one inversion.
///
/// The update in the trajectory is the difference x_old − x_new; the target y* is there too. Where a search did not arrive
/// at y* the run goes on from where it ended, with a warning, unless the inverse was told to stop.
///
/// ```
/// use optimizers::{AnalyticInverse, Composite, InverseSimulator, Run};
///
/// autodiff::function! {
///     fn cube([x]) -> [1] { [x.powi(3)] }
///     fn cube_root([y]) -> [1] { [y.cbrt()] }
///     fn square([y]) { y * y }
/// }
/// let problem = Composite::new(cube, square);
/// let method = InverseSimulator::new(0.875, AnalyticInverse::new(cube_root))?;
/// let x: Vec<f64> = Run::new(&problem, &method, &[8.0])?.iterations(2).map(|iterate| iterate.x[0]).collect();
/// assert_eq!(x, [8.0, 4.0, 2.0]); // y = 512, 64, 8
/// # Ok::<(), optimizers::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct InverseSimulator<T, I> {
    step: T,
    inverse: I,
}

impl<T: Entry, I> InverseSimulator<T, I> {
    /// With the step size η > 0 in y space and the way back to x.
    ///
    /// # Errors
    ///
    /// [`Error::NotPositive`] unless η is positive, finite and not subnormal.
    pub fn new(step: T, inverse: I) -> Result<Self, Error> {
        Ok(InverseSimulator { step: positive("step", step)?, inverse })
    }
}

/// Where a step in y stands: y(x) and L with its derivatives there.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(bound(serialize = "T: Entry + serde::Serialize", deserialize = "T: Entry + serde::de::DeserializeOwned"))
)]
pub struct Latent<T> {
    y: DVector<T>,
    loss: T,
    gradient: DVector<T>,
    hessian: DMatrix<T>,
}

/// What the columns and rows of H are called.
const HESSIAN_BY_Y: [&str; 2] = ["a column of the Hessian by y", "a row of the Hessian by y"];

impl<T: Entry + RealField> Latent<T> {
    /// One value, gradient and Hessian of L by y.
    pub(crate) fn new<P: Staged<T> + ?Sized>(problem: &P, y: DVector<T>, iteration: usize) -> Result<Self, Failure> {
        check_shape("y", y.len(), problem.loss().dimension(), iteration)?;
        let (loss, gradient, hessian) = problem.loss().value_gradient_hessian(&y);
        let latent = Latent { y, loss, gradient, hessian };
        latent.check_shapes(iteration)?;
        Ok(latent)
    }

    fn check_shapes(&self, iteration: usize) -> Result<(), Failure> {
        let n = self.y.len();
        check_shape("the gradient by y", self.gradient.len(), n, iteration)?;
        check_matrix(HESSIAN_BY_Y, &self.hessian, n, n, iteration)
    }

    /// That it is of an L of n variables: one that was read may be anything.
    pub(crate) fn check(&self, n: usize) -> Result<(), Error> {
        fits("y", self.y.len(), n)?;
        fits("the gradient by y", self.gradient.len(), n)?;
        fits_matrix(HESSIAN_BY_Y, &self.hessian, n, n)
    }

    pub(crate) fn y(&self) -> &DVector<T> {
        &self.y
    }

    pub(crate) fn loss(&self) -> T {
        self.loss
    }

    /// y − η H⁻¹ g: where the step aims.
    pub(crate) fn target(&self, step: T, iteration: usize) -> Result<DVector<T>, Failure> {
        let update = newton_direction(&self.gradient, self.hessian.clone(), iteration)?;
        Ok(self.y.zip_map(&update, |y, u| y - step * u))
    }

    /// What is to be said of a step towards y*: that it leads uphill in y, and that y* was missed.
    pub(crate) fn warning(
        &self,
        target: &DVector<T>,
        inversion: Option<&crate::Inversion>,
        iteration: usize,
    ) -> Option<String> {
        let slope = (0..self.y.len()).map(|i| self.gradient[i] * (target[i] - self.y[i])).sum::<T>();
        let uphill = (slope > nalgebra::zero())
            .then(|| format!("the step in y of iteration {iteration} is not a descent direction"));
        let missed = inversion.and_then(|inversion| inversion.warning(iteration));
        let all: Vec<_> = uphill.into_iter().chain(missed).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }
}

impl<T: Entry + RealField, I: Inverse<T>, P: Staged<T> + ?Sized> Optimizer<T, P> for InverseSimulator<T, I> {
    type Memory = Latent<T>;

    fn init(&self, problem: &P, start: DVector<T>) -> Result<State<T, Latent<T>>, Failure> {
        let (y, latents) = reach(problem.physics(), &start, Vec::new());
        let latent = Latent::new(problem, y, 0)?;
        let mut iterate = Iterate { latents, ..Iterate::new(0, start, latent.loss) };
        iterate.y = Some(latent.y.clone());
        iterate.evaluations = Evaluations::default().one_of_each_more();
        Ok(State::new(iterate, latent))
    }

    fn check(&self, problem: &P, state: &State<T, Latent<T>>) -> Result<(), Error> {
        state.memory.check(problem.loss().dimension())
    }

    fn step(&self, problem: &P, state: &State<T, Latent<T>>) -> Result<State<T, Latent<T>>, Failure> {
        let now = &state.iterate;
        self.check(problem, state).map_err(refused(now.iteration))?;
        let target = state.memory.target(self.step, now.iteration)?;
        let found = self.inverse.invert(problem.physics(), &target, &now.x, now.iteration + 1)?;
        check_shape("x", found.x.len(), now.x.len(), now.iteration + 1)?;
        let (y, latents) = reach(problem.physics(), &found.x, found.stages);
        let latent = Latent::new(problem, y, now.iteration + 1)?;
        let mut next = Iterate { latents, ..Iterate::new(now.iteration + 1, found.x, latent.loss) };
        next.y = Some(latent.y.clone());
        next.update = Some(&now.x - &next.x);
        let warning = state.memory.warning(&target, found.inversion.as_ref(), next.iteration);
        next.y_target = Some(target);
        next.inversion = found.inversion;
        next.evaluations = now.evaluations.one_of_each_more();
        Ok(State { warning, ..State::new(next, latent) })
    }
}

/// The inverse simulator whose step in y is made in f32 and whose inversion searches in f64.
///
/// The first y is computed in f32 from a start of f32 numbers; after each inversion x is f64, y(x) is computed in f64
/// and rounded to f32. The trajectory is in f64 throughout: its y, y* and loss are f32 numbers, widened.
/// It is [`InverseSimulator`] for single precision with a search that needs difference gradients in double precision.
#[derive(Clone, Copy, Debug)]
pub struct MixedInverseSimulator<I> {
    step: f32,
    inverse: I,
}

impl<I> MixedInverseSimulator<I> {
    /// With the step size η > 0 in y space and the way back to x.
    ///
    /// # Errors
    ///
    /// [`Error::NotPositive`] unless η is positive, finite and not subnormal.
    pub fn new(step: f32, inverse: I) -> Result<Self, Error> {
        Ok(MixedInverseSimulator { step: positive("step", step)?, inverse })
    }
}

fn narrow(v: &DVector<f64>) -> DVector<f32> {
    v.map(|v| v as f32)
}

fn widen(v: &DVector<f32>) -> DVector<f64> {
    v.map(f64::from)
}

impl<I: Inverse<f64>, P: Staged<f32> + Staged<f64> + ?Sized> Optimizer<f64, P> for MixedInverseSimulator<I> {
    type Memory = Latent<f32>;

    fn init(&self, problem: &P, start: DVector<f64>) -> Result<State<f64, Latent<f32>>, Failure> {
        let single: &dyn Map<f32> = problem.physics();
        let latent = Latent::<f32>::new(problem, single.value(&narrow(&start)), 0)?;
        let mut iterate = Iterate::new(0, start, f64::from(latent.loss));
        iterate.y = Some(widen(&latent.y));
        iterate.evaluations = Evaluations::default().one_of_each_more();
        Ok(State::new(iterate, latent))
    }

    fn check(&self, problem: &P, state: &State<f64, Latent<f32>>) -> Result<(), Error> {
        state.memory.check(<P as Staged<f32>>::loss(problem).dimension())
    }

    fn step(&self, problem: &P, state: &State<f64, Latent<f32>>) -> Result<State<f64, Latent<f32>>, Failure> {
        let now = &state.iterate;
        self.check(problem, state).map_err(refused(now.iteration))?;
        let double: &dyn Map<f64> = problem.physics();
        let target = widen(&state.memory.target(self.step, now.iteration)?);
        let found = self.inverse.invert(double, &target, &now.x, now.iteration + 1)?;
        check_shape("x", found.x.len(), now.x.len(), now.iteration + 1)?;
        let latent = Latent::<f32>::new(problem, narrow(&double.value(&found.x)), now.iteration + 1)?;
        let mut next = Iterate::new(now.iteration + 1, found.x, f64::from(latent.loss));
        next.y = Some(widen(&latent.y));
        next.update = Some(&now.x - &next.x);
        let warning = state.memory.warning(&narrow(&target), found.inversion.as_ref(), next.iteration);
        next.y_target = Some(target);
        next.inversion = found.inversion;
        next.evaluations = now.evaluations.one_of_each_more();
        Ok(State { warning, ..State::new(next, latent) })
    }
}
