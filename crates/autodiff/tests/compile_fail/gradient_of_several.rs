use autodiff::gradient;

fn main() {
    let _ = gradient(|[x, y]| [x * y, x], [1.0, 2.0]);
}
