//! When `main` returns, the process ends, and all its threads with it, wherever they are.

use std::sync::mpsc::channel;
use std::thread;

// ANCHOR: main
struct Goodbye(&'static str);

impl Drop for Goodbye {
    fn drop(&mut self) {
        println!("{} says goodbye", self.0);
    }
}

fn main() {
    let _of_main = Goodbye("main");
    let (tell, told) = channel();
    thread::spawn(move || {
        let _of_thread = Goodbye("the thread");
        tell.send("the thread works").unwrap();
        loop {
            thread::park();
        }
    });
    println!("{}", told.recv().unwrap());
}
// ANCHOR_END: main
