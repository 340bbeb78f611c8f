//! What the witness saw of one operation: where its time went, without a word of the client.

use mock_runtime::wire::loopback::BootKind;
use mock_runtime::witness::RequestKind;

use super::book::Book;
use super::life::Life;
use crate::base::{Admission, Span, Time};

/// An operation, as the harness knows it.
#[derive(Clone, Copy, Debug)]
pub(in crate::run) struct Sought<'s> {
    pub(in crate::run) post: usize,
    pub(in crate::run) user: &'s str,
    /// What must have arrived at a runtime; nothing in particular where a call only began.
    pub(in crate::run) what: Option<RequestKind>,
    /// When the client began.
    pub(in crate::run) from: Time,
    /// When it had its answer.
    pub(in crate::run) until: Time,
}

/// What was seen of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::run) struct Sighting {
    /// What getting a runtime meant, and how long it took: until the first request arrived there, or a call had begun.
    pub(in crate::run) admission: (Admission, Span),
    /// What the session's start took, where there was one.
    pub(in crate::run) session_start: Option<Span>,
    /// From the request's arrival at the runtime until the client had its answer.
    pub(in crate::run) exchange: Option<Span>,
}

impl Book {
    /// Looks for the runtime that served it, and says so once of each boot: who else waited for that has joined it.
    pub(super) fn sight(&mut self, sought: Sought<'_>) -> Option<Sighting> {
        let gone = self.gone.iter_mut();
        let served = self.lives.values_mut().rev().chain(gone.rev());
        served.filter(|life| life.post == sought.post && life.user == sought.user).find_map(|life| seen(life, sought))
    }
}

fn seen(life: &mut Life, sought: Sought<'_>) -> Option<Sighting> {
    let during = |at: Time| at + NEARLY >= sought.from && at <= sought.until + NEARLY;
    let (ready, kind) = life.ready.filter(|(ready, _)| *ready <= sought.until + NEARLY)?;
    let arrived = match sought.what {
        None => None,
        Some(what) => {
            let mut requests = life.requests.iter().rev();
            Some(requests.find(|request| request.what == what && during(request.at))?.at)
        }
    };
    let session = life.sessions.values().find(|session| during(session.asked));
    let waited = ready > sought.from;
    let was_told = life.boot_is_told;
    life.boot_is_told |= waited;
    let admission = match (waited, was_told, kind) {
        (false, ..) => Admission::Reuse,
        (true, true, _) => Admission::Join,
        (true, false, BootKind::Warm) => Admission::Warm,
        (true, false, BootKind::Cold) => Admission::Cold,
    };
    let reached = session.map(|session| session.asked).or(arrived).unwrap_or(sought.until);
    Some(Sighting {
        admission: (admission, reached.since(sought.from)),
        session_start: session.and_then(|session| session.took),
        exchange: arrived.map(|arrived| sought.until.since(arrived)),
    })
}

/// Beyond what comparing clocks leaves open.
const NEARLY: Span = Span::from_ms(2);
