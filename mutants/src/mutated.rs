
/// Which mutant is switched on, and which places are reached.
#[allow(missing_docs, missing_debug_implementations)]
pub mod mutated {
    extern crate std;
    use std::io::Write as _;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

    const UNKNOWN: usize = usize::MAX;
    const RECORDING: usize = usize::MAX - 1;
    static ACTIVE: AtomicUsize = AtomicUsize::new(UNKNOWN);
    static REACHED: [AtomicBool; COUNT] = [const { AtomicBool::new(false) }; COUNT];

    /// 0, or i + 1 if the mutant `first` + i of the place is switched on.
    #[inline]
    pub fn at(first: usize, count: usize) -> usize {
        let active = ACTIVE.load(Relaxed);
        // RECORDING is no mutant of any place
        let active = if active >= RECORDING { slow(first, active) } else { active };
        let i = active.wrapping_sub(first);
        if i < count { i + 1 } else { 0 }
    }

    #[cold]
    fn slow(first: usize, active: usize) -> usize {
        if active == UNKNOWN {
            let number = std::env::var("MUTANT").ok().and_then(|number| number.parse().ok());
            let recording = std::env::var_os("MUTANTS_REACHED").is_some();
            ACTIVE.store(number.unwrap_or(if recording { RECORDING } else { COUNT + 1 }), Relaxed);
        }
        if ACTIVE.load(Relaxed) == RECORDING && !REACHED[first].swap(true, Relaxed) {
            let path = std::env::var_os("MUTANTS_REACHED").unwrap_or_default();
            let file = std::fs::OpenOptions::new().append(true).create(true).open(path);
            if let Ok(mut file) = file {
                let _ = file.write_all(std::format!("{first}\n").as_bytes());
            }
        }
        ACTIVE.load(Relaxed)
    }
}
