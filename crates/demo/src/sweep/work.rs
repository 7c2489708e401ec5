//! Many runs at once, and their rows in order.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::row::Row;
use super::study::Study;
use crate::commands::Refusal;

/// Rows that are made one after another.
#[derive(Debug)]
pub struct Chunk {
    first: u64,
    /// The rows.
    pub rows: Vec<(u64, Row)>,
    /// The same as comma-separated values.
    pub text: String,
}

/// How long a chunk should take: long enough that handing it over costs nothing, short enough that little is lost by a kill.
const CHUNK: Duration = Duration::from_millis(5);
/// The most rows in a chunk.
const MOST: u64 = 256;
/// How many chunks a thread may be ahead of the rows that are written.
const AHEAD: u64 = 16;

/// What is still to be made.
struct Queue {
    state: Mutex<State>,
    written: Condvar,
    end: u64,
    ahead: u64,
}

struct State {
    next: u64,
    written: u64,
    closed: bool,
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next rows to make; waits while those that are made and not written are too many.
    fn take(&self, count: u64) -> Option<Range<u64>> {
        let full = |state: &mut State| !state.closed && state.next >= state.written.saturating_add(self.ahead);
        let mut state = self.written.wait_while(self.state(), full).unwrap_or_else(PoisonError::into_inner);
        if state.closed || state.next >= self.end {
            return None;
        }
        let first = state.next;
        state.next = self.end.min(first.saturating_add(count));
        Some(first..state.next)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.written.notify_all();
    }
}

/// Closes the queue if its thread panics: the others would wait for its rows for ever.
struct Guard<'a>(&'a Queue);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.change(|state| state.closed = true);
        }
    }
}

/// Makes the rows of a study's shard from the `first` one on, on all threads of the pool, and gives them to `sink` in order. It ends
/// before the last row if `sink` returns false.
///
/// # Errors
///
/// The first [`Refusal`] of a run or of `sink`.
pub fn work(
    study: &Study,
    first: u64,
    pool: &rayon::ThreadPool,
    mut sink: impl FnMut(&Chunk) -> Result<bool, Refusal>,
) -> Result<(), Refusal> {
    let threads = pool.current_num_threads() as u64;
    let state = Mutex::new(State { next: first, written: first, closed: false });
    let queue = Queue { state, written: Condvar::new(), end: study.len(), ahead: threads * MOST * AHEAD };
    let (sender, receiver) = channel();
    pool.in_place_scope(|scope| {
        for _ in 0..threads {
            let (sender, queue) = (sender.clone(), &queue);
            scope.spawn(move |_| make(study, queue, &sender));
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut next = first;
        let mut write = |chunk: Result<Chunk, Refusal>| -> Result<bool, Refusal> {
            let chunk = chunk?;
            waiting.insert(chunk.first, chunk);
            while let Some(chunk) = waiting.remove(&next) {
                next += chunk.rows.len() as u64;
                if !sink(&chunk)? {
                    return Ok(false);
                }
            }
            queue.change(|state| state.written = next);
            Ok(true)
        };
        let result = receiver.iter().map(&mut write).find(|result| !matches!(result, Ok(true)));
        queue.change(|state| state.closed = true);
        result.map_or(Ok(()), |result| result.map(drop))
    })
}

/// Makes chunks of rows until there are no more.
fn make(study: &Study, queue: &Queue, sender: &Sender<Result<Chunk, Refusal>>) {
    let _guard = Guard(queue);
    let mut count = 1;
    while let Some(range) = queue.take(count) {
        let begin = Instant::now();
        let chunk = chunk(study, range);
        let failed = chunk.is_err();
        if sender.send(chunk).is_err() || failed {
            return;
        }
        count = if begin.elapsed() < CHUNK { (count * 2).min(MOST) } else { (count / 2).max(1) };
    }
}

fn chunk(study: &Study, range: Range<u64>) -> Result<Chunk, Refusal> {
    let mut chunk = Chunk { first: range.start, rows: Vec::new(), text: String::new() };
    for i in range {
        let run = study.number(i);
        let row = study.run(run)?;
        row.write(study, run, &mut chunk.text);
        chunk.rows.push((run, row));
    }
    Ok(chunk)
}
