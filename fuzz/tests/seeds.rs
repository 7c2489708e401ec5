//! The kept seeds through every target, and what comes of them by chance: on stable Rust, without a fuzzer's guidance.

use std::fs;
use std::path::Path;

use fuzz::TARGETS;

/// The files of seeds/TARGET.
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{target} has no seeds");
    paths.into_iter().map(|path| (path.display().to_string(), fs::read(path).unwrap())).collect()
}

#[test]
fn kept_seeds() {
    for (name, target) in TARGETS {
        for (path, data) in seeds(name) {
            assert!(std::panic::catch_unwind(|| target(&data)).is_ok(), "{path}");
        }
    }
}

/// Numbers at random by xorshift (Marsaglia 2003).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: usize) -> usize {
        ((self.next() >> 16) % n as u64) as usize
    }

    fn bytes(&mut self) -> Vec<u8> {
        (0..self.below(120)).map(|_| (self.next() >> 24) as u8).collect()
    }

    /// A seed with some bytes changed, or a piece of another in their place.
    fn changed(&mut self, seeds: &[(String, Vec<u8>)]) -> Vec<u8> {
        let mut data = seeds[self.below(seeds.len())].1.clone();
        for _ in 0..1 + self.below(4) {
            let at = self.below(data.len() + 1);
            match self.below(4) {
                0 if at < data.len() => data[at] = (self.next() >> 24) as u8,
                1 if at < data.len() => drop(data.remove(at)),
                2 => {
                    let other = &seeds[self.below(seeds.len())].1;
                    let from = self.below(other.len() + 1);
                    let piece = &other[from..(from + 1 + self.below(20)).min(other.len())];
                    data.splice(at..at, piece.iter().copied());
                }
                _ => data.insert(at, (self.next() >> 24) as u8),
            }
        }
        data
    }
}

/// FUZZ_INPUTS inputs a target, every second a changed seed; FUZZ_SEED begins another row of them, FUZZ_TARGET is the only target.
#[test]
fn inputs_at_random() {
    let number = |name: &str, default: u64| std::env::var(name).map_or(default, |text| text.parse().unwrap());
    let (inputs, seed) = (number("FUZZ_INPUTS", 300), number("FUZZ_SEED", 0));
    let only = std::env::var("FUZZ_TARGET").ok();
    let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
    for (name, target) in TARGETS.into_iter().filter(|(name, _)| only.as_deref().is_none_or(|only| only == *name)) {
        let seeds = seeds(name);
        for i in 0..inputs {
            let data = if i % 2 == 0 { random.bytes() } else { random.changed(&seeds) };
            let escaped: String = data.iter().map(|byte| format!("\\x{byte:02x}")).collect();
            assert!(std::panic::catch_unwind(|| target(&data)).is_ok(), "{name}, input {i}: {escaped}");
        }
    }
}
