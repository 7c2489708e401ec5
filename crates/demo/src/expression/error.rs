//! What is wrong with a formula, and where.

use thiserror::Error;

/// A formula that is refused, with the column of the culprit, counted from 1 in characters.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{what} at column {column}: {}", marked(.text, *.column))]
pub struct ExpressionError {
    /// What is wrong.
    pub what: String,
    /// Where.
    pub column: usize,
    /// The whole text.
    pub text: String,
}

impl ExpressionError {
    /// With the place as an offset in bytes.
    pub(super) fn new(text: &str, offset: usize, what: impl Into<String>) -> Self {
        let column = text.char_indices().take_while(|(i, _)| *i < offset).count() + 1;
        ExpressionError { what: what.into(), column, text: text.to_owned() }
    }
}

/// The text around a column, which is marked by `»`.
fn marked(text: &str, column: usize) -> String {
    const AROUND: usize = 30;
    let characters: Vec<char> = text.chars().collect();
    let place = (column - 1).min(characters.len());
    let (from, to) = (place.saturating_sub(AROUND), (place + AROUND).min(characters.len()));
    let part = |range: std::ops::Range<usize>| characters[range].iter().collect::<String>();
    let (left, right) = (if from > 0 { "…" } else { "" }, if to < characters.len() { "…" } else { "" });
    format!("{left}{}»{}{right}", part(from..place), part(place..to))
}
