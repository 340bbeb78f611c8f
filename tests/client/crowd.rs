//! Many callers at once: the cap holds at every instant, and everybody is served or refused at once.

use std::future::Future;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread::JoinHandle;
use std::time::Duration;

use busyhour::base::{Canary, foreign_canaries};
use busyhour::client::{SaveOptions, VoiceClient, VoiceError};
use mock_runtime::behaviour::Behaviour;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::rig::*;

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_callers_share_twenty_slots_and_the_cap_holds_at_every_instant() {
    let rig = Rig::new();
    let client = rig.client_with(20, &lively()).build().expect("fine");
    let census = Census::start(&rig);
    let callers = (0..64).map(|caller| tokio::spawn(play_turns(client.clone(), caller, 6)));
    for caller in callers.collect::<Vec<_>>() {
        for outcome in caller.await.expect("the task ends") {
            let code = outcome.err().map(|error| error.code().into_owned());
            assert!(code.is_none() || code.as_deref() == Some("pool.exhausted"), "{code:?}");
        }
    }
    assert!((2..=20).contains(&census.end()));
    client.close().await;
    assert_no_process(&rig);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sixty_four_simultaneous_first_callers_twenty_are_served_and_the_others_refused_at_once() {
    let rig = Rig::new();
    let client = rig.client_with(20, &lively()).build().expect("fine");
    let census = Census::start(&rig);
    let openings = (0..64).map(|caller| {
        let client = client.clone();
        tokio::spawn(async move { client.session(&user(&format!("caller {caller}"))).await })
    });
    let (mut held, mut refused) = (Vec::new(), 0);
    for opening in openings.collect::<Vec<_>>() {
        match opening.await.expect("the task ends") {
            Ok(session) => held.push(session),
            Err(error) => {
                assert_eq!(error.code(), "pool.exhausted");
                refused += 1;
            }
        }
    }
    assert_eq!((held.len(), refused), (20, 44));
    let (late, options) = (user("late"), patient());
    let late = pin!(client.search_memory("hello", &late, &options));
    let at_once = late.poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(at_once, Poll::Ready(Err(VoiceError::Pool { .. }))), "a refusal needs no waiting");
    assert_eq!(census.end(), 20);
    drop(held);
    client.close().await;
    assert_no_process(&rig);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_whose_runtimes_keep_dying_mixes_up_nobody_and_loses_no_slot() {
    let rig = Rig::new();
    let client = rig.client_with(4, &lively()).build().expect("fine");
    let over = Arc::new(AtomicBool::new(false));
    let killer = {
        let (client, over) = (client.clone(), Arc::clone(&over));
        tokio::spawn(async move {
            while !over.load(Ordering::Relaxed) {
                // It may have gone since it was named; its number is not given to another so soon.
                client.runtime_pids().first().into_iter().for_each(|pid| kill_if_there(*pid));
                tokio::time::sleep(Duration::from_millis(15)).await;
            }
        })
    };
    let callers = (0..8).map(|caller| tokio::spawn(play_turns(client.clone(), caller, 12)));
    let mut served = 0;
    for caller in callers.collect::<Vec<_>>() {
        for outcome in caller.await.expect("the task ends") {
            match outcome.as_ref().map_err(VoiceError::code) {
                Ok(()) => served += 1,
                // Killed twice in one turn, during the boot, or while all four slots were taken.
                Err(code) => {
                    let expected = ["runtime.unreachable", "runtime.start_failed", "pool.exhausted"];
                    assert!(expected.contains(&code.as_ref()), "{code}");
                }
            }
        }
    }
    over.store(true, Ordering::Relaxed);
    killer.await.expect("the task ends");
    assert!(served > 0);
    let mut held = Vec::new();
    for caller in ["a", "b", "c", "d"] {
        held.push(client.session(&user(caller)).await.expect("every slot and port is there"));
    }
    drop(held);
    client.close().await;
    assert_no_process(&rig);
}

/// Plays one caller's turns with think times in between, and checks whose memory each answer is from.
async fn play_turns(client: VoiceClient, caller: u64, turns: u32) -> Vec<Result<(), VoiceError>> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(caller);
    let id = format!("caller {caller}");
    let own = [Canary::of_caller(PROJECT, &id), Canary::of_project(PROJECT)];
    let caller = user(&id);
    let mut outcomes = Vec::new();
    for _ in 0..turns {
        tokio::time::sleep(Duration::from_millis(random.random_range(0..20))).await;
        let found = client.search_memory("where do my parcels go", &caller, &patient()).await;
        outcomes.push(found.map(|memory| {
            assert!(memory.context_text.contains(own[0].as_str()), "{id}: {}", memory.context_text);
            assert_eq!(foreign_canaries(&memory.context_text, &own), [] as [&str; 0]);
        }));
        let saved = client.save_response("hello", "hi", &caller, &SaveOptions::default()).await;
        outcomes.push(saved.map(drop));
    }
    outcomes
}

/// Boots, searches and ends that take a moment.
fn lively() -> Behaviour {
    Behaviour { boot_cold: lasting(10), boot_warm: lasting(5), terminate: lasting(5), ..Behaviour::default() }
}

fn kill_if_there(pid: u32) {
    let pid = pid.try_into().ok().and_then(rustix::process::Pid::from_raw).expect("it was somebody's");
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).ok();
}

/// Counts the rig's processes again and again, as the kernel sees them.
struct Census {
    over: Arc<AtomicBool>,
    counting: JoinHandle<usize>,
}

impl Census {
    fn start(rig: &Rig) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let (folder, ending): (PathBuf, _) = (rig.storage.path().to_owned(), Arc::clone(&over));
        let counting = std::thread::spawn(move || {
            let (mut peak, mut last) = (0, false);
            while !last {
                last = ending.load(Ordering::Relaxed);
                // Those seen by one pass and alive after it were all there at the end of that pass.
                let seen = processes_of(&folder).into_iter();
                peak = peak.max(seen.filter(|pid| is_alive(*pid)).count());
            }
            peak
        });
        Self { over, counting }
    }

    /// The most there were at once.
    fn end(self) -> usize {
        self.over.store(true, Ordering::Relaxed);
        self.counting.join().expect("it only counts")
    }
}
