//! Every number of the notebook, out of exact derivatives.

use autodiff::Operators;
use optimizers::nalgebra::{DMatrix, DVector};
use optimizers::{
    AnalyticInverse, Error, GradientDescent, InverseSimulator, Inversion, Iterate, Map, MixedInverseSimulator, Newton,
    NumericInverse, Optimizer, Report, Run, Staged,
};

use super::functions::{inverse_physics, loss, loss_x, manual_loss, physics, problem};
use super::settings::{GD_STEP, ITERATIONS, NEWTON_STEP, PG_STEP, START, TEST_TARGET};

/// A trajectory in f32.
#[derive(Clone, Debug)]
pub struct MethodRun {
    /// The points, the start first.
    pub history: Vec<[f32; 2]>,
    /// The update of each step before the step size; of the inverse simulator, the difference of the points.
    pub updates: Vec<[f32; 2]>,
    /// y at each point, the start first.
    pub y: Vec<[f32; 2]>,
    /// What each step of the inverse simulator aimed at.
    pub y_targets: Vec<[f32; 2]>,
}

impl MethodRun {
    fn new(report: &Report<f32>) -> Self {
        let points = &report.trajectory;
        MethodRun {
            history: points.iter().map(|p| pair(&p.x)).collect(),
            updates: points.iter().filter_map(|p| p.update.as_ref().map(pair)).collect(),
            y: points.iter().filter_map(|p| p.y.as_ref().map(pair)).collect(),
            y_targets: points.iter().filter_map(|p| p.y_target.as_ref().map(pair)).collect(),
        }
    }

    /// How far along the diagonal a unit step goes in the direction of the first update: 1 along an axis, √2 at best.
    pub fn diagonal_length(&self) -> f32 {
        let [u, v] = self.updates.first().copied().unwrap_or([f32::NAN; 2]);
        let length = (u * u + v * v).sqrt();
        u / length + v / length
    }

    /// The distance of the last point from the minimum, the origin.
    pub fn distance(&self) -> f32 {
        let [x0, x1] = self.history.last().copied().unwrap_or([f32::NAN; 2]);
        (x0 * x0 + x1 * x1).sqrt()
    }
}

/// The last section: the inverse of the process by a search.
#[derive(Clone, Debug)]
pub struct Approximation {
    /// The x found for [`TEST_TARGET`].
    pub test: [f64; 2],
    /// How it was found.
    pub test_inversion: Inversion,
    /// The points after each step, in f64.
    pub iterates: Vec<[f64; 2]>,
    /// What each step aimed at.
    pub y_targets: Vec<[f64; 2]>,
    /// How each point was found.
    pub inversions: Vec<Inversion>,
    /// The mean absolute difference from the analytic inverse's points.
    pub mean_absolute_error: f64,
}

/// Every number of the notebook.
#[derive(Clone, Debug)]
pub struct Results {
    /// y at the start.
    pub y: [f32; 2],
    /// L at the start, spelled out.
    pub manual_loss: f32,
    /// L at the start.
    pub loss: f32,
    /// ∂L/∂y at the start.
    pub loss_gradient_y: [f32; 2],
    /// ∂y/∂x at the start.
    pub physics_jacobian: [[f32; 2]; 2],
    /// J⁻¹(J x): x again.
    pub solved: [f32; 2],
    /// ∂L/∂x at the start.
    pub loss_gradient_x: [f32; 2],
    /// The Hessian of L(y(x)) at the start, as the Jacobian of the gradient.
    pub loss_hessian_x: [[f32; 2]; 2],
    /// Gradient descent.
    pub gd: MethodRun,
    /// Newton's method.
    pub newton: MethodRun,
    /// The inverse simulator.
    pub pg: MethodRun,
    /// The inverse simulator with a numeric inverse.
    pub approximation: Approximation,
}

impl Results {
    /// Computes them, telling `progress` the name of each section before it begins.
    ///
    /// # Errors
    ///
    /// None for the notebook's own settings; the optimizers' constructors would refuse others.
    pub fn compute(mut progress: impl FnMut(&str)) -> Result<Self, Error> {
        progress("functions and derivatives at the start");
        let y = physics.at(START);
        let physics_jacobian = physics.jacobian().at(START);
        let j = DMatrix::from_fn(2, 2, |i, k| physics_jacobian[i][k]);
        let x = DVector::from_column_slice(&START);
        let solved = j.clone().lu().solve(&(j * x)).map_or([f32::NAN; 2], |x| pair(&x));

        progress("gradient descent");
        let gd = MethodRun::new(&run(&GradientDescent::new(GD_STEP as f32)?)?);
        progress("Newton");
        let newton = MethodRun::new(&run(&Newton::new(NEWTON_STEP as f32)?)?);
        progress("inverse simulator, analytic inverse");
        let analytic = AnalyticInverse::<_, 2, 2>::new(inverse_physics);
        let pg = MethodRun::new(&run(&InverseSimulator::new(PG_STEP as f32, analytic)?)?);
        progress("inverse simulator, numeric inverse");
        let approximation = Approximation::compute(&pg)?;

        Ok(Results {
            y,
            manual_loss: manual_loss.at(y),
            loss: loss.at(y),
            loss_gradient_y: loss.gradient().at(y),
            physics_jacobian,
            solved,
            loss_gradient_x: loss_x.gradient().at(START),
            loss_hessian_x: loss_x.gradient().jacobian().at(START),
            gd,
            newton,
            pg,
            approximation,
        })
    }
}

impl Approximation {
    fn compute(analytic: &MethodRun) -> Result<Self, Error> {
        let problem = problem();
        let process: &dyn Map<f64> = problem.physics();
        let inverse = NumericInverse::with_differences();
        let start = DVector::from_row_slice(&START.map(f64::from));
        let test = inverse.find(process, &DVector::from_row_slice(&TEST_TARGET), &start)?;

        let method = MixedInverseSimulator::new(PG_STEP as f32, inverse)?;
        let report = Run::new(&problem, &method, start.as_slice())?.iterations(ITERATIONS).finish();
        let steps: Vec<&Iterate<f64>> = report.trajectory.iter().skip(1).collect();
        let iterates: Vec<[f64; 2]> = steps.iter().map(|p| pair(&p.x)).collect();
        // the mean is over the whole trajectories, so the start that they share counts
        let trajectory = report.trajectory.iter().map(|p| pair(&p.x));
        let differences: Vec<f64> = trajectory
            .zip(&analytic.history)
            .flat_map(|(a, b)| [(a[0] - f64::from(b[0])).abs(), (a[1] - f64::from(b[1])).abs()])
            .collect();
        Ok(Approximation {
            test: pair(&test.x),
            test_inversion: test.inversion.unwrap_or_default(),
            iterates,
            y_targets: steps.iter().filter_map(|p| p.y_target.as_ref().map(pair)).collect(),
            inversions: steps.iter().filter_map(|p| p.inversion.clone()).collect(),
            mean_absolute_error: differences.iter().sum::<f64>() / differences.len() as f64,
        })
    }
}

fn run<O: Optimizer<f32, optimizers::Composite<physics, loss, 2, 2>>>(optimizer: &O) -> Result<Report<f32>, Error> {
    Ok(Run::new(&problem(), optimizer, &START)?.iterations(ITERATIONS).finish())
}

fn pair<T: Copy>(v: &DVector<T>) -> [T; 2] {
    [v[0], v[1]]
}
