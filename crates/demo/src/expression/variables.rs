//! The variables of a formula.

use super::error::{Fault, shown};
use super::functions::{CONSTANTS, nearest};

/// The variables that a formula may have: a letter, and how many.
#[derive(Clone, Copy, Debug)]
pub struct Variables {
    letter: char,
    count: usize,
}

impl Variables {
    /// x0, x1, … (`x` alone, if there is one).
    pub fn x(count: usize) -> Self {
        Variables { letter: 'x', count }
    }

    /// y0, y1, … (`y` alone, if there is one).
    pub fn y(count: usize) -> Self {
        Variables { letter: 'y', count }
    }

    /// How many.
    pub fn count(self) -> usize {
        self.count
    }

    /// The index of the variable of this name; none if no number of variables had it.
    pub(super) fn index(self, name: &str) -> Result<Option<usize>, Fault> {
        let Some(digits) = name.strip_prefix(self.letter) else { return Ok(None) };
        if digits.is_empty() {
            return if self.count == 1 {
                Ok(Some(0))
            } else {
                Err(Fault::Alone { name: name.to_owned(), variables: self.listed() })
            };
        }
        let leads_with_zero = digits.len() > 1 && digits.starts_with('0');
        if leads_with_zero || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(None);
        }
        match digits.parse() {
            Ok(index) if index < self.count => Ok(Some(index)),
            _ => Err(Fault::PastLast { name: shown(name), last: self.last() }),
        }
    }

    /// The complaint about `x[0]`, `x.0` or `x₀`, if the text that follows the name makes it one of these.
    pub(super) fn indexed(self, name: &str, rest: &str) -> Option<Fault> {
        const SUBSCRIPTS: &str = "₀₁₂₃₄₅₆₇₈₉";
        let letter = name.chars().eq([self.letter]);
        let subscript = |c: char| SUBSCRIPTS.chars().position(|other| other == c).map(|digit| digit.to_string());
        let digits: String = match rest.strip_prefix(['[', '.']) {
            Some(rest) => rest.chars().take_while(char::is_ascii_digit).collect(),
            None => rest.chars().map_while(subscript).collect(),
        };
        (letter && !digits.is_empty()).then(|| Fault::Index { instead: shown(&format!("{name}{digits}")) })
    }

    /// The complaint about a name that is neither a variable nor a constant.
    pub(super) fn unknown(self, name: &str) -> Fault {
        // of a name with an index, the variable with this index comes first
        let digits = name.trim_start_matches(|c: char| !c.is_ascii_digit()).trim_start_matches('0');
        let index = digits.parse().unwrap_or(0);
        let variable = (index < self.count).then(|| format!("{}{index}", self.letter));
        let known = variable.as_deref().into_iter().chain(CONSTANTS.iter().map(|row| row.0));
        let name_of_pi = (name == "π").then_some("pi");
        let nearest = name_of_pi.or_else(|| nearest(name, known)).map(str::to_owned);
        let variables = match self.count {
            0 => "there are no variables".to_owned(),
            1 => format!("the variable is {}", self.last()),
            _ => format!("variables are {}", self.listed()),
        };
        Fault::UnknownName { name: shown(name), nearest, variables }
    }

    fn last(self) -> String {
        match self.count {
            0 => "none".to_owned(),
            count => format!("{}{}", self.letter, count - 1),
        }
    }

    fn listed(self) -> String {
        let Variables { letter, count } = self;
        match count {
            0..=1 => self.last(),
            2 => format!("{letter}0, {letter}1"),
            _ => format!("{letter}0, …, {}", self.last()),
        }
    }
}
