//! An optimizer with its options.

use autodiff::Float;
use optimizers::nalgebra::RealField;
use optimizers::{Bounds, Entry, ForwardDifferences, Lbfgsb, NumericInverse};

use crate::commands::{Refusal, differences, numbers, real, settings};
use crate::registry::{DefaultValue, OptimizerRow, find};

/// An optimizer with its options.
#[derive(Clone, Debug)]
pub struct Method {
    /// What it is.
    pub row: &'static OptimizerRow,
    differences: bool,
    stop_unconverged: bool,
    lbfgsb: LbfgsbOptions,
    /// Of first-order methods, each a number.
    numbers: Vec<(&'static str, f64)>,
}

/// The options of `lbfgsb` that were given.
#[derive(Clone, Debug, Default)]
struct LbfgsbOptions {
    memory: Option<usize>,
    factr: Option<f64>,
    pgtol: Option<f64>,
    lower: Option<Vec<f64>>,
    upper: Option<Vec<f64>>,
}

impl Method {
    /// With options as they are typed, `NAME=VALUE`.
    ///
    /// # Errors
    ///
    /// [`Refusal`] of an option that the optimizer does not have, or a value that is not one.
    pub fn new(row: &'static OptimizerRow, set: &[String]) -> Result<Self, Refusal> {
        let mut method = Method {
            row,
            differences: false,
            stop_unconverged: false,
            lbfgsb: LbfgsbOptions::default(),
            numbers: Vec::new(),
        };
        for (name, value) in settings(row.name, row.options, set)? {
            let option = find("option", name, row.options, |row| row.name)?;
            match option.default {
                DefaultValue::Number(_) => method.numbers.push((option.name, number(name, value)?)),
                DefaultValue::Text(_) => method.set(name, value)?,
            }
        }
        Ok(method)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        match name {
            "gradient" => self.differences = differences(value)?,
            "unconverged" => {
                self.stop_unconverged = match value {
                    "continue" => false,
                    "stop" => true,
                    other => return Err(format!("unconverged is '{other}': continue or stop is needed").into()),
                }
            }
            "truncation" => self.numbers.push(("truncation", number(name, value)?)),
            "memory" => match value.parse() {
                Ok(memory @ 1..=1000) => self.lbfgsb.memory = Some(memory),
                _ => return Err(format!("memory is '{value}': a whole number from 1 to 1000 is needed").into()),
            },
            "factr" => self.lbfgsb.factr = Some(tolerance("factr", value)?),
            "pgtol" => self.lbfgsb.pgtol = Some(tolerance("pgtol", value)?),
            "lower" => self.lbfgsb.lower = Some(numbers("lower", value)?),
            "upper" => self.lbfgsb.upper = Some(numbers("upper", value)?),
            // `settings` lets only the names of the registry through
            other => return Err(format!("option '{other}' is not known").into()),
        }
        Ok(())
    }

    /// The number that was given for an option.
    pub(super) fn number(&self, name: &str) -> Option<f64> {
        self.numbers.iter().find(|(other, _)| *other == name).map(|&(_, value)| value)
    }

    /// Whether a search that does not arrive ends the run.
    pub(super) fn stops_unconverged(&self) -> bool {
        self.stop_unconverged
    }

    pub(super) fn inverse(&self) -> NumericInverse {
        let inverse = if self.differences { NumericInverse::with_differences() } else { NumericInverse::new() };
        if self.stop_unconverged { inverse.stop_unconverged() } else { inverse }
    }

    pub(super) fn lbfgsb<T>(&self, n: usize) -> Result<Lbfgsb<T>, Refusal>
    where
        T: Float + Entry<Precision = T> + RealField,
    {
        let options = &self.lbfgsb;
        let mut method = Lbfgsb::new();
        if let Some(memory) = options.memory {
            method = method.memory(memory)?;
        }
        if let Some(factr) = options.factr {
            method = method.factr(T::of(factr))?;
        }
        if let Some(pgtol) = options.pgtol {
            method = method.pgtol(T::of(pgtol))?;
        }
        if options.lower.is_some() || options.upper.is_some() {
            let side = |name, typed: &Option<Vec<f64>>, none: f64| {
                let bounds = typed.clone().unwrap_or_else(|| vec![none; n]);
                if bounds.len() != n {
                    return Err(optimizers::Error::Length { name, given: bounds.len(), expected: n });
                }
                Ok(bounds.into_iter().map(T::of).collect())
            };
            let lower = side("lower", &options.lower, f64::NEG_INFINITY)?;
            let upper = side("upper", &options.upper, f64::INFINITY)?;
            method = method.bounds(Bounds::new(lower, upper)?);
        }
        if self.differences {
            method = method.differences(ForwardDifferences::default());
        }
        Ok(method)
    }
}

/// An option's number as it is typed.
fn number(name: &str, value: &str) -> Result<f64, Refusal> {
    real(value).map_err(|wanted| format!("{name} is '{value}': {wanted}").into())
}

/// A tolerance as it is typed.
fn tolerance(name: &str, value: &str) -> Result<f64, Refusal> {
    match value.parse::<f64>() {
        Ok(number) if number >= 0.0 && number.is_finite() => Ok(number),
        _ => Err(format!("{name} is '{value}': a finite number that is not negative is needed").into()),
    }
}
