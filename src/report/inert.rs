//! Text from outside, made harmless for a terminal or the log of a workflow, and cut to the room there is.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// `text` without anything a terminal or a workflow's runner would act upon, at most `columns` wide; what was cut is marked
/// by `…`.
pub(super) fn inert(text: &str, columns: usize) -> String {
    // A character takes at most four bytes and, but for combining ones, at least one column: nothing beyond can show.
    let shown = text.chars().take(columns * 4 + 1).map(harmless).collect();
    let mut shown = without_commands(shown);
    if shown.width() <= columns && text.chars().nth(columns * 4 + 1).is_none() {
        return shown;
    }
    while shown.width() >= columns && shown.pop().is_some() {}
    shown.push('…');
    shown
}

/// `text` in exactly `columns`, made inert, on the left.
pub(super) fn left(text: &str, columns: usize) -> String {
    let shown = inert(text, columns);
    let missing = columns.saturating_sub(shown.width());
    shown + &" ".repeat(missing)
}

/// `text` broken between words into lines of at most `columns`, made inert.
pub(super) fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace().map(|word| inert(word, columns)) {
        let line = lines.last_mut().expect("there is always a line");
        if line.is_empty() {
            *line = word;
        } else if line.width() + 1 + word.width() <= columns {
            line.push(' ');
            line.push_str(&word);
        } else {
            lines.push(word);
        }
    }
    lines
}

/// GitHub's runner obeys what a line begins with, `::error::`, and what an older one had anywhere in it, `##[error]`.
fn without_commands(text: String) -> String {
    let text = if text.trim_start().starts_with("::") { text.replacen("::", "\u{fffd}:", 1) } else { text };
    if text.contains("##[") { text.replace("##[", "#\u{fffd}[") } else { text }
}

/// Control characters start escape sequences; format characters turn the direction of text, or hide it.
fn harmless(sign: char) -> char {
    let formats = matches!(sign, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}');
    if sign.is_control() || formats || sign.width().is_none() { '\u{fffd}' } else { sign }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_turned_text_lose_their_power() {
        assert_eq!(inert("a\u{1b}[31mred\r\n\u{7}", 40), "a\u{fffd}[31mred\u{fffd}\u{fffd}\u{fffd}");
        assert_eq!(inert("abc\u{202e}fed\u{200b}", 40), "abc\u{fffd}fed\u{fffd}");
    }

    #[test]
    fn a_workflows_commands_are_none() {
        assert_eq!(inert("::error::owned", 40), "\u{fffd}:error::owned");
        assert_eq!(inert("  ::error::owned", 40), "  \u{fffd}:error::owned");
        assert_eq!(inert("a ##[error]owned", 40), "a #\u{fffd}[error]owned");
        assert_eq!(inert("a::b #1 ## [x]", 40), "a::b #1 ## [x]");
        assert_eq!(wrapped("a ::error::owned", 9), ["a", "\u{fffd}:error:…"]);
    }

    #[test]
    fn what_is_too_wide_is_cut_by_columns_and_not_by_letters() {
        assert_eq!(inert("exactly ten", 11), "exactly ten");
        assert_eq!(inert("exactly ten", 10), "exactly t…");
        assert_eq!(inert("電話電話電話", 7), "電話電…");
        assert_eq!(left("電話", 6), "電話  ");
        assert_eq!(inert(&"x".repeat(10_000), 5), "xxxx…");
        assert!(inert(&format!("e{}", "\u{301}".repeat(10_000)), 5).chars().count() < 25);
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrapped("one two  three four", 9), ["one two", "three", "four"]);
        assert_eq!(wrapped("", 9), [""]);
    }
}
