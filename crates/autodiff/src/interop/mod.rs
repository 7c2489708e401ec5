//! The numbers in the traits of other crates, each behind a feature of its name.
//!
//! Everywhere the conventions of [`Number`](crate::Number) hold: values are those of plain floats, comparisons look at
//! values, slopes at kinks are those of the table.

#[cfg(feature = "approx")]
mod approx;
#[cfg(any(feature = "nalgebra", feature = "num-dual"))]
mod cardinal;
#[cfg(feature = "nalgebra")]
mod decompositions;
#[cfg(feature = "nalgebra")]
mod nalgebra;
#[cfg(feature = "num-dual")]
mod num_dual;
#[cfg(feature = "num-traits")]
mod num_traits;
#[cfg(feature = "serde")]
mod serde;

#[cfg(feature = "nalgebra")]
pub use decompositions::{svd, symmetric_eigen};
#[cfg(feature = "nalgebra")]
pub use nalgebra::Mixed;

/// `x` held between two numbers that may move: on an edge, `x` and the edge move half each.
#[cfg(feature = "num-traits")]
fn clamp<T: crate::Number + PartialOrd>(x: T, low: T, high: T) -> T {
    if x < low {
        low
    } else if x > high {
        high
    } else if x == low {
        x.max(low)
    } else if x == high {
        x.min(high)
    } else {
        x
    }
}
