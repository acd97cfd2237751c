//! A process chooses its name, and whoever reads it has to cope.

use std::{fs, io};

fn main() -> io::Result<()> {
    fs::write("/proc/self/comm", "x) Z 1 (y")?;

    let line = fs::read_to_string("/proc/self/stat")?;
    let words: Vec<&str> = line.split_whitespace().collect();
    println!("words 2 to 5 of stat: {:?}", &words[1..5]);

    let status = fs::read_to_string("/proc/self/status")?;
    let state = status.lines().find(|line| line.starts_with("State")).expect("there is a state");
    println!("in /proc/self/status: {state:?}");
    Ok(())
}
