//! What threads gain: gradients at many points, one long Hessian and one long Jacobian by a plain call and over threads:
//! `cargo run --release -p benches --features rayon --bin threads`.

use std::process::ExitCode;
use std::time::Duration;

use autodiff::{SliceFn, SliceMap, function, gradient, par_gradients, par_hessian, par_jacobian};
use benches::functions::ours;
use benches::points::{Rosenbrock, long_point};
use benches::timing::{Contestant, disagreement, interleaved};
use rayon::ThreadPoolBuilder;

const ROUNDS: usize = 11;
const SLICE: Duration = Duration::from_millis(10);

function! { fn curves(x: []) -> [] { x.windows(2).map(|x| (x[1] - x[0] * x[0]).tanh()).collect() } }

fn main() -> ExitCode {
    let most = std::thread::available_parallelism().map_or(1, usize::from);
    let pools: Result<Vec<_>, _> =
        [1, most].iter().map(|&threads| ThreadPoolBuilder::new().num_threads(threads).build()).collect();
    let pools = match pools {
        Ok(pools) => pools,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    println!("| ms | plain call | one thread | {most} threads | gain |\n| --- | ---: | ---: | ---: | ---: |");
    let x = long_point(1000);
    let points = |count: usize| -> Vec<[f64; 10]> {
        (0..count).map(|k| std::array::from_fn(|i| 0.3 + 0.1 * ((i + 3 * k) % 13) as f64)).collect()
    };
    let ackley = |x: [_; 10]| ours::ackley(&x);
    for count in [1000, 100_000] {
        let points = points(count);
        let mut ways = vec![Contestant::new("plain", &points[..], |points: &[[f64; 10]]| {
            points.iter().map(|x| gradient(ackley, *x)).collect::<Vec<_>>()
        })];
        ways.extend(pools.iter().map(|pool| {
            Contestant::new("threads", &points[..], |points| pool.install(|| par_gradients(ackley, points)))
        }));
        row(&format!("gradients of Ackley, n = 10, {count} points"), ways);
    }
    let mut ways = vec![Contestant::new("plain", &x[..], |x| Rosenbrock.hessian(x))];
    ways.extend(
        pools.iter().map(|pool| Contestant::new("threads", &x[..], |x| pool.install(|| par_hessian(&Rosenbrock, x)))),
    );
    row("Hessian of Rosenbrock, n = 1000", ways);
    let mut ways = vec![Contestant::new("plain", &x[..], |x| curves.jacobian(x))];
    ways.extend(
        pools.iter().map(|pool| Contestant::new("threads", &x[..], |x| pool.install(|| par_jacobian(&curves, x)))),
    );
    row("Jacobian of 999 rows of tanh, n = 1000", ways);
    ExitCode::SUCCESS
}

/// The medians of a plain call, one thread and several, and the median ratio of the first to the last.
fn row(name: &str, ways: Vec<Contestant<'_>>) {
    if let Some(difference) = disagreement(&ways) {
        println!("| {name} | {difference} |");
        return;
    }
    let timed = interleaved(ways, ROUNDS, SLICE);
    let times: Vec<String> = timed.iter().map(|timed| format!("{:.2}", timed.median() / 1e6)).collect();
    println!("| {name} | {} | {:.2} |", times.join(" | "), timed[0].ratio(&timed[timed.len() - 1]));
}
