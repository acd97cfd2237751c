//! `join` tells how a thread ended, and hands over what it returned or what it panicked with.

use std::panic::{self, panic_any, resume_unwind};
use std::thread;

// ANCHOR: main
type Run = fn() -> u32;

fn main() {
    panic::set_hook(Box::new(|_| {})); // Prints nothing, so that the page stays short.
    let ends: [(&str, Run); 4] = [
        ("returns", || 7),
        ("panics with a literal", || panic!("out of luck")),
        ("panics with a format", || panic!("out of {}", "time")),
        ("panics with a number", || panic_any(7_u8)),
    ];
    for (name, run) in ends {
        match thread::spawn(run).join() {
            Ok(value) => println!("{name}: Ok({value})"),
            Err(payload) => {
                let text = payload.downcast_ref::<&str>();
                let owned = payload.downcast_ref::<String>();
                println!("{name}: Err, {text:?} {owned:?} {:?}", payload.downcast_ref::<u8>());
            }
        }
    }

    let relayed = thread::spawn(|| {
        let inner = thread::spawn(|| panic!("from far below"));
        inner.join().unwrap_or_else(|payload| resume_unwind(payload))
    });
    let payload = relayed.join().unwrap_err();
    println!("passed on: {:?}", payload.downcast_ref::<&str>());

    let unwrapped = thread::spawn(|| thread::spawn(|| panic_any(7_u8)).join().unwrap());
    let payload = unwrapped.join().unwrap_err();
    println!("unwrapped: {:?}", payload.downcast_ref::<String>());
}
// ANCHOR_END: main
