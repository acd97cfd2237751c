//! The same coroutines, given their turns from the front of a queue and from its back.

use std::collections::VecDeque;

use corosensei::Coroutine;

// ANCHOR: main
type Task = Coroutine<(), &'static str, ()>;

fn tasks() -> VecDeque<Task> {
    let task = |pieces: [&'static str; 3]| {
        Coroutine::new(move |yielder, ()| {
            for piece in pieces {
                yielder.suspend(piece);
            }
        })
    };
    [task(["a1", "a2", "a3"]), task(["b1", "b2", "b3"]), task(["c1", "c2", "c3"])].into()
}

fn run(mut ready: VecDeque<Task>, next: fn(&mut VecDeque<Task>) -> Option<Task>) -> String {
    let mut log = Vec::new();
    while let Some(mut task) = next(&mut ready) {
        if let Some(piece) = task.resume(()).as_yield() {
            log.push(piece);
            ready.push_back(task);
        }
    }
    log.join(" ")
}

fn main() {
    println!("from the front: {}", run(tasks(), VecDeque::pop_front));
    println!("from the back:  {}", run(tasks(), VecDeque::pop_back));
}
// ANCHOR_END: main
