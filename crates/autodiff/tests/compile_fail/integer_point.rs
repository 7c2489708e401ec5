use autodiff::gradient;

fn main() {
    gradient(|[x, y]| x * y, [1, 2]);
}
