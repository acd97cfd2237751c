//! Threads and machines for the simulation.

use gil::timeline::{Machine, Seg, SimThread};

pub const MACHINE: Machine = Machine { cores: 1, wake_us: 50, quantum_us: 10_000, io_boost: true };

pub fn cores(cores: usize) -> Machine {
    Machine { cores, ..MACHINE }
}

pub fn thread(name: &str, segs: &[Seg], repeat: u32) -> SimThread {
    SimThread { name: name.to_owned(), segs: segs.to_vec(), repeat }
}

/// Threads that compute for so long and are in I/O for so long, twice; the odd ones begin with I/O.
pub fn mixed(times: &[(u64, u64)]) -> Vec<SimThread> {
    let thread = |(i, &(cpu, io)): (usize, &(u64, u64))| {
        let mut segs = [Seg::Cpu(cpu), Seg::Io(io)];
        if i % 2 == 1 {
            segs.reverse();
        }
        thread(&format!("thread {i}"), &segs, 2)
    };
    times.iter().enumerate().map(thread).collect()
}

/// A thread that computes for a second beside one that answers a thousand requests.
pub fn beside_answers() -> [SimThread; 2] {
    [
        thread("computes", &[Seg::Cpu(1_000_000)], 1),
        thread("answers", &[Seg::Io(1_000), Seg::Cpu(100)], 1_000),
    ]
}

pub mod figure {
    //! The timeline on the page: what it runs, and what it can be set to.

    use std::fmt::Write;

    use gil::timeline::{Machine, Policy, Seg, SimThread, Timeline};

    use super::{cores, thread};

    pub struct Setting {
        pub what: String,
        pub machine: Machine,
        pub policy: Policy,
        pub threads: Vec<SimThread>,
    }

    /// One thread that computes for 20 ms, and others that go through ten rounds of 2 ms each, so many percent of it
    /// in I/O.
    fn work(threads: usize, io: u64) -> Vec<SimThread> {
        let others = [Seg::Io(20 * io), Seg::Cpu(2_000 - 20 * io)];
        let one = |i: usize| match i {
            0 => thread("thread 1", &[Seg::Cpu(20_000)], 1),
            _ => thread(&format!("thread {}", i + 1), &others, 10),
        };
        (0..threads).map(one).collect()
    }

    pub fn settings() -> Vec<Setting> {
        let policies = [
            ("ticks", Policy::Ticks { every_us: 100 }),
            ("interval 1000", Policy::Interval { us: 1_000 }),
            ("interval 5000", Policy::Interval { us: 5_000 }),
            ("none", Policy::None),
        ];
        let mut all = Vec::new();
        for (name, policy) in policies {
            for count in [1, 2, 4] {
                for threads in [1, 2, 3, 6] {
                    for io in [0, 50, 90] {
                        let what = format!("{name}, cores {count}, threads {threads}, io {io}");
                        let threads = work(threads, io);
                        all.push(Setting { what, machine: cores(count), policy, threads });
                    }
                }
            }
        }
        all
    }

    /// A line that no other trace has: its end, the number of its events, and a hash (FNV-1a) of all of them.
    pub fn digest(what: &str, trace: &Timeline) -> String {
        let mut text = String::new();
        for event in &trace.events {
            write!(text, "{} {} {:?};", event.at_us, event.thread, event.what)
                .expect("a string takes it");
        }
        let hash = text
            .bytes()
            .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        format!("{what}: {} us, {} events, {hash:08x}\n", trace.end_us, trace.events.len())
    }
}
