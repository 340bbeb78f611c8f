//! The child: plays, and says what happens.

use std::io::{self, BufRead, Write};
use std::path::Path;
use std::sync::Arc;

use super::dialogue::{GO_ON, Progress, Said, TELL, ToldFact};
use crate::cli::{Failure, facts};
use crate::report;
use crate::scenario::Scenario;
use crate::sim::{self, Entry, Fingerprint, Journal};

/// Plays the scenario with that seed and says on standard output what happens.
pub(in crate::cli) fn play_aloud(file: &Path, seed: u64) -> Result<u8, Failure> {
    let scenario = Arc::new(Scenario::load(file)?.with_seed(seed));
    let mut speaker = Speaker {
        scenario: &scenario,
        fingerprint: Fingerprint::default(),
        told: 0,
        before: Vec::new(),
        block: Vec::with_capacity(BLOCK),
    };
    let summary = sim::play_with(&scenario, &mut speaker);
    if !speaker.block.is_empty() {
        speaker.pause();
    }
    say(&Said::End { summary: report::json(&summary, true) }).map_err(Failure::work)?;
    Ok(0)
}

/// Listens to the play and says it on.
struct Speaker<'s> {
    scenario: &'s Scenario,
    fingerprint: Fingerprint,
    told: u64,
    /// The last facts before the block.
    before: Vec<Entry>,
    block: Vec<(u64, Entry)>,
}

impl Journal for Speaker<'_> {
    fn note(&mut self, entry: &Entry) {
        self.fingerprint.absorb(entry);
        self.block.push((self.fingerprint.value(), *entry));
        if self.block.len() == BLOCK {
            self.pause();
        }
    }
}

impl Speaker<'_> {
    /// Says how far the play is and waits for the word to go on. Without it there is nobody to play for any more.
    fn pause(&mut self) {
        self.told += self.block.len() as u64;
        let progress = Progress { facts: self.told, hash: self.fingerprint.value() };
        let word = say(&Said::Block(progress)).and_then(|()| hear());
        match word.as_deref().map(str::trim_end) {
            Ok(GO_ON) => {}
            Ok(TELL) => {
                let told = say(&self.tell());
                std::process::exit(told.is_err().into());
            }
            _ => std::process::exit(1),
        }
        let last = self.block.len().saturating_sub(BEFORE);
        self.before = self.block.drain(..).skip(last).map(|(_, entry)| entry).collect();
    }

    fn tell(&self) -> Said {
        let words = |entry: &Entry| facts::line(self.scenario, entry);
        let told = self.block.iter().map(|(hash, entry)| ToldFact { hash: *hash, words: words(entry) });
        Said::Told { before: self.before.iter().map(words).collect(), facts: told.collect() }
    }
}

fn say(said: &Said) -> io::Result<()> {
    let line = serde_json::to_string(said).expect("what is said is JSON");
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}

fn hear() -> io::Result<String> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(line)
}

/// Small enough to tell one by one, large enough that waiting for a word costs nothing.
const BLOCK: usize = 4_096;
/// Facts shown before a difference.
pub(super) const BEFORE: usize = 5;
