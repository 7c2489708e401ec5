use autodiff::jacobian;

fn main() {
    jacobian(|x| x[0] + x[1], &[3.0, 3.0]);
}
