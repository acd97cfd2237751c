//! A task that may go on on another thread keeps nothing that must stay on this one.

use std::future::ready;
use std::rc::Rc;

// ANCHOR: main
fn spawn(_task: impl Future<Output = ()> + Send + 'static) {}

fn main() {
    spawn(async {
        let shared = Rc::new(7);
        ready(()).await;
        println!("{shared}");
    });
}
// ANCHOR_END: main
