//! What is wrong with a formula, and where.

use std::fmt::Write as _;
use std::ops::Range;

use thiserror::Error;

use super::lexer::Span;

/// What can be wrong with a formula.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[allow(missing_docs, reason = "the messages say it")]
#[non_exhaustive]
pub enum Fault {
    #[error("the formula is empty")]
    Empty,
    #[error("the formula ends where an operand is needed")]
    EndsEarly,
    #[error("'{found}' is not expected here, but an operand")]
    NoOperand { found: String },
    #[error("'{}' is not expected here{}", .found.escape_debug(), write_instead(.instead))]
    Character { found: char, instead: Option<&'static str> },
    #[error("'*' is missing before '{}': write {left}*{right}", .right.trim_end_matches("…)"))]
    NoOperator { left: String, right: String },
    #[error("'*' is missing before '{e}', or a whole number behind it: write {number}*e, or {number}{e}3")]
    NoExponent { number: String, e: String },
    #[error("a number has one point, not two as '{number}'")]
    Points { number: String },
    #[error("the exponent of a number is whole, not as in '{number}'")]
    ExponentPoint { number: String },
    #[error("an index stands behind its letter: write {instead}")]
    Index { instead: String },
    #[error("functions and constants have no '{module}.' before them: write {instead}")]
    Module { module: String, instead: String },
    #[error("'{name}' is a {what}, not a function: write {name}, or {name}*(…)")]
    NotAFunction { name: String, what: &'static str },
    #[error("this parenthesis is never closed")]
    NeverClosed,
    #[error("this parenthesis closes nothing")]
    ClosesNothing,
    #[error("a comma separates formulas, which stand outside of parentheses, or the arguments of a function")]
    StrayComma,
    #[error("one formula is wanted, and this comma begins another")]
    Several,
    #[error("'{number}' is larger than every number of 64 bits")]
    TooLarge { number: String },
    #[error("there is no variable '{name}': the last is {last}")]
    PastLast { name: String, last: String },
    #[error("the variable '{name}' stands alone only if it is the only one: here are {variables}")]
    Alone { name: String, variables: String },
    #[error("unknown name '{name}'{}{variables}; constants are pi and e", if .nearest.is_some() { did_you_mean(.nearest) + " " } else { ": ".to_owned() })]
    UnknownName { name: String, nearest: Option<String>, variables: String },
    #[error("unknown function '{name}'{} (`demo list` shows all)", did_you_mean(.nearest))]
    UnknownFunction { name: String, nearest: Option<String> },
    #[error("'{name}' is a function: write {name}(…){}", if *.power { format!(", and its power {name}(…)^n") } else { String::new() })]
    NotCalled { name: String, power: bool },
    #[error("'{name}' takes {wanted} argument{}, not {given}", if *.wanted == 1 { "" } else { "s" })]
    Arguments { name: String, wanted: usize, given: usize },
    #[error("the formula nests more than {most} deep")]
    TooDeep { most: usize },
}

fn write_instead(instead: &Option<&str>) -> String {
    instead.map(|instead| format!(": write {instead}")).unwrap_or_default()
}

fn did_you_mean(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|nearest| format!(", did you mean '{nearest}'?")).unwrap_or_default()
}

/// A formula that is refused, in one line, with the column of the culprit.
///
/// ```
/// use demo::expression::{Variables, parse};
///
/// let error = parse("x0 +* 2", Variables::x(1)).unwrap_err();
/// assert_eq!(error.to_string(), "'*' is not expected here, but an operand at column 5: x0 +»* 2");
/// assert_eq!(error.rendered(), "x0 +* 2\n    ^ '*' is not expected here, but an operand");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{fault} at column {column}: {}", self.marked())]
pub struct ExpressionError {
    /// What is wrong.
    pub fault: Fault,
    /// Where, counted from 1 in characters.
    pub column: usize,
    /// How many characters it takes up, 1 at least.
    pub width: usize,
    /// The whole text.
    pub text: String,
}

impl ExpressionError {
    pub(super) fn new(text: &str, span: Span, fault: Fault) -> Self {
        let width = span.of(text).chars().count().max(1);
        ExpressionError { fault, column: column(text, span.start), width, text: text.to_owned() }
    }

    /// The text, or the part of it around the culprit, with a line below that points and tells: for terminals.
    pub fn rendered(&self) -> String {
        const LEFT: usize = 50;
        const RIGHT: usize = 30;
        let Excerpt { before, after } = self.excerpt(LEFT, RIGHT);
        let mut out = format!("{before}{after}\n");
        let carets = "^".repeat(self.width.min(after.chars().count()).max(1));
        let _ = write!(out, "{}{carets} {}", " ".repeat(before.chars().count()), self.fault);
        out
    }

    /// The text around the culprit, which is marked by `»`.
    fn marked(&self) -> String {
        const AROUND: usize = 30;
        let Excerpt { before, after } = self.excerpt(AROUND, AROUND);
        format!("{before}»{after}")
    }

    /// At most so many characters on either side of the column; what is left out shows as an ellipsis.
    fn excerpt(&self, left: usize, right: usize) -> Excerpt {
        let characters: Vec<char> = self.text.chars().collect();
        let place = (self.column - 1).min(characters.len());
        let (from, to) = (place.saturating_sub(left), (place + right).min(characters.len()));
        // one character shows as one
        let part = |range: Range<usize>| characters[range].iter().map(|c| if c.is_control() { ' ' } else { *c });
        let dots = |cut: bool| if cut { "…" } else { "" };
        Excerpt {
            before: dots(from > 0).chars().chain(part(from..place)).collect(),
            after: part(place..to).chain(dots(to < characters.len()).chars()).collect(),
        }
    }
}

struct Excerpt {
    before: String,
    after: String,
}

/// The column of a byte, counted from 1 in characters.
pub(super) fn column(text: &str, byte: usize) -> usize {
    text[..byte].chars().count() + 1
}

/// A piece of the text as a message shows it, on one line.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 40;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(MOST) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}
