//! Every page is in the book, its links lead somewhere, and its Rust blocks are tested.

use std::path::Path;

use book::{TESTED, pages, root};

fn read(page: &str) -> String {
    std::fs::read_to_string(root().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"))
}

/// The lines outside of blocks of code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        inside ^= fence;
        !inside && !fence
    })
}

/// A page with a Rust block is in the list of `src/lib.rs`, and nothing else is.
#[test]
fn no_page_escapes_being_tested() {
    for page in pages().unwrap() {
        let has_rust = read(&page).lines().any(|line| line.trim_start().starts_with("```rust"));
        assert_eq!(has_rust, TESTED.contains(&page.as_str()), "{page}");
    }
    for page in TESTED {
        assert!(root().join(page).exists(), "{page}");
    }
}

/// What is compiled is also run.
#[test]
fn blocks_are_run() {
    for page in TESTED {
        let text = read(page);
        let mut fences = text.lines().filter(|line| line.trim_start().starts_with("```rust"));
        assert!(fences.all(|fence| fence.trim() == "```rust"), "{page}: a block that is not run");
    }
}

/// The text's links `[…](target)`, without those in code.
fn links(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in prose(text) {
        let spoken: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        let targets = spoken.split("](").skip(1).filter_map(|rest| rest.split(')').next().map(str::to_owned));
        found.extend(targets);
    }
    found
}

/// A heading's name in a link, as GitHub and mdBook make it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

#[test]
fn links_resolve() {
    let mut count = 0;
    for page in pages().unwrap() {
        for link in links(&read(&page)) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            count += 1;
            let (path, place) = link.split_once('#').map_or((link.as_str(), None), |(path, place)| (path, Some(place)));
            let directory = root().join(&page).parent().unwrap().to_owned();
            let target = if path.is_empty() { root().join(&page) } else { directory.join(path) };
            assert!(target.exists(), "{page}: {link} leads nowhere");
            if let Some(place) = place {
                let text = std::fs::read_to_string(&target).unwrap();
                let found = prose(&text)
                    .filter(|line| line.starts_with('#'))
                    .any(|line| anchor(line.trim_start_matches('#')) == place);
                assert!(found, "{page}: {link} has no such heading");
            }
        }
    }
    assert!(count > 50, "{count} links");
}

/// The book leaves no page of `docs/` out, and its links stay within it, for mdBook copies nothing else.
#[test]
fn every_page_is_in_the_book() {
    let listed: Vec<_> = links(&read("docs/SUMMARY.md")).into_iter().map(|link| format!("docs/{link}")).collect();
    let expected: Vec<_> =
        pages().unwrap().into_iter().filter(|p| p.starts_with("docs/") && p != "docs/SUMMARY.md").collect();
    for page in &expected {
        assert_eq!(listed.iter().filter(|link| *link == page).count(), 1, "{page} in docs/SUMMARY.md");
        for link in links(&read(page)) {
            if link.contains("://") || link.starts_with('#') {
                continue;
            }
            let depth = page.matches('/').count() - 1;
            assert!(link.matches("../").count() <= depth, "{page}: {link} leaves the book");
        }
    }
    assert_eq!(listed.len(), expected.len());
    assert!(Path::new(&root().join("book.toml")).exists());
}

/// The commands that pages name are in the justfile.
#[test]
fn commands_exist() {
    let justfile = read("justfile");
    let recipes: Vec<_> = justfile
        .lines()
        .filter(|line| line.starts_with(char::is_alphabetic) && line.contains(':'))
        .filter_map(|line| line.split([' ', ':']).next())
        .collect();
    let mut count = 0;
    for page in pages().unwrap() {
        let text = read(&page);
        let named = text.split('`').chain(text.lines()).filter_map(|code| code.strip_prefix("just "));
        for name in named.filter_map(|rest| rest.split_whitespace().next()).filter(|name| !name.starts_with('-')) {
            assert!(recipes.contains(&name), "{page}: `just {name}`");
            count += 1;
        }
    }
    assert!(count > 20, "{count} commands");
}
