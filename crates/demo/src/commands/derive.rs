//! `demo derive`: exact derivatives of formulas at a point.

use std::fmt::Write;
use std::process::ExitCode;

use autodiff::Float;
use clap::Args;
use optimizers::Entry;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Refusal, deliver, finite, numbers, say};
use crate::cli::{Precision, Shared};
use crate::expression::{Derivatives, Formula, MOST_ORDER, NotFinite, Variables, parse};
use crate::json::{Real, to_text};

/// The result is kept whole, so its length is bounded.
const MOST_NUMBERS: usize = 1_000_000;
/// How many partial derivatives of a formula that are not finite are named: each takes an evaluation.
const MOST_NAMED: usize = 20;

/// What `demo derive` takes.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  demo derive --function \"x0^2 + x1^4\" --at 3,3\n  \
                        demo derive --function \"sin(x)/x\" --at 0.5 --order 3 --json -\n  \
                        demo derive --function \"x0*x1, exp(x0)\" --at 1,2 --order 1 --direction 1,0")]
pub struct Arguments {
    /// The function: a formula of x0, x1, …, or several separated by commas
    #[arg(long, value_name = "FORMULAS", allow_hyphen_values = true)]
    function: String,
    /// The point, a number a variable
    #[arg(long, value_name = "A,B[,…]", allow_hyphen_values = true)]
    at: String,
    /// The highest order of the derivatives, 0 to 3
    #[arg(long, value_name = "K", default_value_t = 2, allow_hyphen_values = true,
          value_parser = clap::value_parser!(u8).range(0..=MOST_ORDER as i64))]
    order: u8,
    /// Also the derivatives along this direction, a number a variable
    #[arg(long, value_name = "A,B[,…]", allow_hyphen_values = true)]
    direction: Option<String>,
}

/// Differentiates.
///
/// # Errors
///
/// [`Refusal`] if an argument is not right or the output cannot be written.
pub fn execute(arguments: &Arguments, shared: &Shared) -> Result<ExitCode, Refusal> {
    let at = finite("at", numbers("at", &arguments.at)?, shared.precision)?;
    let formulas = parse(&arguments.function, Variables::x(at.len()))?;
    let direction = match &arguments.direction {
        Some(typed) => Some(finite("direction", numbers("direction", typed)?, shared.precision)?),
        None => None,
    };
    if let Some(direction) = &direction
        && direction.len() != at.len()
    {
        return Err(optimizers::Error::Length { name: "direction", given: direction.len(), expected: at.len() }.into());
    }
    let order = usize::from(arguments.order);
    let count = (0..order).try_fold(formulas.len(), |count, _| count.checked_mul(at.len()));
    if count.is_none_or(|count| count > MOST_NUMBERS) {
        let (m, n) = (formulas.len(), at.len());
        return Err(format!("order is {order}: {m} · {n}^{order} derivatives, at most {MOST_NUMBERS}").into());
    }
    let question = Question { function: &arguments.function, formulas: &formulas, order };
    let (document, notes) = match shared.precision {
        Precision::F64 => question.answer::<f64>(&at, direction.as_deref()),
        Precision::F32 => question.answer::<f32>(&at, direction.as_deref()),
    };
    deliver(shared, || document.text(), || to_text(&document), || document.csv())?;
    notes.iter().for_each(|note| say(shared, note));
    Ok(ExitCode::SUCCESS)
}

struct Question<'a> {
    function: &'a str,
    formulas: &'a [Formula],
    order: usize,
}

/// The result for every formula.
struct Document<'a> {
    function: &'a str,
    at: Vec<Real>,
    components: Vec<Component>,
}

struct Component {
    formula: String,
    derivatives: Derivatives<Real>,
    /// Value, first, second, … along the direction.
    directional: Option<Vec<Real>>,
}

impl<'a> Question<'a> {
    /// The derivatives, and a note for each operation that made one that is not finite.
    fn answer<F>(&self, at: &[f64], direction: Option<&[f64]>) -> (Document<'a>, Vec<String>)
    where
        F: Float + Entry<Precision = F> + Into<Real>,
    {
        let rounded = |x: &[f64]| x.iter().map(|&x| F::of(x)).collect::<Vec<F>>();
        let (x, v) = (rounded(at), direction.map(rounded));
        let mut notes = Vec::new();
        let component = |(index, formula): (usize, &Formula)| {
            let derivatives = in_json(formula.derivatives(&x, self.order));
            let directional = v.as_ref().map(|v| {
                let all = formula.directional(&x, v);
                all.iter().take(self.order + 1).map(|&d| d.into()).collect::<Vec<Real>>()
            });
            let whose = if self.formulas.len() == 1 { String::new() } else { format!("component {index}: ") };
            let mut found = partial_culprits(formula, &x, &derivatives);
            if let (Some(d), Some(v)) = (&directional, &v) {
                let infinite = d.iter().enumerate().filter(|(_, d)| !d.to_f64().is_finite());
                let culprit = |(k, &d)| (format!("directional[{k}] is {d}"), formula.directional_culprit(&x, v, k));
                found.extend(infinite.map(culprit));
            }
            notes.extend(grouped(found).iter().map(|line| format!("note: {whose}{line}")));
            Component { formula: formula.to_string(), derivatives, directional }
        };
        let components = self.formulas.iter().enumerate().map(component).collect();
        let at = x.iter().map(|&x| x.into()).collect();
        (Document { function: self.function, at, components }, notes)
    }
}

fn in_json<F: Into<Real>>(d: Derivatives<F>) -> Derivatives<Real> {
    let list = |v: Vec<F>| v.into_iter().map(Into::into).collect::<Vec<Real>>();
    let matrix = |m: Vec<Vec<F>>| m.into_iter().map(list).collect::<Vec<_>>();
    Derivatives {
        value: d.value.into(),
        gradient: d.gradient.map(list),
        hessian: d.hessian.map(matrix),
        third: d.third.map(|third| third.into_iter().map(matrix).collect()),
    }
}

/// Each partial derivative that is not finite with the operation that made it so; of those that are equal by symmetry one.
fn partial_culprits<F: Float>(
    formula: &Formula,
    x: &[F],
    derivatives: &Derivatives<Real>,
) -> Vec<(String, Option<NotFinite>)> {
    let infinite = entries(derivatives).filter(|(_, by, value)| by.is_sorted() && !value.to_f64().is_finite());
    let mut found = Vec::new();
    let mut unnamed = 0;
    for (quantity, by, value) in infinite {
        if found.len() == MOST_NAMED {
            unnamed += 1;
            continue;
        }
        let indices: String = by.iter().map(|i| format!("[{i}]")).collect();
        found.push((format!("{quantity}{indices} is {value}"), formula.partial_culprit(x, &by)));
    }
    if unnamed > 0 {
        found.push((format!("{unnamed} more not finite"), None));
    }
    found
}

/// A line for each operation, with all that it made.
fn grouped(found: Vec<(String, Option<NotFinite>)>) -> Vec<String> {
    let mut groups: Vec<(Option<NotFinite>, Vec<String>)> = Vec::new();
    for (what, culprit) in found {
        match groups.iter_mut().find(|(other, _)| *other == culprit) {
            Some((_, all)) => all.push(what),
            None => groups.push((culprit, vec![what])),
        }
    }
    let line = |(culprit, all): (Option<NotFinite>, Vec<String>)| {
        all.join(", ") + &culprit.map(|culprit| format!(", by {culprit}")).unwrap_or_default()
    };
    groups.into_iter().map(line).collect()
}

/// Every number with its quantity and indices.
fn entries(d: &Derivatives<Real>) -> impl Iterator<Item = (&'static str, Vec<usize>, Real)> {
    let first = d.gradient.iter().flatten().enumerate().map(|(i, &v)| ("gradient", vec![i], v));
    let second = d
        .hessian
        .iter()
        .flatten()
        .enumerate()
        .flat_map(|(i, row)| row.iter().enumerate().map(move |(j, &v)| ("hessian", vec![i, j], v)));
    let third = d.third.iter().flatten().enumerate().flat_map(|(i, matrix)| {
        matrix
            .iter()
            .enumerate()
            .flat_map(move |(j, row)| row.iter().enumerate().map(move |(k, &v)| ("third", vec![i, j, k], v)))
    });
    std::iter::once(("value", Vec::new(), d.value)).chain(first).chain(second).chain(third)
}

/// The agreed form: of one formula numbers and its gradient, of several lists and their Jacobian.
impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("function", self.function)?;
        map.serialize_entry("at", &self.at)?;
        if let [one] = &self.components[..] {
            map.serialize_entry("value", &one.derivatives.value)?;
            map.serialize_entry("gradient", &one.derivatives.gradient)?;
            map.serialize_entry("hessian", &one.derivatives.hessian)?;
            map.serialize_entry("third", &one.derivatives.third)?;
            map.serialize_entry("directional", &one.directional)?;
        } else {
            map.serialize_entry("value", &self.list(|c| Some(&c.derivatives.value)))?;
            map.serialize_entry("jacobian", &self.list(|c| c.derivatives.gradient.as_ref()))?;
            map.serialize_entry("hessian", &self.list(|c| c.derivatives.hessian.as_ref()))?;
            map.serialize_entry("third", &self.list(|c| c.derivatives.third.as_ref()))?;
            map.serialize_entry("directional", &self.list(|c| c.directional.as_ref()))?;
        }
        map.end()
    }
}

impl Document<'_> {
    /// What all components have; nothing if they do not have it.
    fn list<'c, T>(&'c self, of: impl Fn(&'c Component) -> Option<&'c T>) -> Option<Vec<&'c T>> {
        self.components.iter().map(of).collect()
    }

    fn text(&self) -> String {
        let point: Vec<String> = self.at.iter().map(Real::to_string).collect();
        let mut out = format!("x = [{}]\n", point.join(" "));
        for (index, component) in self.components.iter().enumerate() {
            let name = if self.components.len() == 1 { "f".to_owned() } else { format!("f{index}") };
            let Derivatives { value, gradient, hessian, third } = &component.derivatives;
            let _ = writeln!(out, "\n{name} = {}\n{:12}{value}", component.formula, "value");
            let mut matrix = |label: &str, rows: &[Vec<Real>]| {
                for (i, row) in columns(rows).iter().enumerate() {
                    let _ = writeln!(out, "{:12}{row}", if i == 0 { label } else { "" });
                }
            };
            if let Some(gradient) = gradient {
                matrix("gradient", std::slice::from_ref(gradient));
            }
            if let Some(hessian) = hessian {
                matrix("Hessian", hessian);
            }
            for (i, rows) in third.iter().flatten().enumerate() {
                matrix(&format!("third, x{i}"), rows);
            }
            if let Some(directional) = &component.directional {
                matrix("directional", std::slice::from_ref(directional));
            }
        }
        out
    }

    fn csv(&self) -> String {
        let mut out = "component,quantity,i,j,k,value\n".to_owned();
        for (index, component) in self.components.iter().enumerate() {
            let along = component.directional.iter().flatten().enumerate().map(|(k, &d)| ("directional", vec![k], d));
            for (quantity, by, value) in entries(&component.derivatives).chain(along) {
                let at = |n: usize| by.get(n).map(usize::to_string).unwrap_or_default();
                let _ = writeln!(out, "{index},{quantity},{},{},{},{value}", at(0), at(1), at(2));
            }
        }
        out
    }
}

/// The rows of a matrix, each column as wide as its widest number.
fn columns(rows: &[Vec<Real>]) -> Vec<String> {
    let cells: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(Real::to_string).collect()).collect();
    let width = |j: usize| cells.iter().map(|row| row[j].len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..cells.first().map_or(0, Vec::len)).map(width).collect();
    let padded = |row: &Vec<String>| {
        row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:>width$}")).collect::<Vec<_>>().join("  ")
    };
    cells.iter().map(padded).collect()
}
