//! What is recorded of an operation that made something infinite or NaN, and what it means.

use core::cell::RefCell;
use core::fmt::{self, Display};
use core::panic::Location;

/// How many operations, constants and inputs came before: the same in each call of a function.
pub(super) type Id = usize;

/// So many derivatives are shown in full.
const SHOWN: usize = 8;

/// The value and the partial derivatives of a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    /// The value.
    pub value: f64,
    /// The first partial derivatives by the inputs.
    pub first: Vec<f64>,
    /// The second, row by row; none of a diagnosis to first order.
    pub second: Vec<f64>,
}

impl Parts {
    /// Whether the value and the derivatives up to an order pass a test.
    pub(super) fn all(&self, order: usize, test: impl Fn(f64) -> bool) -> bool {
        let second = if order > 1 { &self.second[..] } else { &[] };
        core::iter::once(&self.value).chain(&self.first).chain(second).all(|x| test(*x))
    }

    pub(super) fn without_value(self) -> Self {
        Parts { value: 0.0, ..self }
    }

    /// The derivatives by operands, where those by operands that do not move count as zero.
    pub(super) fn of_moving(mut self, moving: &[bool]) -> Self {
        let n = moving.len();
        for i in 0..n {
            for j in 0..n {
                if !(moving[i] && moving[j]) {
                    self.second[i * n + j] = 0.0;
                }
            }
            if !moving[i] {
                self.first[i] = 0.0;
            }
        }
        self
    }

    /// Zeros, for parts by other variables than those that moved together.
    fn zeros(value: f64, n: usize, order: usize) -> Self {
        Parts { value, first: vec![0.0; n], second: vec![0.0; if order > 1 { n * n } else { 0 }] }
    }

    /// Puts the derivatives by the variables that moved together where they belong.
    fn put(&mut self, part: &Parts, moving: &[usize]) {
        let n = self.first.len();
        for (i, &row) in moving.iter().enumerate() {
            self.first[row] = part.first[i];
            for (j, &column) in moving.iter().enumerate() {
                if let Some(second) = part.second.get(i * moving.len() + j) {
                    self.second[row * n + column] = *second;
                }
            }
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, order: usize) -> fmt::Result {
        write!(f, "{}", short(self.value))?;
        let n = self.first.len();
        if n > SHOWN {
            write_some(f, "ε", self.first.iter().enumerate().map(|(i, x)| (i.to_string(), *x)))?;
            let lower = self.second.iter().enumerate().filter(|(k, _)| k % n <= k / n);
            return write_some(f, "ε²", lower.map(|(k, x)| (format!("({}, {})", k / n, k % n), *x)));
        }
        let list = |f: &mut fmt::Formatter<'_>, x: &[f64]| {
            let items: Vec<String> = x.iter().map(|x| short(*x)).collect();
            write!(f, "[{}]", items.join(", "))
        };
        if !self.clone().without_value().all(2, |x| x == 0.0) {
            f.write_str(" ")?;
            list(f, &self.first)?;
            f.write_str("ε")?;
            if order > 1 {
                f.write_str(" [")?;
                for (i, row) in self.second.chunks(self.first.len().max(1)).enumerate() {
                    f.write_str(if i > 0 { ", " } else { "" })?;
                    list(f, &row[..=i])?;
                }
                f.write_str("]ε²")?;
            }
        }
        Ok(())
    }
}

/// Of many derivatives, some that are not zero, by their indices: those that are not finite first.
fn write_some(f: &mut fmt::Formatter<'_>, unit: &str, derivatives: impl Iterator<Item = (String, f64)>) -> fmt::Result {
    let (mut all, rest): (Vec<_>, Vec<_>) = derivatives.filter(|(_, x)| *x != 0.0).partition(|(_, x)| !x.is_finite());
    all.extend(rest);
    if all.is_empty() {
        return Ok(());
    }
    let mut items: Vec<String> = all.iter().take(SHOWN).map(|(index, x)| format!("{index}: {}", short(*x))).collect();
    if all.len() > SHOWN {
        items.push(format!("… {} more", all.len() - SHOWN));
    }
    write!(f, " {{{}}}{unit}", items.join(", "))
}

/// A number in at most some ten characters, with all digits if they are few, or if fewer read as an integer: at 1 a function
/// may end that has no value at the next float.
fn short(x: f64) -> String {
    let size = x.abs();
    if x != 0.0 && x.is_finite() && !(1e-4..1e7).contains(&size) {
        let exact = format!("{x:e}");
        return if exact.len() > 10 { format!("{x:.4e}") } else { exact };
    }
    let (exact, rounded) = (x.to_string(), format!("{x:.6}"));
    if exact.len() > 10 && !rounded.ends_with(".000000") { rounded } else { exact }
}

/// Why a number is not finite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// An input of the function is infinite or NaN.
    Input,
    /// A constant of the function is infinite or NaN.
    Constant,
    /// The function is infinite at this point: 1/0, ln 0.
    Pole,
    /// The function is infinite only because a number that is not zero was too small for the floats: 1/(x·x) at 1e−200.
    Underflow,
    /// A value or a derivative is too large for the floats.
    Overflow,
    /// The function has no value at this point: sqrt(−1), acos(1.1).
    Domain,
    /// 0/0
    ZeroOverZero,
    /// The value is finite, and a derivative infinite: the square root at 0.
    VerticalTangent,
    /// The value is finite, and a derivative does not exist: atan2 at (0, 0).
    NoDerivative,
    /// An infinity of an earlier operation was multiplied by zero.
    InfinityMetZero,
    /// Infinities of earlier operations were subtracted or divided, or a function has no limit at infinity.
    InfinitiesMet,
    /// A derivative of the operation is infinite or NaN, but all that it was multiplied by is zero, and was kept zero.
    ZeroKept,
}

impl Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Cause::Input => "the input is not finite",
            Cause::Constant => "the constant is not finite",
            Cause::Pole => "a pole: the function is infinite here",
            Cause::Underflow => "underflow before: what is zero here was too small for the floats, so the function seems infinite",
            Cause::Overflow => "overflow: the true result does not fit the floats",
            Cause::Domain => "outside the domain: the function has no value here",
            Cause::ZeroOverZero => "0/0 has no value",
            Cause::VerticalTangent => "a vertical tangent: the derivative is infinite here",
            Cause::NoDerivative => "there is no derivative here",
            Cause::InfinityMetZero => "the infinity met a zero: 0·∞ is NaN",
            Cause::InfinitiesMet => "∞ − ∞, ∞/∞ or no limit at ∞: NaN",
            Cause::ZeroKept => "a zero derivative met an infinite slope and was kept zero, where a reverse sweep may give NaN; if the function has a kink here, it is not its derivative",
        })
    }
}

/// An operation, with what went in and what came out.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The operator or function, or `input` or `constant`.
    pub operation: &'static str,
    /// What it was applied to.
    pub operands: Vec<Parts>,
    /// What came out.
    pub result: Parts,
    /// What is wrong.
    pub cause: Cause,
    /// The source file.
    pub file: &'static str,
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
    /// Whether the operation stands there. If not, it stands in a library that was called there or after, as the
    /// additions of `Iterator::sum` do.
    pub exact: bool,
    order: usize,
}

impl Display for Finding {
    /// Two lines: where and why; the operation with its numbers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { operation, file, line, column, cause, .. } = self;
        let place = if self.exact { "at" } else { "in a library, called at or after" };
        writeln!(f, "`{operation}` {place} {file}:{line}:{column}: {cause}")?;
        f.write_str("    ")?;
        match &self.operands[..] {
            [] => return self.result.write(f, self.order),
            [x] => {
                write!(f, "{operation}(")?;
                x.write(f, self.order)?;
                f.write_str(")")?;
            }
            [x, y] if !operation.starts_with(char::is_alphabetic) => {
                f.write_str("(")?;
                x.write(f, self.order)?;
                write!(f, ") {operation} (")?;
                y.write(f, self.order)?;
                f.write_str(")")?;
            }
            operands => {
                write!(f, "{operation}(")?;
                for (i, x) in operands.iter().enumerate() {
                    f.write_str(if i > 0 { "; " } else { "" })?;
                    x.write(f, self.order)?;
                }
                f.write_str(")")?;
            }
        }
        f.write_str(" = ")?;
        self.result.write(f, self.order)
    }
}

/// An operation before it is in the log.
pub(super) struct Event {
    operation: &'static str,
    operands: Vec<Parts>,
    result: Parts,
    /// The derivatives by the operands that move, if it is an operation.
    local: Option<Parts>,
    /// Whether an operand is zero only by underflow.
    underflowed: bool,
    cause: Option<Cause>,
}

impl Event {
    pub(super) fn new(operation: &'static str, operands: Vec<Parts>, result: Parts, local: Option<Parts>) -> Self {
        Event { operation, operands, result, local, underflowed: false, cause: None }
    }

    /// As one that made NaN of an infinity.
    pub(super) fn turning(self) -> Self {
        let multiplies = !matches!(self.operation, "+" | "-");
        let of_infinities = self.operation == "/" && self.operands.iter().all(|x| x.value.is_infinite());
        // the slope by an infinite operand is zero; a zero derivative beside an infinite slope stays zero
        let slopes = self.local.iter().flat_map(|local| &local.first);
        let by_zero = self.operands.iter().zip(slopes).any(|(x, slope)| *slope == 0.0 && !x.all(2, f64::is_finite));
        let met_zero = multiplies && !of_infinities && by_zero;
        Event { cause: Some(if met_zero { Cause::InfinityMetZero } else { Cause::InfinitiesMet }), ..self }
    }

    /// As one with an operand that is zero only by underflow.
    pub(super) fn after_underflow(self, underflowed: bool) -> Self {
        Event { underflowed, ..self }
    }

    /// Whether the value is zero because it is too small for the floats.
    pub(super) fn underflows(&self) -> bool {
        let shrinks =
            matches!(self.operation, "*" | "/" | "exp" | "exp2" | "powi" | "powf" | "pow" | "recip" | "hypot");
        let of_finite = self.operands.iter().all(|x| x.value != 0.0 && x.value.is_finite());
        self.result.value == 0.0 && (self.underflowed || shrinks && of_finite)
    }

    /// As one that kept a zero.
    pub(super) fn keeping(self) -> Self {
        Event { cause: Some(Cause::ZeroKept), ..self }
    }

    /// Whether a derivative by an operand is not finite.
    pub(super) fn hides_a_slope(&self, order: usize) -> bool {
        self.local.as_ref().is_some_and(|local| !local.clone().without_value().all(order, f64::is_finite))
    }

    /// What an operation on finite numbers did to make others.
    fn cause(&self, order: usize) -> Cause {
        let Some(local) = &self.local else {
            return if self.operation == "input" { Cause::Input } else { Cause::Constant };
        };
        let x = self.operands[0].value;
        let last = self.operands[self.operands.len() - 1].value;
        let special = match self.operation {
            "/" | "%" | "xlogy" => last == 0.0,
            "ln_1p" => x == -1.0,
            "asin" | "acos" | "acosh" | "atanh" => x.abs() == 1.0,
            "recip" | "ln" | "log2" | "log10" | "log" | "sqrt" | "cbrt" | "powi" | "powf" | "pow" => x == 0.0,
            "own rule" => true,
            _ => false,
        };
        let value = self.result.value;
        if value.is_nan() {
            return if self.operation == "/" && x == 0.0 && last == 0.0 { Cause::ZeroOverZero } else { Cause::Domain };
        }
        if special && self.underflowed {
            return Cause::Underflow;
        }
        if value.is_infinite() {
            return if special { Cause::Pole } else { Cause::Overflow };
        }
        if !local.all(order, |x| !x.is_nan()) {
            return Cause::NoDerivative;
        }
        if special && self.hides_a_slope(order) { Cause::VerticalTangent } else { Cause::Overflow }
    }

    /// Into the log, as the operation of this number.
    pub(super) fn log(self, id: Id, order: usize, caller: &'static Location<'static>) -> Id {
        LOG.with_borrow_mut(|log| {
            let exact = is_users(caller.file());
            let location = if exact { caller } else { log.last.unwrap_or(caller) };
            let finding = Finding {
                cause: self.cause.unwrap_or_else(|| self.cause(order)),
                operation: self.operation,
                operands: self.operands,
                result: self.result,
                file: location.file(),
                line: location.line(),
                column: location.column(),
                exact,
                order,
            };
            log.findings.push((id, finding));
            id
        })
    }
}

impl Finding {
    /// The same with derivatives by n variables, none of them known.
    pub(super) fn of_many(self, n: usize) -> Self {
        let zeros = |x: &Parts| Parts::zeros(x.value, n, self.order);
        Finding { operands: self.operands.iter().map(zeros).collect(), result: zeros(&self.result), ..self }
    }

    /// Adds the derivatives by variables that moved together, if it was the same operation.
    pub(super) fn put(&mut self, part: &Event, moving: &[usize]) {
        if part.operation == self.operation && part.operands.len() == self.operands.len() {
            self.result.put(&part.result, moving);
            for (whole, part) in self.operands.iter_mut().zip(&part.operands) {
                whole.put(part, moving);
            }
        }
    }
}

/// Whether a file is neither of this library nor of the standard library.
fn is_users(file: &str) -> bool {
    let own = file!().strip_suffix("diagnose/record.rs").unwrap_or(file!());
    !(file.starts_with(own) || file.starts_with("/rustc/") || file.contains("/library/core/src/"))
}

#[derive(Default)]
struct Log {
    /// How many variables move.
    moving: usize,
    steps: Id,
    findings: Vec<(Id, Finding)>,
    /// The operations that are asked for, and what they were.
    wanted: Vec<Id>,
    captured: Vec<(Id, Event)>,
    /// The last line of the user's that an operation passed.
    last: Option<&'static Location<'static>>,
}

thread_local! {
    static LOG: RefCell<Log> = RefCell::default();
}

/// How many variables move in this call.
pub(super) fn moving() -> usize {
    LOG.with_borrow(|log| log.moving)
}

/// The number of what is done next.
pub(super) fn step() -> Id {
    LOG.with_borrow_mut(|log| {
        log.steps += 1;
        log.steps
    })
}

/// The number of an operation at this place.
pub(super) fn passes(caller: &'static Location<'static>) -> Id {
    if is_users(caller.file()) {
        LOG.with_borrow_mut(|log| log.last = Some(caller));
    }
    step()
}

/// Keeps an operation that is asked for.
pub(super) fn capture(id: Id, event: impl FnOnce() -> Event) {
    if LOG.with_borrow(|log| log.wanted.contains(&id)) {
        // the event looks at the log, too
        let event = event();
        LOG.with_borrow_mut(|log| log.captured.push((id, event)));
    }
}

/// One call of a function, with a log of its own; the one before comes back when it ends.
pub(super) struct Session(Log);

impl Session {
    pub(super) fn new(moving: usize, wanted: Vec<Id>, caller: &'static Location<'static>) -> Self {
        Session(LOG.replace(Log { moving, wanted, last: Some(caller), ..Log::default() }))
    }

    pub(super) fn finding(&self, id: Id) -> Option<Finding> {
        LOG.with_borrow(|log| log.findings.iter().find(|(found, _)| *found == id).map(|(_, finding)| finding.clone()))
    }

    pub(super) fn captured(&self) -> Vec<(Id, Event)> {
        LOG.with_borrow_mut(|log| core::mem::take(&mut log.captured))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        LOG.set(core::mem::take(&mut self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_told_from_the_users_files() {
        let library = file!().replace("diagnose/record.rs", "own.rs");
        for file in [
            library.as_str(),
            "/rustc/0123abc/library/std/src/num.rs",
            "/home/user/.rustup/toolchains/stable/lib/rustlib/src/rust/library/core/src/iter/traits/accum.rs",
        ] {
            assert!(!is_users(file), "{file}");
        }
        assert!(is_users("src/main.rs") && is_users("/home/user/project/library/src/core.rs"));
    }

    #[test]
    fn numbers_are_short_or_exact() {
        for (x, text) in [
            (0.0, "0"),
            (-2.5, "-2.5"),
            (1e-4, "0.0001"),
            (9.9e-5, "9.9e-5"),
            (9_999_999.0, "9999999"),
            (1e7, "1e7"),
            (1.234567e9, "1.234567e9"),
            (1.2345678e9, "1.2346e9"),
            (-1.2345678e-9, "-1.2346e-9"),
            (0.12345678, "0.12345678"),
            (1.0 / 3.0, "0.333333"),
            (1.0 + f64::EPSILON, "1.0000000000000002"),
            (f64::INFINITY, "inf"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(short(x), text);
        }
    }
}
