//! The notebook "Simple Example comparing Different Optimizers" (Physics-based Deep Learning), in its order.

mod functions;
mod results;
pub mod settings;
mod text;

pub use functions::{inverse_physics, loss, manual_loss, physics, problem, whole};
pub use results::{Approximation, MethodRun, Results};
pub use text::write_text;
