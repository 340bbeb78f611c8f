//! What one runtime does with its behaviour: pure code, time is an argument.
//!
//! A [`Conduct`] is a [`Behaviour`] as it concerns one project; a [`Life`] is one runtime's place in the random
//! streams. Asking does no I/O, reads no clock and allocates nothing. Every question has a stream of its own, named by
//! the kind of question and its number within the life, so that the fifth search of a life takes the same time
//! whatever else that life was asked in between.

use rand::Rng;

use super::{Behaviour, BootFailure, FailureMode, Slow, Window};
use crate::distribution::{Distribution, Stream};
use crate::wire::loopback::BootKind;

/// A behaviour, narrowed to one project. Build it once per project, ask it for every runtime.
#[derive(Clone, Debug)]
pub struct Conduct {
    seed: u64,
    origin_ns: u64,
    boot_cold: Distribution,
    boot_warm: Distribution,
    works: [Distribution; WORKS],
    boot_failures: Vec<Hit<FailureMode>>,
    slow: Vec<Hit<f64>>,
    is_certain: bool,
}

/// One runtime's place in the random streams. Small, and worth nothing without its [`Conduct`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    seed: u64,
    asked: [u32; WORKS],
}

/// What a runtime spends time on once it serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Work {
    /// `session/start`.
    SessionStart,
    /// `search_memory`.
    Search,
    /// `turn/after`.
    Save,
    /// `sync/flush`, on top of the cloud's own time.
    Flush,
    /// From SIGTERM to exit.
    Terminate,
}

/// How a boot goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BootOutcome {
    /// It serves, this long after the process started; later only if the real work takes longer.
    Ready {
        /// Nanoseconds.
        after_ns: u64,
    },
    /// It exits with status 1, this long after the process started.
    Exit {
        /// Nanoseconds.
        after_ns: u64,
    },
    /// It never becomes ready.
    Hang,
}

/// A window that may hit a runtime, with what it does to it.
#[derive(Clone, Debug)]
struct Hit<T> {
    window: Window,
    share: f64,
    /// Seed of the streams that decide whom it hits; depends on the window's place in the behaviour.
    seed: u64,
    does: T,
}

impl Conduct {
    /// What `behaviour` means for runtimes of `project`. The behaviour must have passed its
    /// [check](Behaviour::check).
    pub fn new(behaviour: &Behaviour, project: &str) -> Self {
        let Behaviour { boot_cold, boot_warm, session_start, search, save, flush, terminate, .. } = behaviour;
        let works = [session_start, search, save, flush, terminate];
        let (boot_failures, slow) = (failures(behaviour, project), slow(behaviour, project));
        let mut laws = works.into_iter().chain([boot_cold, boot_warm]);
        Self {
            seed: behaviour.seed,
            origin_ns: behaviour.origin_ns,
            is_certain: laws.all(is_constant) && boot_failures.is_empty() && slow.is_empty(),
            boot_cold: boot_cold.clone(),
            boot_warm: boot_warm.clone(),
            works: works.map(Clone::clone),
            boot_failures,
            slow,
        }
    }

    /// Whether nothing is left to chance, so that all lives are alike and any seed will do.
    #[inline]
    pub fn is_certain(&self) -> bool {
        self.is_certain
    }

    /// Life number `number` (from 0) of the runtime of (`project`, `user`).
    pub fn life(&self, project: &str, user: &str, number: u64) -> Life {
        let project = Stream::named(self.seed, project, 0).next_u64();
        self.life_from(Stream::named(project, user, number).next_u64())
    }

    /// A life for a caller of this function that has seeds instead of names: different seeds, independent lives.
    #[inline]
    pub fn life_from(&self, seed: u64) -> Life {
        Life { seed: seed ^ self.seed, asked: [0; WORKS] }
    }

    /// How the boot of a process that started at `at_ns` (monotonic clock) goes, given what it found on disk.
    #[inline]
    pub fn boot(&self, life: &Life, kind: BootKind, at_ns: u64) -> BootOutcome {
        let law = match kind {
            BootKind::Cold => &self.boot_cold,
            BootKind::Warm => &self.boot_warm,
        };
        // A constant needs no stream.
        let drawn = match law {
            Distribution::Constant { ns } => *ns,
            law => law.draw(&mut Stream::numbered(life.seed ^ BOOT, 0)),
        };
        let after_ns = self.stretched(life, drawn, at_ns);
        match self.active(&self.boot_failures, life, at_ns).next() {
            None => BootOutcome::Ready { after_ns },
            Some(FailureMode::Exit) => BootOutcome::Exit { after_ns },
            Some(FailureMode::Hang) => BootOutcome::Hang,
        }
    }

    /// How long the next `work` of this life takes if it begins at `at_ns` (monotonic clock), in nanoseconds.
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub fn takes(&self, life: &mut Life, work: Work, at_ns: u64) -> u64 {
        let which = work as usize;
        let law = &self.works[which];
        // A constant needs no stream, and most scenarios have several.
        if let Distribution::Constant { ns } = law {
            return self.stretched(life, *ns, at_ns);
        }
        self.takes_at_random(life, which, at_ns)
    }

    #[inline(never)]
    fn takes_at_random(&self, life: &mut Life, which: usize, at_ns: u64) -> u64 {
        let number = life.asked[which];
        life.asked[which] = number.wrapping_add(1);
        let drawn = self.works[which].draw(&mut Stream::numbered(life.seed ^ WORK[which], u64::from(number)));
        self.stretched(life, drawn, at_ns)
    }

    /// `ns` times the factors of all slow windows that are open and hit this life.
    #[inline]
    fn stretched(&self, life: &Life, ns: u64, at_ns: u64) -> u64 {
        if self.slow.is_empty() { ns } else { self.slowed(life, ns, at_ns) }
    }

    /// Apart, so that the many scenarios without slow windows pay no more than a comparison for them.
    #[inline(never)]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a year first")]
    fn slowed(&self, life: &Life, ns: u64, at_ns: u64) -> u64 {
        let factor: f64 = self.active(&self.slow, life, at_ns).product();
        (ns as f64 * factor).clamp(0.0, Distribution::LONGEST_NS as f64) as u64
    }

    fn active<'h, T: Copy>(&self, hits: &'h [Hit<T>], life: &Life, at_ns: u64) -> impl Iterator<Item = T> + use<'h, T> {
        let (at_ns, seed) = (at_ns.saturating_sub(self.origin_ns), life.seed);
        hits.iter()
            .filter(move |hit| hit.window.contains(at_ns) && Stream::numbered(hit.seed, seed).chance(hit.share))
            .map(|hit| hit.does)
    }
}

fn is_constant(law: &Distribution) -> bool {
    matches!(law, Distribution::Constant { .. })
}

fn failures(behaviour: &Behaviour, project: &str) -> Vec<Hit<FailureMode>> {
    let ours =
        (FAILURE..).zip(&behaviour.boot_failures).filter(|(_, failure)| concerns(failure.project.as_deref(), project));
    ours.map(|(seed, BootFailure { window, share, how, .. })| Hit { window: *window, share: *share, seed, does: *how })
        .collect()
}

fn slow(behaviour: &Behaviour, project: &str) -> Vec<Hit<f64>> {
    let ours = (SLOW..).zip(&behaviour.slow).filter(|(_, slow)| concerns(slow.project.as_deref(), project));
    ours.map(|(seed, Slow { window, share, factor, .. })| Hit { window: *window, share: *share, seed, does: *factor })
        .collect()
}

fn concerns(whose: Option<&str>, project: &str) -> bool {
    whose.is_none_or(|whose| whose == project)
}

const WORKS: usize = 5;

// Any distinct numbers will do; changing one changes every run with its seed.
const BOOT: u64 = 0x626f_6f74_0000_0000;
const FAILURE: u64 = 0x6661_696c_0000_0000;
const SLOW: u64 = 0x736c_6f77_0000_0000;
const WORK: [u64; WORKS] =
    [0x7373_0000_0000_0000, 0x7372_0000_0000_0000, 0x7376_0000_0000_0000, 0x666c_0000_0000_0000, 0x7472_0000_0000_0000];

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn behaviour() -> Behaviour {
        Behaviour {
            seed: 7,
            origin_ns: 1_000 * MS,
            search: Distribution::lognormal_median(8 * MS, 0.5).expect("fine"),
            boot_cold: Distribution::Constant { ns: 400 * MS },
            boot_warm: Distribution::Constant { ns: 120 * MS },
            ..Behaviour::default()
        }
    }

    /// Open from 1 s to 2 s after the origin.
    fn window() -> Window {
        Window { from_ns: 1_000 * MS, until_ns: 2_000 * MS }
    }

    #[test]
    fn a_conduct_is_certain_where_every_law_is_constant_and_no_window_hits_its_project() {
        let constant = || Distribution::Constant { ns: MS };
        let certain = Behaviour {
            boot_cold: constant(),
            boot_warm: constant(),
            session_start: constant(),
            search: constant(),
            save: constant(),
            flush: constant(),
            terminate: constant(),
            ..Behaviour::default()
        };
        let with = |change: &dyn Fn(&mut Behaviour)| {
            let mut behaviour = certain.clone();
            change(&mut behaviour);
            Conduct::new(&behaviour, "p").is_certain()
        };
        let law = || Distribution::lognormal_median(8 * MS, 0.5).expect("fine");
        let slow = |project: &str| Slow { window: window(), project: Some(project.into()), share: 0.5, factor: 3.0 };
        let failure = BootFailure { window: window(), project: None, share: 0.2, how: FailureMode::Exit };
        let windows_elsewhere = with(&|behaviour| behaviour.slow = vec![slow("q")]);
        assert!(with(&|_| {}) && windows_elsewhere);
        let chances: [&dyn Fn(&mut Behaviour); 9] = [
            &|behaviour| behaviour.boot_cold = law(),
            &|behaviour| behaviour.boot_warm = law(),
            &|behaviour| behaviour.session_start = law(),
            &|behaviour| behaviour.search = law(),
            &|behaviour| behaviour.save = law(),
            &|behaviour| behaviour.flush = law(),
            &|behaviour| behaviour.terminate = law(),
            &|behaviour| behaviour.slow = vec![slow("p")],
            &|behaviour| behaviour.boot_failures = vec![failure.clone()],
        ];
        for (number, chance) in chances.into_iter().enumerate() {
            assert!(!with(chance), "chance {number} was overlooked");
        }
    }

    #[test]
    fn the_nth_search_takes_the_same_time_whatever_happens_in_between() {
        let conduct = Conduct::new(&behaviour(), "p");
        let (mut plain, mut busy) = (conduct.life("p", "u", 0), conduct.life("p", "u", 0));
        for _ in 0..5 {
            conduct.takes(&mut busy, Work::Save, 0);
            assert_eq!(conduct.takes(&mut plain, Work::Search, 0), conduct.takes(&mut busy, Work::Search, 0));
        }
    }

    #[test]
    fn lives_differ_by_project_user_number_and_seed() {
        let first_search = |seed, project, user, number| {
            let conduct = Conduct::new(&Behaviour { seed, ..behaviour() }, project);
            conduct.takes(&mut conduct.life(project, user, number), Work::Search, 0)
        };
        let draws = [
            first_search(7, "p", "u", 0),
            first_search(8, "p", "u", 0),
            first_search(7, "q", "u", 0),
            first_search(7, "p", "v", 0),
            first_search(7, "p", "u", 1),
        ];
        for (place, draw) in draws.iter().enumerate() {
            assert!(!draws[..place].contains(draw), "two lives drew {draw}");
        }
    }

    #[test]
    fn the_disk_decides_which_boot_law_is_drawn_from() {
        let conduct = Conduct::new(&behaviour(), "p");
        let life = conduct.life_from(1);
        assert_eq!(conduct.boot(&life, BootKind::Cold, 0), BootOutcome::Ready { after_ns: 400 * MS });
        assert_eq!(conduct.boot(&life, BootKind::Warm, 0), BootOutcome::Ready { after_ns: 120 * MS });
    }

    #[test]
    fn a_slow_window_multiplies_inside_itself_and_only_in_its_project() {
        let slow = Slow { window: window(), project: Some("p".into()), share: 1.0, factor: 3.0 };
        let behaviour = Behaviour { slow: vec![slow], ..behaviour() };
        let boot_at = |project: &str, at_ns| {
            let conduct = Conduct::new(&behaviour, project);
            conduct.boot(&conduct.life_from(1), BootKind::Cold, at_ns)
        };
        assert_eq!(boot_at("p", 1_999 * MS), BootOutcome::Ready { after_ns: 400 * MS });
        assert_eq!(boot_at("p", 2_000 * MS), BootOutcome::Ready { after_ns: 1_200 * MS });
        assert_eq!(boot_at("p", 3_000 * MS), BootOutcome::Ready { after_ns: 400 * MS });
        assert_eq!(boot_at("q", 2_000 * MS), BootOutcome::Ready { after_ns: 400 * MS });
    }

    #[test]
    fn a_share_of_the_boots_fails_and_the_same_ones_each_time() {
        let failure = BootFailure { window: window(), project: None, share: 0.2, how: FailureMode::Hang };
        let conduct = Conduct::new(&Behaviour { boot_failures: vec![failure], ..behaviour() }, "p");
        let fails = |seed| conduct.boot(&conduct.life_from(seed), BootKind::Cold, 2_500 * MS) == BootOutcome::Hang;
        let failed = (0..10_000).filter(|seed| fails(*seed)).count();
        assert!((1_850..2_150).contains(&failed), "{failed} of 10,000 failed, not a fifth");
        assert!((0..100).all(|seed| fails(seed) == fails(seed)));
    }

    #[test]
    fn a_slowed_life_stays_slow_for_the_whole_window() {
        let slow = Slow { window: window(), project: None, share: 0.5, factor: 1e6 };
        let conduct = Conduct::new(&Behaviour { slow: vec![slow], ..behaviour() }, "p");
        for seed in 0..50 {
            let mut life = conduct.life_from(seed);
            let slowed = |life: &mut Life| conduct.takes(life, Work::Search, 2_500 * MS) > 1_000_000 * MS;
            let first = slowed(&mut life);
            assert!((0..20).all(|_| slowed(&mut life) == first), "life {seed} changed its pace");
        }
    }
}
