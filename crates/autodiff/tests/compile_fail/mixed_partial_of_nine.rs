use autodiff::mixed_partial;

fn main() {
    let _ = mixed_partial(|[x, y]| x * y, [1.0, 2.0], [0; 9]);
}
