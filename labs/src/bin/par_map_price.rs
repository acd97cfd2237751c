//! What does it cost to hand out the items of a slice to threads, and when is it worth it?
//!
//! The same function is mapped over the same items in four ways: by one thread; by threads that each get
//! one chunk (the reference of exercise 4.1); by threads that take one item after the other from a queue;
//! and by rayon, whose threads are there before and take halves of each other's work.

use std::hint::black_box;
use std::num::NonZero;
use std::process::ExitCode;
use std::thread;

use anyhow::{Result, ensure};
use crossbeam::channel::unbounded;
use labkit::{Cost, Lab, Variant};
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

#[path = "../../../solutions/04_threads/e1_par_map.rs"]
mod e1_par_map;

use e1_par_map::par_map;

/// A way to map [`work`] over items.
type Way = fn(&[u32]) -> Vec<u32>;

const WAYS: [(&str, &str, Way); 4] = [
    ("one", "one thread", one_thread),
    ("chunks", "a thread for each chunk", chunks),
    ("queue", "threads at a queue", queue),
    ("rayon", "rayon", with_rayon),
];

/// A kind of work: its items, and how often they are mapped in one turn.
struct Kind {
    name: &'static str,
    items: Vec<u32>,
    repeats: u32,
}

fn main() -> ExitCode {
    labkit::run("04_threads/par_map_price", measure)
}

fn measure(lab: &mut Lab) -> Result<()> {
    let (rounds, repeats) = if lab.is_quick() { (3, 1) } else { (21, 1) };
    let kinds = [
        // The same number of steps in all.
        Kind { name: "even", items: vec![1_000_000; 256], repeats },
        Kind { name: "uneven", items: uneven(1_000_000, 256), repeats },
        Kind { name: "small", items: vec![10; 1_000], repeats: 20 * repeats },
    ];
    let mut variants: Vec<(String, Variant<'_>)> = Vec::new();
    for kind in &kinds {
        let expected = one_thread(&kind.items);
        for (name, _, way) in WAYS {
            let expected = expected.clone();
            let variant = move || {
                let (results, cost) = Cost::of(|| {
                    Ok((0..kind.repeats).map(|_| way(black_box(&kind.items))).collect::<Vec<_>>())
                })?;
                ensure!(results.iter().all(|result| *result == expected), "a result is wrong");
                Ok(cost)
            };
            variants.push((format!("{name}_{}", kind.name), Box::new(variant)));
        }
    }
    lab.measure(rounds, variants)?;
    report(lab, &kinds);
    Ok(())
}

fn report(lab: &mut Lab, kinds: &[Kind]) {
    let cell = |lab: &Lab, way: &str, kind: &Kind| {
        lab.wall_of_one(&format!("{way}_{}", kind.name), kind.repeats)
    };
    let rows: Vec<Vec<String>> = WAYS
        .iter()
        .map(|(way, says, _)| {
            let cells = kinds.iter().map(|kind| cell(lab, way, kind));
            std::iter::once((*says).to_owned()).chain(cells).collect()
        })
        .collect();
    lab.page_table(&["", "even work", "uneven work", "small items"], &rows);
    for (kind, title) in kinds.iter().zip(["even work", "uneven work", "small items"]) {
        let row = |(way, says, _)| (says, format!("{way}_{}", kind.name), kind.repeats);
        lab.panel(title, &WAYS.map(row));
    }
    for kind in kinds {
        for (way, ..) in &WAYS[1..] {
            let name = |way: &str| format!("{way}_{}", kind.name);
            let ratio = lab.ratio_within_rounds(&name("one"), &name(way));
            lab.fact(&format!("{}_gain", name(way)), ratio.to_string());
        }
    }
    lab.fact("items", kinds[0].items.len().to_string());
    lab.fact("small_items", kinds[2].items.len().to_string());
    lab.fact("threads", threads().to_string());

    let cpu = |way: &str| lab.cpu(&format!("{way}_small")).median;
    let (one, chunks, queue) = (cpu("one"), cpu("chunks"), cpu("queue"));
    lab.claim(
        "small items cost more than twice as much in chunks as on one thread",
        chunks > 2 * one,
    );
    lab.claim(
        "small items cost more than twice as much from a queue as on one thread",
        queue > 2 * one,
    );
}

/// Items of falling cost: the first half of them has three quarters of the work.
fn uneven(mean: u32, count: u32) -> Vec<u32> {
    (0..count).map(|index| 2 * mean * (count - index) / count).collect()
}

/// Takes a time that grows with the number of steps. Not inlined, so that all ways run the same code.
#[inline(never)]
fn work(steps: &u32) -> u32 {
    (0..*steps).fold(*steps, |sum, step| black_box(sum.wrapping_add(step)))
}

fn threads() -> NonZero<usize> {
    thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN)
}

fn one_thread(items: &[u32]) -> Vec<u32> {
    items.iter().map(work).collect()
}

fn chunks(items: &[u32]) -> Vec<u32> {
    par_map(items, threads(), work)
}

fn queue(items: &[u32]) -> Vec<u32> {
    let (put, jobs) = unbounded();
    for job in items.iter().enumerate() {
        put.send(job).expect("the queue has a reader");
    }
    drop(put);
    let mut results = vec![0; items.len()];
    thread::scope(|scope| {
        let take = || jobs.iter().map(|(index, item)| (index, work(item))).collect::<Vec<_>>();
        let takers: Vec<_> = (0..threads().get()).map(|_| scope.spawn(take)).collect();
        for taker in takers {
            for (index, result) in taker.join().expect("no job panics") {
                results[index] = result;
            }
        }
    });
    results
}

fn with_rayon(items: &[u32]) -> Vec<u32> {
    items.par_iter().map(work).collect()
}
