//! The last lines of a driver's standard error, however much of it there is.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncReadExt};

/// The last lines of a driver's standard error. Clones speak of the same.
#[derive(Clone, Debug, Default)]
pub(super) struct LastWords(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    lines: VecDeque<Vec<u8>>,
    /// A line that has not ended.
    open: Vec<u8>,
}

impl LastWords {
    /// Reads until nothing comes any more, so that nobody ever waits for a full pipe.
    pub(super) async fn listen(self, mut stderr: impl AsyncRead + Unpin) {
        let mut bytes = [0; 4096];
        while let Ok(read @ 1..) = stderr.read(&mut bytes).await {
            self.0.lock().take(&bytes[..read]);
        }
    }

    /// The oldest first; without what a terminal would obey.
    pub(super) fn lines(&self) -> Vec<String> {
        let kept = self.0.lock();
        let open = (!kept.open.is_empty()).then_some(&kept.open);
        kept.lines.iter().chain(open).map(|line| plain(line)).filter(|line| !line.is_empty()).collect()
    }
}

impl Kept {
    fn take(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                b'\n' => {
                    if self.lines.len() == MOST_LINES {
                        self.lines.pop_front();
                    }
                    self.lines.push_back(std::mem::take(&mut self.open));
                }
                _ if self.open.len() < LONGEST_LINE => self.open.push(*byte),
                _ => {}
            }
        }
    }
}

fn plain(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    text.trim_end().replace('\t', "    ").chars().filter(|sign| !sign.is_control()).collect()
}

const MOST_LINES: usize = 20;
const LONGEST_LINE: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;

    async fn heard(bytes: &[u8]) -> Vec<String> {
        let words = LastWords::default();
        words.clone().listen(bytes).await;
        words.lines()
    }

    #[tokio::test]
    async fn the_last_lines_are_kept_and_an_unfinished_one_is_a_line() {
        let many = (0..100).map(|number| format!("line {number}\n")).collect::<Vec<_>>().concat();
        let lines = heard(format!("{many}and then").as_bytes()).await;
        assert_eq!((lines.len(), lines[0].as_str()), (MOST_LINES + 1, "line 80"));
        assert_eq!(lines.last().expect("there are some"), "and then");
    }

    #[tokio::test]
    async fn a_line_without_end_takes_no_memory_and_is_shown_and_not_obeyed() {
        assert_eq!(heard(&vec![b'x'; 1_000_000]).await, ["x".repeat(LONGEST_LINE)]);
        assert_eq!(heard(b"\x1b[31mred\r\n\n\tin").await, ["[31mred", "    in"]);
    }
}
