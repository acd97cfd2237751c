//! A box for one letter, with one condition variable for all who wait.

use model::sync::{Arc, Condvar, Mutex};
use model::{Model, Rejection, thread};
// ANCHOR: program
struct Letterbox {
    letter: Mutex<Option<u32>>,
    changed: Condvar,
    tell: fn(&Condvar),
}

impl Letterbox {
    fn put(&self, letter: u32) {
        let full = self.letter.lock().unwrap();
        *self.changed.wait_while(full, |letter| letter.is_some()).unwrap() = Some(letter);
        (self.tell)(&self.changed);
    }

    fn take(&self) -> Option<u32> {
        let empty = self.letter.lock().unwrap();
        let letter = self.changed.wait_while(empty, |letter| letter.is_none()).unwrap().take();
        (self.tell)(&self.changed);
        letter
    }
}
// ANCHOR_END: program

fn check(tell: fn(&Condvar)) -> Result<usize, Rejection> {
    Model::new().preemptions(2).try_check(move || {
        let (letter, changed) = (Mutex::new(None), Condvar::new());
        let letterbox = Arc::new(Letterbox { letter, changed, tell });
        let readers =
            [letterbox.clone(), letterbox.clone()].map(|l| thread::spawn(move || l.take()));
        (1..=2).for_each(|letter| letterbox.put(letter));
        let _ = readers.map(thread::JoinHandle::join);
    })
}

fn main() {
    println!("{}", check(|all| all.notify_one()).expect_err("it may wake the wrong one"));
    println!("\nnotify_all: right in {} interleavings", check(|all| all.notify_all()).unwrap());
}
