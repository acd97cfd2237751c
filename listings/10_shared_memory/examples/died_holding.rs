//! A process dies with a lock. What does a plain mutex say to the next one, and what a robust one?

#[path = "../../../exercises/10_shared_memory/src/given/cell.rs"]
#[expect(dead_code, reason = "this program shares with children alone")]
mod cell;
use nix::libc::{self, EOWNERDEAD, PTHREAD_MUTEX_ROBUST as ROBUST, PTHREAD_MUTEX_STALLED as PLAIN};
use nix::{errno::Errno, sys::signal, sys::wait::waitpid, unistd};

// ANCHOR: main
fn main() {
    for (kind, repairs) in [(PLAIN, false), (ROBUST, true), (ROBUST, false)] {
        let memory = cell::SharedCell::<[std::sync::atomic::AtomicU64; 8]>::anonymous().unwrap();
        let mutex: *mut libc::pthread_mutex_t = memory.as_ptr().cast_mut().cast();
        // SAFETY: the mutex fits into the memory, and is made before anybody uses it. Each process has
        // one thread, and unlocks what it has.
        unsafe {
            let mut attributes = std::mem::zeroed();
            libc::pthread_mutexattr_init(&mut attributes);
            libc::pthread_mutexattr_setpshared(&mut attributes, libc::PTHREAD_PROCESS_SHARED);
            libc::pthread_mutexattr_setrobust(&mut attributes, kind);
            libc::pthread_mutex_init(mutex, &attributes);
            if let unistd::ForkResult::Parent { child } = unistd::fork().unwrap() {
                waitpid(child, None).unwrap();
            } else {
                libc::pthread_mutex_lock(mutex);
                signal::raise(signal::SIGKILL).unwrap();
            }
            let first = libc::pthread_mutex_trylock(mutex);
            if first == EOWNERDEAD {
                // The lock is had: whoever repairs the value says so, and unlocks.
                repairs.then(|| libc::pthread_mutex_consistent(mutex));
                libc::pthread_mutex_unlock(mutex);
            }
            let said = [first, libc::pthread_mutex_trylock(mutex)].map(|error| match error {
                0 => "locked".to_owned(),
                error => format!("{:?}", Errno::from_raw(error)),
            });
            println!("robust: {:5} repairs: {repairs:5} {said:?}", kind == ROBUST);
        }
    }
}
// ANCHOR_END: main
