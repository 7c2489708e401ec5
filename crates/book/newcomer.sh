#!/usr/bin/env bash
# A newcomer's path, timed: a clone, the README's commands, and the tutorial's first program in a project beside it. Each step
# is what the pages say, word for word; nothing is built before, and only the registry's cache is shared.
set -euo pipefail
unset CARGO_TARGET_DIR
root=$(cd "$(dirname "$0")/../.." && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"

# the N-th block of a language in a page
block() { awk -v fence="\`\`\`$2" -v n="$3" '$0 == "```" { inside = 0 } inside; $0 == fence { inside = ++count == n }' "$1"; }
step() {
    local begun=$SECONDS
    echo "\$ $1"
    eval "$1" >"$place/output" 2>&1 || { tail -20 "$place/output"; exit 1; }
    tail -1 "$place/output"
    echo "  $((SECONDS - begun)) s"
}

step "git clone --quiet '$root' exact-derivatives"
cd exact-derivatives
for n in $(seq "$(grep -c '^```sh$' README.md)"); do step "$(block README.md sh "$n")"; done
cd "$place"
begun=$SECONDS
eval "$(block exact-derivatives/docs/tutorial.md sh 1)" >/dev/null 2>&1
{
    block ../exact-derivatives/docs/tutorial.md rust 1 | grep '^use'
    echo 'fn main() {'
    block ../exact-derivatives/docs/tutorial.md rust 1 | grep -v '^use'
    echo '    println!("{slope:?}");'
    echo '}'
} >src/main.rs
step "cargo run"
echo "the tutorial's first program: $((SECONDS - begun)) s; in all $SECONDS s"
