//! A lock that another thread holds during a fork has nobody in the child who could open it.

use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::thread;

use nix::libc::_exit;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork};

// ANCHOR: main
static LOCK: Mutex<()> = Mutex::new(());

fn main() {
    let (is_locked, locked) = channel();
    let (unlock, may_unlock) = channel();
    let holder = thread::spawn(move || {
        let _guard = LOCK.lock().unwrap();
        is_locked.send(()).unwrap();
        may_unlock.recv().unwrap();
    });
    locked.recv().unwrap();

    // SAFETY: the only other thread sleeps and holds no lock that the child waits for.
    match unsafe { fork() }.unwrap() {
        ForkResult::Child => {
            let code = if LOCK.try_lock().is_ok() { 0 } else { 1 };
            // SAFETY: `_exit` takes any code and does not return.
            unsafe { _exit(code) }
        }
        ForkResult::Parent { child } => {
            unlock.send(()).unwrap();
            holder.join().unwrap();
            println!("parent: can it be locked? {}", LOCK.try_lock().is_ok());
            let exited = waitpid(child, None).unwrap();
            println!("child:  can it be locked? {}", matches!(exited, WaitStatus::Exited(_, 0)));
        }
    }
}
// ANCHOR_END: main
