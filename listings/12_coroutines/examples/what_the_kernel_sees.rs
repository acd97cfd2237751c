//! Coroutines, as the kernel sees them: not at all.

use std::{fs, sync::mpsc, thread};

use corosensei::Coroutine;
use nix::sys::resource::{UsageWho, getrusage};
use nix::unistd::gettid;

// ANCHOR: main
fn state_of(task: i32) -> String {
    let stat = fs::read_to_string(format!("/proc/self/task/{task}/stat")).unwrap();
    stat.split(") ").nth(1).unwrap()[..1].to_owned()
}

fn main() {
    let coroutine = |_| Coroutine::<(), (), ()>::new(|yielder, ()| yielder.suspend(()));
    let mut coroutines: Vec<_> = (0..1000).map(coroutine).collect();
    let sleeps = || getrusage(UsageWho::RUSAGE_THREAD).unwrap().voluntary_context_switches();
    let before = sleeps();
    let paused = coroutines.iter_mut().filter_map(|coroutine| coroutine.resume(()).as_yield());
    println!("{} coroutines are paused", paused.count());
    println!("threads: {}", fs::read_dir("/proc/self/task").unwrap().count());
    println!("how often this thread has gone to sleep: {}", sleeps() - before);
    println!("its state: {}", state_of(gettid().as_raw()));

    let (end, wait) = mpsc::channel::<()>();
    let (tell, id) = mpsc::channel();
    let other = thread::spawn(move || (tell.send(gettid().as_raw()), wait.recv().is_err()));
    let id = id.recv().unwrap();
    while state_of(id) == "R" {
        thread::yield_now();
    }
    println!("the state of a thread that waits for a value: {}", state_of(id));
    drop(end);
    other.join().unwrap().0.unwrap();
}
// ANCHOR_END: main
