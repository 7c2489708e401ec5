//! A step of each first-order method at n = 10^6: what the optimizer costs, and not the function.

use benches::first_order::{self, Arrays, Bowl, ByHand, N};
use benches::timing::Contestant;
use optimizers::nalgebra::DVector;
use optimizers::{Failure, FirstOrder, Optimizer, UpdateRule};

use crate::cases::Visit;

/// The methods, each a case.
pub(crate) fn each(visit: Visit<'_>) -> Result<(), String> {
    first_order::each(&mut Steps(visit)).map_err(|Refused(message)| message)
}

struct Steps<'v>(Visit<'v>);

struct Refused(String);

impl From<optimizers::Error> for Refused {
    fn from(error: optimizers::Error) -> Self {
        Refused(error.to_string())
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Refused(failure.to_string())
    }
}

/// Some numbers of a point, to compare: all of them would take as long as the step.
fn some(x: &[f64]) -> [f64; 4] {
    [x[0], x[1], x[N / 2], x[N - 1]]
}

impl first_order::Visit for Steps<'_> {
    type Error = Refused;

    fn method<R: UpdateRule<f64>>(
        &mut self,
        name: &str,
        method: FirstOrder<f64, R>,
        by_hand: ByHand,
    ) -> Result<(), Refused> {
        let mut state = method.init(&Bowl, DVector::from_vec(first_order::start()))?;
        // the first step makes room for the update
        method.advance(&Bowl, &mut state)?;
        let (mut arrays, mut last_update, mut t) = (Arrays::of(name), vec![0.0; N], 0);
        let mut step = move || {
            t += 1;
            arrays.step(by_hand, t, &mut last_update);
            some(&arrays.x)
        };
        step();
        let contestants = vec![
            Contestant::new("ours", &Bowl, |bowl| match method.advance(bowl, &mut state) {
                Ok(()) => some(state.iterate.x.as_slice()),
                Err(_) => [f64::NAN; 4],
            }),
            Contestant::new("by hand", &Bowl, move |_| step()),
        ];
        (self.0)(&format!("step, {name}, n = 10^6"), contestants);
        Ok(())
    }
}
