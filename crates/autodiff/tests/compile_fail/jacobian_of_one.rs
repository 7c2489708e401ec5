use autodiff::jacobian;

fn main() {
    let _ = jacobian(|[x, y]| x * y, [1.0, 2.0]);
}
