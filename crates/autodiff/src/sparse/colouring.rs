//! Which columns of a sparse matrix can be computed together.

use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Reverse as Descending;

use super::Pattern;

/// Colours of columns; those of one colour are computed together.
#[derive(Clone, Debug)]
pub(super) struct Colours {
    pub(super) of: Vec<u32>,
    pub(super) count: usize,
}

/// Not coloured yet.
const NONE: u32 = u32::MAX;

/// The smallest colour that is not forbidden; `forbidden[c]` is the vertex for which c is forbidden.
fn smallest(forbidden: &[u32], vertex: u32) -> u32 {
    forbidden.iter().take_while(|f| **f == vertex).count() as u32
}

/// The vertices, those with most neighbours first.
fn largest_first(degree: impl Fn(usize) -> usize, n: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n as u32).collect();
    order.sort_by_key(|v| Descending(degree(*v as usize)));
    order
}

/// Colours of the columns such that no two of one colour meet in a row, greedily, the fullest columns first
/// (Curtis, Powell and Reid, "On the estimation of sparse Jacobian matrices", 1974; Coleman and Moré, "Estimation of sparse
/// Jacobian matrices and graph coloring problems", 1983). `transposed` has the rows of each column.
pub(super) fn of_columns(pattern: &Pattern, transposed: &Pattern) -> Colours {
    let n = pattern.columns();
    let mut of = vec![NONE; n];
    // the colours of each row, with a bit each for the first 64: a full row must not be walked for each of its columns
    let mut taken: Vec<Vec<u64>> = vec![Vec::new(); pattern.rows()];
    let mut count = 0;
    let mut union: Vec<u64> = Vec::new();
    for v in largest_first(|j| transposed.row(j).len(), n) {
        let rows = transposed.row(v as usize);
        union.clear();
        for i in rows {
            let colours = &taken[*i];
            union.resize(union.len().max(colours.len()), 0);
            union.iter_mut().zip(colours).for_each(|(all, some)| *all |= some);
        }
        let word = union.iter().position(|bits| *bits != u64::MAX).unwrap_or(union.len());
        let bit = union.get(word).map_or(0, |bits| bits.trailing_ones());
        let colour = word as u32 * 64 + bit;
        for i in rows {
            let colours = &mut taken[*i];
            colours.resize(colours.len().max(word + 1), 0);
            colours[word] |= 1 << bit;
        }
        of[v as usize] = colour;
        count = count.max(colour as usize + 1);
    }
    Colours { of, count }
}

/// Star colours of a symmetric pattern: neighbours differ, and each path of four vertices has three colours at least, so
/// that of (i, j) and (j, i) one can be read off. Greedily, vertices with most neighbours first (Gebremedhin, Manne and
/// Pothen, "What color is your Jacobian? Graph coloring for computing derivatives", 2005, section 4.3).
pub(super) fn stars(pattern: &Pattern) -> Colours {
    let n = pattern.rows();
    let mut of = vec![NONE; n];
    let mut forbidden: Vec<u32> = Vec::new();
    // of each vertex, the colours of its neighbours, sorted, beside the first of that colour, or NONE once there are two; in
    // one list, where a vertex has as much room as it has neighbours
    let mut first_neighbours: Vec<(u32, u32)> = vec![(NONE, NONE); pattern.entries()];
    let mut colours_near: Vec<u32> = vec![0; n];
    // of each vertex, those neighbours that have another neighbour of its colour, in chains: the last of each chain, and of
    // each link the neighbour and the link before
    let mut last_hub: Vec<u32> = vec![NONE; n];
    let mut hubs: Vec<(u32, u32)> = Vec::new();
    for v in largest_first(|i| pattern.row(i).len(), n) {
        let neighbours = || pattern.row(v as usize).iter().copied().filter(|w| *w != v as usize);
        for w in neighbours() {
            if of[w] == NONE {
                // v and a vertex two steps away must not make a hub of what is not coloured yet
                pattern.row(w).iter().filter(|x| of[**x] != NONE).for_each(|x| forbidden[of[*x] as usize] = v);
            } else {
                forbidden[of[w] as usize] = v;
                let mut link = last_hub[w];
                while let Some((x, before)) = hubs.get(link as usize) {
                    // a hub has its colour, for two of one colour do not meet at a vertex that has none
                    forbidden[of[*x as usize] as usize] = v;
                    link = *before;
                }
            }
        }
        let colour = smallest(&forbidden, v);
        if colour as usize == forbidden.len() {
            forbidden.push(NONE);
        }
        of[v as usize] = colour;
        for x in neighbours() {
            let room = pattern.place_of_row(x);
            let near = &mut first_neighbours[room..room + pattern.row(x).len()];
            let count = &mut colours_near[x];
            let mut add_hub = |of: u32| {
                hubs.push((x as u32, last_hub[of as usize]));
                last_hub[of as usize] = hubs.len() as u32 - 1;
            };
            match near[..*count as usize].binary_search_by_key(&colour, |(colour, _)| *colour) {
                Ok(place) => {
                    let first = core::mem::replace(&mut near[place].1, NONE);
                    if first != NONE {
                        add_hub(first);
                    }
                    add_hub(v);
                }
                Err(place) => {
                    near.copy_within(place..*count as usize, place + 1);
                    near[place] = (colour, v);
                    *count += 1;
                }
            }
        }
    }
    Colours { of, count: forbidden.len() }
}
