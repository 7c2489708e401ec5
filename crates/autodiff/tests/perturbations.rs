//! Nested derivatives: D(x ↦ x · D(y ↦ x + y)(1))(1) is 1, and never 2.

use autodiff::{Dual, Operators, Ordered, derivative, function, hessian};

/// The inner derivative at the outer number, what is captured lifted: right at every depth.
#[test]
fn lifted_numbers_give_one() {
    let two = derivative(|x| x * derivative(|y| Dual::constant(x) + y, Dual::constant(1.0)), 1.0);
    assert_eq!(two, 1.0);
    // depth three: D(x ↦ x · D(y ↦ y · D(z ↦ x y z)(1))(x))(2) with x y inner: D_z = x y, D_y (x y²) = 2 x y, at y = x: x · 2 x² → 6 x²
    let three = derivative(
        |x| {
            x * derivative(
                |y| {
                    let x = Dual::constant(x);
                    y * derivative(|z| Dual::constant(x) * Dual::constant(y) * z, Dual::constant(Dual::constant(1.0)))
                },
                x,
            )
        },
        2.0,
    );
    assert_eq!(three, 24.0);
}

#[test]
fn composed_operators_give_one() {
    function! {
        /// x · ∂/∂y (x + y)
        fn product([x]) {
            let inner = derivative(|y| Dual::constant(x) + y, T::one());
            x * inner
        }
        fn sum([x, y]) { x * y + y }
        fn scaled([x]) { x * autodiff::Function::<2, _>::call(&sum.gradient(), [x, T::one()])[1] }
    }
    assert_eq!(product.gradient().at([1.0]), [1.0]);
    assert_eq!(product.gradient().jacobian().at([1.0]), [[0.0]]);
    // x (x + 1) and its derivatives
    assert_eq!(scaled.gradient().at([3.0]), [7.0]);
    assert_eq!(scaled.gradient().jacobian().at([3.0]), [[2.0]]);
    assert_eq!(scaled.hessian().at([3.0_f32]), [[2.0]]);
}

/// A generic function that differentiates within itself serves every number.
#[test]
fn derivatives_within_generic_functions() {
    fn slope<T: Ordered>(x: T) -> T {
        derivative(|y| y * y * Dual::constant(x), x)
    }
    assert_eq!(slope(3.0), 18.0);
    assert_eq!(derivative(slope, 3.0), 12.0);
    assert_eq!(hessian(|[x]| slope(x), [3.0]), [[4.0]]);
}

/// In a release build the check is not there: the tag has no size, and the confused program returns what it should not
/// (`just unchecked`).
#[cfg(not(debug_assertions))]
#[test]
fn release_builds_do_not_check() {
    assert_eq!(size_of::<Dual<f64, 3>>(), 4 * size_of::<f64>());
    assert_eq!(derivative(|x| x * derivative(|y| x + y, 1.0), 1.0), 2.0);
}

/// Each way in which an outer number may come into an inner derivative panics in a debug build.
#[cfg(debug_assertions)]
#[test]
#[allow(clippy::op_ref, clippy::useless_vec, reason = "these are ways too")]
fn every_operation_notices() {
    use autodiff::{HyperDual, Taylor, gradient, jacobian, jvp, taylor};
    type D = Dual<f64, 1>;
    fn sum<T: autodiff::Number>(terms: [T; 2]) -> T {
        terms.into_iter().sum()
    }
    fn sum_of_references<'a, T: std::iter::Sum<&'a T> + 'a>(terms: &'a [T]) -> T {
        terms.iter().sum()
    }
    fn product<T: autodiff::Number>(factors: Vec<T>) -> T {
        factors.into_iter().product()
    }
    fn confused(name: &str, program: impl FnOnce() -> f64) {
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(program));
        let message = match &outcome {
            Ok(value) => panic!("{name} gives {value}"),
            Err(payload) => payload.downcast_ref::<&str>().map_or_else(String::new, |text| (*text).to_owned()),
        };
        assert!(message.contains("numbers of two derivatives meet"), "{name}: {message}");
    }
    macro_rules! operations {
        ($($name:literal |$x:ident, $y:ident| $f:expr;)*) => {$(
            confused($name, || derivative(|$x: D| $x * derivative(|$y: D| $f, 1.5), 1.0));
            confused(concat!($name, " in gradients"), || gradient(|[$x, _]| $x * gradient(|[$y, _]| $f, [1.5, 2.0])[0], [1.0, 2.0])[0]);
            confused(concat!($name, " in Hessians"), || {
                hessian(|[$x]| HyperDual::constant(hessian(|[$y]| $f, [1.5])[0][0]) * $x, [1.0])[0][0]
            });
            confused(concat!($name, " in series"), || {
                taylor::<_, _, 2>(|$x| Taylor::constant(taylor::<_, _, 2>(|$y| $f, 1.5).1[0]) * $x, 1.0).1[0]
            });
            confused(concat!($name, " in Jacobians"), || {
                jacobian(|[$x]| [$x * jacobian(|[$y]| [$f, $y], [1.5])[0][0]], [1.0])[0][0]
            });
            confused(concat!($name, " in products with a vector"), || {
                jvp(|[$x]| [$x * jvp(|[$y]| [$f], [1.5], [1.0])[0]], [1.0], [1.0])[0]
            });
            confused(concat!($name, " at depth three"), || {
                derivative(|$x: D| $x * derivative(|z: D| z * derivative(|$y: D| $f, 1.5), 2.0), 1.0)
            });
        )*};
    }
    operations! {
        "+" |x, y| x + y;
        "-" |x, y| y - x;
        "*" |x, y| x * y;
        "/" |x, y| y / x;
        "%" |x, y| y % x;
        "references" |x, y| &y + &x;
        "+=" |x, y| { let mut sum = y; sum += x; sum };
        "-=" |x, y| { let mut sum = x; sum -= y; sum };
        "*=" |x, y| { let mut product = y; product *= x; product };
        "/=" |x, y| { let mut quotient = x; quotient /= y; quotient };
        "%=" |x, y| { let mut rest = y; rest %= x; rest };
        "mul_add" |x, y| y.mul_add(x, y);
        "added by mul_add" |x, y| y.mul_add(y, x);
        "mul_add of the outer" |x, y| x.mul_add(y, y);
        "sum" |x, y| sum([y, x]);
        "sum of references" |x, y| sum_of_references(&[y, y, x]);
        "product" |x, y| product(vec![x, y]);
        "pow" |x, y| y.pow(x);
        "base of pow" |x, y| x.pow(y);
        "hypot" |x, y| y.hypot(x);
        "atan2" |x, y| y.atan2(x);
        "rem_euclid" |x, y| y.rem_euclid(x);
        "copysign" |x, y| y.copysign(x) + x;
        "a tie of max" |x, y| (y - 0.5).max(x);
        "the larger by max" |x, y| y.max(x * 9.0);
        "the smaller by min" |x, y| y.min(x * 0.1);
        "clamp" |x, y| if y > x { x.clamp(0.0, 9.0) } else { y };
        "selected" |x, y| if y > x { x } else { y };
        "the outer alone" |x, _y| x;
        "a function of the outer" |x, _y| x.sin();
        "in a vector" |x, y| { let all = vec![y * 2.0, x]; all[1] + all[0] };
    }
}

#[cfg(debug_assertions)]
mod confused {
    use autodiff::{
        Chunks, Dual, HyperDual, Taylor, Workspace, derivative, directional_derivatives, gradient, hessian,
        hessian_block, hvp, jacobian, jvp, laplacian, mixed_partial,
    };

    #[test]
    #[should_panic(expected = "lift what the closure captures with `Dual::constant(x)`")]
    fn a_captured_dual_in_a_derivative() {
        derivative(|x| x * derivative(|y| x + y, 1.0), 1.0);
    }

    #[test]
    #[should_panic(expected = "numbers of two derivatives meet")]
    fn a_captured_dual_in_a_gradient() {
        gradient(|[x, y]| x * gradient(|[u, v]| u * x + v * y, [1.0, 2.0])[0], [1.0, 2.0]);
    }

    #[test]
    #[should_panic(expected = "numbers of two derivatives meet")]
    fn a_captured_dual_as_an_exponent() {
        derivative(|x| derivative(|y| y.pow(x), 2.0) + x, 1.0);
    }

    #[test]
    #[should_panic(expected = "numbers of two derivatives meet")]
    fn a_captured_hyper_dual() {
        hessian(|[x]| HyperDual::constant(hessian(|[y]| x * y, [1.0])[0][0]), [1.0]);
    }

    #[test]
    #[should_panic(expected = "numbers of two derivatives meet")]
    fn a_captured_series() {
        directional_derivatives::<2, _, _>(
            |[x]| Taylor::constant(directional_derivatives::<2, _, _>(|[y]| y / x, [1.0], [1.0]).0),
            [1.0],
            [1.0],
        );
    }

    /// At slices, whose numbers are of one width whatever the level, every driver within every other.
    #[test]
    fn captured_numbers_at_slices() {
        type D = Dual<f64, 8>;
        let point = [1.0, 2.0];
        type Inner = fn(D) -> f64;
        let inner: [(&str, Inner); 4] = [
            ("gradient", |outer| gradient(|y| y[0] * outer, &[1.0, 2.0])[0]),
            ("jacobian", |outer| jacobian(|y| [y[0] + outer, y[1]], &[1.0, 2.0])[0][0]),
            ("Chunks", |outer| gradient(|y| outer - y[0], Chunks::<_, 8>(&[1.0, 2.0]))[0]),
            ("Workspace", |outer| {
                let mut slopes = [0.0; 2];
                Workspace::<f64>::new().gradient(|y| y[0].hypot(outer), &[1.0, 2.0], &mut slopes).unwrap()
            }),
        ];
        for (name, inner) in inner {
            assert!(panics(|| gradient(|x| x[0] * inner(x[0]), &point)), "{name} in gradient");
            assert!(panics(|| jacobian(|x| [x[0] * inner(x[0])], &point)), "{name} in jacobian");
            // a plain number, and one that is lifted, are no outer number
            assert_eq!(gradient(|x| x[0] * inner(Dual::constant(3.0)), &point).len(), 2, "{name} with a constant");
        }
        assert!(panics(|| hessian(
            |x| x[0] * hessian(|y| y[0] * y[0] * x[0], &[1.0])[0][0] * Dual::constant(Dual::constant(1.0)),
            &point
        )));
        assert!(panics(|| hvp(|x| x[0] * hvp(|y| y[0] * x[0], &[1.0], &[1.0]).unwrap()[0], &point, &point)));
        assert!(panics(|| jvp(|x| [x[0] * jvp(|y| [y[0] * x[0]], &[1.0], &[1.0]).unwrap()[0]], &point, &point)));
        assert!(panics(|| laplacian(|x| x[0] * laplacian(|y| y[0] * x[0], &[1.0]), &point)));
        assert!(panics(|| mixed_partial(|x| x[0] * mixed_partial(|y| y[0] * x[0], &[1.0], [0]).unwrap(), &point, [0])));
        assert!(panics(|| mixed_partial(
            |x| x[0] * mixed_partial(|y| y[0] * x[0], &[1.0], [0, 0]).unwrap(),
            &point,
            [0, 1]
        )));
        assert!(panics(|| hessian_block(
            |x| x[0] * hessian_block(|y| y[0] * x[0], &[1.0], [0], [0]).unwrap()[0][0],
            &point,
            [0],
            [1]
        )));
    }

    /// A sweep that is differentiated forward within a forward derivative, and the other way round: also where a closure
    /// returns the outer's number as it is.
    #[test]
    fn captured_numbers_in_sweeps() {
        use autodiff::reverse::{self, Reverse};
        type Narrow = Dual<f64, 1>;
        let hvp =
            |outer: Narrow| reverse::hvp(|y| y[0] * y[0] * Reverse::constant(outer), &[1.5], &[1.0]).unwrap().2[0];
        assert!(panics(|| derivative(|x| x * hvp(x), 2.0)));
        assert_eq!(derivative(|x| x * hvp(Dual::constant(3.0)), 2.0), 6.0);
        let returned = |outer: Narrow| reverse::hvp(|_| Reverse::constant(outer), &[1.5], &[1.0]).unwrap().0;
        assert!(panics(|| derivative(|x| x * returned(x), 2.0)));
        let hessian =
            |outer: Dual<f64, 8>| reverse::hessian(|y| y[0] * y[0] * Reverse::constant(outer), &[1.5]).unwrap()[0][0];
        assert!(panics(|| gradient(|x| x[0] * hessian(x[0]), &[2.0])));
        assert_eq!(gradient(|x| x[0] * hessian(Dual::constant(3.0)), &[2.0]), [6.0]);
        // at the outer number, what is captured lifted, it is right: d/dx x · ∂²(y² x)/∂y² = d/dx 2 x²
        let nested = |x: Narrow| {
            reverse::hvp(
                |y| y[0] * y[0] * Reverse::constant(Dual::constant(x)),
                &[Narrow::constant(1.5)],
                &[Narrow::constant(1.0)],
            )
            .unwrap()
            .2[0]
        };
        assert_eq!(derivative(|x| x * nested(x), 2.0), 8.0);
    }

    #[test]
    fn captured_numbers_that_are_returned() {
        assert!(panics(|| mixed_partial(|[x]| x * mixed_partial(|_: [_; 1]| x, [1.0], [0]).unwrap(), [1.0], [0])));
        assert!(panics(|| mixed_partial(
            |[x]| x * mixed_partial(|_: [_; 1]| x, [1.0], [0, 0]).unwrap(),
            [1.0],
            [0, 0]
        )));
    }

    #[cfg(feature = "std")]
    #[test]
    fn captured_numbers_in_diagnoses() {
        use autodiff::diagnose;
        assert!(panics(|| diagnose(
            |[x]| {
                let _ = diagnose(|[y]| x * y, [1.0]);
                x
            },
            [1.0]
        )));
        assert!(panics(|| diagnose(
            |[x]| {
                let _ = diagnose(|[_]| x, [1.0]);
                x
            },
            [1.0]
        )));
    }

    /// A number that a closure keeps from the chunk before is refused: it moves with another variable.
    #[test]
    fn numbers_of_two_chunks() {
        let mut kept: Option<Dual<f64, 1>> = None;
        assert!(panics(|| gradient(
            |x: &[_]| {
                let before = *kept.get_or_insert(x[0]);
                before * x[1]
            },
            Chunks::<_, 1>(&[1.0, 2.0])
        )));
    }

    /// Whether the confusion is noticed.
    fn panics<R>(confused: impl FnOnce() -> R) -> bool {
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(confused));
        let message = result.err().and_then(|message| {
            message.downcast_ref::<String>().cloned().or_else(|| message.downcast_ref::<&str>().map(|m| m.to_string()))
        });
        message.is_some_and(|message| message.starts_with("numbers of two derivatives meet"))
    }

    #[test]
    #[should_panic(expected = "numbers of two derivatives meet")]
    fn at_depth_three() {
        derivative(
            |x| {
                let x1 = x;
                derivative(|y| derivative(|z| z * Dual::constant(y), Dual::constant(1.0)) * x1, 1.0) + x
            },
            1.0,
        );
    }
}

#[test]
fn constants_and_own_seeds_meet_all() {
    let own = Dual::new(2.0, [1.0]);
    assert_eq!(derivative(|x| x * own + Dual::constant(1.0), 3.0), 5.0);
    assert_eq!(derivative(|x| x * 2.0 + 1.0, 3.0), 2.0);
}

/// A user's own chain rule with too few derivatives gives NaN, not a panic and not zero.
#[test]
fn a_missing_derivative_is_nan() {
    let square = |x: Dual<f64, 1>| x.compose(&[x.value() * x.value()]);
    assert!(derivative(square, 3.0).is_nan());
    assert_eq!(derivative(|x| square(Dual::constant(2.0)) + x, 3.0), 1.0);
}
