//! The notebook "Simple Example comparing Different Optimizers" (Physics-based Deep Learning), in its order.

mod functions;
mod results;
pub mod settings;
mod text;

pub use functions::{inverse_physics, loss, loss_x, manual_loss, physics, problem};
pub use results::{Approximation, MethodRun, Results};
pub use text::write_text;
