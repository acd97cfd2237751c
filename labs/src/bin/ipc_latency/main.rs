//! How long does a message of 64 bytes take to another process and back: by a pipe, a FIFO, a POSIX queue,
//! sockets, and by memory that both have mapped?
//!
//! Each trip begins when the last one has ended. The two processes have a core each, or share one.

mod report;
mod trips;

#[path = "../../../../solutions/10_shared_memory/e4_spsc_ring.rs"]
#[expect(dead_code, reason = "zeroed memory is a new ring")]
mod e4_spsc_ring;
#[path = "../../../../exercises/10_shared_memory/src/given/cell.rs"]
#[expect(dead_code, reason = "a child inherits the memory, and needs no descriptor")]
mod given;
#[path = "../../by_reference/ring.rs"]
mod ring;
#[path = "../../../../exercises/10_shared_memory/src/sync.rs"]
#[expect(dead_code, unused_imports, reason = "the ring needs the half of it")]
mod sync;

use std::cell::RefCell;
use std::process::ExitCode;

use anyhow::{Result, bail};
use labkit::{Cost, Lab, Variant};
use labs::cores;
use labs::wires::{self, KINDS, Kind};
use ring::{BUSY_RING, RING};
use trips::Trips;

/// The size of a message in bytes.
const SIZE: usize = 64;

/// What the variants of each core end in.
const ONE_CORE: &str = "one";
const TWO_CORES: &str = "two";

/// A variant: a kind, and where the other process runs. The lab itself stays on one core.
struct Row {
    kind: Kind,
    place: &'static str,
    /// The core of the other process; nothing where it shares the one of this process.
    core: Option<usize>,
    turns: RefCell<Vec<Trips>>,
}

impl Row {
    fn variant(&self) -> String {
        format!("{}_{}", self.kind.name, self.place)
    }

    fn turn(&self, trips: u64) -> Result<Cost> {
        let run = || trips::turn(&self.kind, self.core, SIZE, trips);
        let (cost, trips) = if self.core.is_none() { cores::on_one(run) } else { run() }?;
        self.turns.borrow_mut().push(trips);
        Ok(cost)
    }
}

fn main() -> ExitCode {
    labkit::run("09_streams/ipc_latency", measure)
}

fn measure(lab: &mut Lab) -> Result<()> {
    let (rounds, trips) = if lab.is_quick() { (3, 40) } else { (41, 1_000) };
    let rows = rows(lab)?;
    let mut variants: Vec<(String, Variant<'_>)> = Vec::new();
    for row in &rows {
        variants.push((row.variant(), Box::new(move || row.turn(trips))));
    }
    lab.measure(rounds, variants)?;
    report::all(lab, &rows, rounds, trips);
    Ok(())
}

fn rows(lab: &Lab) -> Result<Vec<Row>> {
    // On a busy machine the end that runs waits long for the one that does not.
    let busy = (!lab.is_quick()).then_some(BUSY_RING);
    let kinds = wires::available(lab, KINDS.into_iter().chain([RING]).chain(busy))?;
    let mut other = None;
    match cores::two()? {
        Some([ours, theirs]) => {
            cores::stay_on(ours)?;
            other = Some(theirs);
        }
        None if lab.is_recorded() => bail!("the pages tell of two cores, and there is only one"),
        None => eprintln!("without trips between two cores: there is only one"),
    }
    let row = |kind, place, core| Row { kind, place, core, turns: RefCell::default() };
    let mut rows = Vec::new();
    for kind in kinds {
        rows.extend(other.map(|core| row(kind, TWO_CORES, Some(core))));
        rows.push(row(kind, ONE_CORE, None));
    }
    Ok(rows)
}
