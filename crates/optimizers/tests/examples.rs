//! Examples whose complete output stands beside them as a text.

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
    ($($name:ident)*) => { $(
        mod $name {
            include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/", stringify!($name), ".rs"));

            #[test]
            fn prints_what_stands_beside_it() {
                main().unwrap();
                let printed = crate::OUTPUT.take();
                let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/", stringify!($name), ".txt");
                // `PRINT=1 cargo test -p optimizers --test examples` writes the texts anew
                if std::env::var_os("PRINT").is_some() {
                    std::fs::write(path, &printed).unwrap();
                }
                assert_eq!(printed, std::fs::read_to_string(path).unwrap_or_default());
            }
        }
    )* };
}
examples! { tune_step }
