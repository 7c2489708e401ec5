//! `demo notebook`: the notebook's text, and whether its values agree with the published ones.

use std::process::ExitCode;

use super::{Refusal, deliver, say};
use crate::cli::Shared;
use crate::commands::check;
use crate::notebook::{Results, write_text};
use crate::reference::{Comparison, compare};

/// Prints it. Exit status 1 if a value does not agree.
///
/// # Errors
///
/// [`Refusal`] if the output cannot be written.
pub fn execute(shared: &Shared) -> Result<ExitCode, Refusal> {
    let results = Results::compute(|section| say(shared, &format!("notebook: {section}")))?;
    let mut text = String::new();
    write_text(&results, &mut text).map_err(|_| "the notebook's text cannot be formatted".to_owned())?;
    let rows = compare(&results)?;
    deliver(shared, || text, || check::json(&rows), || check::csv(&rows))?;
    say(shared, &verdict(&rows));
    Ok(exit(&rows))
}

/// One line: how many values agree, and which do not.
pub(super) fn verdict(rows: &[Comparison]) -> String {
    let wrong: Vec<&str> = rows.iter().filter(|row| !row.agrees()).map(|row| row.quantity.as_str()).collect();
    if wrong.is_empty() {
        format!("all {} quantities agree with the published notebook", rows.len())
    } else {
        format!(
            "{} of {} quantities disagree with the published notebook: {}",
            wrong.len(),
            rows.len(),
            wrong.join(", ")
        )
    }
}

pub(super) fn exit(rows: &[Comparison]) -> ExitCode {
    if rows.iter().all(Comparison::agrees) { ExitCode::SUCCESS } else { ExitCode::from(1) }
}
