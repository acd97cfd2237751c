//! What do the locks, the channel and the reference counts of chapter 7 cost, beside what a program
//! would take instead?
//!
//! Each variant does the same number of operations, divided among one, two or four threads that all
//! use the same thing. The table shows the time for one operation; a ratio is taken within each
//! round, so that a busy moment falls on both sides of it.

mod arcs;
mod channels;
mod locks;
mod threads;

#[path = "../../../../solutions/07_primitives/e1_spin_lock.rs"]
#[expect(dead_code, reason = "nothing here tries to lock")]
mod e1_spin_lock;
#[path = "../../../../solutions/07_primitives/e2_futex_mutex.rs"]
#[expect(dead_code, reason = "nothing here tries to lock")]
mod e2_futex_mutex;
#[path = "../../../../solutions/07_primitives/e4_oneshot.rs"]
mod e4_oneshot;
#[path = "../../../../solutions/07_primitives/e5_arc_weak.rs"]
#[expect(dead_code, reason = "nothing here asks for a value alone")]
mod e5_arc_weak;
#[path = "../../../../exercises/07_primitives/src/place.rs"]
mod place;
#[path = "../../../../exercises/07_primitives/src/sync.rs"]
#[expect(dead_code, reason = "no condition variable is measured")]
mod sync;

use std::process::ExitCode;

use anyhow::Result;
use labkit::{Lab, Variant};

/// The numbers of threads that use the same thing.
const THREADS: [usize; 3] = [1, 2, 4];

/// What is measured, and beside what: the first of each group is the book's own.
const GROUPS: [&[&str]; 4] = [
    &["futex_mutex", "std_mutex", "parking_lot_mutex"],
    &["spin_lock", "std_mutex", "parking_lot_mutex"],
    &["oneshot", "std_channel", "tokio_oneshot"],
    &["my_arc", "std_arc"],
];

/// Does a number of operations on a number of threads.
type Work = fn(threads: usize, operations: u64) -> Result<()>;

const WORKS: [(&str, Work); 9] = [
    ("futex_mutex", locks::futex_mutex),
    ("spin_lock", locks::spin_lock),
    ("std_mutex", locks::std_mutex),
    ("parking_lot_mutex", locks::parking_lot_mutex),
    ("oneshot", channels::oneshot),
    ("std_channel", channels::std_channel),
    ("tokio_oneshot", channels::tokio_oneshot),
    ("my_arc", arcs::my_arc),
    ("std_arc", arcs::std_arc),
];

fn main() -> ExitCode {
    labkit::run("07_primitives/lock_price", measure)
}

fn measure(lab: &mut Lab) -> Result<()> {
    let (rounds, operations) = if lab.is_quick() { (3, 4_000) } else { (31, 200_000) };
    let mut variants: Vec<(String, Variant<'_>)> = Vec::new();
    for (name, work) in WORKS {
        for threads in THREADS {
            let variant = move || Ok(labkit::Cost::of(|| work(threads, operations))?.1);
            variants.push((variant_name(name, threads), Box::new(variant)));
        }
    }
    lab.measure(rounds, variants)?;
    report(lab, operations);
    Ok(())
}

fn variant_name(name: &str, threads: usize) -> String {
    format!("{name}_{threads}")
}

fn report(lab: &mut Lab, operations: u64) {
    let mut rows = Vec::new();
    for group in GROUPS {
        let (own, others) = group.split_first().expect("a group has a first one");
        for threads in THREADS {
            let variant = variant_name(own, threads);
            let time = lab.wall_of_one(&variant, operations);
            let mut row = vec![format!("`{own}`"), threads.to_string(), time];
            for other in others {
                let ratio = lab.ratio_within_rounds(&variant, &variant_name(other, threads));
                lab.fact(&format!("{variant}_to_{other}"), ratio.to_string());
                row.push(ratio.to_string());
            }
            row.resize(5, String::new());
            rows.push(row);
        }
    }
    let head = ["the book's", "threads", "time", "times std's", "times parking_lot's or tokio's"];
    lab.page_table(&head, &rows);
    let locks = [GROUPS[0], &GROUPS[1][..1]].concat();
    for (title, names) in [
        ("to lock and to unlock", &*locks),
        ("a channel for one value, and its use", GROUPS[2]),
        ("to clone an Arc and to drop it", GROUPS[3]),
    ] {
        let point =
            |name, threads| (name, threads as u32, variant_name(name, threads), operations as u32);
        let points = names.iter().flat_map(|&name| THREADS.map(|threads| point(name, threads)));
        let points: Vec<_> = points.collect();
        lab.curves(title, "threads that use the same one", &points);
    }
    lab.fact("operations", operations.to_string());
}
