//! What stands in the doc comments of the sources, as Markdown for the book.

use crate::root;

/// A source file by its path from the root.
///
/// # Panics
///
/// If it cannot be read: the book is made in its repository.
pub fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The doc comment above the first line that begins with `item`, up to its first block of code; `None` if there is none.
pub fn documentation(source: &str, item: &str) -> Option<String> {
    let mut comment = Vec::new();
    for line in source.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("///") {
            comment.push(text.strip_prefix(' ').unwrap_or(text));
        } else if line.starts_with(item) && !comment.is_empty() {
            let prose: Vec<_> = comment.into_iter().take_while(|line| !line.starts_with("```")).collect();
            return Some(without_links(prose.join("\n").trim()));
        } else if !line.starts_with("#[") {
            comment.clear();
        }
    }
    None
}

/// The variants of an enum, each with its doc comment and its `#[error("…")]` text.
pub fn variants(source: &str, name: &str) -> Vec<(String, String, Option<String>)> {
    let mut found = Vec::new();
    let (mut comment, mut message) = (Vec::new(), None);
    // a variant stands four columns in, its fields further
    let lines = source.lines().skip_while(|line| !line.starts_with(&format!("pub enum {name} ")));
    for line in lines.skip(1).take_while(|line| *line != "}") {
        let Some(line) = line.strip_prefix("    ").filter(|line| !line.starts_with(' ')) else { continue };
        if let Some(text) = line.strip_prefix("/// ") {
            comment.push(text);
        } else if let Some(text) = line.strip_prefix("#[error(\"") {
            // behind the text may stand what it is filled with
            message = text.split_once('"').map(|(text, _)| text.to_owned());
        } else if line.starts_with(char::is_alphabetic) {
            let variant = line.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            found.push((variant.to_owned(), without_links(&comment.join(" ")), message.take()));
            comment.clear();
        }
    }
    found
}

/// The text, where a link to an item, `` [`x`](y) `` or `` [`x`] ``, is its name alone.
fn without_links(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("[`") {
        let Some(length) = rest[start..].find("`]") else { break };
        out.push_str(&rest[..start]);
        out.push_str(&rest[start + 1..start + length + 1]);
        rest = &rest[start + length + 2..];
        if rest.starts_with('(') {
            // a path may hold `()`
            let mut open = 0;
            let end = rest.find(|c| {
                open += i32::from(c == '(') - i32::from(c == ')');
                open == 0
            });
            rest = end.map_or(rest, |end| &rest[end + 1..]);
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_read_up_to_their_code() {
        let source = "/// Not this.\nfn other() {}\n/// One [`Thing`](crate::thing()) and\n/// [`two`].\n///\n/// ```\n/// code();\n/// ```\n#[inline]\npub fn item() {}\n";
        assert_eq!(documentation(source, "pub fn item").unwrap(), "One `Thing` and\n`two`.");
        assert_eq!(documentation(source, "pub fn absent"), None);
    }

    #[test]
    fn variants_have_their_comments_and_messages() {
        let source = "pub enum E {\n    /// First.\n    A,\n    /// Second\n    /// one.\n    #[error(\"{b} is bad\")]\n    B {\n        /// Not this.\n        b: u8,\n    },\n}\n/// After.\npub enum F {\n}\n";
        let found = variants(source, "E");
        let expected = [("A", "First.", None), ("B", "Second one.", Some("{b} is bad"))];
        assert!(found.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_deref())).eq(expected));
    }
}
