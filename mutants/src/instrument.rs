//! A source file with all its mutants, each behind a question whether it is switched on.
//!
//! An expression `a + b` with the mutants 5 and 6 becomes `(match at(5, 2) { 0 => a + b, 1 => a - b, _ => a * b })`, where only the
//! first arm has other mutants within; a function's value is replaced by a `return` before its body.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;

use anyhow::Result;
use proc_macro2::LineColumn;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::list::{Genre, Mutant};

/// Mutants in one place, numbered one after the other.
#[derive(Clone, Debug)]
struct Node {
    range: Range<usize>,
    place: Place,
    /// The indices of the mutants in the file's list, and what each puts there.
    arms: Vec<(usize, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Instead of an expression.
    Around,
    /// Before the statements of a body.
    Entry,
    /// A guard after a pattern that has none.
    NoGuard,
    /// In front of a guard that is there.
    BeforeGuard,
}

/// A file with its mutants in it.
#[derive(Debug, Default)]
pub struct Instrumented {
    pub text: String,
    /// Of each mutant that was placed: its index in the file's list, the number that switches it on, the first number of its place.
    pub placed: Vec<Placed>,
}

/// A mutant in the text.
#[derive(Clone, Debug)]
pub struct Placed {
    pub index: usize,
    pub number: usize,
    pub first: usize,
    /// Where its code is, and where the whole of its place is.
    pub code: Range<usize>,
    pub whole: Range<usize>,
}

struct Finder<'a> {
    source: &'a str,
    lines: Vec<usize>,
    mutants: &'a [Mutant],
    left_out: &'a BTreeSet<String>,
    nodes: Vec<Node>,
}

impl Finder<'_> {
    fn offset(&self, at: LineColumn) -> usize {
        let line = &self.source[self.lines[at.line - 1]..];
        self.lines[at.line - 1] + line.char_indices().nth(at.column).map_or(line.len(), |(i, _)| i)
    }

    fn range(&self, spanned: &impl Spanned) -> Range<usize> {
        let span = spanned.span();
        self.offset(span.start())..self.offset(span.end())
    }

    /// The mutants of a genre that start at a place.
    fn at(&self, genre: Genre, spanned: &impl Spanned) -> Vec<usize> {
        let start = spanned.span().start();
        let here = |mutant: &Mutant| {
            mutant.genre == genre
                && mutant.span.start.line == start.line
                && mutant.span.start.column == start.column + 1
                && !self.left_out.contains(&mutant.name)
        };
        (0..self.mutants.len()).filter(|&i| here(&self.mutants[i])).collect()
    }

    fn add(&mut self, range: Range<usize>, place: Place, arms: Vec<(usize, String)>) {
        if !arms.is_empty() {
            self.nodes.push(Node { range, place, arms });
        }
    }

    /// The source of `whole` with another text in the place of `part`.
    fn with(&self, whole: &Range<usize>, part: Range<usize>, text: &str) -> String {
        format!("{}{text}{}", &self.source[whole.start..part.start], &self.source[part.end..whole.end])
    }

    fn body(&mut self, block: &syn::Block) {
        let Some(first) = block.stmts.first() else { return };
        let found = self.at(Genre::FnValue, first);
        let arms = found.into_iter().map(|i| (i, format!("return {}", self.mutants[i].replacement)));
        let arms = arms.collect();
        let brace = self.offset(block.brace_token.span.open().end());
        self.add(brace..brace, Place::Entry, arms);
    }
}

/// `if let` chains cannot stand within parentheses.
fn has_let(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(binary) => has_let(&binary.left) || has_let(&binary.right),
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    // what the compiler evaluates cannot ask
    fn visit_item_const(&mut self, _: &'ast syn::ItemConst) {}
    fn visit_impl_item_const(&mut self, _: &'ast syn::ImplItemConst) {}
    fn visit_trait_item_const(&mut self, _: &'ast syn::TraitItemConst) {}
    fn visit_item_static(&mut self, _: &'ast syn::ItemStatic) {}
    fn visit_type_array(&mut self, _: &'ast syn::TypeArray) {}
    fn visit_generic_argument(&mut self, _: &'ast syn::GenericArgument) {}
    fn visit_expr_const(&mut self, _: &'ast syn::ExprConst) {}
    fn visit_expr_repeat(&mut self, repeat: &'ast syn::ExprRepeat) {
        self.visit_expr(&repeat.expr);
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if item.sig.constness.is_none() {
            self.body(&item.block);
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if item.sig.constness.is_none() {
            self.body(&item.block);
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.body(block);
        }
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        if !has_let(&binary.left) && !has_let(&binary.right) {
            let (whole, operator) = (self.range(binary), self.range(&binary.op));
            let found = self.at(Genre::BinaryOperator, &binary.op);
            let arms =
                found.into_iter().map(|i| (i, self.with(&whole, operator.clone(), &self.mutants[i].replacement)));
            let arms = arms.collect();
            self.add(whole, Place::Around, arms);
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_unary(&mut self, unary: &'ast syn::ExprUnary) {
        let (whole, operator) = (self.range(unary), self.range(&unary.op));
        let found = self.at(Genre::UnaryOperator, &unary.op);
        let arms = found.into_iter().map(|i| (i, self.with(&whole, operator.clone(), ""))).collect();
        self.add(whole, Place::Around, arms);
        visit::visit_expr_unary(self, unary);
    }

    fn visit_expr_struct(&mut self, expr: &'ast syn::ExprStruct) {
        let whole = self.range(expr);
        let mut arms = Vec::new();
        for pair in expr.fields.pairs() {
            let (field, comma) = pair.into_tuple();
            let mut range = self.range(field);
            if let Some(comma) = comma {
                range.end = self.range(comma).end;
            }
            arms.extend(
                self.at(Genre::StructField, field).into_iter().map(|i| (i, self.with(&whole, range.clone(), ""))),
            );
        }
        self.add(whole, Place::Around, arms);
        visit::visit_expr_struct(self, expr);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        let deleted: Vec<_> = self.at(Genre::MatchArm, arm).into_iter().map(|i| (i, "false".to_owned())).collect();
        if let Some((_, guard)) = &arm.guard {
            let range = self.range(&**guard);
            self.add(range.start..range.start, Place::BeforeGuard, deleted);
            let found = self.at(Genre::MatchArmGuard, &**guard);
            let arms = found.into_iter().map(|i| (i, self.mutants[i].replacement.clone())).collect();
            self.add(range, Place::Around, arms);
        } else {
            let end = self.range(&arm.pat).end;
            self.add(end..end, Place::NoGuard, deleted);
        }
        visit::visit_arm(self, arm);
    }
}

/// Where the code of a mutant and its place begin and end: they come out of the text once it is whole.
fn mark(kind: &str, number: usize) -> String {
    format!("/*{kind}{number}*/")
}

struct Writer<'a> {
    source: &'a str,
    nodes: &'a [Node],
    next: usize,
    placed: Vec<(usize, usize, usize)>,
}

impl Writer<'_> {
    /// The source of a range, with the nodes from `node` on that are within.
    fn text(&mut self, range: Range<usize>, node: &mut usize) -> String {
        let (mut text, mut at) = (String::new(), range.start);
        while let Some(here) = self.nodes.get(*node).filter(|here| here.range.end <= range.end) {
            *node += 1;
            text.push_str(&self.source[at..here.range.start]);
            at = here.range.end;
            self.node(&mut text, here, node);
        }
        text.push_str(&self.source[at..range.end]);
        text
    }

    fn node(&mut self, text: &mut String, here: &Node, node: &mut usize) {
        let (first, count) = (self.next, here.arms.len());
        self.next += count;
        let (open, close) = (mark("[", first), mark("]", first));
        let inner = match here.place {
            Place::Around => format!("({})", self.text(here.range.clone(), node)),
            Place::Entry => "{}".to_owned(),
            Place::NoGuard | Place::BeforeGuard => "true".to_owned(),
        };
        let before = if here.place == Place::NoGuard { " if " } else { "" };
        let after = if here.place == Place::BeforeGuard { " && " } else { "" };
        let (left, right) = if here.place == Place::Entry { ("", "") } else { ("(", ")") };
        let _ = write!(text, "{before}{open}{left}match crate::mutated::at({first}, {count}) {{ 0 => {inner},");
        for (k, (index, code)) in here.arms.iter().enumerate() {
            let number = first + k;
            let pattern = if k + 1 == count { "_".to_owned() } else { (k + 1).to_string() };
            let _ = write!(text, " {pattern} => {}{code}{},", mark("<", number), mark(">", number));
            self.placed.push((*index, number, first));
        }
        let _ = write!(text, " }}{right}{close}{after}");
    }
}

/// A file with the mutants of its list except those whose names are left out, numbered from `first`.
pub fn instrument(source: &str, mutants: &[Mutant], left_out: &BTreeSet<String>, first: usize) -> Result<Instrumented> {
    let file = syn::parse_file(source)?;
    let lines = std::iter::once(0).chain(source.match_indices('\n').map(|(i, _)| i + 1)).collect();
    let mut finder = Finder { source, lines, mutants, left_out, nodes: Vec::new() };
    finder.visit_file(&file);
    let mut nodes = finder.nodes;
    // what is around comes before what is within; what is before a guard comes before what is around it
    nodes.sort_by_key(|node| (node.range.start, node.place == Place::Around, std::cmp::Reverse(node.range.end)));
    let mut writer = Writer { source, nodes: &nodes, next: first, placed: Vec::new() };
    let marked = writer.text(0..source.len(), &mut 0);
    let find = |kind: &str, number: usize| marked.find(&mark(kind, number)).expect("a mark that was written");
    let placed = writer.placed.iter().map(|&(index, number, first)| Placed {
        index,
        number,
        first,
        code: find("<", number)..find(">", number),
        whole: find("[", first)..find("]", first),
    });
    let placed = placed.collect();
    Ok(Instrumented { text: marked, placed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::{Position, Span};

    fn mutant(genre: Genre, replacement: &str, column: usize) -> Mutant {
        let span = Span { start: Position { line: 1, column } };
        let name = format!("{column} {replacement}");
        Mutant { file: "x.rs".to_owned(), name, genre, replacement: replacement.to_owned(), span }
    }

    /// The text without marks.
    fn text(source: &str, mutants: &[Mutant], left_out: &[&str]) -> (String, usize) {
        let left_out = left_out.iter().map(|&name| name.to_owned()).collect();
        let done = instrument(source, mutants, &left_out, 1).unwrap();
        let mut text = done.text;
        for kind in ["<", ">", "[", "]"] {
            for number in 1..9 {
                text = text.replace(&mark(kind, number), "");
            }
        }
        (text.replace("crate::mutated::", ""), done.placed.len())
    }

    #[test]
    fn operators_nest_and_other_mutants_stand_in_the_first_arm_alone() {
        let source = "fn f(ε: i32) -> bool { -ε * 2 > 1 }";
        let mutants = [
            mutant(Genre::FnValue, "true", 24),
            mutant(Genre::UnaryOperator, "", 24),
            mutant(Genre::BinaryOperator, "+", 27),
            mutant(Genre::BinaryOperator, "/", 27),
            mutant(Genre::BinaryOperator, "==", 31),
        ];
        let (found, placed) = text(source, &mutants, &[]);
        assert_eq!(placed, 5);
        let negated = "(match at(5, 1) { 0 => (-ε), _ => ε, })";
        let product = format!("(match at(3, 2) {{ 0 => ({negated} * 2), 1 => -ε + 2, _ => -ε / 2, }})");
        let greater = format!("(match at(2, 1) {{ 0 => ({product} > 1), _ => -ε * 2 == 1, }})");
        assert_eq!(
            found,
            format!("fn f(ε: i32) -> bool {{match at(1, 1) {{ 0 => {{}}, _ => return true, }} {greater} }}")
        );
        // one that does not compile is left out
        assert_eq!(text(source, &mutants, &["27 +"]).1, 4);
    }

    #[test]
    fn arms_guards_and_fields() {
        let source = "fn f(x: P) -> P { match x.a { 0 => x, n if n > 1 => P { a: 2, ..x }, _ => x } }";
        let mutants = [
            mutant(Genre::MatchArm, "", 31),
            mutant(Genre::MatchArmGuard, "true", 44),
            mutant(Genre::MatchArm, "", 39),
            mutant(Genre::StructField, "", 57),
        ];
        let (found, placed) = text(source, &mutants, &[]);
        assert_eq!(placed, 4);
        for part in [
            "0 if (match at(1, 1) { 0 => true, _ => false, }) => x",
            "n if (match at(2, 1) { 0 => true, _ => false, }) && (match at(3, 1) { 0 => (n > 1), _ => true, }) =>",
            "(match at(4, 1) { 0 => (P { a: 2, ..x }), _ => P {  ..x }, })",
        ] {
            assert!(found.contains(part), "{part} in {found}");
        }
    }

    #[test]
    fn what_the_compiler_evaluates_asks_nothing() {
        let source = "const A: u8 = 1 + 2; const fn f() -> u8 { 1 + 2 } fn g() -> [u8; 1 + 2] { if let 1 = 1 && true { } [0; 3] }";
        let columns = [17, 45, 66, 93];
        let mutants = columns.map(|column| mutant(Genre::BinaryOperator, "-", column));
        assert_eq!(text(source, &mutants, &[]), (source.to_owned(), 0));
    }
}
