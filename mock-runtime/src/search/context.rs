//! The context text: sections under headings, within budgets counted in characters.

use crate::wire::loopback::Budgets;

/// A context text in the making.
#[derive(Debug)]
pub(super) struct Context {
    text: String,
    /// Characters still free.
    left: usize,
    per_lane: usize,
}

impl Context {
    /// An empty one.
    pub(super) fn new(budgets: &Budgets) -> Self {
        Self { text: String::new(), left: budgets.context_char_cap, per_lane: budgets.per_lane_char_cap }
    }

    /// Adds a section of `lines` under `## heading` and says how many of the lines went in. Lines that do not fit are
    /// left out, but the first, being the best, is cut to fit instead. A section without lines is not added.
    pub(super) fn section<'l>(&mut self, heading: &str, lines: impl Iterator<Item = &'l str>) -> usize {
        let gap = if self.text.is_empty() { "" } else { "\n\n" };
        let head = format!("{gap}## {heading}");
        let head_chars = head.chars().count();
        let mut room = self.left.min(self.per_lane + gap.len()).saturating_sub(head_chars);
        let (mut body, mut taken, mut body_chars) = (String::new(), 0, 0);
        for line in lines {
            let chars = line.chars().count() + 1;
            if chars > room && taken > 0 {
                break;
            }
            if room < 2 {
                break;
            }
            let kept = chars.min(room);
            body.push('\n');
            body.extend(line.chars().take(kept - 1));
            room -= kept;
            body_chars += kept;
            taken += 1;
        }
        if taken > 0 {
            self.text.push_str(&head);
            self.text.push_str(&body);
            self.left -= head_chars + body_chars;
        }
        taken
    }

    /// The text.
    pub(super) fn into_text(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(context_char_cap: usize, per_lane_char_cap: usize) -> Context {
        Context::new(&Budgets { context_char_cap, per_lane_char_cap, ..Budgets::default() })
    }

    #[test]
    fn sections_stand_under_their_headings() {
        let mut context = context(8000, 2400);
        assert_eq!(context.section("profile", ["Ann"].into_iter()), 1);
        assert_eq!(context.section("working", std::iter::empty()), 0);
        assert_eq!(context.section("org", ["one", "two"].into_iter()), 2);
        assert_eq!(context.into_text(), "## profile\nAnn\n\n## org\none\ntwo");
    }

    #[test]
    fn a_section_keeps_to_its_characters_not_bytes() {
        let mut context = context(8000, 20);
        let umlauts = "\u{e4}".repeat(100);
        assert_eq!(context.section("org", [umlauts.as_str(), "next"].into_iter()), 1);
        let text = context.into_text();
        assert_eq!(text.chars().count(), 20);
        assert!(text.ends_with('\u{e4}'));
    }

    #[test]
    fn the_whole_text_keeps_to_its_characters() {
        for cap in 0..60 {
            let mut context = context(cap, 25);
            for heading in ["profile", "working", "org"] {
                context.section(heading, ["0123456789", "\u{1f4de}", "rest"].into_iter());
            }
            let text = context.into_text();
            assert!(text.chars().count() <= cap, "{} characters, not {cap}", text.chars().count());
        }
    }
}
