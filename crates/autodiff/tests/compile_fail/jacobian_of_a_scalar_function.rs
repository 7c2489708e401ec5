use autodiff::{Operators, function};

function! { fn loss([x0, x1]) { x0 * x0 + x1 * x1 } }

fn main() {
    let _ = loss.jacobian().at([1.0, 2.0]);
}
