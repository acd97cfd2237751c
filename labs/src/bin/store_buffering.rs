//! How often do two threads, which each raise a flag and look at the other's, both see nothing?
//!
//! On paper it is possible with every ordering but `SeqCst`. This counts how often a machine does it.
//! x86-64 lets a load overtake an older store to another place (Intel, *Software Developer's Manual*,
//! volume 3, "Memory Ordering"), and that is all it takes.

use std::cell::Cell;
use std::hint::spin_loop;
use std::process::ExitCode;
use std::sync::atomic::Ordering::{self, Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicU32, AtomicU64};
use std::thread;

use anyhow::{Result, ensure};
use labkit::{Cost, Lab, Variant};

/// The orderings of the store and of the load.
const PAIRS: [(&str, Ordering, Ordering); 3] = [
    ("relaxed", Relaxed, Relaxed),
    ("release_acquire", Release, Acquire),
    ("seqcst", SeqCst, SeqCst),
];

fn main() -> ExitCode {
    labkit::run("07_primitives/store_buffering", measure)
}

fn measure(lab: &mut Lab) -> Result<()> {
    let (rounds, meetings) = if lab.is_quick() { (3, 20_000) } else { (20, 500_000) };
    let blind: [Cell<u64>; 3] = Default::default();
    let variants = PAIRS.iter().zip(&blind).map(|(&(name, store, load), blind)| {
        let variant: Variant<'_> = Box::new(move || {
            let (found, cost) = Cost::of(|| meet(meetings, store, load))?;
            blind.set(blind.get() + found);
            Ok(cost)
        });
        (name.to_owned(), variant)
    });
    lab.measure(rounds, variants.collect())?;

    let counts = blind.each_ref().map(Cell::get);
    // Every variant also runs once as a check, and once to warm up.
    let all = meetings * (rounds as u64 + 2);
    let rows: Vec<Vec<String>> = PAIRS
        .iter()
        .zip(counts)
        .map(|((name, ..), count)| {
            let share = count as f64 / all as f64 * 100.0;
            vec![format!("`{name}`"), count.to_string(), format!("{share:.0} %")]
        })
        .collect();
    lab.page_table(&["store and load", "neither saw the other", "of all"], &rows);
    lab.fact("meetings", all.to_string());
    lab.claim("with SeqCst, one of the two always sees the other", counts[2] == 0);
    Ok(())
}

/// Lets two threads meet so many times; returns how often neither saw the flag of the other.
fn meet(meetings: u64, store: Ordering, load: Ordering) -> Result<u64> {
    // Each on a cache line of its own, as in a program where they have nothing to do with each other.
    #[repr(align(128))]
    #[derive(Default)]
    struct Flag(AtomicU32);

    let flags: [Flag; 2] = Default::default();
    let seen: [Flag; 2] = Default::default();
    let (arrived, blind) = (AtomicU64::new(0), AtomicU64::new(0));
    // Both wait until the other has come so far, too.
    let wait = |steps: u64| {
        arrived.fetch_add(1, SeqCst);
        let mut rounds = 0;
        while arrived.load(SeqCst) < 2 * steps {
            rounds += 1;
            // The other thread may need this very processor.
            if rounds < 1_000 { spin_loop() } else { thread::yield_now() }
        }
    };
    let go = |me: usize| {
        for meeting in 0..meetings {
            wait(3 * meeting + 1);
            flags[me].0.store(1, store);
            seen[me].0.store(flags[1 - me].0.load(load), Relaxed);
            wait(3 * meeting + 2);
            if me == 0 && seen.iter().all(|seen| seen.0.load(Relaxed) == 0) {
                blind.fetch_add(1, Relaxed);
            }
            flags[me].0.store(0, SeqCst);
            wait(3 * meeting + 3);
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| go(1));
        go(0);
    });
    let steps = arrived.into_inner();
    ensure!(steps == 6 * meetings, "the threads met {steps} times");
    Ok(blind.into_inner())
}
