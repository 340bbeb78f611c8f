//! The weather of the mock cloud: up or down, quick or slow.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::base::Span;

/// A handle on a running cloud's weather. Clones turn the same screws.
#[derive(Clone, Debug, Default)]
pub struct Conditions(Arc<Weather>);

#[derive(Debug, Default)]
struct Weather {
    down: AtomicBool,
    extra_latency_ns: AtomicU64,
}

impl Conditions {
    /// While down, every call is refused with 503 `cloud.unavailable` and nothing is taken in.
    pub fn set_down(&self, down: bool) {
        self.0.down.store(down, Ordering::Relaxed);
    }

    /// Added to every answer from the next call on; [`Span::ZERO`] ends it.
    pub fn set_extra_latency(&self, extra: Span) {
        self.0.extra_latency_ns.store(extra.ns(), Ordering::Relaxed);
    }

    pub(super) fn is_down(&self) -> bool {
        self.0.down.load(Ordering::Relaxed)
    }

    pub(super) fn extra_latency(&self) -> Span {
        Span::from_ns(self.0.extra_latency_ns.load(Ordering::Relaxed))
    }
}
