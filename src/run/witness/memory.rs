//! What the runtimes weigh.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::book::Book;

/// Weighs all living runtimes, for ever: once a second, or less often where there are so many of them that it would cost
/// more than a twentieth of a core (a runtime costs some 30 µs).
pub(super) async fn sample(book: Arc<Mutex<Book>>) {
    let page = u64::try_from(rustix::param::page_size()).unwrap_or(4096);
    let mut pause = PERIOD;
    loop {
        tokio::time::sleep(pause).await;
        let began = Instant::now();
        let processes = book.lock().processes();
        let weighed: Vec<_> =
            processes.iter().filter_map(|(tenant, pid)| Some((*tenant, private_pages(*pid)? * page))).collect();
        book.lock().weighed(&weighed);
        pause = PERIOD.max(began.elapsed() * 20);
    }
}

/// Resident pages that are the process' own: pages of shared files would be counted once per runtime.
fn private_pages(pid: u32) -> Option<u64> {
    let statm = std::fs::read_to_string(format!("/proc/{pid}/statm")).ok()?;
    let mut fields = statm.split(' ').skip(1).map_while(|field| field.parse::<u64>().ok());
    let (resident, shared) = (fields.next()?, fields.next()?);
    Some(resident.saturating_sub(shared))
}

const PERIOD: Duration = Duration::from_secs(1);
