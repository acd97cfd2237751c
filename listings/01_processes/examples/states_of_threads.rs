//! Each thread has a state of its own; what is said of the process is said of its first thread.

use std::{fs, thread};

fn main() {
    let other = thread::spawn(|| {
        while state("/proc/self/status") != "S" {
            thread::yield_now();
        }
        println!("the process:      {}", state("/proc/self/status"));
        println!("this very thread: {}", state("/proc/thread-self/status"));
        println!("threads:          {}", line("/proc/self/status", "Threads:"));
    });
    other.join().expect("it does not panic");
}

fn state(file: &str) -> String {
    line(file, "State:").chars().take(1).collect()
}

/// What stands behind `key` in a file of lines.
fn line(file: &str, key: &str) -> String {
    let text = fs::read_to_string(file).expect("a process can read of itself");
    let value = text.lines().find_map(|line| line.strip_prefix(key));
    value.expect("the kernel writes this line").trim().to_owned()
}
