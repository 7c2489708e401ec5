//! The notebook's settings.

/// The start of every trajectory.
pub const START: [f32; 2] = [3.0, 3.0];
/// The steps of every trajectory.
pub const ITERATIONS: usize = 10;
/// The step size of gradient descent.
pub const GD_STEP: f64 = 0.01;
/// The step size of Newton's method.
pub const NEWTON_STEP: f64 = 1.0 / 3.0;
/// The step size of the inverse simulator.
pub const PG_STEP: f64 = 0.3;
/// The y whose x the test of the numeric inversion looks for.
pub const TEST_TARGET: [f64; 2] = [2.0, 2.0];
