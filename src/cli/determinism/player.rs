//! A child that plays: heard, told, and in the end gone, whatever happens.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::dialogue::{Progress, Said, TELL, ToldFact};
use crate::cli::Failure;
use crate::cli::arguments::PLAY_ALOUD;

/// A child that plays. Dropped, it is killed and waited for; should this process be killed, it ends by itself when nobody
/// answers any more.
pub(super) struct Player {
    child: Child,
    words: ChildStdin,
    voice: BufReader<ChildStdout>,
    /// How far it was when it was last heard, and before that.
    progress: Progress,
    progress_before: Progress,
}

/// The last facts before a block, and those in it; of a play that is over, none.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) before: Vec<String>,
    pub(super) facts: Vec<ToldFact>,
}

impl Player {
    /// Starts this program once more, in an environment with these changes.
    pub(super) fn start(file: &Path, seed: u64, environment: &[(&str, &str)]) -> Result<Self, Failure> {
        let program = std::env::current_exe().map_err(|error| unstartable(&error))?;
        let mut command = Command::new(program);
        command.arg(PLAY_ALOUD).arg(format!("--seed={seed}")).arg("--").arg(file);
        command.envs(environment.iter().copied()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| unstartable(&error))?;
        let words = child.stdin.take().expect("it was asked for");
        let voice = BufReader::new(child.stdout.take().expect("it was asked for"));
        Ok(Self { child, words, voice, progress: Progress::default(), progress_before: Progress::default() })
    }

    /// What it says next.
    pub(super) fn hear(&mut self) -> Result<Said, Failure> {
        let mut line = String::new();
        let heard = self.voice.read_line(&mut line).map_err(Failure::work)?;
        if heard == 0 {
            let how = self.child.wait().map_or_else(|error| error.to_string(), |status| status.to_string());
            return Err(Failure::work(format!("one of the two plays broke off ({how}); it may have said why above")));
        }
        let said = serde_json::from_str(&line);
        let said = said.map_err(|error| Failure::work(format!("one of the two plays makes no sense: {error}")))?;
        if let Said::Block(progress) = said {
            self.progress_before = std::mem::replace(&mut self.progress, progress);
        }
        Ok(said)
    }

    /// Answers it.
    pub(super) fn say(&mut self, word: &str) -> Result<(), Failure> {
        writeln!(self.words, "{word}").map_err(Failure::work)
    }

    /// How far it is.
    pub(super) fn progress(&self) -> Progress {
        self.progress
    }

    /// How far it was a block ago.
    pub(super) fn progress_before(&self) -> Progress {
        self.progress_before
    }

    /// The block it has just said, fact by fact; where it has said that it is over, nothing.
    pub(super) fn tell_after(&mut self, said: &Said) -> Result<Told, Failure> {
        if !matches!(said, Said::Block(_)) {
            return Ok(Told::default());
        }
        self.say(TELL)?;
        match self.hear()? {
            Said::Told { before, facts } => Ok(Told { before, facts }),
            other => Err(Failure::work(format!("one of the two plays was to tell and said {other:?}"))),
        }
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        // Both fail only where it is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn unstartable(error: &std::io::Error) -> Failure {
    Failure::work(format!("this program cannot start itself to play: {error}"))
}
