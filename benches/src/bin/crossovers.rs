//! From how many variables on which way is quicker: the figures behind the constants in `slice_function.rs` and `chunks.rs`.

use std::hint::black_box;
use std::time::Duration;

use autodiff::reverse::{self, Tape};
use autodiff::{Chunks, HyperDual, Ordered, SliceFn, gradient, hessian, hvp};
use benches::points::{Ackley, Rosenbrock, long_point};
use benches::timing::{Contestant, Timed, interleaved};

/// Many operations and no elementary function: Σ xᵢ xᵢ₊₁ (xᵢ − 2)/(xᵢ₊₁ + 3) … over a window of four.
struct Rational;

impl SliceFn for Rational {
    fn call<T: Ordered>(&self, x: &[T]) -> T {
        let at = |i: usize| x[i % x.len()];
        (0..x.len()).fold(T::zero(), |sum, i| {
            sum + at(i) * at(i + 1) * (at(i + 2) - 2.0) / (at(i + 3) * at(i + 3) + 3.0) - at(i + 1) * 0.5
        })
    }
}

fn main() {
    println!("Gradients, ns a variable, by forward passes of so many variables, and by a reverse sweep.\n");
    let counts = [4, 8, 12, 16, 20, 24, 32, 40, 48, 56, 64, 80, 96, 128, 192, 256];
    let heads: Vec<String> = WIDTHS.iter().map(|width| width.to_string()).collect();
    for (name, table) in [
        ("Rosenbrock", gradients(&Rosenbrock, &counts)),
        ("Ackley", gradients(&Ackley, &counts)),
        ("rational", gradients(&Rational, &counts)),
    ] {
        print_table(name, &heads, "reverse", &table);
    }
    println!(
        "Hessians, ns an entry, by one pass of hyper-dual numbers of so many variables, by blocks, and forward over reverse.\n"
    );
    let counts = [2, 4, 6, 8, 10, 12, 14, 16, 20, 24];
    let heads: Vec<String> = SIZES.iter().map(|size| size.to_string()).chain(["blocks".into()]).collect();
    for (name, table) in [
        ("Rosenbrock", hessians(&Rosenbrock, &counts)),
        ("Ackley", hessians(&Ackley, &counts)),
        ("rational", hessians(&Rational, &counts)),
    ] {
        print_table(name, &heads, "reverse", &table);
    }
    println!("A Hessian times a vector, ns a variable, by forward passes of eight, and forward over reverse.\n");
    let counts = [2, 4, 8, 9, 16, 24, 32, 48];
    for (name, table) in [
        ("Rosenbrock", products(&Rosenbrock, &counts)),
        ("Ackley", products(&Ackley, &counts)),
        ("rational", products(&Rational, &counts)),
    ] {
        print_table(name, &["8".into()], "reverse", &table);
    }
}

/// The times of one n, in the order of the columns, none where there is no such way; the last is the reverse sweep's.
type Row = (usize, Vec<Option<f64>>);

const WIDTHS: [usize; 8] = [1, 4, 8, 12, 16, 20, 24, 32];
const SIZES: [usize; 7] = [2, 4, 8, 10, 12, 16, 24];

fn timed(contestants: Vec<Contestant<'_>>) -> Vec<Timed> {
    interleaved(contestants, 11, Duration::from_micros(300))
}

fn column(times: &[Timed], name: &str, per: f64) -> Option<f64> {
    times.iter().find(|t| t.name == name).map(|t| t.median() / per)
}

fn gradients(f: &impl SliceFn, counts: &[usize]) -> Vec<Row> {
    let of = |n: &usize| {
        let x = long_point(*n);
        let mut tape = Tape::new();
        let mut slopes = vec![0.0; *n];
        let mut contestants = vec![Contestant::new("reverse", &x[..], move |x| {
            black_box(tape.gradient_into(|x| f.call(x), x, &mut slopes).ok());
            slopes[0]
        })];
        macro_rules! forward {
            ($($width:literal)*) => {
                $(
                    contestants.push(Contestant::new(stringify!($width), &x[..], |x| {
                        gradient(|x: &[_]| f.call(x), Chunks::<_, $width>(x))
                    }));
                )*
            };
        }
        forward! { 1 4 8 12 16 20 24 32 }
        let times = timed(contestants);
        let columns = WIDTHS.iter().map(|width| column(&times, &width.to_string(), *n as f64));
        (*n, columns.chain([column(&times, "reverse", *n as f64)]).collect())
    };
    counts.iter().map(of).collect()
}

fn by_one_pass<const W: usize>(f: &impl SliceFn, x: &[f64]) -> [[f64; W]; W] {
    let numbers: Vec<_> = x.iter().enumerate().map(|(i, x)| HyperDual::<f64, W>::variable(*x, i)).collect();
    f.call(&numbers).hessian()
}

fn hessians(f: &impl SliceFn, counts: &[usize]) -> Vec<Row> {
    let of = |n: &usize| {
        let x = long_point(*n);
        let mut contestants = vec![
            Contestant::new("reverse", &x[..], |x| reverse::hessian(|x| f.call(x), x).unwrap_or_default()),
            Contestant::new("blocks", &x[..], |x| hessian(|x: &[_]| f.call(x), x)),
        ];
        macro_rules! hyper_dual {
            ($($size:literal)*) => {
                $(
                    if $size >= *n {
                        contestants.push(Contestant::new(stringify!($size), &x[..], |x| by_one_pass::<$size>(f, x)));
                    }
                )*
            };
        }
        hyper_dual! { 2 4 8 10 12 16 24 }
        let times = timed(contestants);
        let per = (*n * *n) as f64;
        let columns = SIZES.iter().map(|size| column(&times, &size.to_string(), per));
        (*n, columns.chain([column(&times, "blocks", per), column(&times, "reverse", per)]).collect())
    };
    counts.iter().map(of).collect()
}

fn products(f: &impl SliceFn, counts: &[usize]) -> Vec<Row> {
    let of = |n: &usize| {
        let (x, v) = (long_point(*n), vec![0.7; *n]);
        let times = timed(vec![
            Contestant::new("8", &x[..], |x| hvp(|x: &[_]| f.call(x), x, &v).unwrap_or_default()),
            Contestant::new("reverse", &x[..], |x| reverse::hvp(|x| f.call(x), x, &v).map_or(vec![], |(_, _, hv)| hv)),
        ]);
        (*n, ["8", "reverse"].map(|name| column(&times, name, *n as f64)).into())
    };
    counts.iter().map(of).collect()
}

fn print_table(name: &str, heads: &[String], last: &str, table: &[Row]) {
    print!("{name:>12}");
    heads.iter().chain([&last.to_string()]).for_each(|head| print!("{head:>9}"));
    println!("   quickest");
    for (n, row) in table {
        print!("{:>12}", format!("n = {n}"));
        row.iter().for_each(|time| match time {
            Some(time) => print!("{time:9.2}"),
            None => print!("{:>9}", "–"),
        });
        let best = row.iter().enumerate().filter_map(|(k, time)| time.map(|time| (k, time)));
        let best =
            best.min_by(|a, b| a.1.total_cmp(&b.1)).map_or("–", |(k, _)| heads.get(k).map_or(last, |head| head));
        println!("   {best}");
    }
    println!();
}
