//! A program leaves messages in a System V queue. Another one, started later, picks them by type.

use std::{env, mem, process};

use nix::libc::MSG_NOERROR;

#[path = "system_v_queue.rs"]
#[expect(dead_code, reason = "its own main does not run here")]
mod system_v_queue;
use system_v_queue::Queue;

// ANCHOR: main
fn main() {
    if let Some(key) = env::args().nth(1) {
        let queue = Queue::of(key.parse().unwrap());
        for (kind, text) in [(2, "tea"), (9, "fire"), (2, "cake")] {
            queue.send(kind, text.as_bytes()).unwrap();
        }
        return mem::forget(queue); // It is not dropped, so it stays.
    }
    let key = process::id() as i32;
    let mut sender = process::Command::new(env::current_exe().unwrap());
    println!("the sender: {}", sender.arg(key.to_string()).status().unwrap());
    let queue = Queue::of(key);
    let receive = |kind, room, flags| match queue.receive(kind, room, flags) {
        Ok(bytes) => println!("type {kind}, {room} bytes: {}", bytes.escape_ascii()),
        Err(error) => println!("type {kind}, {room} bytes: {error:?}"),
    };
    receive(9, 100, 0);
    receive(0, 100, 0); // 0 is any type.
    receive(0, 2, 0);
    receive(0, 2, MSG_NOERROR);
    receive(0, 100, 0);
}
// ANCHOR_END: main
