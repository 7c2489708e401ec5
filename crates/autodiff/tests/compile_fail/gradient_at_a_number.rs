use autodiff::gradient;

fn main() {
    gradient(|x| x * x, 3.0);
}
