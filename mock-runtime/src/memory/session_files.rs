//! What a session leaves on disk: its turns and its brief.

use std::fs::{create_dir_all, read_dir};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::atomic;
use super::folder_name::folder_name;
use super::json_log::{JsonLog, LogError};

/// The files of one session.
#[derive(Debug)]
pub(crate) struct SessionFiles {
    turns: JsonLog,
    brief: PathBuf,
}

/// One line of `session.jsonl`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SavedTurn {
    /// Session it was said in.
    pub(crate) session_id: String,
    /// The client's id of it, or ours.
    pub(crate) turn_id: String,
    /// Id under which the cloud knows it.
    pub(crate) event_id: String,
    /// What the caller said.
    pub(crate) user_text: String,
    /// What the agent answered.
    pub(crate) assistant_text: String,
    /// Tools the agent used.
    pub(crate) tool_calls: Vec<Value>,
    /// Anything else.
    pub(crate) metadata: Map<String, Value>,
}

/// `working_brief.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct WorkingBrief {
    /// Session it is about.
    pub(crate) session_id: String,
    /// Turns saved so far.
    pub(crate) turns: usize,
    /// What the caller said last.
    pub(crate) last_user_text: String,
    /// What the agent answered last.
    pub(crate) last_assistant_text: String,
}

impl SessionFiles {
    /// The session's folder in the caller's one, and the turns that are already there.
    pub(crate) fn open(folder: &Path, session: &str) -> Result<(Self, Vec<SavedTurn>), LogError> {
        let folder = folder.join(folder_name(session));
        let (turns, saved) = JsonLog::open(folder.join(TURNS))?;
        Ok((Self { turns, brief: folder.join("working_brief.json") }, saved))
    }

    /// Adds a turn.
    pub(crate) fn add(&mut self, turn: &SavedTurn) -> Result<(), LogError> {
        self.turns.append(turn)
    }

    /// Writes what the session was about so far.
    pub(crate) fn write_brief(&self, brief: &WorkingBrief) -> io::Result<()> {
        let json = serde_json::to_vec(brief).expect("a brief of texts and a number is JSON");
        self.brief.parent().map_or(Ok(()), create_dir_all)?;
        atomic::replace(&self.brief, &json)
    }

    /// Where the turns are.
    pub(crate) fn turns_path(&self) -> &Path {
        self.turns.path()
    }

    /// Where the brief is, or will be.
    pub(crate) fn brief_path(&self) -> &Path {
        &self.brief
    }
}

/// The turns of this caller's latest sessions, oldest first: whole sessions, until there are `enough` turns.
pub(crate) fn latest_turns(folder: &Path, enough: usize) -> Vec<SavedTurn> {
    let Ok(entries) = read_dir(folder) else {
        return Vec::new();
    };
    let mut sessions: Vec<(SystemTime, PathBuf)> =
        entries.filter_map(|entry| session_log(&entry.ok()?.path())).collect();
    sessions.sort();
    let mut newest_first: Vec<SavedTurn> = Vec::new();
    for (_, path) in sessions.into_iter().rev() {
        newest_first.extend(turns_in(&path).into_iter().rev());
        if newest_first.len() >= enough {
            break;
        }
    }
    newest_first.reverse();
    newest_first
}

/// The log inside a session's folder, with the time of its last change.
fn session_log(folder: &Path) -> Option<(SystemTime, PathBuf)> {
    let path = folder.join(TURNS);
    let changed = path.metadata().ok()?.modified().ok()?;
    Some((changed, path))
}

fn turns_in(path: &Path) -> Vec<SavedTurn> {
    let text = std::fs::read(path).unwrap_or_default();
    text.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
}

const TURNS: &str = "session.jsonl";

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(session: &str, id: &str) -> SavedTurn {
        SavedTurn { session_id: session.into(), turn_id: id.into(), ..SavedTurn::default() }
    }

    #[test]
    fn a_reopened_session_knows_its_turns() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (mut files, none) = SessionFiles::open(folder.path(), "../s").expect("opened");
        assert!(none.is_empty());
        assert!(files.turns_path().starts_with(folder.path()));
        files.add(&turn("../s", "t1")).expect("written");
        assert_eq!(SessionFiles::open(folder.path(), "../s").expect("opened").1, [turn("../s", "t1")]);
    }

    #[test]
    fn the_latest_turns_come_oldest_first_and_stop_when_there_are_enough() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for session in ["s0", "s1", "s2"] {
            let (mut files, _) = SessionFiles::open(folder.path(), session).expect("opened");
            files.add(&turn(session, "a")).expect("written");
            files.add(&turn(session, "b")).expect("written");
            let age = std::time::Duration::from_secs(if session == "s1" { 60 } else { 120 });
            let file = std::fs::File::options().append(true).open(files.turns_path()).expect("opened");
            file.set_modified(SystemTime::now() - age.mul_f64(if session == "s2" { 0.0 } else { 1.0 })).expect("dated");
        }
        let names = |enough| -> Vec<String> {
            let turns = latest_turns(folder.path(), enough);
            turns.into_iter().map(|turn| turn.session_id + &turn.turn_id).collect()
        };
        assert_eq!(names(4), ["s1a", "s1b", "s2a", "s2b"]);
        assert_eq!(names(100).len(), 6);
    }
}
