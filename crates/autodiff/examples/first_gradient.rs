// The gradient of a function of two variables, in one call.

use autodiff::{gradient, value_gradient_hessian};

fn main() {
    // f(x, y) = x² + y⁴
    let g = gradient(|[x, y]| x * x + y.powi(4), [3.0, 3.0]);
    println!("gradient at (3, 3): {g:?}");

    // The value and the second derivatives come with it.
    let (value, g, h) = value_gradient_hessian(|[x, y]| x * x + y.powi(4), [1.0, -1.0]);
    println!("value at (1, -1): {value}");
    println!("gradient: {g:?}");
    println!("Hessian: {h:?}");
}
