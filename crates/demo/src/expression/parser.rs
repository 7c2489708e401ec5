//! From tokens to formulas: the precedence of operators, and what is wrong where.

use std::sync::Arc;

use winnow::combinator::{Infix, Prefix, expression};
use winnow::error::ParserError;
use winnow::prelude::*;
use winnow::stream::{Stateful, Stream, TokenSlice};

use super::error::{ExpressionError, Fault, shown};
use super::evaluate::Formula;
use super::functions::{Binary, CONSTANTS, Function, One, Two, function_names, nearest};
use super::lexer::{Kind, Span, Token, instead, tokens};
use super::tree::{Part, Tree};
use super::variables::Variables;

/// How deep parentheses, calls, signs and powers may nest.
pub const MOST_NESTING: usize = 128;

/// From loose to tight.
const SUM: i64 = 1;
const PRODUCT: i64 = 3;
const SIGN: i64 = 5;
const POWER: i64 = 7;

type Input<'t> = Stateful<TokenSlice<'t, Token>, State<'t>>;
type Parsed<T> = Result<T, Refused>;

/// What is known beside the tokens.
#[derive(Debug)]
struct State<'t> {
    text: &'t str,
    variables: Variables,
    tree: Tree,
    /// Where the signs stand whose operands are being read.
    signs: Vec<Span>,
    /// How many parentheses, calls, signs and powers are being read.
    depth: usize,
    /// Behind the last token.
    end: Span,
}

/// Why a parser does not succeed: nothing, if another may.
#[derive(Debug)]
struct Refused(Option<Box<(Fault, Span)>>);

impl<I: Stream> ParserError<I> for Refused {
    type Inner = Self;

    fn from_input(_: &I) -> Self {
        Refused(None)
    }
    fn is_backtrack(&self) -> bool {
        self.0.is_none()
    }
    fn into_inner(self) -> Result<Self, Self> {
        Ok(self)
    }
}

fn refused<T>(fault: Fault, span: Span) -> Parsed<T> {
    Err(Refused(Some(Box::new((fault, span)))))
}

/// The formulas of a text, separated by commas.
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
/// assert!(error.to_string().starts_with("unknown function 'sine', did you mean 'sin'?"));
/// ```
pub fn parse(text: &str, variables: Variables) -> Result<Vec<Formula>, ExpressionError> {
    read(text, variables, true)
}

/// The only formula of a text.
pub(super) fn parse_one(text: &str, variables: Variables) -> Result<Formula, ExpressionError> {
    read(text, variables, false).map(|mut formulas| formulas.swap_remove(0))
}

fn read(text: &str, variables: Variables, several: bool) -> Result<Vec<Formula>, ExpressionError> {
    let tokens = tokens(text);
    formulas(text, &tokens, variables, several).map_err(|Refused(why)| {
        let (fault, span) = why.map_or((Fault::EndsEarly, end(&tokens)), |why| *why);
        ExpressionError::new(text, span, fault)
    })
}

/// Behind the last token.
fn end(tokens: &[Token]) -> Span {
    let end = tokens.last().map_or(0, |token| token.span.end);
    Span { start: end, end }
}

/// One formula at least.
fn formulas(text: &str, tokens: &[Token], variables: Variables, several: bool) -> Parsed<Vec<Formula>> {
    if tokens.is_empty() {
        return refused(Fault::Empty, end(tokens));
    }
    let source: Arc<str> = text.into();
    let state = State { text, variables, tree: Tree::default(), signs: Vec::new(), depth: 0, end: end(tokens) };
    let mut input = Stateful { input: TokenSlice::new(tokens), state };
    let mut formulas = Vec::new();
    loop {
        let part = formula(&mut input)?;
        formulas.push(Formula::new(std::mem::take(&mut input.state.tree), part.span, source.clone()));
        match input.peek_token() {
            None => return Ok(formulas),
            Some(&Token { kind: Kind::Comma, span }) if !several => return refused(Fault::Several, span),
            Some(Token { kind: Kind::Comma, .. }) => input.next_token(),
            Some(_) => return surplus(&input),
        };
    }
}

fn formula(input: &mut Input<'_>) -> Parsed<Part> {
    expression(operand).prefix(sign).infix(operator).parse_next(input)
}

/// The sign of the operand to come. What is neither an operand nor a sign is in the wrong place.
fn sign<'t>(input: &mut Input<'t>) -> Parsed<Prefix<Input<'t>, Part, Refused>> {
    let Some(token) = input.next_token() else { return Err(Refused(None)) };
    match token.kind {
        Kind::Minus => {
            input.state.enter(token.span)?;
            input.state.signs.push(token.span);
            Ok(Prefix(SIGN, |input, x| {
                input.state.depth -= 1;
                let sign = input.state.signs.pop().unwrap_or(x.span);
                Ok(input.state.tree.one(One::Negate, x, sign.to(x.span)))
            }))
        }
        Kind::Unknown(found) => refused(Fault::Character { found, instead: instead(found) }, token.span),
        _ => refused(Fault::NoOperand { found: input.state.shown(token.span) }, token.span),
    }
}

/// The operator to come: none, if it is something else.
fn operator<'t>(input: &mut Input<'t>) -> Parsed<Infix<Input<'t>, Part, Refused>> {
    let Some(token) = input.next_token() else { return Err(Refused(None)) };
    Ok(match token.kind {
        Kind::Plus => Infix::Left(SUM, |input, x, y| Ok(input.state.two(Two::Add, x, y))),
        Kind::Minus => Infix::Left(SUM, |input, x, y| Ok(input.state.two(Two::Subtract, x, y))),
        Kind::Times => Infix::Left(PRODUCT, |input, x, y| Ok(input.state.two(Two::Multiply, x, y))),
        Kind::Over => Infix::Left(PRODUCT, |input, x, y| Ok(input.state.two(Two::Divide, x, y))),
        Kind::Power => {
            // nothing binds tighter, so that this operator is never given back
            input.state.enter(token.span)?;
            Infix::Right(POWER, |input, x, y| {
                input.state.depth -= 1;
                Ok(input.state.power(x, y, x.span.to(y.span)))
            })
        }
        _ => return Err(Refused(None)),
    })
}

/// A number, a variable, a constant, a call or a formula in parentheses.
fn operand(input: &mut Input<'_>) -> Parsed<Part> {
    // said here, for whoever tries something else would blame what came before
    let Some(&token) = input.next_token() else { return refused(Fault::EndsEarly, input.state.end) };
    let State { text, tree, .. } = &mut input.state;
    let Token { kind, span } = token;
    match kind {
        Kind::Number(value) if value.is_infinite() => refused(Fault::TooLarge { number: shown(span.of(text)) }, span),
        Kind::Number(value) => Ok(tree.constant(value, span)),
        Kind::Name => named(input, span),
        Kind::Open => {
            input.state.enter(span)?;
            let part = formula(input)?;
            let close = closing(input, span)?;
            Ok(part.within(span.to(close)))
        }
        _ => Err(Refused(None)),
    }
}

fn named(input: &mut Input<'_>, span: Span) -> Parsed<Part> {
    let State { text, variables, tree, .. } = &mut input.state;
    let name = span.of(text);
    let rest = &text[span.end..];
    if let Some(fault) = variables.indexed(name, rest) {
        return refused(fault, span);
    }
    match variables.index(name) {
        Ok(Some(index)) => return Ok(tree.variable(index, span)),
        Err(fault) => return refused(fault, span),
        Ok(None) => {}
    }
    if let Some((_, value)) = CONSTANTS.iter().find(|row| row.0 == name) {
        return Ok(tree.constant(*value, span));
    }
    let open = input.peek_token().filter(|token| token.kind == Kind::Open);
    match (Function::named(name), open) {
        (Some(function), Some(open)) => {
            input.next_token();
            input.state.enter(open.span)?;
            call(input, function, span, open.span)
        }
        (Some(_), None) => {
            let power = input.peek_token().is_some_and(|token| token.kind == Kind::Power);
            refused(Fault::NotCalled { name: name.to_owned(), power }, span)
        }
        (None, Some(_)) => {
            let nearest = nearest(name, function_names()).map(str::to_owned);
            refused(Fault::UnknownFunction { name: shown(name), nearest }, span)
        }
        (None, None) if let Some(instead) = member(rest) => {
            refused(Fault::Module { module: shown(name), instead: shown(instead) }, span)
        }
        (None, None) => refused(input.state.variables.unknown(name), span),
    }
}

/// The name behind a point, as in `np.sin`.
fn member(rest: &str) -> Option<&str> {
    let rest = rest.strip_prefix('.')?;
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    rest.starts_with(char::is_alphabetic).then_some(&rest[..end])
}

/// The arguments of a function, from behind the parenthesis on, and the call.
fn call(input: &mut Input<'_>, function: Function, name: Span, open: Span) -> Parsed<Part> {
    let mut arguments = Vec::with_capacity(2);
    if input.peek_token().is_none_or(|token| token.kind != Kind::Close) {
        arguments.push(formula(input)?);
        while input.peek_token().is_some_and(|token| token.kind == Kind::Comma) {
            input.next_token();
            arguments.push(formula(input)?);
        }
    }
    let span = name.to(closing(input, open)?);
    let state = &mut input.state;
    match (function, &arguments[..]) {
        (Function::One(function), &[x]) => Ok(state.tree.one(One::Function(function), x, span)),
        (Function::Two(Binary::pow), &[x, y]) => Ok(state.power(x, y, span)),
        (Function::Two(function), &[x, y]) => Ok(state.tree.two(Two::Function(function), x, y, span)),
        _ => {
            let (wanted, given) = (function.arguments(), arguments.len());
            refused(Fault::Arguments { name: name.of(state.text).to_owned(), wanted, given }, name)
        }
    }
}

/// The parenthesis that closes the one at `open`.
fn closing(input: &mut Input<'_>, open: Span) -> Parsed<Span> {
    match input.peek_token() {
        None => refused(Fault::NeverClosed, open),
        Some(&Token { kind: Kind::Close, span }) => {
            input.next_token();
            input.state.depth -= 1;
            Ok(span)
        }
        Some(_) => surplus(input),
    }
}

/// The complaint about a token that does not continue the formula before it.
fn surplus<T>(input: &Input<'_>) -> Parsed<T> {
    let Some(&token) = input.peek_token() else { return Err(Refused(None)) };
    let State { text, variables, .. } = &input.state;
    let left = input.input.previous_tokens().next().copied().unwrap_or(token);
    let (left_text, right_text) = (left.span.of(text), token.span.of(text));
    let continues_number = matches!(left.kind, Kind::Number(_)) && left.span.end == token.span.start;
    let fault = match token.kind {
        _ if continues_number && right_text.starts_with('.') && left_text.contains(['e', 'E']) => {
            Fault::ExponentPoint { number: shown(left.span.to(token.span).of(text)) }
        }
        _ if continues_number && right_text.starts_with('.') => {
            Fault::Points { number: shown(left.span.to(token.span).of(text)) }
        }
        Kind::Unknown(found) => Fault::Character { found, instead: instead(found) },
        Kind::Close => Fault::ClosesNothing,
        Kind::Comma => Fault::StrayComma,
        Kind::Name if continues_number && right_text.eq_ignore_ascii_case("e") => {
            Fault::NoExponent { number: shown(left_text), e: right_text.to_owned() }
        }
        Kind::Open if left.kind == Kind::Name => {
            let what = if matches!(variables.index(left_text), Ok(Some(_))) { "variable" } else { "constant" };
            Fault::NotAFunction { name: shown(left_text), what }
        }
        Kind::Name if right_text.starts_with(char::is_alphabetic) && !known(*variables, right_text) => {
            variables.unknown(right_text)
        }
        Kind::Open => Fault::NoOperator { left: shown(operand_before(input).of(text)), right: "(…)".to_owned() },
        _ => Fault::NoOperator { left: shown(operand_before(input).of(text)), right: shown(right_text) },
    };
    refused(fault, token.span)
}

/// Whether a name means something.
fn known(variables: Variables, name: &str) -> bool {
    // of an error, too: it is a variable's name
    !matches!(variables.index(name), Ok(None))
        || CONSTANTS.iter().any(|row| row.0 == name)
        || Function::named(name).is_some()
}

/// The token before, or, if it closes a parenthesis, all from the one that opens it, or from the name of the function, on.
fn operand_before(input: &Input<'_>) -> Span {
    let mut before = input.input.previous_tokens().copied();
    let Some(last) = before.next() else { return input.state.end };
    let (mut first, mut open) = (last, usize::from(last.kind == Kind::Close));
    while open > 0 {
        let Some(token) = before.next() else { break };
        match token.kind {
            Kind::Close => open += 1,
            Kind::Open => open -= 1,
            _ => {}
        }
        first = token;
    }
    let name = before.next().filter(|token| first.kind == Kind::Open && token.kind == Kind::Name);
    name.unwrap_or(first).span.to(last.span)
}

impl State<'_> {
    /// One level deeper, which begins at `span`.
    fn enter(&mut self, span: Span) -> Parsed<()> {
        self.depth += 1;
        if self.depth > MOST_NESTING { refused(Fault::TooDeep { most: MOST_NESTING }, span) } else { Ok(()) }
    }

    fn two(&mut self, operation: Two, x: Part, y: Part) -> Part {
        self.tree.two(operation, x, y, x.span.to(y.span))
    }

    fn power(&mut self, x: Part, y: Part, span: Span) -> Part {
        self.tree.power(x, y, Two::Function(Binary::pow), span)
    }

    fn shown(&self, span: Span) -> String {
        shown(span.of(self.text))
    }
}
