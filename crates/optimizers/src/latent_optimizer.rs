//! Any optimizer in y, then back to x.

use autodiff::Elementary;
use nalgebra::DVector;

use crate::chain::reach;
use crate::error::{Error, Failure, check_shape};
use crate::inverse::Inverse;
use crate::optimizer::{Iterate, Optimizer, State, refused};
use crate::problem::{Entry, Map, Staged, TwiceDifferentiable};

/// A step of another optimizer on L(y), from y(x) to y*, then x = y⁻¹(y*): the
/// [`InverseSimulator`](crate::InverseSimulator) with any method in place of Newton's (Holl, Koltun, Thuerey,
/// "Scale-invariant Learning by Physics Inversion", 2022).
///
/// Where the inverse reaches another y than y*, the inner method goes on from the y that was reached: its memory of the
/// way so far (momentum, means) stays, while a method whose memory is of the point begins anew there
/// ([`Optimizer::relocate`]). Beside what the inner method evaluates of L by y: one y(x), one L at the y reached with
/// what the inner method wants to know there, and one inversion a step.
///
/// The update in the trajectory is the difference x_old − x_new; the target y* is there too.
///
/// ```
/// use optimizers::{AnalyticInverse, Composite, LatentOptimizer, Momentum, Run};
///
/// autodiff::function! {
///     fn cube([x]) -> [1] { [x.powi(3)] }
///     fn cube_root([y]) -> [1] { [y.cbrt()] }
///     fn half_square([y]) { y * y * 0.5 }
/// }
/// let problem = Composite::new(cube, half_square);
/// let inner = Momentum::new(0.5)?.decay(0.75)?;
/// let method = LatentOptimizer::new(inner, AnalyticInverse::<_, 1, 1>::new(cube_root));
/// let report = Run::new(&problem, &method, &[4.0_f64])?.iterations(2).finish();
/// let y: Vec<f64> = report.trajectory.iter().map(|iterate| iterate.y.as_ref().unwrap()[0].round()).collect();
/// assert_eq!(y, [64.0, 32.0, -8.0]); // m = 64, 32 + 48
/// # Ok::<(), optimizers::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct LatentOptimizer<O, I> {
    inner: O,
    inverse: I,
}

impl<O, I> LatentOptimizer<O, I> {
    /// With the optimizer in y space and the way back to x.
    pub const fn new(inner: O, inverse: I) -> Self {
        LatentOptimizer { inner, inverse }
    }
}

/// The state at x, from that of the inner method at y(x).
fn outer<T: Entry, M>(inner: State<T, M>, mut iterate: Iterate<T>) -> State<T, State<T, M>> {
    iterate.y = Some(inner.iterate.x.clone());
    iterate.loss = inner.iterate.loss;
    iterate.evaluations = inner.iterate.evaluations;
    let (converged, failure, warning) = (inner.converged, inner.failure.clone(), inner.warning.clone());
    State { converged, failure, warning, ..State::new(iterate, inner) }
}

/// Whether two numbers agree to six digits.
fn near<T: Entry>(y: T, target: T) -> bool {
    let size = Elementary::max(T::Precision::ONE, target.abs().value());
    (y - target).abs().value() <= T::Precision::of(1e-6) * size
}

impl<T, O, I, P, M> Optimizer<T, P> for LatentOptimizer<O, I>
where
    T: Entry,
    O: for<'a> Optimizer<T, dyn TwiceDifferentiable<T> + 'a, Memory = M>,
    M: Clone,
    I: Inverse<T>,
    P: Staged<T> + ?Sized,
{
    /// The state of the inner method.
    type Memory = State<T, M>;

    fn init(&self, problem: &P, start: DVector<T>) -> Result<State<T, State<T, M>>, Failure> {
        let (y, latents) = reach(problem.physics(), &start, Vec::new());
        check_shape("y", y.len(), problem.loss().dimension(), 0)?;
        let inner = self.inner.init(problem.loss(), y)?;
        let iterate = Iterate { latents, ..Iterate::new(0, start, inner.iterate.loss) };
        Ok(outer(inner, iterate))
    }

    fn check(&self, problem: &P, state: &State<T, State<T, M>>) -> Result<(), Error> {
        state.memory.iterate.check(problem.loss().dimension())?;
        self.inner.check(problem.loss(), &state.memory)
    }

    fn step(&self, problem: &P, state: &State<T, State<T, M>>) -> Result<State<T, State<T, M>>, Failure> {
        let (now, iteration) = (&state.iterate, state.iterate.iteration + 1);
        self.check(problem, state).map_err(refused(now.iteration))?;
        let physics: &dyn Map<T> = problem.physics();
        let stepped = self.inner.step(problem.loss(), &state.memory)?;
        let ended = stepped.converged.is_some() || stepped.failure.is_some();
        if ended && stepped.iterate.iteration == state.memory.iterate.iteration {
            // no step in y, none in x
            return Ok(outer(stepped, now.clone()));
        }
        let target = stepped.iterate.x.clone();
        let (converged, failure, warning) = (stepped.converged, stepped.failure.clone(), stepped.warning.clone());
        let found = self.inverse.invert(physics, &target, &now.x, iteration)?;
        check_shape("x", found.x.len(), now.x.len(), iteration)?;
        let (y, latents) = reach(physics, &found.x, found.stages);
        check_shape("y", y.len(), target.len(), iteration)?;
        let missed = found.inversion.as_ref().and_then(|inversion| inversion.warning(iteration));
        let reached = y.iter().zip(target.iter()).all(|(&y, &t)| near(y, t));
        let inner = self.inner.relocate(problem.loss(), stepped, y)?;
        let mut next = Iterate { latents, ..Iterate::new(iteration, found.x, inner.iterate.loss) };
        next.update = Some(DVector::from_fn(now.x.len(), |i, _| now.x[i] - next.x[i]));
        next.y_target = Some(target);
        next.inversion = found.inversion;
        let mut state = outer(inner, next);
        // that the inner method has arrived at y*, or can go no further, tells something of x only where y* was reached
        state.converged = state.converged.or(converged.filter(|_| reached));
        state.failure = state.failure.or(failure.filter(|_| reached));
        state.warning = state.warning.or(missed).or(warning);
        Ok(state)
    }
}
