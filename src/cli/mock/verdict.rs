//! Whether what was expected arrived.

use std::fmt::{self, Write};

use serde_json::json;

use crate::mock::Judged;

/// Every expectation, judged.
pub(super) struct Verdict {
    judged: Vec<Judged>,
    /// What came at all, in words.
    heard: String,
}

impl Verdict {
    pub(super) fn of(judged: Vec<Judged>, heard: String) -> Self {
        Self { judged, heard }
    }

    /// 0, or that of a threshold that does not hold.
    pub(super) fn exit_code(&self) -> u8 {
        if self.failed() == 0 { 0 } else { 99 }
    }

    /// The verdict, and each expectation with what came nearest where it did not arrive.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        self.write_all(&mut text).expect("writing to a string cannot fail");
        text
    }

    /// The same for programs.
    pub(super) fn json(&self) -> String {
        let expectations = self.judged.iter().map(|judged| {
            let nearest = judged.nearest.as_ref().map(|nearest| json!({ "call": nearest.call, "misses": nearest.misses }));
            json!({
                "about": judged.about, "wanted": judged.wanted, "came": judged.came, "ok": judged.ok, "nearest": nearest,
            })
        });
        let verdict = if self.failed() == 0 { "pass" } else { "fail" };
        let verdict = json!({ "verdict": verdict, "expectations": expectations.collect::<Vec<_>>() });
        serde_json::to_string_pretty(&verdict).expect("texts are JSON") + "\n"
    }

    fn failed(&self) -> usize {
        self.judged.iter().filter(|judged| !judged.ok).count()
    }

    fn write_all(&self, text: &mut String) -> fmt::Result {
        let (failed, all) = (self.failed(), self.judged.len());
        match failed {
            0 => writeln!(text, "PASS: what was expected arrived; {}.\n", self.heard)?,
            _ => writeln!(text, "FAIL: {failed} of {all} expectations were not met; {}.\n", self.heard)?,
        }
        self.judged.iter().try_for_each(|judged| write_one(text, judged))
    }
}

fn write_one(text: &mut String, judged: &Judged) -> fmt::Result {
    let Judged { about, wanted, came, ok, nearest } = judged;
    let times = if *came == 1 { "once".to_owned() } else { format!("{came} times") };
    writeln!(text, "{}  {about}: came {times}, wanted {wanted}", if *ok { "ok  " } else { "FAIL" })?;
    if let Some(nearest) = nearest {
        writeln!(text, "      nearest: {}; {}", nearest.call, nearest.misses.join("; "))?;
    } else if !ok && *came == 0 {
        writeln!(text, "      no request of any kind came")?;
    }
    Ok(())
}
