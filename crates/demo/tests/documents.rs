//! The console blocks of README and docs are run: what they show is what the program prints.
//! (Their Rust blocks are doctests of the crate `book`.)

mod program;

use std::path::{Path, PathBuf};

use program::demo;

/// The blocks of a language in a document.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim() == format!("```{language}") {
            blocks
                .push(lines.by_ref().take_while(|line| line.trim() != "```").map(|line| format!("{line}\n")).collect());
        }
    }
    blocks
}

/// Words as a shell splits them, with quotes.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for character in line.chars() {
        match (quote, character) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}

fn documents() -> Vec<(String, String)> {
    fn collect(directory: &Path, paths: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, paths);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                paths.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut paths = vec![root.join("README.md")];
    collect(&root.join("docs"), &mut paths);
    let read = |path: PathBuf| (path.display().to_string(), std::fs::read_to_string(path).unwrap());
    paths.into_iter().map(read).collect()
}

#[test]
fn console_blocks_show_what_is_printed() {
    let mut count = 0;
    for (name, text) in documents() {
        for block in blocks(&text, "console") {
            let (command, expected) = block.split_once('\n').unwrap();
            let command = words(command.strip_prefix("$ ").unwrap_or_else(|| panic!("{name}: no `$ ` in {block}")));
            assert_eq!(command[0], "demo", "{name}: only the program's own commands are run: {block}");
            let outcome = demo(&command[1..]);
            assert_eq!(outcome.code, Some(0), "{name}: {block}\n{}", outcome.stderr);
            assert_eq!(outcome.stdout, expected, "{name}: {block}");
            count += 1;
        }
    }
    assert!(count > 0);
}

/// Text blocks of the README quote the notebook's output, with … for what is left out.
#[test]
fn the_readme_quotes_the_notebook() {
    let (_, readme) = documents().remove(0);
    let printed: Vec<&str> = include_str!("../reference/notebook_output.txt").lines().collect();
    let block = &blocks(&readme, "text")[0];
    let mut from = 0;
    for line in block.lines().filter(|line| *line != "…") {
        let found = printed[from..].iter().position(|printed| *printed == line);
        from += found.unwrap_or_else(|| panic!("'{line}' is not printed, or not there")) + 1;
    }
}

/// The README's picture is what the command beside it draws.
#[test]
fn the_picture_is_drawn_by_its_command() {
    let (_, readme) = documents().remove(0);
    let command = readme.split('`').find(|code| code.starts_with("demo ") && code.contains("--plot docs/")).unwrap();
    let (command, path) = command.split_once(" --plot ").unwrap();
    let directory = tempfile::tempdir().unwrap();
    let drawn = directory.path().join("picture.svg");
    let mut arguments = words(command).split_off(1);
    arguments.extend(["--plot".to_owned(), drawn.display().to_string()]);
    assert_eq!(demo(&arguments).code, Some(0));
    let expected = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)).unwrap();
    assert!(std::fs::read_to_string(drawn).unwrap() == expected, "{path} is not what `{command}` draws");
}

/// Every block says what it is, so none escapes being run.
#[test]
fn every_block_has_a_language_that_is_tested_or_known() {
    for (name, text) in documents() {
        let mut inside = false;
        for line in text.lines().filter(|line| line.trim_start().starts_with("```")) {
            inside = !inside;
            let language = line.trim_start().trim_start_matches('`');
            // those of other languages are quoted, not run
            let known = ["rust", "console", "text", "sh", "toml", "python", "julia"];
            assert!(!inside || known.contains(&language), "{name}: a block of '{language}'");
        }
        assert!(!inside, "{name}: a block is not closed");
    }
}

/// The two commands of the README are the ones that CI runs.
#[test]
fn the_readme_commands_are_run_by_ci() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let script = std::fs::read_to_string(root.join(".ci/run")).unwrap();
    let (_, readme) = documents().remove(0);
    for block in blocks(&readme, "sh") {
        assert!(script.contains(block.trim()), "CI does not run: {block}");
    }
}

/// The tests that docs/bad_input.md names are there.
#[test]
fn the_tests_of_bad_input_exist() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let text = include_str!("../../../docs/bad_input.md");
    let names: Vec<&str> = text.split('`').filter(|name| name.contains(".rs::")).collect();
    assert!(names.len() > 40);
    for name in names {
        let (file, test) = name.split_once("::").unwrap();
        let place = if file.contains('/') { "../../.." } else { "" };
        let source = std::fs::read_to_string(tests.join(place).join(file)).unwrap();
        assert!(source.contains(&format!("#[test]\nfn {test}()")), "{name}");
    }
    let heads = ["| input |", "| --- |"];
    let mut rows =
        text.lines().filter(|line| line.starts_with("| ") && !heads.iter().any(|head| line.starts_with(head)));
    assert!(rows.all(|row| row.contains(".rs") || row.contains("cannot be typed")));
}
