//! Help, completions, the manual page: made from the definition of the command line, whole and in all places.

mod program;

use std::io::Write;
use std::process::{Command, Stdio};

use program::demo;

/// The commands, as the help lists them.
fn commands() -> Vec<String> {
    let help = demo(&["--help"]).stdout;
    let list = help.split_once("Commands:\n").unwrap().1.split_once("\n\n").unwrap().0;
    list.lines().map(|line| line.split_whitespace().next().unwrap().to_owned()).filter(|name| name != "help").collect()
}

#[test]
fn every_command_has_help_with_examples() {
    let commands = commands();
    assert!(commands.len() >= 8, "{commands:?}");
    for command in &commands {
        let help = demo(&[command.as_str(), "--help"]);
        assert_eq!(help.code, Some(0));
        let (_, examples) = help.stdout.split_once("Example").unwrap_or_else(|| panic!("no example: {}", help.stdout));
        assert!(examples.contains(&format!("demo {command}")), "{}", help.stdout);
    }
    assert!(demo(&["--help"]).stdout.contains("Examples:"));
    // a command's own options stand together, before those that all share, and names come from the registry
    let help = demo(&["sweep", "--help"]).stdout;
    let (own, shared) = help.split_once("Shared options:").unwrap();
    assert!(own.contains("--plot") && own.contains("trust-region") && own.contains("zakharov"), "{own}");
    assert!(shared.contains("--json") && !own.contains("--json"), "{shared}");
}

#[test]
fn completions_know_every_command_and_long_option() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let outcome = demo(&["completions", shell]);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{shell}");
        assert_eq!(demo(&["completions", shell, "--out", "-"]).stdout, outcome.stdout);
        let options = ["optimizer", "function", "precision"];
        // the names of problems and optimizers too, where shells are told what an option may be
        let names = ["levenberg-marquardt", "himmelblau", "adamw"];
        let told = if ["bash", "fish", "zsh"].contains(&shell) { &names[..] } else { &[] };
        for word in commands().iter().map(String::as_str).chain(options).chain(told.iter().copied()) {
            assert!(outcome.stdout.contains(word), "{shell} does not know {word}");
        }
    }
    assert_eq!(demo(&["completions", "tcsh"]).code, Some(2));
    assert_eq!(demo(&["completions"]).code, Some(2));
}

/// Where there is a bash, it reads what is meant for it.
#[test]
fn bash_reads_its_completions() {
    let script = demo(&["completions", "bash"]).stdout;
    let child = Command::new("bash").arg("-n").stdin(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut child) = child else { return };
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_manual_has_every_command() {
    let page = demo(&["completions", "man"]).stdout;
    assert!(page.contains(".TH demo 1") && page.contains(".SH NAME"));
    assert!(!page.contains("broyden") && page.contains("f32"), "a paragraph for each problem");
    for command in commands() {
        assert!(page.contains(&format!(".SH \"DEMO {}\"", command.to_uppercase())), "{command}");
    }
    assert!(page.contains("OPTION=VALUE") && page.contains("Examples:"));
}

/// With `--out` the manual has a page for each command, and completions the name that their shell looks for; the folders are made.
#[test]
fn files_are_named_as_they_are_looked_for() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for (what, to, name) in [("bash", "a/b", "demo.bash"), ("zsh", "c", "_demo"), ("fish", "c", "demo.fish")] {
        let outcome = demo(&["completions", what, "--out", &place(to)]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), ""), "{}", outcome.stderr);
        let written = std::fs::read_to_string(folder.path().join(to).join(name)).unwrap();
        assert_eq!(written, demo(&["completions", what]).stdout);
    }
    assert_eq!(demo(&["completions", "man", "--out", &place("man1")]).code, Some(0));
    let page = |name: &str| std::fs::read_to_string(folder.path().join("man1").join(name)).unwrap();
    assert!(page("demo.1").contains(".TH demo 1"));
    for command in commands() {
        let page = page(&format!("demo-{command}.1"));
        assert!(page.contains(&format!(".TH demo-{command} 1")) && page.contains("Example"), "{command}");
    }
    assert_eq!(demo(&["figures", "--format", "svg", "--out", &place("d/e/f")]).code, Some(0));
    assert_eq!(std::fs::read_dir(place("d/e/f")).unwrap().count(), 5);
    // the other commands that write to a folder say and do the same
    for command in [&["completions", "man"][..], &["figures"], &["report"]] {
        for (to, reason) in [("man1/demo.1", "it is not a folder"), ("man1/demo.1/x", "")] {
            let outcome = demo(&[command, &["--out", &place(to)]].concat());
            assert_eq!((outcome.code, outcome.stderr.lines().count()), (Some(2), 1), "{}", outcome.stderr);
            assert!(outcome.stderr.ends_with(&format!("{reason}\n")), "{command:?}: {}", outcome.stderr);
        }
    }
}
