//! Every example is run, and its complete output compared with the text beside it.

use std::cell::RefCell;

thread_local! {
    static OUTPUT: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Instead of the standard library's: the examples below print into a text.
macro_rules! println {
    ($($argument:tt)*) => {
        crate::print_line(format!($($argument)*))
    };
}

fn print_line(line: String) {
    OUTPUT.with_borrow_mut(|output| {
        output.push_str(&line);
        output.push('\n');
    });
}

macro_rules! examples {
    ($($(#[$condition:meta])? $name:ident)*) => {
        $(
            $(#[$condition])?
            mod $name {
                include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/", stringify!($name), ".rs"));

                #[test]
                #[allow(clippy::let_unit_value, reason = "some examples return a result")]
                fn prints_what_stands_beside_it() {
                    let result = main();
                    assert_eq!(format!("{result:?}").replace("Ok(())", "()"), "()");
                    let printed = crate::OUTPUT.take();
                    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/", stringify!($name), ".txt");
                    // `PRINT=1 cargo test --test examples` writes the texts anew
                    if std::env::var_os("PRINT").is_some() {
                        std::fs::write(path, &printed).unwrap();
                    }
                    assert_eq!(printed, std::fs::read_to_string(path).unwrap_or_default());
                }
            }
        )*

        /// None is forgotten, and none is long.
        #[test]
        fn all_are_here() {
            let sweeps = ["accuracy", "special_accuracy"];
            let mut here = vec![sweeps[0], sweeps[1], $(stringify!($name)),*];
            here.sort_unstable();
            let mut found = vec![];
            for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/examples")).unwrap() {
                let path = entry.unwrap().path();
                if path.extension().is_some_and(|extension| extension == "rs") {
                    let name = path.file_stem().unwrap().to_str().unwrap().to_string();
                    let lines = std::fs::read_to_string(&path).unwrap().lines().count();
                    assert!(lines < 60 || sweeps.contains(&&*name), "{name} has {lines} lines");
                    found.push(name);
                }
            }
            found.sort_unstable();
            assert_eq!(found, here);
        }
    };
}
examples! {
    first_gradient newtons_method every_order robot_arm curvature ode_series own_rule implicit_function nan_hunt checking
    pendulum #[cfg(feature = "nalgebra")] cholesky
}
