//! The record of a computation, and the sweep back through it.

use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::fmt;

use crate::elementary::Elementary;
use crate::error::LengthError;
use crate::number::Number;
use crate::reverse::Reverse;

/// The index of what does not move.
pub(super) const STILL: u32 = u32::MAX;

/// So many operations an empty tape makes room for.
const FIRST: usize = 64;

/// One operation: the slope of its result by each of its operands.
#[derive(Clone, Copy)]
struct Node<T> {
    weights: [T; 2],
    operands: [u32; 2],
}

/// What the numbers of one computation write to.
pub(super) struct Record<T> {
    nodes: RefCell<Vec<Node<T>>>,
    limit: usize,
    full: Cell<bool>,
    /// Whether a slope may have lost digits, which numbers that go forward would bring back.
    lossy: Cell<bool>,
}

impl<T: Number> Record<T> {
    /// Forgets the last computation and makes variables, which depend on nothing.
    fn begin(&mut self, variables: usize) -> Result<(), TapeError> {
        let nodes = self.nodes.get_mut();
        nodes.clear();
        if variables > self.limit || nodes.try_reserve_exact(variables).is_err() {
            return Err(self.error());
        }
        nodes.resize(variables, Node { weights: [T::zero(); 2], operands: [STILL; 2] });
        self.full.set(false);
        self.lossy.set(false);
        Ok(())
    }

    /// Notes that a slope may have lost digits.
    #[cold]
    pub(super) fn loses(&self) {
        self.lossy.set(true);
    }

    fn error(&self) -> TapeError {
        TapeError::Full { limit: self.limit }
    }

    /// Writes an operation and gives its index, or [`STILL`] if there is no room.
    #[inline]
    pub(super) fn push(&self, operands: [u32; 2], weights: [T; 2]) -> u32 {
        let mut nodes = self.nodes.borrow_mut();
        let index = nodes.len();
        let node = Node { weights, operands };
        if index < nodes.capacity() {
            // here the vector knows that there is room
            nodes.push(node);
        } else if self.make_room(&mut nodes) {
            nodes.push(node);
        } else {
            return STILL;
        }
        index as u32
    }

    /// Room for twice as many operations, up to the limit; whether there is any.
    #[cold]
    #[inline(never)]
    fn make_room(&self, nodes: &mut Vec<Node<T>>) -> bool {
        let more = nodes.len().max(FIRST).min(self.limit.saturating_sub(nodes.len()));
        let made = more > 0 && (nodes.try_reserve_exact(more).is_ok() || nodes.try_reserve_exact(1).is_ok());
        self.full.set(self.full.get() || !made);
        made
    }
}

/// Why a reverse sweep gives no derivatives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TapeError {
    /// The function has more operations than the tape may hold, or than there is memory for.
    Full {
        /// How many operations and variables the tape may hold.
        limit: usize,
    },
    /// A slice has not as many elements as it must have.
    Length {
        /// Which slice.
        what: &'static str,
        /// How many elements it must have.
        expected: usize,
        /// How many it has.
        found: usize,
    },
}

impl fmt::Display for TapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            TapeError::Full { limit } => write!(
                f,
                "the computation does not fit on the tape of {limit} operations; raise Tape::with_limit, or use a forward driver"
            ),
            TapeError::Length { what, expected, found } => LengthError { what, expected, found }.fmt(f),
        }
    }
}

impl core::error::Error for TapeError {}

impl From<LengthError> for TapeError {
    fn from(LengthError { what, expected, found }: LengthError) -> Self {
        TapeError::Length { what, expected, found }
    }
}

/// Keeps the record of a computation and the sweep's numbers between calls, so that later calls allocate nothing.
///
/// An operation takes two indices and two slopes: 24 bytes in `f64`, 16 in `f32`; the sweep takes one number an operation
/// more. So ten million operations take 240 MB and 80 MB; the record grows by doubling, so that up to twice its size is
/// reserved, and three times while it is moved.
///
/// ```
/// use autodiff::reverse::Tape;
///
/// let mut tape = Tape::new();
/// let mut gradient = [0.0; 2];
/// let value = tape.gradient_into(|x| x[0] * x[0] * x[1], &[3.0, 2.0], &mut gradient)?;
/// assert_eq!((value, gradient), (18.0, [12.0, 9.0]));
/// # Ok::<(), autodiff::reverse::TapeError>(())
/// ```
pub struct Tape<T: Number + 'static> {
    record: Record<T>,
    adjoints: Vec<T>,
    /// How many variables the last computation had: they stand first, and the sweep ends before them.
    inputs: usize,
    /// Empty between calls: the memory of the variables.
    variables: Vec<Reverse<'static, T>>,
}

impl<T: Number + 'static> fmt::Debug for Tape<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tape")
            .field("operations", &self.operations())
            .field("limit", &self.record.limit)
            .finish_non_exhaustive()
    }
}

impl<T: Number + 'static> Default for Tape<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Number + 'static> Tape<T> {
    /// A tape that holds what there is memory for, up to 2³² − 1 operations.
    pub fn new() -> Self {
        Self::with_limit(STILL as usize)
    }

    /// A tape that holds at most so many operations and variables; a longer computation is an error.
    pub fn with_limit(limit: usize) -> Self {
        let limit = limit.min(STILL as usize);
        let record = Record { nodes: RefCell::default(), limit, full: Cell::new(false), lossy: Cell::new(false) };
        Tape { record, adjoints: Vec::new(), inputs: 0, variables: Vec::new() }
    }

    /// How many operations and variables the last computation had.
    pub fn operations(&self) -> usize {
        self.record.nodes.borrow().len()
    }

    /// Whether all slopes of the last computation have their digits.
    pub(super) fn is_exact(&self) -> bool {
        !self.record.lossy.get()
    }

    /// How much memory it holds.
    #[cfg(feature = "std")]
    pub(super) fn bytes(&self) -> usize {
        fn of<E>(elements: &Vec<E>) -> usize {
            elements.capacity() * size_of::<E>()
        }
        of(&self.record.nodes.borrow()) + of(&self.adjoints) + of(&self.variables)
    }

    /// Records a computation from variables at x, and gives what it returns.
    pub(super) fn record<R>(
        &mut self,
        x: &[T],
        computation: impl for<'t> FnOnce(&[Reverse<'t, T>]) -> R,
    ) -> Result<R, TapeError> {
        self.record.begin(x.len())?;
        self.inputs = x.len();
        let mut variables = emptied(core::mem::take(&mut self.variables));
        variables.extend(x.iter().enumerate().map(|(i, x)| Reverse::variable(*x, i as u32, &self.record)));
        let result = computation(&variables);
        self.variables = emptied(variables);
        if self.record.full.get() { Err(self.record.error()) } else { Ok(result) }
    }

    /// The adjoints of all operations, from those of the results: from the last operation back to the first,
    /// x̄ ← x̄ + (∂z/∂x) z̄ for each operand x of z.
    ///
    /// They start from −0, which no sum of contributions gives: so what the results do not depend on is told from a zero
    /// adjoint, and an infinite slope on the way there does no harm.
    pub(super) fn sweep(&mut self, results: impl Iterator<Item = (u32, T)>) {
        let nodes = self.record.nodes.get_mut();
        self.adjoints.clear();
        self.adjoints.resize(nodes.len(), -T::zero());
        let adjoints = &mut self.adjoints[..];
        for (index, adjoint) in results {
            // the index of a constant result is that of no operation
            if let Some(sum) = adjoints.get_mut(index as usize) {
                *sum += adjoint + T::zero();
            }
        }
        let operations = &nodes[self.inputs..];
        if size_of::<T>() <= HELD { sweep_held(operations, adjoints) } else { sweep_in_memory(operations, adjoints) }
    }

    /// The adjoint of the i-th variable after a sweep.
    #[inline]
    pub(super) fn adjoint(&self, i: usize) -> T {
        self.adjoints[i] + T::zero()
    }
}

/// Up to so many bytes, the next adjoint is held in registers: operands often stand just before their results, and the way through memory is
/// what such a sweep waits for (a third more time).
const HELD: usize = 32;

fn sweep_held<T: Number>(operations: &[Node<T>], adjoints: &mut [T]) {
    let Some((last, mut adjoints)) = adjoints.split_last_mut() else { return };
    let mut adjoint = *last;
    for node in operations.iter().rev() {
        // operands stand before their results
        let Some((previous, before)) = adjoints.split_last_mut() else { break };
        let mut next = *previous;
        if !is_untouched(adjoint) {
            for (operand, weight) in node.operands.into_iter().zip(node.weights) {
                let share = weight.times_slope(adjoint);
                if operand as usize == before.len() {
                    next = added(share, next);
                } else if let Some(sum) = before.get_mut(operand as usize) {
                    *sum = added(share, *sum);
                }
            }
        }
        *previous = next;
        (adjoint, adjoints) = (next, before);
    }
}

fn sweep_in_memory<T: Number>(operations: &[Node<T>], mut adjoints: &mut [T]) {
    for node in operations.iter().rev() {
        let Some((adjoint, before)) = adjoints.split_last_mut() else { break };
        adjoints = before;
        let adjoint = *adjoint;
        if is_untouched(adjoint) {
            continue;
        }
        for (operand, weight) in node.operands.into_iter().zip(node.weights) {
            if let Some(sum) = adjoints.get_mut(operand as usize) {
                *sum = added(weight.times_slope(adjoint), *sum);
            }
        }
    }
}

/// What an adjoint is with one more contribution, and no longer −0. The zero is added to what does not wait for the contribution.
#[inline]
fn added<T: Number>(share: T, sum: T) -> T {
    share + (sum + T::zero())
}

#[inline]
fn is_untouched<T: Number>(adjoint: T) -> bool {
    adjoint.value().is_negative_zero()
}

/// The memory of a vector for elements of another lifetime.
fn emptied<'a, 'b, T: Number>(mut variables: Vec<Reverse<'a, T>>) -> Vec<Reverse<'b, T>> {
    variables.clear();
    variables.into_iter().map_while(|_| None).collect()
}
