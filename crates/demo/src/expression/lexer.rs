//! From characters to tokens.

use winnow::ascii::{digit1, multispace0};
use winnow::combinator::{alt, dispatch, empty, fail, opt, preceded, repeat, terminated};
use winnow::error::EmptyError;
use winnow::prelude::*;
use winnow::stream::LocatingSlice;
use winnow::token::{any, one_of, take_while};

/// Where something stands in the text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Span {
    /// From the start of this to the end of another.
    pub(super) fn to(self, last: Span) -> Span {
        Span { start: self.start, end: last.end }
    }

    /// The piece of the text.
    pub(super) fn of(self, text: &str) -> &str {
        &text[self.start..self.end]
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Number(f64),
    Name,
    Plus,
    Minus,
    Times,
    Over,
    Power,
    Open,
    Close,
    Comma,
    /// Anything else: whether it is in the way, the parser knows.
    Unknown(char),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

type Input<'s> = LocatingSlice<&'s str>;
type Lexed<T> = winnow::Result<T, EmptyError>;

/// The tokens of a text: every text has some, unknown characters being tokens too.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let tokens = repeat(0.., preceded(multispace0, token));
    let lexed: Lexed<_> = terminated(tokens, multispace0).parse_next(&mut LocatingSlice::new(text));
    lexed.unwrap_or_default()
}

fn token(input: &mut Input<'_>) -> Lexed<Token> {
    let known = alt((number.map(Kind::Number), name.value(Kind::Name), symbol));
    let kind = alt((known, any.map(Kind::Unknown)));
    kind.with_span()
        .map(|(kind, span)| Token { kind, span: Span { start: span.start, end: span.end } })
        .parse_next(input)
}

/// `1`, `1.`, `.5`, `1.5e-3`, `1_000`: what Rust and Python have in common, and Python's points without a digit.
fn number(input: &mut Input<'_>) -> Lexed<f64> {
    let mantissa = alt(((digits, opt(('.', opt(digits)))).void(), ('.', digits).void()));
    let exponent = (one_of(['e', 'E']), opt(one_of(['+', '-'])), digits);
    (mantissa, opt(exponent)).take().try_map(|text: &str| text.replace('_', "").parse()).parse_next(input)
}

fn digits(input: &mut Input<'_>) -> Lexed<()> {
    (digit1, repeat::<_, _, (), _, _>(0.., ('_', digit1))).void().parse_next(input)
}

fn name<'s>(input: &mut Input<'s>) -> Lexed<&'s str> {
    let first = |c: char| c.is_alphabetic() || c == '_';
    (one_of(first), take_while(0.., move |c: char| first(c) || c.is_ascii_digit())).take().parse_next(input)
}

fn symbol(input: &mut Input<'_>) -> Lexed<Kind> {
    dispatch! { any;
        '+' => empty.value(Kind::Plus),
        '-' => empty.value(Kind::Minus),
        '*' => opt('*').map(|second| if second.is_some() { Kind::Power } else { Kind::Times }),
        '/' => empty.value(Kind::Over),
        '^' => empty.value(Kind::Power),
        '(' => empty.value(Kind::Open),
        ')' => empty.value(Kind::Close),
        ',' => empty.value(Kind::Comma),
        _ => fail,
    }
    .parse_next(input)
}

/// What to write in place of a character that looks like another.
pub(super) fn instead(character: char) -> Option<&'static str> {
    Some(match character {
        '−' | '–' | '—' => "-",
        '×' | '·' | '⋅' | '∗' => "*",
        '÷' | '∕' => "/",
        '²' => "^2",
        '³' => "^3",
        '⁰' => "^0",
        '¹' => "^1",
        '⁴' => "^4",
        '⁵' => "^5",
        '⁶' => "^6",
        '⁷' => "^7",
        '⁸' => "^8",
        '⁹' => "^9",
        '⁻' => "^-",
        '√' => "sqrt(…)",
        '|' => "abs(…)",
        '.' => "a number with its digits, such as 0.5",
        '[' | '{' => "(",
        ']' | '}' => ")",
        ';' => ",",
        _ => return None,
    })
}
