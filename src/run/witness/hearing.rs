//! The listening itself: connections, lines, ends.

use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::time::Duration;

use mock_runtime::witness::Record;
use parking_lot::Mutex;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::UnixStream;
use tokio::sync::oneshot;

use super::book::Book;
use super::memory;

/// One listener per post.
pub(super) struct Hearing {
    pub(super) book: Arc<Mutex<Book>>,
    pub(super) listeners: Vec<UnixListener>,
}

impl Hearing {
    /// Listens until it is over. To be called on a thread of its own.
    pub(super) fn hold(self, is_over: oneshot::Receiver<()>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("an event loop can be made where files can be opened");
        runtime.block_on(async {
            for (post, listener) in self.listeners.into_iter().enumerate() {
                tokio::spawn(accept(post, listener, Arc::clone(&self.book)));
            }
            tokio::spawn(memory::sample(Arc::clone(&self.book)));
            // Also over when the other end is dropped.
            let _ = is_over.await;
        });
    }
}

async fn accept(post: usize, listener: UnixListener, book: Arc<Mutex<Book>>) {
    listener.set_nonblocking(true).expect("a socket can be made non-blocking");
    let listener = tokio::net::UnixListener::from_std(listener).expect("the event loop takes a socket");
    loop {
        match listener.accept().await {
            Ok((line, _)) => drop(tokio::spawn(hear_out(post, line, Arc::clone(&book)))),
            // Out of descriptors for a moment: whoever wants to report waits in the backlog.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

/// One runtime's report, from its first line to the end of its life.
async fn hear_out(post: usize, line: UnixStream, book: Arc<Mutex<Book>>) {
    let (reading, writing) = line.into_split();
    let number = book.lock().open(post, writing);
    let mut reading = BufReader::new(reading);
    let (mut text, mut unreadable) = (Vec::new(), false);
    while reading.read_until(b'\n', &mut text).await.is_ok_and(|bytes| bytes > 0) {
        if std::mem::take(&mut unreadable) {
            book.lock().lost_a_line();
        }
        match serde_json::from_slice::<Record>(&text) {
            Ok(record) => book.lock().enter(number, record),
            // Torn by SIGKILL where it is the last: then nothing came of it and nothing is lost.
            Err(_) => unreadable = true,
        }
        text.clear();
    }
    let mut book = book.lock();
    let now = book.clock().now();
    book.ended(number, now);
}
