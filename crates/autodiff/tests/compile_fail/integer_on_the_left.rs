use autodiff::gradient;

fn main() {
    gradient(|[x, y]| 2 * x + y, [1.0, 2.0]);
}
