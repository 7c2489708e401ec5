//! How gradients grow with the number of variables, as a table and a figure; and what a long tape and a large sparse Hessian
//! take in time and memory: `cargo run --release -p benches --bin growth docs/figures/growth.svg`.

use std::fmt::Write;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, fs};

use autodiff::reverse::Tape;
use autodiff::sparse::SparseHessian;
use autodiff::{Chunks, gradient};
use benches::functions::{by_hand, ours};
use benches::points::{Rosenbrock, long_point};
use benches::timing::{Contestant, interleaved};

const COUNTS: [usize; 12] = [2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];
const NAMES: [&str; 3] = ["by hand", "sweep, tape kept", "forward, chunks of 8"];

fn main() -> ExitCode {
    println!("Gradient of Rosenbrock's function, ns.\n");
    println!("{:>8} {:>14} {:>18} {:>22}", "n", NAMES[0], NAMES[1], NAMES[2]);
    let mut rows = Vec::new();
    for n in COUNTS {
        let times = gradients(n);
        println!("{n:>8} {:>14.1} {:>18.1} {:>22.1}", times[0], times[1], times[2]);
        rows.push((n, times));
    }
    let exponent = |k: usize| {
        let [(n, a), (m, b)] = [rows[5], rows[11]];
        (b[k] / a[k]).ln() / (m as f64 / n as f64).ln()
    };
    println!("\nFrom n = 100 on they grow as n^{:.2}, n^{:.2} and n^{:.2}.", exponent(0), exponent(1), exponent(2));
    sparse_hessian(100_000);
    long_tape(10_000_000);
    if let Some(path) = env::args().nth(1)
        && let Err(error) = fs::write(&path, figure(&rows))
    {
        eprintln!("{path}: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// The medians, in the order of the names.
fn gradients(n: usize) -> [f64; 3] {
    let x = long_point(n);
    let (mut g, mut slopes, mut tape) = (vec![0.0; n], vec![0.0; n], Tape::new());
    let contestants = vec![
        Contestant::new(NAMES[0], &x[..], |x| {
            by_hand::rosenbrock_gradient(x, &mut g);
            g[n / 2]
        }),
        Contestant::new(NAMES[1], &x[..], |x| {
            black_box(tape.gradient_into(|x| ours::rosenbrock(x), x, &mut slopes).ok());
            slopes[n / 2]
        }),
        Contestant::new(NAMES[2], &x[..], |x| gradient(|x: &[_]| ours::rosenbrock(x), Chunks::<_, 8>(x))[n / 2]),
    ];
    let times = interleaved(contestants, 11, Duration::from_millis(1));
    std::array::from_fn(|k| times[k].median())
}

fn sparse_hessian(n: usize) {
    let x = long_point(n);
    let mut times: Vec<f64> = (0..7)
        .filter_map(|_| {
            let start = Instant::now();
            let hessian = SparseHessian::of(&Rosenbrock, &x).ok()?;
            black_box(hessian.at(&Rosenbrock, &x).ok()?);
            Some(start.elapsed().as_secs_f64())
        })
        .collect();
    times.sort_by(f64::total_cmp);
    match times.get(times.len() / 2) {
        Some(median) => println!(
            "\nSparse Hessian of Rosenbrock's function, n = {n}, with pattern and colours: {median:.3} s; {}.",
            memory()
        ),
        None => println!("\nThere is no sparse Hessian of Rosenbrock's function at n = {n}."),
    }
}

fn long_tape(operations: usize) {
    let mut tape = Tape::new();
    let mut slopes = [0.0; 2];
    let start = Instant::now();
    let value = tape.gradient_into(|x| (2..operations).fold(x[0], |y, _| y * x[1]), &[2.0, 1.0], &mut slopes);
    match value {
        Ok(_) => println!(
            "\nA tape of {} operations and variables: {:.2} s; {}.",
            tape.operations(),
            start.elapsed().as_secs_f64(),
            memory()
        ),
        Err(error) => println!("\n{error}"),
    }
}

/// The most memory that the program has had so far, where the system tells.
fn memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
    kilobytes
        .map_or("memory unknown".into(), |kilobytes: f64| format!("{:.0} MiB at the most so far", kilobytes / 1024.0))
}

/// Both axes logarithmic.
fn figure(rows: &[(usize, [f64; 3])]) -> String {
    const COLOURS: [&str; 3] = ["#767676", "#0b6e4f", "#b5482b"];
    const AREA: [f64; 4] = [70.0, 20.0, 610.0, 330.0];
    let [left, top, right, bottom] = AREA;
    let largest = rows.iter().flat_map(|(_, times)| times).fold(1.0, |a: f64, b| a.max(*b));
    let decades = largest.log10().ceil();
    let x = |n: f64| left + (right - left) * (n.log10() / 4.0);
    let y = |t: f64| bottom - (bottom - top) * (t.max(1.0).log10() / decades);
    let mut svg = String::new();
    // writing to a string does not fail
    let mut line = |text: String| _ = writeln!(svg, "{text}");
    line(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 390" font-family="sans-serif" font-size="12">"#
            .into(),
    );
    line(r#"<rect width="640" height="390" fill="white"/>"#.into());
    for k in 0..=4 {
        let x = x(10_f64.powi(k));
        line(format!(r##"<path d="M{x:.1} {top}V{bottom}" stroke="#dddddd"/>"##));
        line(format!(r#"<text x="{x:.1}" y="{}" text-anchor="middle">{}</text>"#, bottom + 18.0, 10_u64.pow(k as u32)));
    }
    for k in 0..=decades as i32 {
        let y = y(10_f64.powi(k));
        line(format!(r##"<path d="M{left} {y:.1}H{right}" stroke="#dddddd"/>"##));
        let label = ["1 ns", "10 ns", "100 ns", "1 µs", "10 µs", "100 µs", "1 ms", "10 ms", "100 ms", "1 s"];
        line(format!(
            r#"<text x="{}" y="{:.1}" text-anchor="end">{}</text>"#,
            left - 6.0,
            y + 4.0,
            label.get(k as usize).unwrap_or(&"")
        ));
    }
    line(format!(r#"<text x="{}" y="{}" text-anchor="middle">variables</text>"#, (left + right) / 2.0, bottom + 40.0));
    for (k, (name, colour)) in NAMES.iter().zip(COLOURS).enumerate() {
        let points: Vec<String> =
            rows.iter().map(|(n, times)| format!("{:.1},{:.1}", x(*n as f64), y(times[k]))).collect();
        line(format!(r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2"/>"#, points.join(" ")));
        let at = top + 18.0 + 18.0 * k as f64;
        line(format!(r#"<text x="{}" y="{at}" fill="{colour}">{name}</text>"#, left + 12.0));
    }
    line("</svg>".into());
    svg
}
