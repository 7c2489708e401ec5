use autodiff::{function, gradient};

function! { fn f([x, y]) { x * y } }

fn main() {
    gradient(f, [1.0, 2.0]);
}
