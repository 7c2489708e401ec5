//! Which variables a number depends on, and which pairs of them it depends on jointly: sets that grow by unions and products.

use alloc::vec;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

/// The set without elements, and the set without pairs.
pub(super) const EMPTY: u32 = 0;

/// Unions of at most so many elements are written out at once; longer ones only if they are asked for. A sum over all
/// variables grows by one union a term, which must not cost its length each time.
const LISTED_TO: usize = 32;

/// A set of variables.
#[derive(Clone, Copy)]
enum Set {
    /// The elements from a place on, sorted.
    Listed { start: usize, length: usize },
    /// The union of two sets.
    Union(u32, u32),
}

/// A set of pairs of variables.
#[derive(Clone, Copy)]
enum Pairs {
    /// All of the one set with all of the other.
    Product(u32, u32),
    /// The union of two sets of pairs.
    Union(u32, u32),
}

/// The sets of one computation.
pub(super) struct Sets {
    sets: Vec<Set>,
    elements: Vec<u32>,
    pairs: Vec<Pairs>,
    full: bool,
}

impl Sets {
    /// The set of one variable.
    pub(super) fn variable(&mut self, i: u32) -> u32 {
        self.elements.push(i);
        let set = Set::Listed { start: self.elements.len() - 1, length: 1 };
        Self::put(&mut self.sets, &mut self.full, set)
    }

    /// The union of two sets of variables.
    pub(super) fn union(&mut self, a: u32, b: u32) -> u32 {
        if a == b || b == EMPTY {
            return a;
        }
        if a == EMPTY {
            return b;
        }
        if let (Set::Listed { start: at_a, length: of_a }, Set::Listed { start: at_b, length: of_b }) =
            (self.sets[a as usize], self.sets[b as usize])
            && of_a + of_b <= LISTED_TO
        {
            let start = self.elements.len();
            merge(&mut self.elements, at_a, of_a, at_b, of_b);
            let length = self.elements.len() - start;
            if length == of_a || length == of_b {
                self.elements.truncate(start);
                return if length == of_a { a } else { b };
            }
            return Self::put(&mut self.sets, &mut self.full, Set::Listed { start, length });
        }
        Self::put(&mut self.sets, &mut self.full, Set::Union(a, b))
    }

    /// All pairs of one element of the one set and one of the other.
    pub(super) fn product(&mut self, a: u32, b: u32) -> u32 {
        if a == EMPTY || b == EMPTY {
            return EMPTY;
        }
        Self::put(&mut self.pairs, &mut self.full, Pairs::Product(a.min(b), a.max(b)))
    }

    /// The union of two sets of pairs.
    pub(super) fn union_of_pairs(&mut self, a: u32, b: u32) -> u32 {
        if a == b || b == EMPTY {
            return a;
        }
        if a == EMPTY {
            return b;
        }
        Self::put(&mut self.pairs, &mut self.full, Pairs::Union(a, b))
    }

    /// Appends to a list, and gives the place, or the empty set if there is no room.
    #[inline]
    fn put<T>(list: &mut Vec<T>, full: &mut bool, item: T) -> u32 {
        let place = list.len();
        if place >= u32::MAX as usize || list.try_reserve(1).is_err() {
            *full = true;
            return EMPTY;
        }
        list.push(item);
        place as u32
    }
}

/// What the numbers of one computation depend on.
pub(super) struct Record {
    pub(super) sets: RefCell<Sets>,
    /// Whether slopes that are zero at the point cut a dependence.
    pub(super) at_the_point: bool,
    /// Whether the function looked at a value.
    pub(super) looked: Cell<bool>,
}

impl Record {
    pub(super) fn new(at_the_point: bool) -> Self {
        let empty = Set::Listed { start: 0, length: 0 };
        // the first place of each list is that of the empty set
        let sets =
            Sets { sets: vec![empty], elements: Vec::new(), pairs: vec![Pairs::Union(EMPTY, EMPTY)], full: false };
        Record { sets: RefCell::new(sets), at_the_point, looked: Cell::new(false) }
    }

    /// Whether there was room for all.
    pub(super) fn is_complete(&self) -> bool {
        !self.sets.borrow().full
    }

    /// The elements of some sets of variables, each sorted; nothing if they are more than `limit` in all.
    pub(super) fn listed(self, roots: &[u32], limit: usize) -> Option<Vec<Vec<u32>>> {
        let mut lists = Lists::new(self.sets.into_inner());
        let mut sorted: Vec<u32> = roots.to_vec();
        sorted.sort_unstable();
        sorted.iter().for_each(|set| lists.write_out(*set));
        let count = roots.iter().fold(0_usize, |count, set| count.saturating_add(lists.of(*set).len()));
        (count <= limit).then(|| roots.iter().map(|set| lists.of(*set).to_vec()).collect())
    }

    /// The pairs (i, j) of a set in both orders, as i · 2³² + j, sorted; nothing if they are more than `limit`.
    pub(super) fn listed_pairs(self, root: u32, limit: usize) -> Option<Vec<u64>> {
        let sets = self.sets.into_inner();
        // the products within, by a walk that meets each set once
        let mut seen = vec![false; sets.pairs.len()];
        let mut products = Vec::new();
        let mut waiting = vec![root];
        while let Some(place) = waiting.pop() {
            if place == EMPTY || core::mem::replace(&mut seen[place as usize], true) {
                continue;
            }
            match sets.pairs[place as usize] {
                Pairs::Product(a, b) => products.push((a, b)),
                Pairs::Union(a, b) => waiting.extend([a, b]),
            }
        }
        let mut lists = Lists::new(sets);
        // what a set is made of comes before it, so each is written out from short lists
        let mut asked: Vec<u32> =
            products.iter().flat_map(|(a, b)| [*a, *b]).filter(|set| !lists.is_listed(*set)).collect();
        asked.sort_unstable();
        asked.iter().for_each(|set| lists.write_out(*set));
        // one list may have several names; where it begins is its own
        let begins = |(a, b): &(u32, u32)| (lists.span(*a).0, lists.span(*b).0);
        products.sort_unstable_by_key(begins);
        products.dedup_by_key(|product| begins(product));
        let mut entries = Vec::new();
        let mut settled = 0;
        for (a, b) in products {
            if lists.of(a).len().saturating_mul(lists.of(b).len()) > limit {
                return None;
            }
            for i in lists.of(a) {
                for j in lists.of(b) {
                    entries.push(entry(*i, *j));
                    if a != b {
                        entries.push(entry(*j, *i));
                    }
                }
                // what is there twice must not fill the memory
                if entries.len() > 2 * settled + (1 << 20) {
                    sort(&mut entries);
                    settled = entries.len();
                    if settled > limit {
                        return None;
                    }
                }
            }
        }
        sort(&mut entries);
        (entries.len() <= limit).then_some(entries)
    }
}

/// An entry of a pattern by its row and its column.
pub(super) fn entry(i: u32, j: u32) -> u64 {
    (u64::from(i) << 32) + u64::from(j)
}

/// In the order of rows and columns, each once.
pub(super) fn sort(entries: &mut Vec<u64>) {
    entries.sort_unstable();
    entries.dedup();
}

/// Appends the union of two sorted runs of a list to it.
fn merge(elements: &mut Vec<u32>, at_a: usize, of_a: usize, at_b: usize, of_b: usize) {
    let (mut a, mut b) = (at_a, at_b);
    let (end_a, end_b) = (at_a + of_a, at_b + of_b);
    while a < end_a || b < end_b {
        let take_a = b == end_b || (a < end_a && elements[a] <= elements[b]);
        let next = if take_a { elements[a] } else { elements[b] };
        a += usize::from(a < end_a && elements[a] == next);
        b += usize::from(b < end_b && elements[b] == next);
        elements.push(next);
    }
}

/// The sets while they are written out.
struct Lists {
    sets: Vec<Set>,
    elements: Vec<u32>,
    /// The last set that was written out when this one was met.
    met: Vec<u32>,
}

impl Lists {
    fn new(sets: Sets) -> Self {
        let met = vec![EMPTY; sets.sets.len()];
        Lists { sets: sets.sets, elements: sets.elements, met }
    }

    /// Where the elements of a set begin, and how many there are; of one that was not written out, none.
    fn span(&self, set: u32) -> (usize, usize) {
        match self.sets[set as usize] {
            Set::Listed { start, length } => (start, length),
            Set::Union(..) => (0, 0),
        }
    }

    fn is_listed(&self, set: u32) -> bool {
        matches!(self.sets[set as usize], Set::Listed { .. })
    }

    fn of(&self, set: u32) -> &[u32] {
        let (start, length) = self.span(set);
        &self.elements[start..start + length]
    }

    /// Makes a list of a set.
    fn write_out(&mut self, set: u32) {
        if self.is_listed(set) {
            return;
        }
        let mut all = Vec::new();
        let mut waiting = vec![set];
        while let Some(place) = waiting.pop() {
            if core::mem::replace(&mut self.met[place as usize], set) == set {
                continue;
            }
            match self.sets[place as usize] {
                Set::Listed { start, length } => all.extend_from_slice(&self.elements[start..start + length]),
                Set::Union(a, b) => waiting.extend([a, b]),
            }
        }
        all.sort_unstable();
        all.dedup();
        let length = all.len();
        // a union that adds nothing is the same list
        if let Set::Union(a, b) = self.sets[set as usize]
            && let Some(same) = [a, b].into_iter().find(|part| self.is_listed(*part) && self.of(*part).len() == length)
        {
            self.sets[set as usize] = self.sets[same as usize];
            return;
        }
        self.sets[set as usize] = Set::Listed { start: self.elements.len(), length };
        self.elements.append(&mut all);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The set of so many variables from `first` on.
    fn run(sets: &mut Sets, first: u32, length: u32) -> u32 {
        (first..first + length).fold(EMPTY, |run, i| {
            let one = sets.variable(i);
            sets.union(run, one)
        })
    }

    /// What adds nothing makes no new set, whatever its length.
    #[test]
    fn what_is_there_already_is_not_made_again() {
        let mut sets = Record::new(false).sets.into_inner();
        for length in [2, 3 * LISTED_TO as u32] {
            let set = run(&mut sets, 0, length);
            let made = sets.sets.len();
            for other in [set, EMPTY] {
                assert_eq!([sets.union(set, other), sets.union(other, set)], [set; 2]);
            }
            assert_eq!([sets.product(set, EMPTY), sets.product(EMPTY, set)], [EMPTY; 2]);
            assert_eq!(sets.sets.len(), made);
        }
        let (two, three) = (run(&mut sets, 0, 2), run(&mut sets, 0, 3));
        assert_eq!([sets.union(two, three), sets.union(three, two)], [three; 2]);
        let pairs = sets.product(two, three);
        for other in [pairs, EMPTY] {
            assert_eq!([sets.union_of_pairs(pairs, other), sets.union_of_pairs(other, pairs)], [pairs; 2]);
        }
        assert_eq!(sets.pairs.len(), 2);
    }

    #[test]
    fn short_unions_are_written_out_and_long_ones_are_not() {
        let half = LISTED_TO as u32 / 2;
        for (of_a, of_b, listed) in [(half, half, true), (half, half + 1, false), (2 * half, 1, false), (3, 1, true)] {
            let mut sets = Record::new(false).sets.into_inner();
            let (a, b) = (run(&mut sets, 0, of_a), run(&mut sets, 100, of_b));
            let union = sets.union(a, b);
            let mut lists = Lists::new(sets);
            assert_eq!(lists.is_listed(union), listed, "{of_a} and {of_b}");
            lists.write_out(union);
            assert_eq!(lists.of(union), (0..of_a).chain(100..100 + of_b).collect::<Vec<_>>());
        }
    }

    /// 2³² places, of elements without size.
    #[test]
    fn a_list_has_as_many_places_as_there_are_names() {
        let last = u32::MAX - 1;
        let (mut list, mut full) = (vec![(); last as usize], false);
        assert_eq!((Sets::put(&mut list, &mut full, ()), full), (last, false));
        assert_eq!((Sets::put(&mut list, &mut full, ()), full), (EMPTY, true));
        let record = Record::new(false);
        assert!(record.is_complete());
        record.sets.borrow_mut().full = full;
        assert!(!record.is_complete());
    }

    /// (Σ xᵢ)² of three variables: nine pairs.
    #[test]
    fn as_many_pairs_as_the_limit_are_listed_and_no_more() {
        let pairs = |limit| {
            let record = Record::new(false);
            let root = {
                let mut sets = record.sets.borrow_mut();
                let all = (0..3).fold(EMPTY, |all, i| {
                    let one = sets.variable(i);
                    sets.union(all, one)
                });
                sets.product(all, all)
            };
            record.listed_pairs(root, limit)
        };
        let all: Vec<u64> = (0..3).flat_map(|i: u64| (0..3).map(move |j| (i << 32) + j)).collect();
        assert_eq!((pairs(8), pairs(9)), (None, Some(all)));
    }
}
