//! Tests that would never end. Those that start a program give it time to begin its sleep.

use std::io::{Read, Write};
use std::process::Command;
use std::sync::Mutex;

#[grade::test(timeout_ms = 500)]
fn endless_loop() {
    loop {
        std::hint::spin_loop();
    }
}

#[grade::test(timeout_ms = 500, hint = "a Mutex is not reentrant")]
fn double_lock() {
    let mutex = Mutex::new(());
    let _first = mutex.lock().unwrap();
    let _second = mutex.lock().unwrap();
}

#[grade::test(timeout_ms = 500)]
fn blocked_read() {
    let (mut reader, _writer) = std::io::pipe().unwrap();
    reader.read_to_end(&mut Vec::new()).unwrap();
}

#[grade::test(timeout_ms = 2_000)]
fn read_of_a_pipe_that_a_child_holds() {
    let (mut reader, writer) = std::io::pipe().unwrap();
    let mut sleep = Command::new("sleep");
    let mut child = sleep.arg("60").stdout(writer).spawn().unwrap();
    drop(sleep);
    reader.read_to_end(&mut Vec::new()).unwrap();
    child.wait().unwrap();
}

#[grade::test(timeout_ms = 500)]
fn blocked_write() {
    let (_reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(&vec![0; 4 << 20]).unwrap();
}

#[grade::test(timeout_ms = 2_000)]
fn blocked_wait() {
    Command::new("sleep").arg("60").status().unwrap();
}

#[grade::test(timeout_ms = 500)]
fn live_sender() {
    let (sender, receiver) = std::sync::mpsc::channel::<u32>();
    sender.send(1).unwrap();
    // The loop ends when there is no sender any more, and here is one.
    for _ in receiver {}
    drop(sender);
}

#[grade::test(timeout_ms = 500)]
fn lost_join() {
    std::thread::Builder::new()
        .name("sleeper".to_owned())
        .spawn(std::thread::park)
        .unwrap()
        .join()
        .unwrap();
}

#[grade::test(timeout_ms = 500)]
#[ignore = "root sees everything"]
fn hides_its_calls() {
    // Others of the same user may not look into this process any more (proc(5)).
    nix::sys::prctl::set_dumpable(false).unwrap();
    nix::unistd::pause();
}
