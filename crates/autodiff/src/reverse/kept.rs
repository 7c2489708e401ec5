//! What a thread keeps from one sweep to the next, where the caller keeps nothing.

#[cfg(feature = "std")]
use super::drivers::Swept;
use super::drivers::Workspace;
use super::tape::Tape;
use crate::Number;

/// The memory of sweeps over functions of numbers `T`: for gradients, for products with a Hessian and for columns of one.
pub(super) struct Kept<T: Number + 'static> {
    pub(super) tape: Tape<T>,
    pub(super) workspace: Workspace<T>,
}

impl<T: Number + 'static> Default for Kept<T> {
    fn default() -> Self {
        Kept { tape: Tape::new(), workspace: Workspace::new() }
    }
}

/// How many bytes of each are kept: enough for a gradient of 60,000 to 120,000 operations. Of so many, getting the memory is about a tenth of
/// the time.
#[cfg(feature = "std")]
const MOST: usize = 4 << 20;

/// Runs a body on the memory that this thread keeps, of the numbers `T` that were swept last. An allocator may give memory back to the system after
/// each call, and getting it anew takes as long as the sweep or longer (n = 1000).
#[cfg(feature = "std")]
pub(super) fn with_kept<T: Number + 'static, R>(body: impl FnOnce(&mut Kept<T>) -> R) -> R {
    use std::any::Any;
    use std::cell::Cell;

    std::thread_local! {
        static KEPT: Cell<Option<Box<dyn Any>>> = const { Cell::new(None) };
    }
    // Taken out meanwhile: a sweep within the function has memory of its own. (A thread that ends has no such cell any more.)
    let kept = KEPT.try_with(Cell::take).ok().flatten();
    let mut memory = kept.and_then(|kept| kept.downcast::<Kept<T>>().ok()).unwrap_or_default();
    let result = body(&mut memory);
    if memory.tape.bytes() > MOST {
        memory.tape = Tape::new();
    }
    let Workspace { line, columns } = &mut memory.workspace;
    if line.bytes() > MOST {
        *line = Swept::new();
    }
    if columns.bytes() > MOST {
        *columns = Swept::new();
    }
    // without the cell it goes
    let _ = KEPT.try_with(|cell| cell.set(Some(memory)));
    result
}

#[cfg(not(feature = "std"))]
pub(super) fn with_kept<T: Number + 'static, R>(body: impl FnOnce(&mut Kept<T>) -> R) -> R {
    body(&mut Kept::default())
}
