//! One runtime's life as it reported it.

use std::collections::{BTreeMap, VecDeque};

use mock_runtime::wire::loopback::BootKind;
use mock_runtime::witness::RequestKind;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::net::unix::OwnedWriteHalf;

use crate::base::{Span, Time};

/// One runtime's life as it reported it.
#[derive(Debug)]
pub(super) struct Life {
    pub(super) post: usize,
    pub(super) pid: u32,
    pub(super) user: String,
    pub(super) port: u16,
    pub(super) next_sequence: u64,
    /// By their ids.
    pub(super) sessions: BTreeMap<String, Session>,
    /// When its process began.
    pub(super) born: Time,
    /// When it began to serve, and what the disk decided.
    pub(super) ready: Option<(Time, BootKind)>,
    /// When its end began: it was asked to flush, or to go.
    pub(super) leaving: Option<Time>,
    /// When it was asked to flush.
    pub(super) flushed: Option<Time>,
    /// When SIGTERM came.
    pub(super) terminating: Option<Time>,
    /// When its end began, the numbers of those who could have gone in its place.
    pub(super) rivals: Vec<u64>,
    /// When it was last asked for something, or became ready.
    pub(super) last_used: Time,
    /// The last searches and saves.
    pub(super) requests: VecDeque<Request>,
    /// Somebody was told that its boot was his doing.
    pub(super) boot_is_told: bool,
    /// The connection it reports on; its end is the end of the process. None when that has come.
    line: Option<OwnedWriteHalf>,
}

/// A session it was given.
#[derive(Clone, Copy, Debug)]
pub(super) struct Session {
    /// When that was asked for.
    pub(super) asked: Time,
    /// How long it took; absent before its answer.
    pub(super) took: Option<Span>,
    /// When its end arrived.
    pub(super) ended: Option<Time>,
}

/// A search or a save.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    pub(super) what: RequestKind,
    /// When it arrived.
    pub(super) at: Time,
    /// When it was about to be answered; absent where it was not.
    pub(super) served: Option<Time>,
}

impl Life {
    pub(super) fn new(post: usize, line: OwnedWriteHalf) -> Self {
        Self {
            post,
            pid: 0,
            user: String::new(),
            port: 0,
            next_sequence: 0,
            sessions: BTreeMap::new(),
            born: Time::ZERO,
            ready: None,
            leaving: None,
            flushed: None,
            terminating: None,
            rivals: Vec::new(),
            last_used: Time::ZERO,
            requests: VecDeque::new(),
            boot_is_told: false,
            line: Some(line),
        }
    }

    /// A search or a save arrived.
    pub(super) fn requested(&mut self, what: RequestKind, at: Time, known: bool) {
        self.last_used = at;
        if self.requests.len() == REQUESTS_KEPT {
            self.requests.pop_front();
        }
        // What is refused takes no time.
        self.requests.push_back(Request { what, at, served: (!known).then_some(at) });
    }

    /// The oldest of that kind was answered.
    pub(super) fn served(&mut self, what: RequestKind, at: Time) {
        self.last_used = at;
        let waiting = self.requests.iter_mut().find(|request| request.what == what && request.served.is_none());
        if let Some(request) = waiting {
            request.served = Some(at);
        }
    }

    /// When it was last used before `at`, if it was idle then and had been used at all.
    pub(super) fn used_before(&self, at: Time) -> Option<Time> {
        let mut before = self.requests.iter().take_while(|request| request.at <= at);
        before.try_fold(None, |last: Option<Time>, request| {
            let served = request.served.filter(|served| *served <= at)?;
            Some(Some(last.map_or(served, |last| last.max(served))))
        })?
    }

    /// Whether it was asked for something within `span` after `at`.
    pub(super) fn is_asked_within(&self, span: Span, at: Time) -> bool {
        self.requests.iter().any(|request| request.at > at && request.at <= at + span)
    }

    /// Its end has begun, if it had not.
    pub(super) fn leaves(&mut self, at: Time) {
        self.leaving.get_or_insert(at);
    }

    /// Its process is gone, and so is the line.
    pub(super) fn hang_up(&mut self) {
        self.line = None;
    }

    /// Whether the process is gone although its end was not read yet: the kernel knows before we do.
    pub(super) fn has_hung_up(&self) -> bool {
        let Some(line) = &self.line else { return true };
        let stream: &tokio::net::UnixStream = line.as_ref();
        let mut asked = [PollFd::new(stream, PollFlags::empty())];
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        poll(&mut asked, Some(&at_once)).is_ok_and(|_| asked[0].revents().contains(PollFlags::HUP))
    }
}

/// More than are asked of one runtime while an answer is on its way to the harness.
const REQUESTS_KEPT: usize = 64;
