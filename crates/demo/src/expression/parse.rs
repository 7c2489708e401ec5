//! From text to formulas.

use std::sync::LazyLock;

use pest::Parser;
use pest::iterators::{Pair, Pairs};
use pest::pratt_parser::{Assoc, Op, PrattParser};

use super::error::ExpressionError;
use super::evaluate::{Formula, Operation};
use super::functions::{BINARY, Binary, CONSTANTS, UNARY};

#[derive(pest_derive::Parser)]
#[grammar = "expression/grammar.pest"]
struct Grammar;

/// How deep parentheses, signs and powers may nest.
pub const MOST_NESTING: usize = 200;

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
}

/// From loose to tight: + −, * /, the sign, ^ (from the right).
static PRECEDENCE: LazyLock<PrattParser<Rule>> = LazyLock::new(|| {
    PrattParser::new()
        .op(Op::infix(Rule::plus, Assoc::Left) | Op::infix(Rule::minus, Assoc::Left))
        .op(Op::infix(Rule::times, Assoc::Left) | Op::infix(Rule::over, Assoc::Left))
        .op(Op::prefix(Rule::negative))
        .op(Op::infix(Rule::power, Assoc::Right))
});

/// The formulas of a text, separated by commas.
///
/// `^` is right-associative and binds tighter than a sign: `-x0^2` is −(x0²). A power whose exponent is a constant integer
/// is `powi`, any other constant one `powf`.
///
/// # Errors
///
/// [`ExpressionError`] with the column of what is wrong.
///
/// ```
/// use demo::expression::{Variables, parse};
///
/// let formulas = parse("x0, -x1^2", Variables::x(2)).unwrap();
/// assert_eq!(formulas[1].evaluate(&[1.0, 3.0]), -9.0);
/// let error = parse("x0 + sine(x1)", Variables::x(2)).unwrap_err();
/// assert_eq!(error.column, 6);
/// assert!(error.what.contains("did you mean 'sin'"));
/// ```
pub fn parse(text: &str, variables: Variables) -> Result<Vec<Formula>, ExpressionError> {
    if text.trim().is_empty() {
        return Err(ExpressionError::new(text, 0, "the formula is empty"));
    }
    check_nesting(text)?;
    let pairs = Grammar::parse(Rule::formulas, text).map_err(|error| unexpected(text, &error))?;
    let context = Context { text, variables };
    let formulas = pairs.flat_map(Pair::into_inner).filter(|pair| pair.as_rule() == Rule::formula);
    formulas.map(|pair| context.formula(pair.into_inner())).collect()
}

/// That the text does not nest so deep that reading it would need an unreasonable stack.
fn check_nesting(text: &str) -> Result<(), ExpressionError> {
    // for each open parenthesis, the signs and powers that are waiting for their operand there
    let mut waiting = vec![0usize];
    let mut depth = 0;
    let mut after_operand = false;
    for (offset, character) in text.char_indices() {
        match character {
            ' ' | '\t' => continue,
            '(' => {
                waiting.push(0);
                depth += 1;
            }
            ')' if waiting.len() > 1 => depth -= 1 + waiting.pop().unwrap_or(0),
            // a sign or a power waits until an operator of two operands ends its own
            '-' if !after_operand => wait(&mut waiting, &mut depth),
            '^' => wait(&mut waiting, &mut depth),
            '+' | '-' | '*' | '/' | ',' => {
                if let Some(level) = waiting.last_mut() {
                    depth -= std::mem::take(level);
                }
            }
            _ => {}
        }
        after_operand = !matches!(character, '(' | '+' | '-' | '*' | '/' | '^' | ',');
        if depth > MOST_NESTING {
            let what = format!("the formula nests more than {MOST_NESTING} deep");
            return Err(ExpressionError::new(text, offset, what));
        }
    }
    Ok(())
}

fn wait(waiting: &mut [usize], depth: &mut usize) {
    if let Some(level) = waiting.last_mut() {
        *level += 1;
        *depth += 1;
    }
}

/// The grammar's complaint in words.
fn unexpected(text: &str, error: &pest::error::Error<Rule>) -> ExpressionError {
    let offset = match error.location {
        pest::error::InputLocation::Pos(offset) | pest::error::InputLocation::Span((offset, _)) => offset,
    };
    let before = text[..offset].trim_end().chars().last();
    let next = text[offset..].chars().next();
    let open = text[..offset].matches('(').count();
    let closed = text[..offset].matches(')').count();
    let what = match (before, next) {
        (_, None) if open > closed => "the formula ends before a parenthesis is closed".to_owned(),
        (_, None) => "the formula ends where an operand is needed".to_owned(),
        (_, Some(')')) if open == closed => "this parenthesis closes nothing".to_owned(),
        (Some(b), Some(n)) if (b.is_alphanumeric() || b == ')') && (n.is_ascii_alphanumeric() || n == '(') => {
            format!("'*' is missing before '{n}'")
        }
        (Some('*'), Some('*')) => "'*' is not expected here; a power is written '^'".to_owned(),
        (_, Some(n)) => format!("'{n}' is not expected here"),
    };
    ExpressionError::new(text, offset, what)
}

struct Context<'a> {
    text: &'a str,
    variables: Variables,
}

type Code = Result<Vec<Operation>, ExpressionError>;

impl Context<'_> {
    fn formula(&self, pairs: Pairs<'_, Rule>) -> Result<Formula, ExpressionError> {
        Ok(Formula { operations: self.code(pairs)? })
    }

    fn code(&self, pairs: Pairs<'_, Rule>) -> Code {
        PRECEDENCE
            .map_primary(|pair| self.operand(pair))
            .map_prefix(|_, operand| Ok(then(operand?, Operation::Negate)))
            .map_infix(|left, operator, right| Ok(infix(left?, operator.as_rule(), right?)))
            .parse(pairs)
    }

    fn operand(&self, pair: Pair<'_, Rule>) -> Code {
        match pair.as_rule() {
            Rule::number => self.number(&pair),
            Rule::call => self.call(pair),
            Rule::formula => self.code(pair.into_inner()),
            _ => self.name(&pair),
        }
    }

    fn number(&self, pair: &Pair<'_, Rule>) -> Code {
        match pair.as_str().replace('_', "").parse() {
            Ok(number) => Ok(vec![Operation::Constant(number)]),
            Err(_) => Err(self.error(pair, format!("'{}' is not a number", pair.as_str()))),
        }
    }

    fn name(&self, pair: &Pair<'_, Rule>) -> Code {
        let name = pair.as_str();
        let Variables { letter, count } = self.variables;
        if let Some(index) = name.strip_prefix(letter) {
            let whole = index.parse::<usize>().ok().filter(|_| index.bytes().all(|b| b.is_ascii_digit()));
            match whole.or((index.is_empty() && count == 1).then_some(0)) {
                Some(index) if index < count => return Ok(vec![Operation::Variable(index)]),
                Some(_) => {
                    let last = count.saturating_sub(1);
                    let what = format!("there is no variable '{name}': the last is {letter}{last}");
                    return Err(self.error(pair, what));
                }
                None if index.is_empty() => {
                    let what = format!(
                        "the variable '{name}' stands alone only if it is the only one: {letter}0, {letter}1, …"
                    );
                    return Err(self.error(pair, what));
                }
                None => {}
            }
        }
        if let Some((_, value)) = CONSTANTS.iter().find(|(constant, _)| *constant == name) {
            return Ok(vec![Operation::Constant(*value)]);
        }
        let known = UNARY.iter().map(|f| f.0).chain(BINARY.iter().map(|f| f.0)).any(|f| f == name);
        let hint = if known {
            format!("'{name}' is a function: {name}(…)")
        } else {
            let variables = (0..count.min(100)).map(|i| format!("{letter}{i}"));
            let nearest = nearest_name(name, variables.chain(CONSTANTS.iter().map(|c| c.0.to_owned())));
            let nearest = nearest.map(|nearest| format!("; did you mean '{nearest}'?")).unwrap_or_default();
            let last = count.saturating_sub(1);
            format!("unknown name '{name}'{nearest} (there are {letter}0 to {letter}{last}, pi and e)")
        };
        Err(self.error(pair, hint))
    }

    fn call(&self, pair: Pair<'_, Rule>) -> Code {
        let place = pair.clone();
        let mut parts = pair.into_inner();
        let name = parts.next().map_or("", |name| name.as_str());
        let arguments: Vec<Pair<'_, Rule>> = parts.collect();
        let unary = UNARY.iter().find(|f| f.0 == name).map(|f| Operation::Unary(f.1));
        let binary = BINARY.iter().find(|f| f.0 == name).map(|f| Operation::Binary(f.1));
        let Some((operation, wanted)) = unary.map(|f| (f, 1)).or(binary.map(|f| (f, 2))) else {
            let names = UNARY.iter().map(|f| f.0).chain(BINARY.iter().map(|f| f.0));
            let nearest = nearest_name(name, names.map(str::to_owned));
            let hint = nearest.map(|nearest| format!("; did you mean '{nearest}'?")).unwrap_or_default();
            return Err(self.error(&place, format!("unknown function '{name}'{hint} (`demo list` shows all)")));
        };
        if arguments.len() != wanted {
            let plural = if wanted == 1 { "" } else { "s" };
            let what = format!("'{name}' takes {wanted} argument{plural}, not {}", arguments.len());
            return Err(self.error(&place, what));
        }
        let mut codes = arguments.into_iter().map(|argument| self.code(argument.into_inner()));
        let first = codes.next().unwrap_or_else(|| Ok(Vec::new()))?;
        let Some(second) = codes.next() else { return Ok(then(first, operation)) };
        if operation == Operation::Binary(Binary::pow) {
            return Ok(infix(first, Rule::power, second?));
        }
        let mut code = first;
        code.extend(second?);
        Ok(then(code, operation))
    }

    fn error(&self, pair: &Pair<'_, Rule>, what: String) -> ExpressionError {
        ExpressionError::new(self.text, pair.as_span().start(), what)
    }
}

/// The known name that is most like another.
fn nearest_name(name: &str, known: impl Iterator<Item = String>) -> Option<String> {
    let likeness = |known: &String| strsim::jaro_winkler(known, name);
    // the first of equals
    known.reduce(|best, next| if likeness(&next) > likeness(&best) { next } else { best })
}

fn then(mut code: Vec<Operation>, operation: Operation) -> Vec<Operation> {
    code.push(operation);
    code
}

fn infix(mut left: Vec<Operation>, by: Rule, right: Vec<Operation>) -> Vec<Operation> {
    if by == Rule::power {
        let right = Formula { operations: right };
        if let Some(exponent) = right.constant() {
            let integer = exponent as i32;
            let power =
                if f64::from(integer) == exponent { Operation::Powi(integer) } else { Operation::Powf(exponent) };
            return then(left, power);
        }
        left.extend(right.operations);
        return then(left, Operation::Binary(Binary::pow));
    }
    left.extend(right);
    then(
        left,
        match by {
            Rule::plus => Operation::Add,
            Rule::minus => Operation::Subtract,
            Rule::times => Operation::Multiply,
            _ => Operation::Divide,
        },
    )
}
