//! How much memory does one take that only waits: a task, a coroutine, a thread, a process?
//!
//! Many of them wait at the same time, in a new process, and the kernel says how much more memory is in use
//! than before; of processes, how much they have.

#[path = "../../../../solutions/13_async_runtime/e3_executor.rs"]
#[expect(dead_code, reason = "nobody aborts here")]
mod e3_executor;
mod report;
#[path = "../../../../exercises/13_async_runtime/src/sync.rs"]
#[expect(unused_imports, reason = "the executor needs less than there is")]
mod sync;
#[path = "../../by_reference/waiting.rs"]
mod waiting_tasks;

use std::process::ExitCode;

use anyhow::{Result, bail, ensure};
use labkit::Lab;
use labs::programs;
use labs::waiting::{self, Memory, Way};

/// How many wait.
const MANY: [u32; 3] = [100, 1_000, 10_000];

/// How many processes wait.
const FEW: [u32; 3] = [10, 100, 300];

/// The memory that should be free, in MiB: three times what ten thousand threads take.
const FREE_MIB: u64 = 1_024;

/// Those who wait.
struct Kind<'a> {
    /// How the names of the variants begin.
    name: &'static str,
    /// What the page calls one.
    says: &'static str,
    counts: Vec<u32>,
    way: &'a Way<'a>,
}

/// One of the numbers.
type Bytes = fn(&Memory) -> u64;

/// What is asked of the largest number of them: how the name of the variant ends, and which bytes it is.
const QUESTIONS: [(&str, Bytes); 6] = [
    ("resident", |memory| memory.resident),
    ("share", |memory| memory.share),
    ("addresses", |memory| memory.addresses),
    ("page_tables", |memory| memory.page_tables),
    ("kernel_stacks", |memory| memory.kernel_stacks),
    ("kernel_objects", |memory| memory.kernel_objects),
];

fn main() -> ExitCode {
    labkit::run("labs/memory_price", measure)
}

fn measure(lab: &mut Lab) -> Result<()> {
    let (sizes, tries) = if lab.is_quick() { (2, 3) } else { (3, 5) };
    let free = labkit::free_memory_mib();
    let enough = free >= FREE_MIB || lab.is_quick();
    ensure!(
        enough,
        "it needs {FREE_MIB} MiB of free memory, and {free} MiB are free; close something, or say --quick"
    );
    let cat = programs::find("cat")?;
    let programs: &Way<'_> = &|count, all_wait| waiting::programs(&cat, count, all_wait);
    let kind = |name, says, counts: [u32; 3], way| {
        let counts = counts[..sizes].to_vec();
        Kind { name, says, counts, way }
    };
    let mut kinds = [
        kind("executor", "task of 13.3", MANY, &waiting_tasks::executor),
        kind("tokio", "task of tokio", MANY, &waiting::tokio),
        kind("coroutine", "coroutine", MANY, &waiting::coroutines),
        kind("thread", "thread", MANY, &waiting::threads),
        kind("fork", "fork", FEW, &waiting::forks),
        kind("program", "program", FEW, programs),
    ];
    for kind in &mut kinds {
        let Kind { name, says, way, .. } = *kind;
        let mut measured = Vec::new();
        for &count in &kind.counts {
            match waiting::takes(count as usize, tries, way) {
                Ok(memories) => {
                    let own = memories.iter().map(|memory| memory.own).collect();
                    lab.bytes(&format!("{name}_{count}"), own);
                    measured.push((count, memories));
                }
                // A system has its limits. But some there must be.
                Err(error) if !lab.is_recorded() && !measured.is_empty() => {
                    eprintln!("without {count} of the kind `{says}`: {error:#}");
                    break;
                }
                Err(error) => bail!("{count} of the kind `{says}` cannot wait: {error:#}"),
            }
        }
        kind.counts = measured.iter().map(|(count, _)| *count).collect();
        let Some((_, memories)) = measured.pop() else { continue };
        for (question, bytes) in QUESTIONS {
            lab.bytes(&format!("{name}_{question}"), memories.iter().map(bytes).collect());
        }
    }
    lab.fact("tries", tries.to_string());
    report::report(lab, &kinds);
    Ok(())
}
