//! A thread polls and sleeps, another one wakes it: in every interleaving.
use model::sync::thread::{Thread, current, park};
use model::sync::{Arc, AtomicBool, Ordering::SeqCst};
use model::{Model, Rejection, thread};

// ANCHOR: program
struct Signal {
    is_there: AtomicBool,
    woken: AtomicBool,
}

fn run(signal: &Signal, lower_after_the_poll: bool) {
    while !signal.is_there.load(SeqCst) {
        if lower_after_the_poll {
            signal.woken.swap(false, SeqCst);
        }
        while !signal.woken.swap(false, SeqCst) {
            park();
        }
    }
}

fn ring(signal: &Signal, sleeper: &Thread) {
    signal.is_there.swap(true, SeqCst);
    signal.woken.swap(true, SeqCst);
    sleeper.unpark();
}
// ANCHOR_END: program
fn check(lower_after_the_poll: bool) -> Result<usize, Rejection> {
    Model::new().try_check(move || {
        let [is_there, woken] = [AtomicBool::new(false), AtomicBool::new(false)];
        let signal = Arc::new(Signal { is_there, woken });
        let (theirs, sleeper) = (signal.clone(), current());
        let other = thread::spawn(move || ring(&theirs, &sleeper));
        run(&signal, lower_after_the_poll);
        other.join();
    })
}
fn main() {
    println!("{}", check(true).expect_err("a wake-up is wiped away"));
    println!("\nlowered before the poll: right in all {} interleavings", check(false).unwrap());
}
