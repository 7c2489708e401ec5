# The habits of this workspace by name.

# print the notebook and check it
run *ARGS:
    cargo run --release -p demo -- {{ARGS}}

# all tests
test:
    cargo test --workspace

# numbers as release builds have them, without the check for confused perturbations
unchecked:
    cargo test -p autodiff --test perturbations --config profile.dev.package.autodiff.debug-assertions=false

# formatting and lints, as CI has them
lint:
    cargo fmt --check
    cargo clippy --workspace --all-targets --all-features -- -D warnings

# the documentation, without warnings
docs:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --all-features

# a newcomer's path from a clone to a first gradient, timed; half an hour on two busy cores, and some gigabytes in TMPDIR
newcomer:
    crates/book/newcomer.sh

# the pages of the book that are made from the sources
reference:
    cargo run -p book

# the book as web pages in target/book (needs mdBook)
book: reference
    mdbook build

# criterion benches
bench *ARGS:
    cargo bench -p benches {{ARGS}}

# ours, by hand and the peers side by side, and the bar of benches/targets.toml (`just ratios --quick` takes some seconds)
ratios *ARGS:
    cargo run --release -p benches --features ad_trait --bin ratios -- --check {{ARGS}}

# the same for this machine's widest vectors
ratios-native *ARGS:
    RUSTFLAGS="-C target-cpu=native" cargo run --release -p benches --features ad_trait --target-dir target/native --bin ratios -- --check {{ARGS}}

# instructions of the main cases by callgrind, beside benches/instructions.json (needs valgrind and `cargo install gungraun-runner@0.20.0`)
instructions *ARGS:
    CARGO_PROFILE_BENCH_DEBUG=1 CARGO_PROFILE_BENCH_STRIP=false cargo bench -p benches --features instructions --bench instructions -- --output-format=json | cargo run -q -p benches --bin instructions -- {{ARGS}}

# numpy's text on 100,000 random arrays (needs Python with numpy 1.23.5)
numpy-text SEED="2":
    mkdir -p target
    python crates/demo/tests/numpy_text/generate.py --seed {{SEED}} --cases 100000 > target/numpy_text.jsonl
    NUMPY_TEXT_CASES={{justfile_directory()}}/target/numpy_text.jsonl cargo test --release -p demo --test numpy_text

# L-BFGS-B beside scipy on 2,000 cases (needs Python with scipy 1.9.3 and numpy 1.23.5)
scipy SEED="2":
    mkdir -p target
    python crates/optimizers/tests/scipy/generate.py {{SEED}} 1000 1000 > target/scipy.json
    SCIPY_CASES={{justfile_directory()}}/target/scipy.json cargo test --release -p optimizers --test lbfgsb -- --nocapture

# first-order methods beside optax on 2,040 random runs (needs Python with optax 0.2.8 and jax 0.10.2; about a quarter of an hour)
optax SEED="11" RUNS="170":
    mkdir -p target
    python crates/optimizers/tests/optax/generate.py {{SEED}} {{RUNS}} > target/optax.json
    OPTAX_RUNS={{justfile_directory()}}/target/optax.json cargo test --release -p optimizers --test first_order -- --nocapture

# the time of a first-order step beside a hand-written loop
steps:
    cargo bench -p benches --bench first_order

# the worst errors of the derivatives in units of the last place, against MPFR (needs Python with gmpy2; about a quarter of an hour)
accuracy COUNT="1000000" SEED="1" *ARGS:
    python3 crates/autodiff/examples/accuracy.py --count {{COUNT}} --seed {{SEED}} {{ARGS}}

# the same of the special functions (needs Python with gmpy2 and mpmath; about half an hour)
special-accuracy COUNT="100000" SEED="1" *ARGS:
    python3 crates/autodiff/examples/special_accuracy.py --count {{COUNT}} --seed {{SEED}} {{ARGS}}

# the derivatives of other random formulas beside mpmath's (needs Python with mpmath and sympy)
derive SEED="2":
    mkdir -p target
    python3 crates/demo/tests/derive/generate.py {{SEED}} 200 > target/derive.json
    DERIVE_REFERENCES={{justfile_directory()}}/target/derive.json cargo test --release -p demo --test derive -- --nocapture

# matplotlib's ticks of other axes beside ours (needs Python with matplotlib 3.11)
ticks SEED="1":
    python3 crates/demo/tests/figures/generate.py {{SEED}} 120 > crates/demo/tests/figures/ticks.json
    cargo test -p demo --lib figures

# the tables and the profiles of the solvers beside scipy (crates/optimizers/tests/mgh/README.md)
solvers:
    cargo run --release -p optimizers --example solvers -- docs

# the figures of docs/physics.md, and its tables on standard output
physics:
    cargo run --release -p demo --example physics -- docs/figures

# the lesson's page in Chromium, two widths, light and dark (needs Python with playwright, and Chromium); pictures in target/report
report CHROMIUM="/usr/bin/chromium":
    cargo run --release -p demo -- report --out target/report
    python3 crates/demo/tests/report/look.py target/report/index.html target/report {{CHROMIUM}}

# how much longer a typed formula takes than the compiled closure
formula-speed:
    cargo run --release -p demo --example formula_speed

# licences, sources and duplicates of all dependencies (needs cargo-deny); `just deny advisories` fetches RustSec's database
deny *CHECKS="bans licenses sources":
    cargo deny check {{CHECKS}}

# combinations of features compile, of autodiff so many at a time (needs cargo-hack; a quarter of an hour)
hack DEPTH="2":
    cargo hack check -p autodiff --feature-powerset --depth {{DEPTH}} --lib
    cargo hack check -p optimizers -p demo -p book --feature-powerset --lib

# the oldest versions of direct dependencies that the manifests allow still serve; the lock file comes back
minimal-versions:
    cp Cargo.lock Cargo.lock.kept; trap 'mv Cargo.lock.kept Cargo.lock' EXIT; \
        RUSTC_BOOTSTRAP=1 cargo update -Z direct-minimal-versions && \
        cargo check -p autodiff -p optimizers -p demo --all-features --all-targets

# the oldest Rust that the manifests promise, which rustup installs if need be (needs cargo-hack)
msrv:
    cargo hack check --rust-version --workspace --all-features

# the packages of the libraries, built from what is in them
package:
    cargo package -p autodiff -p optimizers

# fuzz a target for so many seconds (needs cargo-fuzz and a C++ compiler; `just fuzz expressions 600`); docs/fuzzing.md has the targets
fuzz TARGET SECONDS="60" *ARGS:
    mkdir -p fuzz/corpus/{{TARGET}}
    cd fuzz && RUSTC_BOOTSTRAP=1 cargo fuzz run -s none --features libfuzzer {{TARGET}} corpus/{{TARGET}} seeds/{{TARGET}} -- -max_len=512 -max_total_time={{SECONDS}} {{ARGS}}

# the kept seeds, and so many random inputs, through every fuzz target on stable Rust
fuzz-seeds INPUTS="300":
    FUZZ_INPUTS={{INPUTS}} cargo test --manifest-path fuzz/Cargo.toml --target-dir target

# mutants of a crate that no test notices (needs cargo-mutants; `just mutants autodiff`, an hour; `--file dual.rs` for some)
mutants CRATE *ARGS:
    cargo run --release --manifest-path mutants/Cargo.toml --target-dir target -- {{CRATE}} {{ARGS}}

# which lines the libraries' tests run (needs cargo-llvm-cov, and llvm-tools of rustup)
coverage *ARGS:
    cargo llvm-cov --no-report -p autodiff --all-features --lib --tests
    cargo llvm-cov --no-report -p optimizers --all-features --lib --tests
    cargo llvm-cov report --ignore-filename-regex '/demo/|/benches/' {{ARGS}}

# what CI runs
ci:
    .ci/run
