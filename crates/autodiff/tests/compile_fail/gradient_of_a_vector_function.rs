use autodiff::{Operators, function};

function! { fn physics([x0, x1]) -> [2] { [x0, x1 * x1] } }

fn main() {
    let _ = physics.gradient().at([1.0, 2.0]);
}
