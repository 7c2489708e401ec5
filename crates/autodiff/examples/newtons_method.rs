// Newton's method for an equation and for a minimum, by hand.

use autodiff::{linear_solve, value_and_derivative, value_gradient_hessian};

fn main() {
    // cos x = x
    let mut x = 1.0_f64;
    for step in 0..5 {
        let (f, slope) = value_and_derivative(|x| x.cos() - x, x);
        println!("step {step}: x = {x:.12}, f = {f:+.1e}");
        x -= f / slope;
    }

    // the minimum of Rosenbrock's function: H d = −∇f
    let mut p = [-1.2_f64, 1.0];
    for step in 0..7 {
        let (f, g, h) = value_gradient_hessian(|[x, y]| (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2), p);
        println!("step {step}: ({:+.6}, {:+.6}), f = {f:.3e}", p[0], p[1]);
        let d = linear_solve(h, g).expect("the Hessian is regular");
        p = [p[0] - d[0], p[1] - d[1]];
    }
}
