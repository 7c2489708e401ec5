//! The notebook's published values, and how ours differ from them.

use serde_json::Value;
use thiserror::Error;

use crate::notebook::{MethodRun, Results};
use crate::numpy_text::{percent_f, vector};

const SINGLE: &str = include_str!("../reference/notebook_f32.json");
const APPROXIMATE: &str = include_str!("../reference/notebook_approximate_inversion.json");

/// A reference file that cannot be read as what it should be.
#[derive(Debug, Error)]
pub enum ReferenceError {
    /// It is not JSON.
    #[error("the reference {file} is not JSON: {error}: {line}")]
    NotJson {
        /// The line that cannot be read.
        line: String,
        /// The file.
        file: &'static str,
        /// What the JSON reader says.
        error: serde_json::Error,
    },
}

/// A quantity of the notebook: what the reference says and what we computed.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Its name, such as `gd iterate 3`.
    pub quantity: String,
    /// What the reference has, as text.
    pub expected: String,
    /// What we have, as text.
    pub computed: String,
    /// The difference.
    pub difference: Difference,
}

/// How a computed quantity differs from the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Numbers: in units of the last place, the largest of the components.
    Ulp(u64),
    /// Texts and counts: equal.
    Equal,
    /// Texts and counts: not equal.
    Unequal,
    /// The reference does not have the quantity, or not in the right form.
    Missing,
}

impl Comparison {
    /// Whether there is no difference.
    pub fn agrees(&self) -> bool {
        matches!(self.difference, Difference::Ulp(0) | Difference::Equal)
    }
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Difference::Ulp(n) => write!(f, "{n} ulp"),
            Difference::Equal => f.write_str("equal"),
            Difference::Unequal => f.write_str("differs"),
            Difference::Missing => f.write_str("not in the reference"),
        }
    }
}

/// Every quantity of both reference files beside ours, in the notebook's order.
///
/// # Errors
///
/// [`ReferenceError`] if a file is not JSON.
pub fn compare(results: &Results) -> Result<Vec<Comparison>, ReferenceError> {
    compare_with(results, SINGLE, APPROXIMATE)
}

/// As [`compare`], with other texts in the place of the reference files.
///
/// # Errors
///
/// [`ReferenceError`] if a text is not JSON.
pub fn compare_with(results: &Results, single: &str, approximate: &str) -> Result<Vec<Comparison>, ReferenceError> {
    use crate::notebook::settings as s;

    let reference = parse("notebook_f32.json", single)?;
    let mut list = List { reference: &reference, rows: Vec::new() };
    let r = results;
    list.floats("start", "/start", &s::START);
    list.doubles("eta gd", "/eta/gd", &[s::GD_STEP]);
    list.doubles("eta newton", "/eta/newton", &[s::NEWTON_STEP]);
    list.doubles("eta pg", "/eta/pg", &[s::PG_STEP]);
    list.count("iterations", "/iterations", s::ITERATIONS);
    list.floats("y", "/y", &r.y);
    list.floats("loss, spelled out", "/loss", &[r.manual_loss]);
    list.floats("loss", "/loss", &[r.loss]);
    list.floats("gradient of L by y", "/grad_loss_y", &r.loss_gradient_y);
    list.floats("Jacobian of y", "/jacobian_y", r.physics_jacobian.as_flattened());
    list.floats("solve J⁻¹(J x)", "/solve_J_Jx", &r.solved);
    list.floats("gradient of L by x", "/grad_loss_x", &r.loss_gradient_x);
    list.floats("Hessian of L by x", "/hessian_loss_x", r.loss_hessian_x.as_flattened());
    for (name, run) in [("gd", &r.gd), ("newton", &r.newton), ("pg", &r.pg)] {
        list.run(name, run);
    }
    list.points("pg y-space point", "/pg/y_history", &r.pg.y_targets);
    list.points("gd y-space point", "/y_space/gd", &r.gd.y[1..s::ITERATIONS]);
    list.points("newton y-space point", "/y_space/newton", &r.newton.y[1..s::ITERATIONS]);
    for (name, run) in [("gd", &r.gd), ("newton", &r.newton), ("pg", &r.pg)] {
        list.floats(&format!("{name} diagonal length"), &format!("/diagonal_lengths/{name}"), &[run.diagonal_length()]);
    }
    for (name, run) in [("gd", &r.gd), ("newton", &r.newton), ("pg", &r.pg)] {
        list.floats(&format!("{name} final distance"), &format!("/distance/{name}"), &[run.distance()]);
    }
    let mut rows = list.rows;

    let reference = parse("notebook_approximate_inversion.json", approximate)?;
    let mut list = List { reference: &reference, rows: Vec::new() };
    list.approximation(results);
    rows.append(&mut list.rows);
    Ok(rows)
}

fn parse(file: &'static str, text: &str) -> Result<Value, ReferenceError> {
    serde_json::from_str(text).map_err(|error: serde_json::Error| {
        let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or("").trim().to_owned();
        ReferenceError::NotJson { line, file, error }
    })
}

struct List<'a> {
    reference: &'a Value,
    rows: Vec<Comparison>,
}

impl List<'_> {
    fn run(&mut self, name: &str, run: &MethodRun) {
        self.points(&format!("{name} iterate"), &format!("/{name}/history"), &run.history);
        for (i, x) in run.history.iter().enumerate() {
            self.text(&format!("{name} iterate {i}, printed"), &format!("/{name}/printed/{i}"), &vector(x));
        }
        self.points(&format!("{name} update"), &format!("/{name}/updates"), &run.updates);
    }

    fn approximation(&mut self, results: &Results) {
        use crate::notebook::settings as s;

        let a = &results.approximation;
        self.text("numpy version", "/versions/numpy", "1.23.5");
        self.text("scipy version", "/versions/scipy", "1.9.3");
        self.doubles("inversion test target", "/test/target", &s::TEST_TARGET);
        self.doubles("inversion test start", "/test/start", &s::START.map(f64::from));
        self.text("inversion test x, printed", "/test/printed", &vector(&a.test));
        self.count("inversion test iterations", "/test/nit", a.test_inversion.iterations);
        self.count("inversion test evaluations", "/test/funcalls", a.test_inversion.evaluations);
        self.text("inversion test ending", "/test/task", &a.test_inversion.message);
        self.doubles("approximate run start", "/run/start", &s::START.map(f64::from));
        self.doubles("approximate run eta", "/run/eta", &[s::PG_STEP]);
        self.count("approximate run iterations", "/run/iterations", s::ITERATIONS);
        self.length("approximate iterates", "/run/iterates", a.iterates.len());
        for (i, x) in a.iterates.iter().enumerate() {
            let name = format!("approximate iterate {}", i + 1);
            let path = format!("/run/iterates/{i}");
            self.doubles(&name, &format!("{path}/x"), x);
            self.text(&format!("{name}, printed"), &format!("{path}/printed"), &vector(x));
            if let Some(target) = a.y_targets.get(i) {
                self.doubles(&format!("{name}, target y"), &format!("{path}/target_y"), target);
            }
            if let Some(inversion) = a.inversions.get(i) {
                self.doubles(&format!("{name}, residual"), &format!("{path}/fun"), &[inversion.residual]);
                self.count(&format!("{name}, iterations"), &format!("{path}/nit"), inversion.iterations);
                self.count(&format!("{name}, evaluations"), &format!("{path}/funcalls"), inversion.evaluations);
                self.text(&format!("{name}, ending"), &format!("{path}/task"), &inversion.message);
            }
        }
        self.doubles("mean absolute error", "/run/mae", &[a.mean_absolute_error]);
        let found = self.reference.pointer("/run/mae").and_then(number);
        let text = |v: Option<f64>| v.map(percent_f);
        self.equal("mean absolute error, printed", text(found), percent_f(a.mean_absolute_error));
    }

    /// A list of points, one row each, and their number if it differs.
    fn points(&mut self, name: &str, path: &str, computed: &[[f32; 2]]) {
        self.length(&format!("number of: {name}"), path, computed.len());
        for (i, point) in computed.iter().enumerate() {
            // iterates are counted from the start, which is 0; what belongs to a step is counted from 1
            let first = usize::from(!path.ends_with("/history"));
            self.floats(&format!("{name} {}", i + first), &format!("{path}/{i}"), point);
        }
    }

    fn numbers(&self, path: &str, length: usize) -> Option<Vec<f64>> {
        let found = self.reference.pointer(path)?;
        let numbers: Option<Vec<f64>> = match found {
            Value::Array(items) => items.iter().map(number).collect(),
            single => number(single).map(|v| vec![v]),
        };
        numbers.filter(|numbers| numbers.len() == length)
    }

    fn push(&mut self, quantity: &str, expected: Option<String>, computed: String, difference: Difference) {
        let difference = if expected.is_none() { Difference::Missing } else { difference };
        let expected = expected.unwrap_or_else(|| "—".to_owned());
        self.rows.push(Comparison { quantity: quantity.to_owned(), expected, computed, difference });
    }

    /// Numbers of f32, compared in its units of the last place.
    fn floats(&mut self, quantity: &str, path: &str, computed: &[f32]) {
        let found = self.numbers(path, computed.len());
        let pairs = found.iter().flatten().zip(computed);
        let worst = pairs.map(|(&e, &c)| ulps(e, c.into(), ulp_of_single(c))).max().unwrap_or(0);
        let text = |v: &[f64]| vector(&v.iter().map(|&v| v as f32).collect::<Vec<_>>());
        self.push(quantity, found.map(|v| text(&v)), vector(computed), Difference::Ulp(worst));
    }

    /// Numbers of f64, compared in units of the last place.
    fn doubles(&mut self, quantity: &str, path: &str, computed: &[f64]) {
        let found = self.numbers(path, computed.len());
        let pairs = found.iter().flatten().zip(computed);
        let worst = pairs.map(|(&e, &c)| ulps(e, c, c.abs().next_up() - c.abs())).max().unwrap_or(0);
        self.push(quantity, found.map(|v| vector(&v)), vector(computed), Difference::Ulp(worst));
    }

    fn text(&mut self, quantity: &str, path: &str, computed: &str) {
        let found = self.reference.pointer(path).and_then(Value::as_str).map(str::to_owned);
        self.equal(quantity, found, computed.to_owned());
    }

    fn count(&mut self, quantity: &str, path: &str, computed: usize) {
        let found = self.reference.pointer(path).and_then(Value::as_u64).map(|n| n.to_string());
        self.equal(quantity, found, computed.to_string());
    }

    fn length(&mut self, quantity: &str, path: &str, computed: usize) {
        let found = self.reference.pointer(path).and_then(Value::as_array).map(|a| a.len().to_string());
        self.equal(quantity, found, computed.to_string());
    }

    fn equal(&mut self, quantity: &str, expected: Option<String>, computed: String) {
        let same = expected.as_ref() == Some(&computed);
        self.push(quantity, expected, computed, if same { Difference::Equal } else { Difference::Unequal });
    }
}

/// A number of a reference file: a JSON number or a hexadecimal float.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => hexadecimal(text),
        _ => None,
    }
}

/// A float as C's `%a` writes it: `-0x1.8p+1` is −3.
fn hexadecimal(text: &str) -> Option<f64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text),
    };
    let (mantissa, exponent) = digits.strip_prefix("0x")?.split_once('p')?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    // zero is written in one way only, like every other number
    let zero = mantissa.chars().all(|c| matches!(c, '0' | '.'));
    if fraction.len() > 13 || whole.len() != 1 || zero && exponent != "+0" {
        return None;
    }
    let integer = u64::from_str_radix(&format!("{whole}{fraction}"), 16).ok()?;
    let exponent = exponent.parse::<i32>().ok()? - 4 * fraction.len() as i32;
    Some(sign * integer as f64 * 2f64.powi(exponent))
}

fn ulp_of_single(value: f32) -> f64 {
    f64::from(value.abs().next_up()) - f64::from(value.abs())
}

/// The difference in units of the last place, at least 1 where the bits differ.
fn ulps(expected: f64, computed: f64, ulp: f64) -> u64 {
    if expected.to_bits() == computed.to_bits() {
        return 0;
    }
    let difference = ((expected - computed) / ulp).abs().round();
    if difference.is_finite() { (difference as u64).max(1) } else { u64::MAX }
}
