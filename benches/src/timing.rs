//! Times of several ways to the same numbers, interleaved: each round runs all of them once, so that what else the machine
//! does falls on all alike.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// So many calls; the numbers of each are added to a list, if there is one.
type Run<'a> = Box<dyn FnMut(u64, Option<&mut Vec<f64>>) -> Duration + 'a>;

/// One way to the numbers of a case.
pub struct Contestant<'a> {
    /// Its name in the table.
    pub name: String,
    /// How far from the others' numbers its own may be, relative to the largest.
    pub tolerance: f64,
    numbers: Vec<f64>,
    run: Run<'a>,
}

impl std::fmt::Debug for Contestant<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contestant").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Results as a list of numbers, to compare them.
pub trait Numbers {
    /// Adds the numbers to a list.
    fn list(&self, to: &mut Vec<f64>);
}

impl Numbers for f64 {
    fn list(&self, to: &mut Vec<f64>) {
        to.push(*self);
    }
}

impl<T: Numbers, const N: usize> Numbers for [T; N] {
    fn list(&self, to: &mut Vec<f64>) {
        self.iter().for_each(|x| x.list(to));
    }
}

impl<T: Numbers> Numbers for Vec<T> {
    fn list(&self, to: &mut Vec<f64>) {
        self.iter().for_each(|x| x.list(to));
    }
}

impl<T: nalgebra::Dim, U: nalgebra::Dim, S: nalgebra::RawStorage<f64, T, U>> Numbers
    for nalgebra::Matrix<f64, T, U, S>
{
    /// A symmetric matrix or a vector, so the order does not matter.
    fn list(&self, to: &mut Vec<f64>) {
        to.extend(self.iter());
    }
}

impl Numbers for autodiff::sparse::SparseMatrix<f64> {
    fn list(&self, to: &mut Vec<f64>) {
        self.to_dense().list(to);
    }
}

/// A result in a cache line of its own: one that lies across two takes a nanosecond more, by chance for one contestant and not for another.
#[repr(align(64))]
struct Line<R>(R);

impl<'a> Contestant<'a> {
    /// A function of the point whose results are compared to 1e−12.
    pub fn new<X: ?Sized, R: Numbers>(
        name: impl Into<String>,
        x: &'a X,
        mut f: impl FnMut(&X) -> R + 'a,
    ) -> Contestant<'a> {
        // one place calls f, as in a program: what is called from several is inlined less readily
        let mut run: Run<'a> = Box::new(move |calls, mut list| {
            let start = Instant::now();
            for _ in 0..calls {
                let Line(result) = black_box(Line(f(black_box(x))));
                if let Some(list) = &mut list {
                    result.list(list);
                }
            }
            start.elapsed()
        });
        let mut numbers = Vec::new();
        run(1, Some(&mut numbers));
        Contestant { name: name.into(), tolerance: 1e-12, numbers, run }
    }

    /// With another tolerance.
    pub fn within(self, tolerance: f64) -> Self {
        Contestant { tolerance, ..self }
    }
}

/// What was measured of one contestant.
#[derive(Clone, Debug)]
pub struct Timed {
    /// Its name.
    pub name: String,
    /// Nanoseconds a call, round by round.
    pub rounds: Vec<f64>,
    /// Whether it is exact, so that it counts as a peer.
    pub exact: bool,
}

impl Timed {
    /// The median of the rounds, in nanoseconds a call.
    pub fn median(&self) -> f64 {
        median(self.rounds.clone())
    }

    /// The median over the rounds of the ratio to another's time in the same round.
    pub fn ratio(&self, to: &Timed) -> f64 {
        median(self.rounds.iter().zip(&to.rounds).map(|(a, b)| a / b).collect())
    }
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// Whose numbers differ from the first's, with the largest difference relative to the largest number.
pub fn disagreement(contestants: &[Contestant<'_>]) -> Option<String> {
    let want = &contestants.first()?.numbers;
    let size = want.iter().fold(f64::MIN_POSITIVE, |size, x| size.max(x.abs()));
    contestants.iter().find_map(|c| {
        if c.numbers.len() != want.len() {
            return Some(format!("{} gives {} numbers instead of {}", c.name, c.numbers.len(), want.len()));
        }
        let differences = c.numbers.iter().zip(want).map(|(a, b)| (a - b).abs() / size);
        let worst = differences.fold(0.0, |worst: f64, d| if d > worst || d.is_nan() { d } else { worst });
        (worst > c.tolerance || worst.is_nan())
            .then(|| format!("{} differs from {} by {worst:e}", c.name, contestants[0].name))
    })
}

/// Runs all contestants in each round, starting with another one each time; a run of one takes about `slice`.
pub fn interleaved(mut contestants: Vec<Contestant<'_>>, rounds: usize, slice: Duration) -> Vec<Timed> {
    let calls: Vec<u64> = contestants.iter_mut().map(|c| calls_within(&mut c.run, slice)).collect();
    let mut timed: Vec<Timed> = contestants
        .iter()
        .map(|c| Timed { name: c.name.clone(), rounds: Vec::new(), exact: c.tolerance <= 1e-9 })
        .collect();
    let n = contestants.len();
    for round in 0..rounds {
        for k in 0..n {
            let i = (round + k) % n;
            let time = (contestants[i].run)(calls[i], None);
            timed[i].rounds.push(time.as_secs_f64() * 1e9 / calls[i] as f64);
        }
    }
    timed
}

/// How many calls take about that long.
fn calls_within(run: &mut Run<'_>, slice: Duration) -> u64 {
    let mut calls = 1;
    loop {
        let time = run(calls, None);
        if time * 4 >= slice {
            return ((calls as f64 * slice.as_secs_f64() / time.as_secs_f64()) as u64).max(1);
        }
        calls *= 2;
    }
}
