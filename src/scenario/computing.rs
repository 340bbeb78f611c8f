//! What of a runtime's work is computing.

use crate::base::Span;

/// Processor time within the work of a runtime, by kind of work: at the most, for a draw that is shorter is computing
/// all through. Work takes as long as its law says where a core is free from beginning to end, and longer where its
/// host's cores are shared. Nothing, the default, is work that only waits: for a disk, say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Computing {
    /// Within a cold boot.
    pub boot_cold: Span,
    /// Within a warm boot.
    pub boot_warm: Span,
    /// Within a `session/start`.
    pub session_start: Span,
    /// Within a `search_memory`.
    pub search: Span,
    /// Within a `turn/after`.
    pub save: Span,
    /// Within a `sync/flush`.
    pub flush: Span,
    /// Between SIGTERM and exit.
    pub terminate: Span,
}
