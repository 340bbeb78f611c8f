//! What led to a broken law, in words.

use std::sync::Arc;

use super::arguments::Format;
use super::{Failure, facts};
use crate::scenario::Scenario;
use crate::sim::{self, Story};

/// Plays the scenario again and tells what led to the broken law: under the report, or beside it where that is JSON.
pub(super) fn tell(scenario: &Arc<Scenario>, format: Format) -> Result<(), Failure> {
    let Some(story) = sim::retrace(scenario) else { return Ok(()) };
    let text = text(scenario, &story);
    match format {
        Format::Text => super::print(&format!("\n{text}")),
        Format::Json => {
            super::tell(text.trim_end());
            Ok(())
        }
    }
}

/// Who, then what happened to him, the oldest first.
fn text(scenario: &Scenario, story: &Story) -> String {
    let runtime = story.runtime.map(|runtime| runtime.to_string());
    let caller = story.caller.map(|caller| format!("caller {}", caller.0));
    let mut who: Vec<String> = runtime.into_iter().chain(caller).collect();
    if who.is_empty() {
        who.push(format!("the pool of worker {}", story.worker));
    }
    let mut text = format!("before the law was broken, the last of {}:\n", who.join(" and "));
    if story.last.is_empty() {
        text += "  nothing\n";
    }
    for entry in &story.last {
        text += &facts::line(scenario, entry);
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::base::{CallerIndex, TenantIndex, Time};
    use crate::sim::{Entry, Fact, Journal};

    #[derive(Default)]
    struct First(Vec<Entry>);

    impl Journal for First {
        fn note(&mut self, entry: &Entry) {
            if self.0.len() < 12 {
                self.0.push(*entry);
            }
        }
    }

    #[test]
    fn a_story_names_who_and_what_happened_in_order() {
        let scenario = std::fs::read_to_string("scenarios/smoke.toml").unwrap();
        let scenario = Arc::new(Scenario::from_text(Path::new("smoke.toml"), scenario).unwrap());
        let mut first = First::default();
        sim::play_with(&scenario, &mut first);
        first.0.push(Entry { at: Time::NEVER, tenant: TenantIndex(0), worker: 0, fact: Fact::Ticked });
        let runtime = first.0.iter().find_map(|entry| match entry.fact {
            Fact::Spawned { runtime, .. } => Some(runtime),
            _ => None,
        });
        let mut story =
            Story { tenant: TenantIndex(0), worker: 0, runtime, caller: Some(CallerIndex(3)), last: first.0 };
        insta::assert_snapshot!(text(&scenario, &story));
        (story.runtime, story.caller) = (None, None);
        story.last.clear();
        assert_eq!(
            text(&scenario, &story),
            "before the law was broken, the last of the pool of worker 0:\n  nothing\n"
        );
    }
}
