//! How long does one process take to send messages of 16 bytes to 4 MiB to another one: by a pipe, a FIFO, a
//! POSIX queue, sockets, and by memory that both have mapped?
//!
//! Each of the two has a core of its own where there are two.

mod one_way;
mod pipes;
mod report;
mod stamped;

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
use pipes::{LENT, WIDE};
use ring::{BUSY_RING, RING};

/// The sizes of the messages in bytes.
const SIZES: [usize; 6] = [16, 256, 4 << 10, 64 << 10, 1 << 20, 4 << 20];

/// Those that the claims, and one large enough to be cut, need.
const QUICK_SIZES: [usize; 3] = [16, 4 << 10, 64 << 10];

/// A variant: a kind, and the size and number of its messages.
struct Point {
    kind: Kind,
    size: usize,
    count: u64,
    /// How often the processes have slept in each turn.
    sleeps: RefCell<Vec<u64>>,
}

impl Point {
    fn variant(&self) -> String {
        format!("{}_{}", self.kind.name, self.size)
    }

    fn turn(&self, core: Option<usize>) -> Result<Cost> {
        let together = one_way::turn(&self.kind, core, self.size, self.count)?;
        self.sleeps.borrow_mut().push(together.sleeps);
        Ok(together.cost)
    }
}

fn main() -> ExitCode {
    labkit::run("09_streams/ipc_throughput", measure)
}

fn measure(lab: &mut Lab) -> Result<()> {
    let rounds = if lab.is_quick() { 3 } else { 41 };
    let points = points(lab)?;
    let cores = cores::two()?;
    if let Some([ours, _]) = cores {
        cores::stay_on(ours)?;
    } else if lab.is_recorded() {
        bail!("the pages tell of two cores, and there is only one");
    }
    let core = cores.map(|[_, theirs]| theirs);
    let mut variants: Vec<(String, Variant<'_>)> = Vec::new();
    for point in &points {
        variants.push((point.variant(), Box::new(move || point.turn(core))));
    }
    lab.measure(rounds, variants)?;
    report::all(lab, &points, rounds);
    Ok(())
}

fn points(lab: &Lab) -> Result<Vec<Point>> {
    let (sizes, most_messages, most_bytes) = if lab.is_quick() {
        (&QUICK_SIZES[..], 2_048, 1 << 20)
    } else {
        (&SIZES[..], 16_384, 32 << 20)
    };
    // On a busy machine the end that runs waits long for the one that does not.
    let busy = (!lab.is_quick()).then_some(BUSY_RING);
    let ours = [WIDE, LENT, RING].into_iter().chain(busy);
    let kinds = wires::available(lab, KINDS.into_iter().chain(ours))?;
    let mut points = Vec::new();
    for kind in kinds {
        let largest = kind.largest.unwrap_or(usize::MAX);
        let mut sizes: Vec<usize> = sizes.iter().copied().filter(|&size| size < largest).collect();
        sizes.extend(kind.largest);
        for size in sizes {
            let count = most_messages.min(most_bytes / size as u64);
            points.push(Point { kind, size, count, sleeps: RefCell::default() });
        }
    }
    Ok(points)
}
