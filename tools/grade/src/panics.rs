//! Remembers the panics of the body: the last on the test's own thread, the first elsewhere.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::env;
use std::panic::{self, PanicHookInfo, catch_unwind, panic_any};
use std::process;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// The first panic on another thread than the test's.
static ELSEWHERE: Mutex<Option<String>> = Mutex::new(None);

thread_local! {
    /// The last panic on this thread.
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
    /// Whether the hook has seen the probe on this thread.
    static PROBED: Cell<bool> = const { Cell::new(false) };
}

/// The payload of a panic that asks whether the hook is still there.
struct Probe;

/// Installs a hook that remembers panics. Call it on the thread of the test.
///
/// A panic of the test itself is printed with the verdict, not twice. In a forked child, and where
/// backtraces are on, the usual hook prints as well.
pub(crate) fn watch() {
    let (test_process, test_thread) = (process::id(), thread::current().id());
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if info.payload().is::<Probe>() {
            return PROBED.set(true);
        }
        let text = described(info);
        let of_the_test = thread::current().id() == test_thread;
        if of_the_test {
            LAST.set(Some(text));
        } else if process::id() == test_process {
            let name = thread::current().name().unwrap_or("<unnamed>").to_owned();
            let mut first = ELSEWHERE.lock().unwrap_or_else(PoisonError::into_inner);
            first.get_or_insert_with(|| format!("the thread `{name}` {text}"));
        }
        if !of_the_test || process::id() != test_process || backtraces_are_on() {
            usual(info);
        }
    }));
}

/// Whether the hook of [`watch`] still hears of panics. Another may hide them.
pub(crate) fn are_heard() -> bool {
    PROBED.set(false);
    let _ = catch_unwind(|| panic_any(Probe));
    PROBED.get()
}

/// The last panic on this thread, in words.
pub(crate) fn last() -> Option<String> {
    LAST.take()
}

/// The first panic on another thread than the test's, in words.
pub(crate) fn elsewhere() -> Option<String> {
    ELSEWHERE.lock().unwrap_or_else(PoisonError::into_inner).take()
}

fn described(info: &PanicHookInfo<'_>) -> String {
    let message = text(info.payload()).unwrap_or("(a payload that is no text)");
    match info.location() {
        Some(place) => format!("panicked at {place}:\n{message}"),
        None => format!("panicked:\n{message}"),
    }
}

/// The message of a panic, where its payload is text.
pub(crate) fn text(payload: &(dyn Any + Send)) -> Option<&str> {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}

fn backtraces_are_on() -> bool {
    env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0")
}
