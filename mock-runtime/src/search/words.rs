//! Texts as words.

/// The words of a text, lower-cased: runs of letters and digits of any script.
pub(super) fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_runs_of_letters_and_digits_of_any_script() {
        let found: Vec<String> = words("Hiking-Boots, \u{dc}BER 42\u{20ac}; \u{65e5}\u{672c} don't").collect();
        assert_eq!(found, ["hiking", "boots", "\u{fc}ber", "42", "\u{65e5}\u{672c}", "don", "t"]);
    }
}
