//! What does it cost to let a task wait, and to go on with another one?
//!
//! Two tasks that yield by turns, and two that hand a ball to and fro: on the executor of exercise 13.3 and
//! on tokio, beside futures that are polled by hand and threads that share a core. In a second part, many of
//! them wait at the same time, and the memory of the process tells what each one takes.

#[path = "../../../../solutions/13_async_runtime/e3_executor.rs"]
#[expect(dead_code, reason = "nobody aborts here")]
mod e3_executor;
#[path = "../../../../exercises/13_async_runtime/src/sync.rs"]
#[expect(unused_imports, reason = "the executor needs less than there is")]
mod sync;
#[path = "../../by_reference/tasks.rs"]
mod tasks;
#[path = "../../by_reference/waiting.rs"]
mod waiting_tasks;
mod yields;

use std::process::ExitCode;

use anyhow::Result;
use labkit::{Lab, Variant, readable_bytes};
use labs::cores;
use labs::handover::ball;
use labs::handover::tasks::{on_tokio, timed, tokio_here};
use labs::waiting::{self, Way};

use tasks::on_the_reference;

fn main() -> ExitCode {
    labkit::run("13_async_runtime/task_price", measure)
}

fn measure(lab: &mut Lab) -> Result<()> {
    let (rounds, yields, throws) =
        if lab.is_quick() { (5, 20_000, 500) } else { (51, 50_000, 2_000) };
    let variants: Vec<(String, Variant<'_>)> = vec![
        ("yield_hand".to_owned(), Box::new(|| timed(|| Ok(yields::by_hand(yields))))),
        ("yield_reference".to_owned(), Box::new(|| on_the_reference(yields::pair(yields)))),
        ("yield_tokio".to_owned(), Box::new(|| on_tokio(&tokio_here()?, yields::pair(yields)))),
        ("ball_reference".to_owned(), Box::new(|| on_the_reference(ball::players(throws)))),
        ("ball_tokio".to_owned(), Box::new(|| on_tokio(&tokio_here()?, ball::players(throws)))),
        ("ball_thread".to_owned(), Box::new(|| cores::on_one(|| ball::threads(throws)))),
    ];
    lab.measure(rounds, variants)?;
    report(lab, yields, throws)
}

fn report(lab: &mut Lab, yields: u32, throws: u32) -> Result<()> {
    let (tasks, threads) = if lab.is_quick() { (5_000, 50) } else { (20_000, 500) };
    let reference = memory_of_each(tasks, &waiting_tasks::executor)?;
    let tokio = memory_of_each(tasks, &waiting::tokio)?;
    let thread = memory_of_each(threads, &waiting::threads)?;
    // Both do it so many times.
    let each = |lab: &Lab, name: &str, count: u32| lab.wall_of_one(name, 2 * count);
    let row = |lab: &Lab, says: &str, name: &str, bytes: Option<u64>| {
        let yielded = match name {
            "thread" => "–".to_owned(),
            _ => each(lab, &format!("yield_{name}"), yields),
        };
        let thrown = match name {
            "hand" => "–".to_owned(),
            _ => each(lab, &format!("ball_{name}"), throws),
        };
        let bytes = bytes
            .map_or("–".to_owned(), |bytes| readable_bytes(bytes as f64).replace(' ', "\u{a0}"));
        vec![says.to_owned(), yielded, thrown, bytes]
    };
    let rows = [
        row(lab, "a future, polled by hand", "hand", None),
        row(lab, "a task of the executor of 13.3", "reference", Some(reference)),
        row(lab, "a task of tokio, one thread", "tokio", Some(tokio)),
        row(lab, "a thread", "thread", Some(thread)),
    ];
    lab.page_table(&["", "yields", "hands over", "memory while it waits"], &rows);
    let yielding = [
        ("a future, polled by hand", "yield_hand", 2 * yields),
        ("a task of the executor of 13.3", "yield_reference", 2 * yields),
        ("a task of tokio, one thread", "yield_tokio", 2 * yields),
    ];
    let handing = [
        ("a task of the executor of 13.3", "ball_reference", 2 * throws),
        ("a task of tokio, one thread", "ball_tokio", 2 * throws),
        ("a thread", "ball_thread", 2 * throws),
    ];
    lab.panel("to yield", &yielding);
    lab.panel("to hand over", &handing);
    for (fact, name, other) in [
        ("yield_reference_to_tokio", "yield_reference", "yield_tokio"),
        ("yield_tokio_to_hand", "yield_tokio", "yield_hand"),
        ("ball_reference_to_tokio", "ball_reference", "ball_tokio"),
        ("ball_thread_to_tokio", "ball_thread", "ball_tokio"),
        ("ball_thread_to_reference", "ball_thread", "ball_reference"),
    ] {
        let ratio = lab.ratio_within_rounds(name, other);
        lab.fact(fact, ratio.to_string());
    }
    lab.ratio("memory_thread_to_tokio", thread as f64 / tokio as f64);
    lab.ratio("memory_reference_to_tokio", reference as f64 / tokio as f64);
    lab.fact("tasks", tasks.to_string());
    lab.fact("threads", threads.to_string());
    let by_hand = lab.cpu("yield_hand").median;
    let cheaper = by_hand < lab.cpu("yield_tokio").median.min(lab.cpu("yield_reference").median);
    lab.claim("a poll by hand costs less processor time than a turn of an executor", cheaper);
    let tasks = lab.cpu("ball_tokio").median.max(lab.cpu("ball_reference").median);
    let cheaper = tasks < lab.cpu("ball_thread").median;
    lab.claim("tasks hand over for less processor time than threads on one core", cheaper);
    lab.claim("a task that waits takes less memory than a thread", reference.max(tokio) < thread);
    Ok(())
}

/// What each of so many takes while all of them wait, in bytes of resident memory: the median of some tries.
fn memory_of_each(count: usize, way: &Way<'_>) -> Result<u64> {
    let mut tries = waiting::takes(count, 5, way)?;
    tries.sort_unstable_by_key(|memory| memory.resident);
    Ok(tries[tries.len() / 2].resident / count as u64)
}
