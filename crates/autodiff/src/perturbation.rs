//! Whose derivatives a number carries: nested derivatives of one type must not be taken for each other.

/// In debug builds, the driver call that a number belongs to; in release builds nothing, at no cost.
///
/// Numbers of two calls, one within the other's closure, must not meet: the inner call would take the outer's derivatives
/// for its own (Siskind and Pearlmutter, "Nesting forward-mode AD in a functional framework", 2008). Constants belong to
/// no call and meet all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    #[cfg(debug_assertions)]
    call: u32,
}

impl Tag {
    /// Of constants, and of numbers that a user seeds himself.
    pub(crate) const NONE: Tag = Tag {
        #[cfg(debug_assertions)]
        call: 0,
    };

    /// Of the numbers of one driver call.
    #[cfg(debug_assertions)]
    pub(crate) fn fresh() -> Tag {
        use core::sync::atomic::{AtomicU32, Ordering};
        static CALLS: AtomicU32 = AtomicU32::new(0);
        // 0 is nobody's, also after 2³² calls
        Tag { call: CALLS.fetch_add(1, Ordering::Relaxed).wrapping_add(1).max(1) }
    }

    /// Of the numbers of one driver call.
    #[cfg(not(debug_assertions))]
    #[inline]
    pub(crate) fn fresh() -> Tag {
        Tag {}
    }

    /// Of what two numbers make together.
    #[cfg(debug_assertions)]
    #[inline]
    #[track_caller]
    pub(crate) fn and(self, other: Tag) -> Tag {
        if self.call != other.call && self.call != 0 && other.call != 0 {
            confused();
        }
        Tag { call: self.call.max(other.call) }
    }

    /// Of what two numbers make together.
    #[cfg(not(debug_assertions))]
    #[inline]
    pub(crate) fn and(self, _: Tag) -> Tag {
        self
    }
}

#[cfg(debug_assertions)]
#[cold]
#[track_caller]
fn confused() -> ! {
    panic!(
        "numbers of two derivatives meet: a closure that is differentiated uses a number of an outer derivative as if it \
         were its own. Nest the numbers: differentiate at the outer number, and lift what the closure captures with \
         `Dual::constant(x)` (or `HyperDual::constant`, `Taylor::constant`); or write the functions with `function!` and \
         compose operators, `f.gradient().jacobian()`"
    )
}
