//! Colours, where they are wanted.

/// How a report may look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Whether to use colours. The caller knows terminals, pipes and `NO_COLOR`.
    pub colour: bool,
}

impl Style {
    /// Good news.
    pub(in crate::report) fn good(self, text: &str) -> String {
        self.painted(text, "1;32")
    }

    /// Bad news.
    pub(in crate::report) fn bad(self, text: &str) -> String {
        self.painted(text, "1;31")
    }

    /// News to be careful with.
    pub(in crate::report) fn doubtful(self, text: &str) -> String {
        self.painted(text, "1;33")
    }

    fn painted(self, text: &str, codes: &str) -> String {
        if self.colour { format!("\u{1b}[{codes}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
