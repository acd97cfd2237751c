//! Who tells that a program could not be started.

use std::process::{Command, Stdio};

// ANCHOR: main
fn main() {
    for path in ["/no/such/program", "/dev/null"] {
        let error = Command::new(path).spawn().unwrap_err();
        println!("Command, {path}: {error}");
    }
    for script in ["exec /no/such/program", "exit 127"] {
        let status = Command::new("sh").args(["-c", script]).stderr(Stdio::null()).status();
        println!("sh, {script}: {}", status.unwrap());
    }
}
// ANCHOR_END: main
