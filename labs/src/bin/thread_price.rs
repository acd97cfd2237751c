//! What does it cost to make a thread, and to make a process? And to switch from one to the other?
//!
//! Two that share a core pass a byte to and fro by pipes, so that each round trip takes two switches: two
//! threads, and two processes. In a second row each of them reads a table between two switches: a table that
//! both share, or each its own.

use std::process::ExitCode;
use std::thread;

use anyhow::{Result, ensure};
use labkit::{Cost, Lab, Variant};
use labs::cores;
use labs::handover::pipes;
use nix::libc;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork};

/// How many threads or processes are made in one turn, one after the other.
const BIRTHS: u32 = 20;

/// The size of a table.
const TABLE_KIB: usize = 384;

/// Who passes the byte to and fro, and what each of them reads meanwhile.
const PAIRS: [(&str, Pair); 6] = [
    ("threads_bare", Pair { processes: false, tables: 0 }),
    ("processes_bare", Pair { processes: true, tables: 0 }),
    ("threads_one_table", Pair { processes: false, tables: 1 }),
    ("processes_one_table", Pair { processes: true, tables: 1 }),
    ("threads_two_tables", Pair { processes: false, tables: 2 }),
    ("processes_two_tables", Pair { processes: true, tables: 2 }),
];

#[derive(Clone, Copy)]
struct Pair {
    processes: bool,
    /// None; one that both read; or one for each.
    tables: usize,
}

fn main() -> ExitCode {
    labkit::run("04_threads/thread_price", measure)
}

fn measure(lab: &mut Lab) -> Result<()> {
    let (rounds, trips) = if lab.is_quick() { (5, 50) } else { (101, 200) };
    let tables = [table(), table()];
    let mut variants: Vec<(String, Variant<'_>)> = vec![
        (
            "thread".to_owned(),
            Box::new(|| births(|| thread::spawn(|| 7).join().is_ok_and(|n| n == 7))),
        ),
        ("process".to_owned(), Box::new(|| births(fork_and_wait))),
    ];
    for (name, pair) in PAIRS {
        let tables = &tables;
        variants.push((
            name.to_owned(),
            Box::new(move || cores::on_one(|| to_and_fro(pair, tables, trips))),
        ));
    }
    lab.measure(rounds, variants)?;
    report(lab, trips);
    Ok(())
}

fn report(lab: &mut Lab, trips: u32) {
    let row = |lab: &Lab, says: &str, names: [&str; 2], count: u32| {
        let times = names.map(|name| lab.wall_of_one(name, count));
        std::iter::once(says.to_owned()).chain(times).collect()
    };
    let rows = [
        row(lab, "birth and end", ["thread", "process"], BIRTHS),
        row(lab, "to and fro", ["threads_bare", "processes_bare"], trips),
        row(
            lab,
            "the same, both read one table",
            ["threads_one_table", "processes_one_table"],
            trips,
        ),
        row(
            lab,
            "the same, each reads its own",
            ["threads_two_tables", "processes_two_tables"],
            trips,
        ),
    ];
    lab.page_table(&["", "threads", "processes"], &rows);
    let born = [("a thread", "thread", BIRTHS), ("a process, by fork", "process", BIRTHS)];
    lab.panel("to be born and to end", &born);
    let trip = PAIRS.map(|(name, pair)| {
        let who = if pair.processes { "processes" } else { "threads" };
        let what =
            ["that read nothing", "with one table for both", "with a table each"][pair.tables];
        (format!("{who} {what}"), name)
    });
    let rows: Vec<_> = trip.iter().map(|(label, name)| (label.as_str(), *name, trips)).collect();
    lab.panel("a byte to and fro, on one core", &rows);
    for (fact, name, other) in [
        ("birth_ratio", "process", "thread"),
        ("bare_ratio", "processes_bare", "threads_bare"),
        ("own_table_ratio", "threads_two_tables", "threads_one_table"),
        ("table_ratio", "processes_two_tables", "threads_two_tables"),
    ] {
        let ratio = lab.ratio_within_rounds(name, other);
        lab.fact(fact, ratio.to_string());
    }
    lab.fact("table", format!("{TABLE_KIB} KiB"));
    let cheaper = lab.cpu("thread").median < lab.cpu("process").median;
    lab.claim("a thread costs less processor time than a forked process", cheaper);
}

fn births(birth: impl Fn() -> bool) -> Result<Cost> {
    let (all_well, cost) = Cost::of(|| Ok((0..BIRTHS).all(|_| birth())))?;
    ensure!(all_well, "one of them ended otherwise");
    Ok(cost)
}

fn fork_and_wait() -> bool {
    // SAFETY: this process has one thread.
    match unsafe { fork() } {
        // SAFETY: `_exit` takes any status, and runs nothing of the parent's on its way out.
        Ok(ForkResult::Child) => unsafe { libc::_exit(7) },
        Ok(ForkResult::Parent { child }) => {
            waitpid(child, None) == Ok(WaitStatus::Exited(child, 7))
        }
        Err(_) => false,
    }
}

/// Passes a byte to a partner and back, so many times. Each reads its table before it passes the byte on.
fn to_and_fro(pair: Pair, tables: &[Vec<Line>; 2], trips: u32) -> Result<Cost> {
    let ours: &[Line] = if pair.tables == 0 { &[] } else { &tables[0] };
    let theirs: &[Line] = if pair.tables == 2 { &tables[1] } else { ours };
    let [ours, theirs] = [ours, theirs].map(|table| {
        move || {
            ensure!(read(table) == 0, "the table is no circle");
            Ok(())
        }
    });
    if pair.processes {
        pipes::processes(None, trips, ours, theirs)
    } else {
        pipes::threads(None, trips, ours, theirs)
    }
}

/// A line of the cache, with the place of the one to read next.
#[repr(align(64))]
#[derive(Clone, Copy)]
struct Line(u32);

/// A circle through all lines in an order that no processor foresees.
fn table() -> Vec<Line> {
    let count = (TABLE_KIB << 10) / size_of::<Line>();
    let mut order: Vec<u32> = (0..).take(count).collect();
    fastrand::Rng::with_seed(4).shuffle(&mut order);
    let mut table = vec![Line(0); count];
    for (here, next) in order.iter().zip(order.iter().cycle().skip(1)) {
        table[*here as usize] = Line(*next);
    }
    table
}

/// Goes once around the circle, and returns where it comes out.
fn read(table: &[Line]) -> usize {
    table.iter().fold(0, |place, _| table[place].0 as usize)
}
