//! Every kind of misdeed is found with its proof, and not where the same story lacks the fault: lives told by hand, with
//! their times, so that nothing depends on how busy the machine is.

use std::collections::BTreeMap;

use mock_runtime::wire::loopback::BootKind;
use mock_runtime::witness::{Fact, Record, RequestKind};
use tokio::net::UnixStream;

use super::super::book::{Book, Post};
use super::super::finder::Slow;
use crate::base::{Span, TenantIndex, Time};
use crate::measure::{Finding, Wrong};
use crate::run::clock::Clock;

/// Two workers of one tenant on one host, each with a cap of 2 and an idle TTL of a minute. Runtimes are known by their
/// process ids, times are milliseconds.
struct Story {
    book: Book,
    told: BTreeMap<u32, Told>,
}

/// A runtime of the story: its end of the line, and what the book knows it by.
struct Told {
    number: u64,
    sequence: u64,
    _line: UnixStream,
}

impl Story {
    fn new() -> Self {
        let ttl = Span::from_secs(60);
        let post = || Post { tenant: TenantIndex(0), host: 0, cap: 2, ttl, idle_limit: None };
        let clock = Clock::starting(std::time::Duration::ZERO);
        Self { book: Book::new(vec![post(), post()], 1, clock), told: BTreeMap::new() }
    }

    /// A process of a worker begins, 100 ms before it serves in a session `s<pid>` of its own.
    fn serves(&mut self, worker: usize, (pid, user, port): (u32, &str, u16), at: u64) {
        self.begins(worker, (pid, user, port), at - 100);
        self.tell(pid, at, Fact::Ready { boot: BootKind::Cold, took_ns: 1, redelivering: 0 });
        let session = format!("s{pid}");
        self.tell(pid, at, Fact::SessionStarted { session: session.clone(), user: user.to_owned() });
        self.tell(pid, at, Fact::Served { what: RequestKind::SessionStart, session });
    }

    fn begins(&mut self, worker: usize, (pid, user, port): (u32, &str, u16), at: u64) {
        let (ours, theirs) = UnixStream::pair().expect("sockets can be made");
        let number = self.book.open(worker, ours.into_split().1);
        self.told.insert(pid, Told { number, sequence: 0, _line: theirs });
        let [project, agent, user] = ["proj", "agent", user].map(str::to_owned);
        self.tell(pid, at, Fact::Started { pid, project, user, agent, port });
    }

    fn tell(&mut self, pid: u32, at: u64, fact: Fact) {
        let at_ns = self.book.clock().origin_ns() + at * 1_000_000;
        let told = self.told.get_mut(&pid).expect("it has begun");
        let record = Record { sequence: told.sequence, at_ns, fact };
        told.sequence += 1;
        self.book.enter(told.number, record);
    }

    /// It is asked something in that session, and answers at once.
    fn searched(&mut self, pid: u32, session: &str, at: u64) {
        self.asked(pid, session, at, at + 1);
    }

    fn asked(&mut self, pid: u32, session: &str, from: u64, until: u64) {
        let (session, known) = (session.to_owned(), session == format!("s{pid}"));
        self.tell(pid, from, Fact::Requested { what: RequestKind::Search, session: session.clone(), known });
        self.tell(pid, until, Fact::Served { what: RequestKind::Search, session });
    }

    fn session_ended(&mut self, pid: u32, at: u64) {
        self.tell(pid, at, Fact::SessionEnded { session: format!("s{pid}"), reason: "drained".to_owned() });
    }

    /// It is drained as it should be, and is gone.
    fn drained(&mut self, pid: u32, from: u64, until: u64) {
        self.session_ended(pid, from);
        self.tell(pid, from, Fact::Draining);
        self.tell(pid, from, Fact::Terminating);
        self.gone(pid, until);
    }

    fn gone(&mut self, pid: u32, at: u64) {
        let told = self.told.remove(&pid).expect("it has begun");
        self.book.ended(told.number, ms(at));
    }

    /// A caller of the first worker waited for an answer.
    fn waited(&mut self, user: &str, from: u64, until: u64) {
        let user = user.to_owned();
        self.book.slow(Slow { post: 0, user, what: RequestKind::Search, sent: ms(from), ended: ms(until) });
    }

    /// Everything that was found, when everybody who is there is drained.
    fn found(mut self) -> Vec<Finding> {
        self.book.closing();
        for pid in self.told.keys().copied().collect::<Vec<_>>() {
            self.drained(pid, 100_000, 100_010);
        }
        self.book.close().findings
    }

    /// The one thing that was found.
    #[track_caller]
    fn fault(self, wrong: Wrong) -> Finding {
        let [finding] = <[_; 1]>::try_from(self.found()).expect("one thing was wrong");
        assert_eq!(finding.wrong, wrong, "{finding:?}");
        finding
    }

    #[track_caller]
    fn assert_clean(self) {
        assert_eq!(self.found(), []);
    }
}

fn ms(ms: u64) -> Time {
    Time::ZERO + Span::from_ms(ms)
}

/// Whom it befell, which runtime, and how often.
#[track_caller]
fn assert_befell(finding: &Finding, who: (&str, u32, u16), times: u64) {
    assert_eq!((finding.caller.as_str(), finding.pid, finding.port), who, "{finding:?}");
    assert_eq!(finding.times, times, "{finding:?}");
}

/// What is told of it, and of its proof.
#[track_caller]
fn assert_says(finding: &Finding, words: &[&str]) {
    let told = format!("{}; {}", finding.what, finding.evidence.join("; "));
    for words in words {
        assert!(told.contains(words), "no `{words}` in {told}");
    }
}

/// Ann's runtime goes, and Bob is given its port.
fn bob_after_ann() -> Story {
    let mut story = Story::new();
    story.serves(0, (1, "ann", 1001), 1_000);
    story.drained(1, 2_000, 2_050);
    story.serves(0, (2, "bob", 1001), 3_000);
    story
}

#[tokio::test]
async fn the_session_of_whoever_had_the_port_before() {
    let mut story = bob_after_ann();
    story.searched(2, "s1", 3_100);
    story.searched(2, "s1", 3_200);
    let finding = story.fault(Wrong::StaleSession);
    assert_befell(&finding, ("bob", 2, 1001), 2);
    assert_eq!(finding.at, ms(3_100), "when it was first seen");
    assert_says(&finding, &["the session of ann", "search_memory at 3.100 s carried session s1", "for ann", "s2"]);
}

#[tokio::test]
async fn a_session_of_his_own_after_another_had_the_port() {
    let mut story = bob_after_ann();
    story.searched(2, "s2", 3_100);
    story.assert_clean();
}

#[tokio::test]
async fn a_session_of_a_former_process_of_his_or_of_nobody() {
    for (session, what) in [("s1", "the session of a former process of his"), ("s9", "a session nobody started")] {
        let mut story = Story::new();
        story.serves(0, (1, "ann", 1001), 1_000);
        story.drained(1, 2_000, 2_050);
        story.serves(0, (2, "ann", 1001), 3_000);
        story.searched(2, session, 3_100);
        assert_says(&story.fault(Wrong::StaleSession), &[what]);
    }
}

#[tokio::test]
async fn a_second_process_while_the_first_lives() {
    let mut story = Story::new();
    story.serves(0, (1, "ann", 1001), 1_000);
    story.session_ended(1, 2_000);
    story.tell(1, 2_000, Fact::Draining);
    story.serves(0, (2, "ann", 1002), 2_200);
    let finding = story.fault(Wrong::TwoRuntimes);
    assert_befell(&finding, ("ann", 2, 1002), 1);
    assert_says(&finding, &["process 1 and process 2 at once", "was asked to flush at 2.000 s and was still there"]);
}

#[tokio::test]
async fn a_second_process_when_the_first_is_gone_or_is_another_workers() {
    let mut story = Story::new();
    story.serves(0, (1, "ann", 1001), 1_000);
    story.serves(1, (2, "ann", 1002), 1_200);
    story.drained(1, 2_000, 2_050);
    story.serves(0, (3, "ann", 1001), 2_200);
    story.assert_clean();
}

#[tokio::test]
async fn more_processes_than_the_cap_are_told_of_when_there_were_most() {
    let mut story = Story::new();
    story.serves(0, (1, "ann", 1001), 1_000);
    story.serves(0, (2, "bob", 1002), 1_000);
    story.serves(0, (3, "cid", 1003), 2_000);
    story.begins(0, (4, "dan", 1004), 2_100);
    let finding = story.fault(Wrong::OverCap);
    assert_befell(&finding, ("dan", 4, 1004), 2);
    assert_says(&finding, &["number 4 at once, where 2 may be", "process 3 on port 1003 of cid was serving"]);
}

#[tokio::test]
async fn as_many_processes_as_the_cap_of_each_worker() {
    let mut story = Story::new();
    for (worker, pid, user) in [(0, 1, "ann"), (0, 2, "bob"), (1, 3, "cid"), (1, 4, "dan")] {
        story.serves(worker, (pid, user, 1_000 + u16::try_from(pid).expect("it is small")), 1_000);
    }
    story.drained(2, 2_000, 2_050);
    story.serves(0, (5, "eve", 1002), 3_000);
    story.assert_clean();
}

#[tokio::test]
async fn a_process_that_outlives_its_client() {
    let mut story = Story::new();
    story.begins(0, (1, "ann", 1001), 0);
    story.book.hung_up(0, "ann");
    let [finding] = <[_; 1]>::try_from(story.book.close().findings).expect("one thing was wrong");
    assert_eq!(finding.wrong, Wrong::LeftBehind);
    assert_befell(&finding, ("ann", 1, 1001), 1);
    assert_says(
        &finding,
        &["hung up, and his process", "while it booted", "nobody ever asked it", "port 1001 was still"],
    );
}

#[tokio::test]
async fn a_process_that_is_gone_when_its_client_has_closed() {
    let mut story = Story::new();
    story.begins(0, (1, "ann", 1001), 0);
    story.book.hung_up(0, "ann");
    story.gone(1, 100);
    assert_eq!(story.book.close().findings, []);
}

#[tokio::test]
async fn an_end_of_a_session_that_goes_to_whoever_has_the_port_next() {
    let mut story = Story::new();
    story.serves(0, (1, "ann", 1001), 1_000);
    story.tell(1, 2_000, Fact::Draining);
    story.tell(1, 2_010, Fact::Terminating);
    story.gone(1, 2_020);
    story.serves(0, (2, "bob", 1001), 3_000);
    story.tell(2, 3_100, Fact::StrayEnd { session: "s1".to_owned() });
    let finding = story.fault(Wrong::SessionNotEnded);
    assert_befell(&finding, ("ann", 1, 1001), 1);
    assert_says(&finding, &["sync/flush at 2.000 s, SIGTERM at 2.010 s, gone at 2.020 s", "to process 2", "of bob"]);
}

#[tokio::test]
async fn a_runtime_that_crashed_or_never_had_a_session_owes_no_end_of_it() {
    let mut story = Story::new();
    story.serves(0, (1, "ann", 1001), 1_000);
    story.gone(1, 2_000);
    story.begins(0, (2, "bob", 1001), 2_500);
    story.tell(2, 2_600, Fact::SessionStarted { session: "s2".to_owned(), user: "bob".to_owned() });
    story.tell(2, 3_000, Fact::Draining);
    story.gone(2, 3_050);
    story.assert_clean();
}

/// Bob's runtime is ended from 2.0 to 2.4 s. Ann, who has one of her own since `ready`, asks at 2.05 s; her runtime is
/// asked at `reached` and answers at `served`.
fn ann_while_bob_goes(worker: usize, ready: u64, (reached, served): (u64, u64)) -> Story {
    let mut story = Story::new();
    story.serves(worker, (2, "bob", 1002), 1_000);
    if ready < 2_000 {
        story.serves(0, (1, "ann", 1001), ready);
    }
    story.drained(2, 2_000, 2_400);
    if ready >= 2_000 {
        story.serves(0, (1, "ann", 1001), ready);
    }
    story.asked(1, "s1", reached, served);
    story
}

#[tokio::test]
async fn an_answer_that_comes_when_anothers_runtime_is_gone() {
    let mut story = ann_while_bob_goes(0, 1_000, (2_405, 2_410));
    story.waited("ann", 2_050, 2_412);
    let finding = story.fault(Wrong::WaitedForDrain);
    assert_befell(&finding, ("ann", 1, 1001), 1);
    assert_says(
        &finding,
        &["waited 0.362 s", "runtime of bob", "reached process 1 on port 1001 at 2.405 s", "got SIGTERM at 2.000 s"],
    );
}

#[tokio::test]
async fn an_answer_that_comes_late_for_another_reason() {
    // Her own runtime took the time.
    let mut slow = ann_while_bob_goes(0, 1_000, (2_051, 2_410));
    slow.waited("ann", 2_050, 2_412);
    slow.assert_clean();
    // She had no runtime, and its boot is what she waited for.
    let mut boot = ann_while_bob_goes(0, 2_403, (2_405, 2_410));
    boot.waited("ann", 2_050, 2_412);
    boot.assert_clean();
    // It is another worker's pool.
    let mut elsewhere = ann_while_bob_goes(1, 1_000, (2_405, 2_410));
    elsewhere.waited("ann", 2_050, 2_412);
    elsewhere.assert_clean();
    // Whatever it was went on for long after.
    let mut later = ann_while_bob_goes(0, 1_000, (2_901, 2_905));
    later.waited("ann", 2_050, 2_907);
    later.assert_clean();
}

/// Ann was last used at 1.0 s, Bob at 5.0 s. `victim` is evicted at 5.2 s, and booted again when it is gone.
fn evicted_and_back(victim: (u32, &str, u16), before: impl FnOnce(&mut Story)) -> Story {
    let mut story = Story::new();
    story.serves(0, (1, "ann", 1001), 900);
    story.serves(0, (2, "bob", 1002), 900);
    story.searched(1, "s1", 999);
    story.searched(2, "s2", 4_999);
    before(&mut story);
    story.drained(victim.0, 5_200, 5_250);
    story.serves(0, (3, victim.1, victim.2), 6_100);
    story
}

const ANN: (u32, &str, u16) = (1, "ann", 1001);
const BOB: (u32, &str, u16) = (2, "bob", 1002);

#[tokio::test]
async fn whoever_was_used_last_is_evicted_first_and_booted_again() {
    let finding = evicted_and_back(BOB, |_| ()).fault(Wrong::Thrash);
    assert_befell(&finding, ("bob", 3, 1002), 1);
    assert_eq!(finding.at, ms(5_200), "when the eviction began");
    assert_says(
        &finding,
        &["evicted 0.200 s after his last request", "again 0.800 s later", "of ann had been idle for 4.200 s"],
    );
}

#[tokio::test]
async fn an_eviction_in_its_turn_is_no_thrash() {
    evicted_and_back(ANN, |_| ()).assert_clean();
    // The other was busy: on the line, or asked a moment later.
    evicted_and_back(BOB, |story| story.book.hold(0, "ann", true)).assert_clean();
    evicted_and_back(BOB, |story| story.asked(1, "s1", 5_100, 5_210)).assert_clean();
    // Neither was idle for clearly longer.
    evicted_and_back(BOB, |story| story.searched(1, "s1", 4_950)).assert_clean();
}

#[tokio::test]
async fn a_runtime_that_idled_out_or_went_with_its_client_was_not_evicted() {
    let mut idler = Story::new();
    idler.serves(0, ANN, 900);
    idler.searched(1, "s1", 1_000);
    idler.serves(0, BOB, 2_000);
    idler.searched(2, "s2", 3_000);
    idler.drained(2, 63_500, 63_550);
    idler.serves(0, (3, "bob", 1002), 64_000);
    idler.assert_clean();
    evicted_and_back(BOB, |story| story.book.closing()).assert_clean();
}
