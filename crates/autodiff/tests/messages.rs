//! What the compiler says to a user who took the wrong driver: it names the right one.

// with more features the compiler lists more implementations
#![cfg(not(any(feature = "nalgebra", feature = "num-traits", feature = "num-dual")))]

use std::process::Command;

#[test]
fn the_compiler_names_the_right_driver() {
    // the recorded messages are those of one compiler; others word the rest of the message differently
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let version = Command::new(rustc).arg("--version").output().map(|output| output.stdout).unwrap_or_default();
    if !version.starts_with(b"rustc 1.95.") {
        eprintln!("not compared: the messages are recorded with rustc 1.95");
        return;
    }
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
