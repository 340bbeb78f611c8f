//! Every law check can fail, and does not where nothing is wrong: lives told by hand over real sockets.

mod misdeeds;

use std::io::Write;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use mock_runtime::wire::loopback::BootKind;
use mock_runtime::witness::{Fact, Record, RequestKind};

use super::*;
use crate::base::Span;

/// A witness of two workers of one tenant on one host: cap 2, idle for a second at most.
fn witness() -> Witness {
    let post = || Post {
        tenant: TenantIndex(0),
        host: 0,
        cap: 2,
        ttl: Span::from_secs(1),
        idle_limit: Some(Span::from_secs(1)),
    };
    Witness::start(vec![post(), post()], 1, Clock::starting(Duration::ZERO)).expect("sockets can be made")
}

/// A runtime's end of the line.
struct Runtime {
    line: UnixStream,
    sequence: u64,
    clock_ns: u64,
}

impl Runtime {
    /// A runtime of the first worker that says who it is.
    fn started(witness: &Witness, pid: u32, user: &str, port: u16) -> Self {
        Self::started_by(witness, 0, pid, user, port)
    }

    fn started_by(witness: &Witness, worker: usize, pid: u32, user: &str, port: u16) -> Self {
        let line = UnixStream::connect(witness.socket(worker)).expect("the witness listens");
        let origin = witness.book.lock().clock().origin_ns();
        let mut runtime = Self { line, sequence: 0, clock_ns: origin };
        let (project, agent, user) = ("proj".to_owned(), "agent".to_owned(), user.to_owned());
        runtime.tell(Fact::Started { pid, project, user, agent, port });
        runtime
    }

    /// A runtime that serves in a session of its own, named after its process.
    fn serving(witness: &Witness, pid: u32, user: &str, port: u16) -> Self {
        let mut runtime = Self::started(witness, pid, user, port);
        runtime.tell(Fact::Ready { boot: BootKind::Cold, took_ns: 1, redelivering: 0 });
        runtime.tell(Fact::SessionStarted { session: format!("s{pid}"), user: user.to_owned() });
        runtime
    }

    fn tell(&mut self, fact: Fact) {
        let record = Record { sequence: self.sequence, at_ns: self.clock_ns, fact };
        self.sequence += 1;
        self.write(&(serde_json::to_string(&record).expect("a record is JSON") + "\n"));
    }

    fn searched(&mut self, session: &str, known: bool) {
        self.tell(Fact::Requested { what: RequestKind::Search, session: session.to_owned(), known });
    }

    fn write(&mut self, text: &str) {
        self.line.write_all(text.as_bytes()).expect("the witness reads");
    }
}

/// Waits until everything that was said is written down, and everybody there has been seen.
async fn heard(witness: &Witness, runtimes: &[&Runtime]) {
    let told: u64 = runtimes.iter().map(|runtime| runtime.sequence).sum();
    while witness.book.lock().records() < told {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// The testimony after everybody has hung up.
async fn testimony(witness: Witness, runtimes: Vec<Runtime>) -> Testimony {
    heard(&witness, &runtimes.iter().collect::<Vec<_>>()).await;
    drop(runtimes);
    witness.testify(Duration::from_secs(10)).await
}

fn laws(testimony: &Testimony) -> Vec<Law> {
    testimony.breaches.iter().map(|breach| breach.law).collect()
}

#[tokio::test]
async fn lives_as_they_should_be_break_no_law() {
    let witness = witness();
    let mut one = Runtime::serving(&witness, 1, "ann", 1001);
    let other = Runtime::serving(&witness, 2, "bob", 1002);
    one.searched("s1", true);
    let testimony = testimony(witness, vec![one, other]).await;
    assert_eq!((laws(&testimony), testimony.gaps, testimony.survivors.len()), (vec![], 0, 0));
}

#[tokio::test]
async fn more_runtimes_than_the_cap() {
    let witness = witness();
    let runtimes = (1..=3).map(|n: u16| Runtime::started(&witness, n.into(), &format!("user {n}"), 1000 + n)).collect();
    assert_eq!(laws(&testimony(witness, runtimes).await), [Law::Cap]);
}

#[tokio::test]
async fn as_many_runtimes_of_two_workers_are_within_their_caps() {
    let witness = witness();
    let runtime = |n: u16| Runtime::started_by(&witness, usize::from(n % 2), n.into(), &format!("user {n}"), 1000 + n);
    let runtimes = (1..=4).map(runtime).collect();
    assert_eq!(laws(&testimony(witness, runtimes).await), []);
}

#[tokio::test]
async fn a_runtime_that_goes_just_before_the_next_starts_makes_room() {
    let witness = witness();
    let keeper = Runtime::started(&witness, 1, "ann", 1001);
    for n in 2..100 {
        let runtime = Runtime::started(&witness, n, "bob", 1002);
        // Whether its end is read before the next one's beginning is chance; the kernel knows it at once.
        drop(runtime);
    }
    assert_eq!(laws(&testimony(witness, vec![keeper]).await), []);
}

#[tokio::test]
async fn two_processes_of_one_caller() {
    let witness = witness();
    let runtimes = vec![Runtime::started(&witness, 1, "ann", 1001), Runtime::started(&witness, 2, "ann", 1002)];
    assert_eq!(laws(&testimony(witness, runtimes).await), [Law::Identity]);
}

#[tokio::test]
async fn one_port_of_two_workers() {
    let witness = witness();
    let one = Runtime::started_by(&witness, 0, 1, "ann", 1001);
    let other = Runtime::started_by(&witness, 1, 2, "bob", 1001);
    assert_eq!(laws(&testimony(witness, vec![one, other]).await), [Law::Port]);
}

#[tokio::test]
async fn a_request_in_a_session_it_never_started() {
    let witness = witness();
    let mut runtime = Runtime::serving(&witness, 1, "ann", 1001);
    runtime.searched("another's", false);
    assert_eq!(laws(&testimony(witness, vec![runtime]).await), [Law::Memory]);
}

#[tokio::test]
async fn a_session_of_another_user() {
    let witness = witness();
    let mut runtime = Runtime::started(&witness, 1, "ann", 1001);
    runtime.tell(Fact::SessionStarted { session: "s".to_owned(), user: "bob".to_owned() });
    assert_eq!(laws(&testimony(witness, vec![runtime]).await), [Law::Memory]);
}

#[tokio::test]
async fn a_request_in_the_name_of_another() {
    let witness = witness();
    let mut runtime = Runtime::started(&witness, 1, "ann", 1001);
    runtime.tell(Fact::IdentityRefused { named: "proj/bob".to_owned() });
    assert_eq!(laws(&testimony(witness, vec![runtime]).await), [Law::Memory]);
}

#[tokio::test]
async fn a_runtime_that_idles_too_long() {
    let clock = Clock::starting(Duration::ZERO);
    let post =
        Post { tenant: TenantIndex(0), host: 0, cap: 2, ttl: Span::from_secs(1), idle_limit: Some(Span::from_ms(20)) };
    let witness = Witness::start(vec![post], 1, clock).expect("sockets can be made");
    let idler = Runtime::serving(&witness, 1, "ann", 1001);
    while clock.now().since(Time::ZERO) <= Span::from_ms(20) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut user = Runtime::started(&witness, 2, "bob", 1002);
    user.clock_ns = clock.origin_ns() + clock.now().ns();
    user.tell(Fact::Ready { boot: BootKind::Cold, took_ns: 1, redelivering: 0 });
    let testimony = testimony(witness, vec![idler, user]).await;
    assert_eq!(laws(&testimony), [Law::Idle]);
    assert!(testimony.breaches[0].what.contains("`ann`"), "not the one that was just used: {testimony:?}");
}

#[tokio::test]
async fn a_runtime_that_is_still_there_at_the_end() {
    let witness = witness();
    let (gone, survivor) = (Runtime::started(&witness, 1, "ann", 1001), Runtime::started(&witness, 2, "bob", 1002));
    heard(&witness, &[&gone, &survivor]).await;
    drop(gone);
    let testimony = witness.testify(Duration::from_millis(50)).await;
    assert_eq!((laws(&testimony), testimony.survivors), (vec![Law::Survivor], vec![(TenantIndex(0), 2)]));
    drop(survivor);
}

#[tokio::test]
async fn a_process_that_never_reported_and_outlives_its_client() {
    let mut testimony = Testimony::default();
    let (own, nobody) = (std::process::id(), u32::try_from(i32::MAX).expect("it is positive"));
    testimony.look_after(&[(TenantIndex(0), own), (TenantIndex(0), nobody)], Time::ZERO);
    assert_eq!((laws(&testimony), testimony.survivors.clone()), (vec![Law::Survivor], vec![(TenantIndex(0), own)]));
    testimony.look_after(&[(TenantIndex(0), own)], Time::ZERO);
    assert_eq!(testimony.survivors.len(), 1, "who reported too is counted once");
}

#[tokio::test]
async fn a_lost_line_is_a_gap() {
    let witness = witness();
    let mut runtime = Runtime::serving(&witness, 1, "ann", 1001);
    heard(&witness, &[&runtime]).await;
    runtime.sequence += 1;
    runtime.searched("s1", true);
    drop(runtime);
    assert_eq!(witness.testify(Duration::from_secs(10)).await.gaps, 1);
}

#[tokio::test]
async fn a_line_that_makes_no_sense_is_a_gap_unless_it_is_the_last() {
    let witness = witness();
    let (mut torn, mut garbled) =
        (Runtime::started(&witness, 1, "ann", 1001), Runtime::started(&witness, 2, "bob", 1002));
    torn.write("{\"sequence\":1,\"at_ns\":");
    garbled.write("\u{0}{]\n");
    garbled.searched("s", true);
    assert_eq!(testimony(witness, vec![torn, garbled]).await.gaps, 1);
}
