//! Nobody can end a thread from outside. One asks, and the thread looks, also in its sleep.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

// ANCHOR: main
fn main() {
    let (stop, asked) = channel::<()>();
    let (report, progress) = channel();

    let worker = thread::spawn(move || {
        let mut steps = 0;
        loop {
            steps += 1;
            report.send(steps).unwrap();
            // A sleep of an hour, unless somebody asks.
            match asked.recv_timeout(Duration::from_secs(3600)) {
                Err(RecvTimeoutError::Timeout) => continue,
                Ok(()) | Err(RecvTimeoutError::Disconnected) => return steps,
            }
        }
    });
    println!("progress: {}", progress.recv().unwrap());
    drop(stop); // Asks: the channel has lost its sender.
    println!("stopped after {} step, and joined", worker.join().unwrap());
}
// ANCHOR_END: main
