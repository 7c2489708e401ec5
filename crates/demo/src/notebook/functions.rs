//! The notebook's functions, as a user would write them.

use autodiff::function;
use optimizers::Composite;

function! {
    /// The process: y(x) = [x0, x1²].
    pub fn physics([x0, x1]) -> [2] { [x0, x1 * x1] }

    /// The loss spelled out: L(y) = y0² + y1².
    pub fn manual_loss([y0, y1]) { y0 * y0 + y1 * y1 }

    /// The loss: L(y) = Σ yᵢ².
    pub fn loss(y: [2]) { y.into_iter().map(|y| y.powi(2)).sum() }

    /// The loss of the process: L(y(x)).
    pub fn loss_x(x: [2]) { loss.call(physics.call(x)) }

    /// The inverse of the process: x(y) = [y0, √y1].
    pub fn inverse_physics([y0, y1]) -> [2] { [y0, y1.sqrt()] }
}

/// What the notebook minimizes: L(y(x)).
pub fn problem() -> Composite<physics, loss, 2, 2> {
    Composite::new(physics, loss)
}
