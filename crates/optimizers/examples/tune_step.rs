// Step size and momentum of gradient descent, tuned by the derivatives of a whole run by them: L-BFGS-B minimizes the
// loss after ten steps on the notebook's problem from (3, 3). Every derivative is held against the central difference
// of two runs.

use autodiff::{Dual, Ordered, function};
use optimizers::{Bounds, Composite, Entry, Lbfgsb, Momentum, OwnGradient, Run};

function! {
    fn physics([x0, x1]) -> [2] { [x0, x1 * x1] }
    fn loss([y0, y1]) { y0 * y0 + y1 * y1 }
}

/// The loss after ten steps of a size, with momentum.
fn last_loss<T: Entry<Precision = f64> + Ordered>([step, decay]: [T; 2]) -> Result<T, optimizers::Error> {
    let problem = Composite::new(physics, loss);
    let method = Momentum::new(step)?.decay(decay)?;
    let run = Run::new(&problem, &method, &[T::constant(3.0); 2])?;
    Ok(run.iterations(10).last().map_or(T::constant(f64::NAN), |iterate| iterate.loss))
}

fn main() -> Result<(), optimizers::Error> {
    let tuning = OwnGradient::new(2, |x: &[f64], slopes: &mut [f64]| {
        // a step size out of its range has no loss; the bounds keep the search within
        let last = last_loss(Dual::<f64, 2>::variables([x[0], x[1]])).unwrap_or(Dual::constant(f64::NAN));
        slopes.copy_from_slice(&last.eps);
        last.re
    });
    let method = Lbfgsb::new().bounds(Bounds::new(vec![1e-4, 0.0], vec![0.03, 0.99])?);
    let report = Run::new(&tuning, &method, &[0.01, 0.1])?.iterations(50).finish();

    println!("step size  momentum    last loss   d / d step  d / d momentum");
    for iterate in &report.trajectory {
        let at = [iterate.x[0], iterate.x[1]];
        let slopes = iterate.gradient.clone().unwrap_or_default();
        println!("{:9.6} {:9.6} {:12.9} {:12.6} {:15.6}", at[0], at[1], iterate.loss, slopes[0], slopes[1]);
        for (i, slope) in slopes.iter().enumerate() {
            let h = 1e-5 * at[i];
            let shifted = |h| last_loss(std::array::from_fn(|k| if k == i { at[k] + h } else { at[k] }));
            let difference = (shifted(h)? - shifted(-h)?) / (2.0 * h);
            assert!((slope - difference).abs() <= 1e-6 * slope.abs().max(1.0), "{slope} {difference}");
        }
    }
    println!("{}", report.status);
    Ok(())
}
