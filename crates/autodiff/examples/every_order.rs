// One generic function: floats of both precisions, gradients, Hessians, third derivatives and power series.

use autodiff::{Operators, Ordered, Taylor, directional_derivatives, function, gradient};

/// A function as one writes it for floats, over any number.
fn distance<T: Ordered>(x: T, y: T) -> T {
    if x > y { (x - y).sqrt() } else { (y - x).powi(2) }
}

function! {
    // the same through a macro, in f32 and f64 at once
    fn wave([x, t]) { (x - t * 2.0).sin() * (t * -0.5).exp() }
}

fn main() {
    println!("a float: {}", distance(5.0, 1.0));
    println!("its gradient: {:?}", gradient(|[x, y]| distance(x, y), [5.0, 1.0]));
    println!("in the other branch: {:?}", gradient(|[x, y]| distance(x, y), [1.0, 5.0]));

    let at = [0.0, 0.0];
    println!("gradient: {:?}", wave.gradient().at(at));
    println!("in single precision: {:?}", wave.gradient().at([1.0_f32, 0.5]));
    println!("in double precision: {:?}", wave.gradient().at([1.0_f64, 0.5]));
    println!("Hessian: {:?}", wave.hessian().at(at));
    println!("all third derivatives: {:?}", wave.gradient().jacobian().jacobian().at(at));

    let (value, along) = directional_derivatives::<5, _, _>(|x| autodiff::Function::call(&wave, x), at, [1.0, 1.0]);
    println!("along the diagonal: {value}, {along:?}");
    println!("a power series: {}", Taylor::<f64, 4>::variable(0.0).exp());
}
