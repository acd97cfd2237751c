//! What does it cost to read a small value that others read, too?
//!
//! A mutex lets one reader in at a time. A readers-writer lock lets all of them in, but each of them writes
//! the count of readers, which is one variable. An atomic is read without writing anything.

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Barrier, Mutex, RwLock};
use std::thread;

use anyhow::{Result, ensure};
use labkit::{Cost, Lab, Variant};

/// The numbers of threads that read.
const THREADS: [usize; 3] = [1, 2, 4];

/// How many numbers are added up in a long read.
const LONG: usize = 1_000;

fn main() -> ExitCode {
    labkit::run("05_monitors/reader_price", measure)
}

fn measure(lab: &mut Lab) -> Result<()> {
    let (rounds, reads) = if lab.is_quick() { (3, 4_000) } else { (31, 200_000) };
    let values = vec![1_u64; LONG];
    let (mutex, rwlock) = (Mutex::new(values.clone()), RwLock::new(values));
    let atomic = AtomicU64::new(1);
    let short_mutex = || mutex.lock().expect("nobody panics")[0];
    let short_rwlock = || rwlock.read().expect("nobody panics")[0];
    let short_atomic = || atomic.load(Relaxed);
    let long_mutex = || sum(&mutex.lock().expect("nobody panics"));
    let long_rwlock = || sum(&rwlock.read().expect("nobody panics"));
    type Read<'a> = &'a (dyn Fn() -> u64 + Sync);
    let kinds: [(&str, u64, u64, Read<'_>); 5] = [
        ("short_mutex", reads, 1, &short_mutex),
        ("short_rwlock", reads, 1, &short_rwlock),
        ("short_atomic", reads, 1, &short_atomic),
        ("long_mutex", reads / 20, LONG as u64, &long_mutex),
        ("long_rwlock", reads / 20, LONG as u64, &long_rwlock),
    ];
    let mut variants: Vec<(String, Variant<'_>)> = Vec::new();
    for (name, reads, expected, read) in kinds {
        for threads in THREADS {
            let variant = move || Ok(Cost::of(|| read_all(threads, reads, expected, read))?.1);
            variants.push((format!("{name}_{threads}"), Box::new(variant)));
        }
    }
    lab.measure(rounds, variants)?;

    let rows: Vec<Vec<String>> = THREADS
        .iter()
        .map(|&threads| {
            let cells = kinds
                .iter()
                .map(|(name, reads, ..)| lab.wall_of_one(&format!("{name}_{threads}"), *reads));
            std::iter::once(threads.to_string()).chain(cells).collect()
        })
        .collect();
    let head = [
        "threads",
        "short, `Mutex`",
        "short, `RwLock`",
        "short, atomic",
        "long, `Mutex`",
        "long, `RwLock`",
    ];
    lab.page_table(&head, &rows);
    for (title, kinds) in [("a short read", &kinds[..3]), ("a long read", &kinds[3..])] {
        let mut points = Vec::new();
        for (name, reads, ..) in kinds {
            let says = match name.split_once('_') {
                Some((_, "mutex")) => "Mutex",
                Some((_, "rwlock")) => "RwLock",
                _ => "atomic",
            };
            let point =
                |threads| (says, threads as u32, format!("{name}_{threads}"), *reads as u32);
            points.extend(THREADS.map(point));
        }
        lab.curves(title, "threads that read", &points);
    }
    for threads in THREADS {
        for kind in ["short", "long"] {
            let name = |lock: &str| format!("{kind}_{lock}_{threads}");
            let ratio = lab.ratio_within_rounds(&name("rwlock"), &name("mutex"));
            lab.fact(&format!("{kind}_rwlock_to_mutex_{threads}"), ratio.to_string());
        }
    }
    lab.fact("long", LONG.to_string());
    Ok(())
}

/// Not inlined, so that under both locks the same instructions run.
#[inline(never)]
fn sum(values: &[u64]) -> u64 {
    values.iter().map(black_box).sum()
}

/// Reads so often in all, on several threads at the same time.
fn read_all(
    threads: usize,
    reads: u64,
    expected: u64,
    read: &(dyn Fn() -> u64 + Sync),
) -> Result<()> {
    let start = Barrier::new(threads);
    let each = || {
        start.wait();
        (0..reads / threads as u64).map(|_| black_box(read())).sum::<u64>()
    };
    let sum: u64 = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(each)).collect();
        each() + others.into_iter().map(|other| other.join().expect("nobody panics")).sum::<u64>()
    });
    ensure!(sum == reads * expected, "the reads have the sum {sum}");
    Ok(())
}
