//! Events to histograms, counters and a summary; thresholds.
mod event;
pub use event::{Admission, BootKind, DrainReason, ErrorCode, Event, Level, Recall, Save};
