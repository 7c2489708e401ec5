//! The book in `docs/`: its Rust blocks as doctests, and the pages that programs write.
//!
//! `cargo run -p book` writes the pages of [`mod@reference`]; the tests in `tests/` hold all pages to what they must be.

pub mod reference;
pub mod source;

use std::path::{Path, PathBuf};

/// Each page whose Rust blocks are compiled and run; `tests/pages.rs` finds one that is not listed.
macro_rules! tested {
    ($($(#[$condition:meta])? $page:literal)*) => {
        /// The pages whose Rust blocks are doctests.
        pub const TESTED: &[&str] = &[$($page),*];

        $(
            #[cfg(doctest)]
            $(#[$condition])?
            const _: () = {
                #[doc = include_str!(concat!("../../../", $page))]
                struct Page;
            };
        )*
    };
}

tested! {
    "README.md"
    "crates/autodiff/README.md"
    "crates/optimizers/README.md"
    "docs/architecture.md"
    #[cfg(feature = "others")] "docs/coming_from/argmin.md"
    "docs/coming_from/forward_diff.md"
    "docs/coming_from/jax.md"
    #[cfg(feature = "others")] "docs/coming_from/num_dual.md"
    "docs/conventions.md"
    #[cfg(feature = "others")] "docs/how_to/argmin.md"
    "docs/how_to/fit_with_bounds.md"
    "docs/how_to/many_variables.md"
    "docs/how_to/nalgebra.md"
    "docs/how_to/nan.md"
    #[cfg(feature = "others")] "docs/how_to/num_dual.md"
    "docs/how_to/own_rules.md"
    "docs/how_to/single_precision.md"
    "docs/how_to/sparse.md"
    #[cfg(feature = "others")] "docs/how_to/threads.md"
    "docs/tutorial.md"
    "docs/why/forward_or_reverse.md"
    "docs/why/numbers.md"
    "docs/why/perturbation_confusion.md"
}

/// The root of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The pages, by their paths from the root: those at the root and beside each crate's manifest, and all of `docs/`.
///
/// # Errors
///
/// What reading a directory says.
pub fn pages() -> std::io::Result<Vec<String>> {
    fn collect(root: &Path, directory: &str, deep: bool, pages: &mut Vec<String>) -> std::io::Result<()> {
        for entry in std::fs::read_dir(root.join(directory))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if directory.is_empty() { name } else { format!("{directory}/{name}") };
            if entry.file_type()?.is_dir() {
                if deep {
                    collect(root, &path, deep, pages)?;
                }
            } else if path.ends_with(".md") {
                pages.push(path);
            }
        }
        Ok(())
    }
    let mut pages = Vec::new();
    collect(&root(), "", false, &mut pages)?;
    for krate in std::fs::read_dir(root().join("crates"))? {
        collect(&root(), &format!("crates/{}", krate?.file_name().to_string_lossy()), false, &mut pages)?;
    }
    collect(&root(), "docs", true, &mut pages)?;
    pages.sort();
    Ok(pages)
}
