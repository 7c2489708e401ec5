//! Writes the pages that are made from the sources.

use std::process::ExitCode;

fn main() -> ExitCode {
    for (path, text) in book::reference::pages() {
        let path = book::root().join(path);
        if let Err(error) = std::fs::write(&path, text) {
            eprintln!("cannot write {}: {error}", path.display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
