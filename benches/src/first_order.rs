//! The first-order methods beside loops that one writes by hand over the same arrays, at n = 10^6.

use optimizers::nalgebra::DVector;
use optimizers::{
    AdaDelta, AdaGrad, AdaMax, Adam, AdamW, AmsGrad, Error, FirstOrder, GradientDescent, Lion, Momentum, NAdam,
    Nesterov, Objective, RmsProp, UpdateRule,
};

/// The number of variables.
pub const N: usize = 1_000_000;
const STEP: f64 = 1e-3;

/// ½ Σ xᵢ², with the gradient put in place.
#[derive(Clone, Copy, Debug)]
pub struct Bowl;

impl Objective<f64> for Bowl {
    fn dimension(&self) -> usize {
        N
    }
    fn value(&self, _x: &DVector<f64>) -> f64 {
        0.0
    }
    fn value_and_gradient(&self, x: &DVector<f64>) -> (f64, DVector<f64>) {
        (0.0, x.clone())
    }
    fn value_and_gradient_into(&self, x: &DVector<f64>, gradient: &mut DVector<f64>) -> f64 {
        gradient.copy_from(x);
        0.0
    }
}

/// A start, far from zero in no two components alike.
pub fn start() -> Vec<f64> {
    (0..N).map(|i| (i as f64).sin() + 1.5).collect()
}

/// The arrays of a hand-written method.
#[derive(Clone, Debug)]
pub struct Arrays {
    /// The point.
    pub x: Vec<f64>,
    /// The gradient there.
    pub g: Vec<f64>,
    a: Vec<f64>,
    b: Vec<f64>,
    c: Vec<f64>,
}

impl Arrays {
    /// Those of a method at the start.
    pub fn of(name: &str) -> Self {
        let initial = if name == "adagrad" { 0.1 } else { 0.0 };
        let array = |value: f64| vec![value; N];
        Arrays { x: start(), g: start(), a: array(initial), b: array(0.0), c: array(0.0) }
    }

    /// A whole step: the t-th of the method, with the update kept and the next gradient written.
    pub fn step(&mut self, by_hand: ByHand, t: i32, last_update: &mut Vec<f64>) {
        by_hand(self, t);
        std::mem::swap(&mut self.g, last_update);
        self.g.copy_from_slice(&self.x);
    }
}

/// The t-th step of a method as a loop, t = 1, 2, …
pub type ByHand = fn(&mut Arrays, i32);

/// What to do with each method.
pub trait Visit {
    /// What may go wrong.
    type Error: From<Error>;
    /// A method with its name and its loop.
    fn method<R: UpdateRule<f64> + 'static>(
        &mut self,
        name: &str,
        method: FirstOrder<f64, R>,
        by_hand: ByHand,
    ) -> Result<(), Self::Error>
    where
        R::Slot: 'static;
}

/// A loop over the arrays that are named, as one writes it by hand.
macro_rules! by_hand {
    (($($array:ident)*) $t:ident $prepare:block |$shared:pat_param| $body:block) => {{
        #[allow(unused_variables, clippy::redundant_closure_call)]
        fn walk(arrays: &mut Arrays, $t: i32) {
            let $shared = $prepare;
            let Arrays { $($array,)* .. } = arrays;
            by_hand!(@loop ($($array)*) $body)
        }
        walk
    }};
    (@loop ($x:ident $g:ident) $body:block) => {
        for ($x, $g) in $x.iter_mut().zip($g.iter()) $body
    };
    (@loop ($x:ident $g:ident $a:ident) $body:block) => {
        for (($x, $g), $a) in $x.iter_mut().zip($g.iter()).zip($a.iter_mut()) $body
    };
    (@loop ($x:ident $g:ident $a:ident $b:ident) $body:block) => {
        for ((($x, $g), $a), $b) in $x.iter_mut().zip($g.iter()).zip($a.iter_mut()).zip($b.iter_mut()) $body
    };
    (@loop ($x:ident $g:ident $a:ident $b:ident $c:ident) $body:block) => {
        for (((($x, $g), $a), $b), $c) in
            $x.iter_mut().zip($g.iter()).zip($a.iter_mut()).zip($b.iter_mut()).zip($c.iter_mut())
        $body
    };
}

/// Visits all twelve.
///
/// # Errors
///
/// What the visit returns.
pub fn each<V: Visit>(visit: &mut V) -> Result<(), V::Error> {
    visit.method("gd", GradientDescent::new(STEP)?, by_hand!((x g) t {} |()| { *x -= STEP * *g; }))?;
    visit.method(
        "momentum",
        Momentum::new(STEP)?,
        by_hand!((x g a) t {} |()| {
            *a = *g + 0.9 * *a;
            *x -= STEP * *a;
        }),
    )?;
    visit.method(
        "nesterov",
        Nesterov::new(STEP)?,
        by_hand!((x g a) t {} |()| {
            *a = *g + 0.9 * *a;
            *x -= STEP * (*g + 0.9 * *a);
        }),
    )?;
    visit.method(
        "adagrad",
        AdaGrad::new(STEP)?,
        by_hand!((x g a) t {} |()| {
            *a += *g * *g;
            *x -= STEP * *g / (*a + 1e-7).sqrt();
        }),
    )?;
    visit.method(
        "rmsprop",
        RmsProp::new(STEP)?,
        by_hand!((x g a) t {} |()| {
            *a = 0.9 * *a + 0.1 * *g * *g;
            *x -= STEP * *g / (*a + 1e-8).sqrt();
        }),
    )?;
    visit.method(
        "adam",
        Adam::new(STEP)?,
        by_hand!((x g a b) t { (1.0 - 0.9_f64.powi(t), 1.0 - 0.999_f64.powi(t)) } |(c1, c2)| {
            *a = 0.9 * *a + 0.1 * *g;
            *b = 0.999 * *b + 0.001 * *g * *g;
            *x -= STEP * (*a / c1) / ((*b / c2).sqrt() + 1e-8);
        }),
    )?;
    visit.method(
        "adamw",
        AdamW::new(STEP)?,
        by_hand!((x g a b) t { (1.0 - 0.9_f64.powi(t), 1.0 - 0.999_f64.powi(t)) } |(c1, c2)| {
            *a = 0.9 * *a + 0.1 * *g;
            *b = 0.999 * *b + 0.001 * *g * *g;
            *x -= STEP * ((*a / c1) / ((*b / c2).sqrt() + 1e-8) + 1e-4 * *x);
        }),
    )?;
    visit.method(
        "amsgrad",
        AmsGrad::new(STEP)?,
        by_hand!((x g a b c) t { (1.0 - 0.9_f64.powi(t), 1.0 - 0.999_f64.powi(t)) } |(c1, c2)| {
            *a = 0.9 * *a + 0.1 * *g;
            *b = 0.999 * *b + 0.001 * *g * *g;
            *c = c.max(*b / c2);
            *x -= STEP * (*a / c1) / (c.sqrt() + 1e-8);
        }),
    )?;
    visit.method(
        "nadam",
        NAdam::new(STEP)?,
        by_hand!((x g a b) t { (1.0 - 0.9_f64.powi(t + 1), 1.0 - 0.9_f64.powi(t), 1.0 - 0.999_f64.powi(t)) } |(c0, c1, c2)| {
            *a = 0.9 * *a + 0.1 * *g;
            *b = 0.999 * *b + 0.001 * *g * *g;
            *x -= STEP * (0.9 * *a / c0 + 0.1 * *g / c1) / ((*b / c2).sqrt() + 1e-8);
        }),
    )?;
    visit.method(
        "adamax",
        AdaMax::new(STEP)?,
        by_hand!((x g a b) t { 1.0 - 0.9_f64.powi(t) } |c1| {
            *a = 0.9 * *a + 0.1 * *g;
            *b = (0.999_f64 * *b).max(g.abs() + 1e-8);
            *x -= STEP * (*a / c1) / *b;
        }),
    )?;
    visit.method(
        "adadelta",
        AdaDelta::new(STEP)?,
        by_hand!((x g a b) t {} |()| {
            *a = 0.9 * *a + 0.1 * *g * *g;
            let u = (*b + 1e-6).sqrt() / (*a + 1e-6).sqrt() * *g;
            *b = 0.9 * *b + 0.1 * u * u;
            *x -= STEP * u;
        }),
    )?;
    visit.method(
        "lion",
        Lion::new(STEP)?,
        by_hand!((x g a) t {} |()| {
            let m = 0.9 * *a + 0.1 * *g;
            let sign = if m > 0.0 { 1.0 } else if m < 0.0 { -1.0 } else { m };
            *a = 0.99 * *a + 0.01 * *g;
            *x -= STEP * (sign + 1e-3 * *x);
        }),
    )?;
    Ok(())
}
