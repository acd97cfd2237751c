//! What does it cost to create a process, as the parent grows?
//!
//! `fork` copies the page tables of the parent, and the end of the child takes the copy apart: the
//! price grows with the memory that the parent has touched. `std::process::Command` starts a
//! program without that copy: glibc's `posix_spawn` borrows the parent's memory until the program
//! is executed. `strace -f -e trace=clone,clone3` on this lab shows `CLONE_VM|CLONE_VFORK` for
//! every `Command` and neither flag for `fork`.

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};
use labkit::{Cost, Lab, Variant};
use labs::programs;
use labs::touched::{Pages, Touched, huge_mib};
use nix::libc;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork};

/// What the parent has touched, in MiB.
const SIZES: [u64; 5] = [1, 16, 64, 256, 1024];

/// The name of a variant, the head of its column, and its name in the plot.
type Kind = (&'static str, &'static str, &'static str);

const KINDS: [Kind; 3] = [
    ("fork", "`fork`", "fork"),
    ("command", "`Command`", "Command"),
    ("huge", "`fork`, huge pages", "fork, huge pages"),
];

fn main() -> ExitCode {
    labkit::run("02_lifecycle/fork_price", measure)
}

fn measure(lab: &mut Lab) -> Result<()> {
    let (rounds, wanted) = if lab.is_quick() { (9, 64) } else { (41, 1024) };
    // Half of the memory is left alone.
    let free = labkit::free_memory_mib();
    let most = wanted.min(free / 2);
    let sizes: Vec<u64> = SIZES.into_iter().filter(|&size| size <= most).collect();
    let needed = if lab.is_recorded() { SIZES[4] } else { SIZES[1] };
    ensure!(
        most >= needed,
        "it needs {} MiB of free memory, and {free} MiB are free; close something and try again",
        2 * needed
    );

    let kinds = if has_huge_pages(sizes[sizes.len() - 1])? {
        &KINDS[..]
    } else {
        ensure!(!lab.is_recorded(), "the page tells of huge pages too, and the kernel gives none");
        eprintln!("without huge pages: the kernel gives none");
        &KINDS[..2]
    };
    let program = programs::find("true")?;
    let mut variants: Vec<(String, Variant<'_>)> = Vec::new();
    for &size in &sizes {
        for &(name, ..) in kinds {
            let program = &program;
            let variant: Variant<'_> = match name {
                "command" => beside(size, Pages::Small, || command(program)),
                "huge" => beside(size, Pages::Huge, fork_and_wait),
                _ => beside(size, Pages::Small, fork_and_wait),
            };
            variants.push((format!("{name}_{size}mib"), variant));
        }
    }
    lab.measure(rounds, variants)?;
    report(lab, &sizes, kinds);
    Ok(())
}

/// Whether the kernel gives huge pages to who asks for them, for most of so many MiB.
fn has_huge_pages(mib: u64) -> Result<bool> {
    let memory = Touched::mib(mib, Pages::Huge)?;
    let is_huge = huge_mib().is_ok_and(|huge| huge > mib / 2);
    drop(memory);
    Ok(is_huge)
}

fn report(lab: &mut Lab, sizes: &[u64], kinds: &[Kind]) {
    let variant = |kind: &str, size: u64| format!("{kind}_{size}mib");
    let row = |&size: &u64| {
        let cells = kinds.iter().map(|(kind, ..)| lab.wall(&variant(kind, size)).to_string());
        std::iter::once(format!("{size} MiB")).chain(cells).collect()
    };
    let rows: Vec<Vec<String>> = sizes.iter().map(row).collect();
    let heads = kinds.iter().map(|(_, head, _)| *head);
    let head: Vec<&str> = std::iter::once("parent has touched").chain(heads).collect();
    lab.page_table(&head, &rows);
    let points = kinds.iter().flat_map(|&(kind, _, says)| {
        sizes.iter().map(move |&size| (says, size as u32, variant(kind, size), 1))
    });
    let points: Vec<_> = points.collect();
    lab.curves("a child, from its birth to its end", "MiB that the parent has touched", &points);

    let (small, large) = (sizes[0], sizes[sizes.len() - 1]);
    for (kind, ..) in kinds {
        let median = |size| lab.wall(&variant(kind, size)).median.as_secs_f64();
        lab.ratio(&format!("{kind}_ratio"), median(large) / median(small));
    }

    let median = |kind, size| lab.cpu(&variant(kind, size)).median;
    let growth = |kind| median(kind, large).saturating_sub(median(kind, small));
    let (of_small, of_large) = (median("fork", small), median("fork", large));
    let command_copies_less = growth("command") < growth("fork") / 2;
    let has_huge = kinds.len() == KINDS.len();
    let huge_is_cheap = has_huge.then(|| median("huge", large) < of_large / 2);
    let fork_doubles = of_large > 2 * of_small;
    lab.claim("fork costs more than twice as much from the largest parent", fork_doubles);
    lab.claim("Command grows by less than half of that", command_copies_less);
    if let Some(holds) = huge_is_cheap {
        lab.claim("fork from the largest parent costs less than half in huge pages", holds);
    }
}

/// A variant that runs `create` while this process has touched `size` MiB more.
fn beside<'a>(size: u64, pages: Pages, create: impl Fn() -> Result<Cost> + 'a) -> Variant<'a> {
    Box::new(move || {
        let memory = Touched::mib(size, pages)?;
        let cost = create();
        drop(memory);
        cost
    })
}

fn fork_and_wait() -> Result<Cost> {
    let (status, cost) = Cost::of(|| {
        // SAFETY: this process has one thread.
        match unsafe { fork() }? {
            // SAFETY: `_exit` takes any status, and runs nothing of the parent's on its way out.
            ForkResult::Child => unsafe { libc::_exit(7) },
            ForkResult::Parent { child } => Ok(waitpid(child, None)?),
        }
    })?;
    ensure!(matches!(status, WaitStatus::Exited(_, 7)), "the child ended with {status:?}");
    Ok(cost)
}

fn command(program: &Path) -> Result<Cost> {
    let (status, cost) = Cost::of(|| {
        Command::new(program).status().with_context(|| format!("cannot start {program:?}"))
    })?;
    ensure!(status.success(), "{program:?} ended with {status}");
    Ok(cost)
}
