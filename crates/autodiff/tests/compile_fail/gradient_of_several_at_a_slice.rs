use autodiff::gradient;

fn main() {
    gradient(|x| [x[0], x[1] * x[1]], &[3.0, 3.0]);
}
