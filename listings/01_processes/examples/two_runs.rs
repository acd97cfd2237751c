//! One program runs twice at the same time: two processes, each with a memory of its own.

use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::{env, io};

static COUNTER: AtomicU32 = AtomicU32::new(0);

fn main() -> io::Result<()> {
    if env::args().len() > 1 {
        // Relaxed: the process has one thread.
        COUNTER.fetch_add(1, Relaxed);
        println!("the counter is {}", COUNTER.load(Relaxed));
        return Ok(());
    }

    let [first, second] = [start()?, start()?];
    println!("two processes: {}", first.id() != second.id());
    print!("first:  {}", said(first)?);
    print!("second: {}", said(second)?);
    Ok(())
}

/// Starts this same program with an argument.
fn start() -> io::Result<Child> {
    Command::new(env::current_exe()?).arg("count").stdout(Stdio::piped()).spawn()
}

fn said(child: Child) -> io::Result<String> {
    Ok(String::from_utf8_lossy(&child.wait_with_output()?.stdout).into_owned())
}
