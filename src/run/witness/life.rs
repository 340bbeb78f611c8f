//! One runtime's life as it reported it.

use std::collections::HashSet;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::net::unix::OwnedWriteHalf;

use crate::base::Time;

/// One runtime's life as it reported it.
#[derive(Debug)]
pub(super) struct Life {
    pub(super) post: usize,
    pub(super) pid: u32,
    pub(super) user: String,
    pub(super) port: u16,
    pub(super) next_sequence: u64,
    pub(super) sessions: HashSet<String>,
    /// When it was last asked for something, or became ready.
    pub(super) last_used: Time,
    /// The connection it reports on; its end is the end of the process.
    line: OwnedWriteHalf,
}

impl Life {
    pub(super) fn new(post: usize, line: OwnedWriteHalf) -> Self {
        Self {
            post,
            pid: 0,
            user: String::new(),
            port: 0,
            next_sequence: 0,
            sessions: HashSet::new(),
            last_used: Time::ZERO,
            line,
        }
    }

    /// Whether the process is gone although its end was not read yet: the kernel knows before we do.
    pub(super) fn has_hung_up(&self) -> bool {
        let stream: &tokio::net::UnixStream = self.line.as_ref();
        let mut asked = [PollFd::new(stream, PollFlags::empty())];
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        poll(&mut asked, Some(&at_once)).is_ok_and(|_| asked[0].revents().contains(PollFlags::HUP))
    }
}
