//! Records of four writers, on one pipe: do they stay in one piece?

use std::io::{Read, Write, pipe};
use std::{fs, thread};

use nix::libc::_exit;
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, Pid, fork};

// ANCHOR: main
fn main() {
    for (size, each) in [(4096, 100), (1 << 20, 1)] {
        let (mut reader, mut writer) = pipe().unwrap();
        let writers = [b'a', b'b', b'c', b'd'].map(|letter| {
            start(|| (0..each).for_each(|_| writer.write_all(&vec![letter; size]).unwrap()))
        });
        drop(writer);
        while !writers.iter().all(is_asleep) {
            thread::yield_now();
        }
        let mut text = Vec::new();
        reader.read_to_end(&mut text).unwrap();
        let whole = text.chunks(size).filter(|record| record.iter().all(|b| *b == record[0]));
        println!("records of {size}: are all in one piece? {}", whole.count() == 4 * each);
        writers.iter().for_each(|writer| assert!(waitpid(*writer, None).is_ok()));
    }
}
// ANCHOR_END: main

fn is_asleep(process: &Pid) -> bool {
    fs::read_to_string(format!("/proc/{process}/stat")).unwrap().contains(") S ")
}

fn start(work: impl FnOnce()) -> Pid {
    // SAFETY: this process has one thread.
    let ForkResult::Parent { child } = unsafe { fork() }.unwrap() else {
        work();
        // SAFETY: `_exit` takes any code and does not return.
        unsafe { _exit(0) }
    };
    child
}
