//! Every driver with a workspace allocates nothing after its first call.

use autodiff::reverse::{self, Tape};
use autodiff::sparse::{self, SparseHessian};
use autodiff::{Ordered, SliceFn, Workspace, function};

function! {
    fn chain(x: []) { x.windows(2).map(|x| (x[1] - x[0] * x[0]).powi(2) * 100.0 + (x[0] * 3.0).sin().exp()).sum() }
    /// A pattern of many colours.
    fn star(x: []) { x.iter().map(|&y| (y * x[0]).cos()).sum::<T>() * x[1] }
}

const N: usize = 13;

fn point<const M: usize>(k: usize) -> [f64; M] {
    std::array::from_fn(|i| 0.1 * (i * k % 7) as f64 + 0.05)
}

/// A function whose branches differ from point to point, and its numbers of operations from call to call.
fn branching<T: Ordered>(x: &[T]) -> T {
    if x[0] > 0.3 { chain.call(x) } else { x[0] * x[1] }
}

fn allocates_once(name: &str, mut call: impl FnMut(usize)) {
    (1..8).for_each(&mut call);
    let counted = allocation_counter::measure(|| (1..8).for_each(&mut call));
    assert_eq!(counted.count_total, 0, "{name}");
}

#[test]
fn later_calls_allocate_nothing() {
    let (mut g, mut h, mut product, v) = ([0.0; N], [0.0; N * N], [0.0; N], [1.0; N]);
    let (mut values, mut jacobian, mut along) = ([0.0; 2], [0.0; 2 * N], [0.0; 2]);
    let map = |x: &[_], y: &mut [_]| (y[0], y[1]) = (x[0], x[N - 1]);

    let mut forward = Workspace::<f64>::default();
    allocates_once("forward: gradient", |k| {
        assert!(forward.gradient(branching, &point::<N>(k), &mut g).unwrap().is_finite())
    });
    allocates_once("forward: Hessian", |k| {
        assert!(forward.hessian(branching, &point::<N>(k), &mut g, &mut h).unwrap().is_finite())
    });
    allocates_once("forward: hvp", |k| forward.hvp(branching, &point::<N>(k), &v, &mut product).unwrap());
    allocates_once("forward: Jacobian", |k| {
        forward
            .jacobian(|x, y| (y[0], y[1]) = (x[0] * x[1], x[N - 1]), &point::<N>(k), &mut values, &mut jacobian)
            .unwrap();
    });
    allocates_once("forward: jvp", |k| forward.jvp(map, &point::<N>(k), &v, &mut values, &mut along).unwrap());

    let mut tape = Tape::new();
    allocates_once("sweep: gradient", |k| {
        assert!(tape.gradient_into(|x| branching(x), &point::<N>(k), &mut g).unwrap().is_finite())
    });
    let mut swept = reverse::Workspace::new();
    allocates_once("sweep: hvp", |k| {
        swept.hvp(|x| branching(x), &point::<N>(k), &v, &mut g, &mut product).unwrap();
    });
    allocates_once("sweep: Hessian", |k| swept.hessian(|x| branching(x), &point::<N>(k), &mut h).unwrap());

    let mut workspace = sparse::Workspace::new();
    let hessian = SparseHessian::of(&chain, &point::<N>(1)).unwrap();
    let mut found = hessian.at(&chain, &point::<N>(1)).unwrap();
    allocates_once("sparse Hessian", |k| hessian.at_into(&chain, &point::<N>(k), &mut found, &mut workspace).unwrap());
    let hessian = SparseHessian::of(&star, &point::<N>(1)).unwrap();
    let mut found = hessian.at(&star, &point::<N>(1)).unwrap();
    allocates_once("sparse Hessian of many colours", |k| {
        hessian.at_into(&star, &point::<N>(k), &mut found, &mut workspace).unwrap();
    });
}

/// Without a tape of one's own, on what the thread keeps.
#[cfg(feature = "std")]
#[test]
fn later_sweeps_of_a_thread_allocate_nothing() {
    let (mut g, mut product) = ([0.0; N], [0.0; N]);
    allocates_once("a gradient", |k| {
        assert!(reverse::gradient_into(|x| branching(x), &point::<N>(k), &mut g).unwrap().is_finite());
    });
    // what a call returns is all it allocates
    let allocations = |call: &dyn Fn()| {
        call();
        allocation_counter::measure(call).count_total
    };
    let long = vec![0.3; 1000];
    assert_eq!(allocations(&|| assert_eq!(chain.gradient(&long).len(), 1000)), 1);
    assert_eq!(allocations(&|| assert_eq!(chain.hvp(&long, &long).unwrap().len(), 1000)), 1);
    // another function within the function has memory of its own
    let inner = || reverse::gradient(|x| chain.call(x), &[0.4; N]).unwrap()[0];
    reverse::gradient_into(|x| x[0] * inner(), &point::<N>(3), &mut g).unwrap();
    product[0] = inner();
    assert_eq!(g, product);
    // a thread does not keep much
    let longer = vec![0.3; 30_000];
    assert!(allocations(&|| assert_eq!(chain.gradient(&longer).len(), 30_000)) > 2);
    // nor what a panic left
    let panicking = || reverse::gradient(|x| if x.len() > 1 { panic!("as wanted") } else { x[0] }, &[0.1; 2]);
    assert!(std::panic::catch_unwind(panicking).is_err());
    assert_eq!(reverse::gradient(|x| x[0] * x[1], &[2.0, 3.0]), Ok(vec![3.0, 2.0]));
    // single precision after double
    assert_eq!(reverse::gradient(|x| x[0] * x[1], &[2.0_f32, 3.0]), Ok(vec![3.0, 2.0]));
}

/// What is written into has the bits of what is returned, whatever was there before.
#[test]
fn the_numbers_are_those_of_the_drivers_that_allocate() {
    let (mut g, mut h, mut product, v) = ([9.0; N], [9.0; N * N], [9.0; N], point::<N>(5));
    let mut swept = reverse::Workspace::default();
    let mut workspace = sparse::Workspace::default();
    let sparse = SparseHessian::of(&star, &point::<N>(1)).unwrap();
    let mut found = sparse.at(&star, &point::<N>(1)).unwrap();
    for k in 1..4 {
        let x = point::<N>(k);
        let value = swept.hvp(|x| star.call(x), &x, &v, &mut g, &mut product).unwrap();
        assert_eq!((value, g.to_vec(), product.to_vec()), reverse::hvp(|x| star.call(x), &x, &v).unwrap());
        swept.hessian(|x| star.call(x), &x, &mut h).unwrap();
        assert_eq!(h.to_vec(), reverse::hessian(|x| star.call(x), &x).unwrap().concat());
        sparse.at_into(&star, &x, &mut found, &mut workspace).unwrap();
        assert_eq!(found, sparse.at(&star, &x).unwrap());
    }
    assert!(swept.hessian(|x| x[0], &[1.0], &mut [0.0; 2]).is_err());
    assert!(swept.hvp(|x| x[0], &[1.0], &[1.0], &mut [0.0], &mut [0.0; 2]).is_err());
    assert!(
        sparse
            .at_into(
                &star,
                &point::<N>(1),
                &mut SparseHessian::of(&chain, &[0.1; N]).unwrap().at(&chain, &[0.1; N]).unwrap(),
                &mut workspace
            )
            .is_err()
    );
}
