//! `demo check`: every published quantity beside ours.

use std::fmt::Write;
use std::process::ExitCode;

use serde::Serialize;

use super::notebook::{exit, verdict};
use super::{Refusal, deliver, say};
use crate::cli::Shared;
use crate::json::to_text;
use crate::notebook::Results;
use crate::reference::{Comparison, Difference, compare};

/// Lists them. Exit status 1 if one does not agree.
///
/// # Errors
///
/// [`Refusal`] if a reference file cannot be read or the output cannot be written.
pub fn execute(shared: &Shared) -> Result<ExitCode, Refusal> {
    let results = Results::compute(|_| ())?;
    let rows = compare(&results)?;
    deliver(shared, || table(&rows), || json(&rows), || csv(&rows))?;
    say(shared, &verdict(&rows));
    Ok(exit(&rows))
}

fn table(rows: &[Comparison]) -> String {
    let width = |text: fn(&Comparison) -> &str| rows.iter().map(|row| text(row).chars().count()).max().unwrap_or(0);
    let (name, expected, computed) =
        (width(|row| &row.quantity), width(|row| &row.expected).max(8), width(|row| &row.computed).max(8));
    let mut out = format!("{:name$}  {:expected$}  {:computed$}  difference\n", "quantity", "expected", "computed");
    for row in rows {
        let mark = if row.agrees() { "" } else { "  ← disagrees" };
        let line = (&row.quantity, row.expected.replace('\n', ""), row.computed.replace('\n', ""), row.difference);
        let _ = writeln!(out, "{:name$}  {:expected$}  {:computed$}  {}{mark}", line.0, line.1, line.2, line.3);
    }
    out
}

#[derive(Serialize)]
struct Document<'a> {
    agrees: bool,
    quantities: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    quantity: &'a str,
    expected: &'a str,
    computed: &'a str,
    /// The difference in units of the last place; null for texts and counts.
    ulp: Option<u64>,
    agrees: bool,
}

fn row(comparison: &Comparison) -> Row<'_> {
    Row {
        quantity: &comparison.quantity,
        expected: &comparison.expected,
        computed: &comparison.computed,
        ulp: match comparison.difference {
            Difference::Ulp(n) => Some(n),
            _ => None,
        },
        agrees: comparison.agrees(),
    }
}

/// The comparison as JSON.
pub(super) fn json(rows: &[Comparison]) -> String {
    to_text(&Document { agrees: rows.iter().all(Comparison::agrees), quantities: rows.iter().map(row).collect() })
}

/// The comparison as comma-separated values.
pub(super) fn csv(rows: &[Comparison]) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut out = "quantity,expected,computed,ulp,agrees\n".to_owned();
    for line in rows.iter().map(row) {
        let ulp = line.ulp.map(|n| n.to_string()).unwrap_or_default();
        let (name, expected, computed) = (quoted(line.quantity), quoted(line.expected), quoted(line.computed));
        let _ = writeln!(out, "{name},{expected},{computed},{ulp},{}", line.agrees);
    }
    out
}
