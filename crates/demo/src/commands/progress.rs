//! Progress of long work: on standard error where that is a terminal, so that a pipe stays quiet.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::Shared;

/// How often a run shows that it is at work, be its steps as long as they like.
const TICK: std::time::Duration = std::time::Duration::from_millis(200);

/// Where progress is drawn.
pub(super) fn target(shared: &Shared) -> ProgressDrawTarget {
    if shared.quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() }
}

/// Of a run of so many steps at most; `None` if nobody sees it.
pub(super) fn of_run(optimizer: &'static str, iterations: usize, shared: &Shared) -> Option<ProgressBar> {
    let bar = ProgressBar::with_draw_target(Some(iterations as u64), target(shared));
    if bar.is_hidden() {
        return None;
    }
    if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}: step {pos} of {len}, {msg}{elapsed}") {
        bar.set_style(style);
    }
    bar.set_prefix(optimizer);
    bar.enable_steady_tick(TICK);
    Some(bar)
}
