//! Ctrl-C, `kill` and a closed terminal: first what runs is ended, then this program, by the same
//! signal.

use std::sync::Arc;
use std::sync::atomic::AtomicI32;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use nix::sys::signal::{SigHandler, Signal, signal};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};
use signal_hook::low_level::emulate_default_handler;

use crate::stop::Stop;

/// How long the program may take to clean up before the signal ends it all the same.
const GRACE: Duration = Duration::from_secs(2);

/// Handles signals as long as it lives.
pub struct Guard {
    came: Arc<AtomicI32>,
    handle: Handle,
}

/// Calls `clean_up` when a signal asks this program to end.
///
/// # Errors
///
/// Fails where the handlers cannot be installed.
pub fn on_signal(mut clean_up: impl FnMut() + Send + 'static) -> Result<Guard> {
    let mut signals =
        Signals::new([SIGINT, SIGTERM, SIGHUP, SIGQUIT]).context("cannot prepare for Ctrl-C")?;
    let (came, handle) = (Arc::new(AtomicI32::new(0)), signals.handle());
    let seen = Arc::clone(&came);
    thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            seen.store(signal, Relaxed);
            clean_up();
            thread::sleep(GRACE);
            let _ = emulate_default_handler(signal);
        }
    });
    Ok(Guard { came, handle })
}

/// Runs `work`; a signal stops what it started, and then this program.
///
/// # Errors
///
/// As `work`, and where the handlers cannot be installed.
pub fn interruptible<T>(work: impl FnOnce(&Stop) -> Result<T>) -> Result<T> {
    let stop = Stop::default();
    let stopper = stop.clone();
    let guard = on_signal(move || stopper.stop())?;
    let result = work(&stop);
    // The other clone is the signals', and does not end before this program does.
    stop.stop();
    guard.end_by_signal();
    result
}

/// Lets a reader that goes away, as `head` does, end this program without a word.
pub fn end_with_the_reader() {
    // SAFETY: it installs no handler, and no thread relies on what SIGPIPE did before.
    let _ = unsafe { signal(Signal::SIGPIPE, SigHandler::SigDfl) };
}

impl Guard {
    /// Ends this program if a signal came, in the way in which the signal would have done it.
    pub fn end_by_signal(&self) {
        let signal = self.came.load(Relaxed);
        if signal != 0 {
            let _ = emulate_default_handler(signal);
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.handle.close();
    }
}
