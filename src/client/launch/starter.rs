//! The thread that starts processes.
//!
//! Starting one takes 0.1 to 0.75 ms during which the calling thread stands still. On a thread of its own it delays no
//! recall, and starts queue up instead of fighting for the kernel's locks.

use std::io;
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};

use tokio::process::{Child, Command};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::guard;
use super::process::Process;

/// Starts the command as the leader of a process group of its own and watches over it from its first moment.
pub(crate) async fn start(command: Command) -> io::Result<Process> {
    let (answer, started) = oneshot::channel();
    let order = Order { command, runtime: Handle::current(), answer };
    starter().send(order).expect("the starter thread lives as long as the process");
    let child = started.await.expect("the starter thread answers every order")?;
    Ok(Process::watched(child))
}

struct Order {
    command: Command,
    runtime: Handle,
    answer: oneshot::Sender<io::Result<Child>>,
}

fn starter() -> &'static Sender<Order> {
    static STARTER: OnceLock<Sender<Order>> = OnceLock::new();
    STARTER.get_or_init(|| {
        let (orders, inbox) = channel::<Order>();
        let run = move || inbox.into_iter().for_each(Order::carry_out);
        std::thread::Builder::new().name("runtime-starter".to_owned()).spawn(run).expect("a thread can be started");
        orders
    })
}

impl Order {
    fn carry_out(mut self) {
        if self.answer.is_closed() {
            return;
        }
        let _context = self.runtime.enter();
        self.command.process_group(0).kill_on_drop(true);
        let child = self.command.spawn();
        if let Some(pid) = child.as_ref().ok().and_then(Child::id) {
            guard::watch(pid);
        }
        // Where nobody waits for it any more, the child is dropped here, and killed by that.
        if let Err(Ok(forsaken)) = self.answer.send(child)
            && let Some(pid) = forsaken.id()
        {
            super::process::kill_group(pid);
            guard::forget(pid);
        }
    }
}
