//! What the standard library says of a process that has ended.

use std::process::Command;

// ANCHOR: main
fn main() {
    for line in ["exit 0", "exit 7", "kill -s KILL $$"] {
        let status = Command::new("sh").args(["-c", line]).status().expect("sh can be started");
        println!("{line:16} {status}, success: {}", status.success());
    }
    let error = Command::new("/no/such/program").status().unwrap_err();
    println!("/no/such/program {:?}: no program ran, so no status", error.kind());
}
// ANCHOR_END: main
