use autodiff::gradient;

fn main() {
    gradient(|[x, y]| x * 2 + y, [1.0, 2.0]);
}
