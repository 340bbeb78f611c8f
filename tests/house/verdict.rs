//! What the rules say about the files.

use crate::mentions::{Mention, Reading, read};
use crate::source::Source;
use crate::table::{EXCEPTIONS, HOUSE, IMPURE, Room};

/// Files and what they say. Every judgement is a list of complaints.
pub(crate) struct Judge {
    files: Vec<(Source, Reading)>,
}

impl Judge {
    pub(crate) fn of(sources: Vec<Source>) -> Self {
        let mut files: Vec<_> = sources
            .into_iter()
            .map(|source| {
                let reading = read(&source);
                (source, reading)
            })
            .collect();
        let for_tests: Vec<Vec<String>> =
            files.iter().flat_map(|(_, reading)| reading.test_modules.iter().cloned()).collect();
        for (source, reading) in &mut files {
            if for_tests.iter().any(|module| source.module.starts_with(module)) {
                reading.mentions.iter_mut().for_each(|mention| mention.in_test = true);
            }
        }
        Self { files }
    }

    /// Imports of our own crates that the table does not allow.
    pub(crate) fn trespasses(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        for (source, reading) in self.files.iter().filter(|(source, _)| !source.is_root()) {
            match room_of(source) {
                Some(room) => complaints.extend(reading.mentions.iter().filter_map(|it| trespass(source, room, it))),
                None => complaints
                    .push(format!("{} stands in no room: give it a line in tests/house/table.rs", source.path)),
            }
        }
        complaints
    }

    /// Impure things in pure rooms.
    pub(crate) fn impurities(&self) -> Vec<String> {
        let named = self.impure_mentions().filter(|(source, _, what)| !EXCEPTIONS.contains(&(&*source.path, *what)));
        named
            .map(|(source, mention, what)| {
                format!("{}:{}: a pure room must not name {what}: pass it in", source.path, mention.line)
            })
            .collect()
    }

    /// Exceptions nobody makes use of.
    pub(crate) fn idle_exceptions(&self) -> Vec<String> {
        let used = |exception: &(&str, &str)| {
            self.impure_mentions().any(|(source, _, what)| (&*source.path, what) == *exception)
        };
        let idle = EXCEPTIONS.iter().filter(|exception| !used(exception));
        idle.map(|(file, what)| format!("{file} does without {what} now: take the exception away")).collect()
    }

    fn impure_mentions(&self) -> impl Iterator<Item = (&Source, &Mention, &'static str)> {
        let pure = self.files.iter().filter(|(source, _)| room_of(source).is_some_and(|room| room.pure));
        let shipped = pure.flat_map(|(source, reading)| reading.mentions.iter().map(move |mention| (source, mention)));
        let shipped = shipped.filter(|(_, mention)| !mention.in_test);
        shipped.filter_map(|(source, mention)| {
            let what = IMPURE.iter().find(|impure| is_within(&mention.path, impure))?;
            Some((source, mention, *what))
        })
    }
}

fn trespass(source: &Source, room: &Room, mention: &Mention) -> Option<String> {
    let ours = ["busyhour", "mock_runtime"].contains(&mention.path[0].as_str());
    // A crate by its bare name says nothing yet; everything in it, or a room of it, does.
    let allowed = room.may.iter().chain([&room.module]).any(|allowed| is_within(&mention.path, allowed));
    (ours && mention.path.len() > 1 && !allowed).then(|| {
        format!(
            "{}:{}: names {}, but `{}` may import only {}",
            source.path,
            mention.line,
            mention.path.join("::"),
            room.module,
            if room.may.is_empty() { "what is in it".to_owned() } else { room.may.join(", ") }
        )
    })
}

fn room_of(source: &Source) -> Option<&'static Room> {
    HOUSE.iter().find(|room| is_within(&source.module, room.module))
}

/// Whether a path is `whole` or something in it.
fn is_within(path: &[String], whole: &str) -> bool {
    let mut steps = path.iter();
    whole.split("::").all(|step| steps.next().is_some_and(|own| own == step))
}
