//! Two threads share one core, and neither ever waits or yields: the kernel stops them by force.

use std::{fs, hint::black_box, sync::Barrier, thread};

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

// ANCHOR: main
fn main() {
    let allowed = sched_getaffinity(Pid::this()).unwrap();
    let core = (0..CpuSet::count()).find(|&core| allowed.is_set(core).unwrap());
    let mut one_core = CpuSet::new();
    one_core.set(core.unwrap()).unwrap();
    sched_setaffinity(Pid::this(), &one_core).unwrap(); // New threads inherit it.

    let start = Barrier::new(2);
    let spin = || {
        switches(); // Sets up the memory of this thread.
        start.wait();
        let [before, _] = switches();
        loop {
            (0..1_000_000).for_each(|step| _ = black_box(step));
            let [of_own_will, forced] = switches();
            if forced >= 5 {
                break of_own_will - before;
            }
        }
    };
    let of_own_will = thread::scope(|scope| {
        [scope.spawn(spin), scope.spawn(spin)].map(|thread| thread.join().unwrap())
    });
    println!("each was stopped five times; of their own will they stopped {of_own_will:?} times");
}

/// How often this thread has left a core: of its own will, and by force.
fn switches() -> [u64; 2] {
    let status = fs::read_to_string("/proc/thread-self/status").unwrap();
    let of = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim();
    ["voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:"]
        .map(|name| of(name).parse().unwrap())
}
// ANCHOR_END: main
