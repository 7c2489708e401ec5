use autodiff::derivative;

fn main() {
    derivative(|x| x * derivative(|y| x + y, x), 1.0);
}
