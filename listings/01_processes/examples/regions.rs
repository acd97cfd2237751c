//! Where things are: the line of /proc/self/maps that an address falls in.

use std::sync::atomic::AtomicU32;
use std::{fs, thread};

// ANCHOR: main
static COUNTER: AtomicU32 = AtomicU32::new(7);

fn main() {
    println!("a function:          {}", mapping(main as *const ()));
    println!("a static variable:   {}", mapping(&raw const COUNTER));
    println!("a boxed value:       {}", mapping(&raw const *Box::new(1)));
    let local = 2;
    println!("a local of main:     {}", mapping(&raw const local));
    let thread = thread::spawn(|| {
        let local = 3;
        println!("a local of a thread: {}", mapping(&raw const local));
    });
    thread.join().expect("it does not panic");
}
// ANCHOR_END: main

/// The permissions and the name of the mapping that holds `pointer`.
fn mapping<T>(pointer: *const T) -> String {
    let maps = fs::read_to_string("/proc/self/maps").expect("a process can read its own map");
    let bound = |hex| usize::from_str_radix(hex, 16).expect("bounds are hexadecimal");
    let line = maps.lines().find(|line| {
        let (start, rest) = line.split_once('-').expect("a line starts with a range");
        let end = rest.split(' ').next().expect("there is a first word");
        (bound(start)..bound(end)).contains(&pointer.addr())
    });
    let words: Vec<&str> = line.expect("it is mapped").split_whitespace().collect();
    let name = match words.get(5) {
        None => "no name",
        Some(name) if name.starts_with('[') => name,
        Some(_) => "the file of the program",
    };
    format!("{}, {name}", words[1])
}
