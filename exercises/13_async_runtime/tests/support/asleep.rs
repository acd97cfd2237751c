//! A wake-up that comes when the thread of the test sleeps.

use std::fs;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::task::Waker;
use std::thread;
use std::time::Duration;

use grade::cpu::Mark;

/// The thread that asks is left asleep for so long.
pub const NAP: Duration = Duration::from_millis(300);
/// So much time on a processor is too much for one that should be asleep.
pub const TOO_MUCH: Duration = Duration::from_millis(150);

/// As soon as this thread is asleep, another one lets it sleep for [`NAP`]; then it sets `done`, and wakes. If
/// this thread does not fall asleep, it does so after [`TOO_MUCH`].
pub fn wake_when_asleep(done: &Arc<AtomicBool>, waker: &Waker) {
    let (done, waker, mark) = (done.clone(), waker.clone(), Mark::set());
    thread::spawn(move || {
        while !is_asleep() && mark.spent().time < TOO_MUCH {
            thread::sleep(Duration::from_millis(5));
        }
        thread::sleep(NAP);
        done.store(true, SeqCst);
        waker.wake();
    });
}

/// Whether the first thread of this process sleeps, which is that of the test (proc_pid_stat(5)).
fn is_asleep() -> bool {
    let stat = fs::read_to_string(format!("/proc/self/task/{}/stat", process::id()));
    let stat = stat.expect("the thread of the test is there");
    stat.rsplit(") ").next().is_some_and(|fields| fields.starts_with('S'))
}
