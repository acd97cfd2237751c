//! Five failures behind three walls: what becomes of the process that such a wall stands in?

use std::{hint::black_box, panic::catch_unwind, process, ptr, thread};

use nix::{libc, sys::wait, unistd};

// ANCHOR: main
fn main() {
    let failures: [(&str, fn()); 5] = [
        ("panic", || panic!("out of luck")),
        ("exit(7)", || process::exit(7)),
        ("abort()", || process::abort()),
        // SAFETY: nothing lies in this page, so that the kernel answers with SIGSEGV.
        ("wild pointer", || unsafe { ptr::without_provenance_mut::<u8>(4096).write_volatile(1) }),
        ("stack overflow", || _ = black_box([0_u8; 64 << 20])),
    ];
    println!("                catch_unwind  thread   process");
    for (name, failure) in failures {
        let caught = end_of(|| _ = catch_unwind(failure));
        let joined = end_of(|| _ = thread::spawn(failure).join());
        let waited = end_of(|| _ = end_of(failure));
        println!("{name:14}  {caught:12}  {joined:7}  {waited}");
    }
}

fn end_of(run: impl FnOnce()) -> &'static str {
    // SAFETY: whoever calls `end_of` has one thread.
    let unistd::ForkResult::Parent { child } = (unsafe { unistd::fork() }).unwrap() else {
        let _ = unistd::close(2); // Last words stay out of the table.
        run();
        // SAFETY: `_exit` takes any code and does not return.
        unsafe { libc::_exit(0) }
    };
    match wait::waitpid(child, None).unwrap() {
        wait::WaitStatus::Exited(_, 0) => "goes on",
        wait::WaitStatus::Exited(..) => "exits",
        wait::WaitStatus::Signaled(_, signal, _) => signal.as_str(),
        _ => unreachable!("nobody asked for stopped children"),
    }
}
// ANCHOR_END: main
