//! What does it cost to pass messages between two processes: by a pipe, a FIFO, a Unix socket, a POSIX
//! queue, and the ring of exercise 10.4 in memory that both have mapped?
//!
//! One process sends a number of messages of one size and another one, its child, receives and checks
//! them; or a message goes to and fro. Each of the two has a core of its own where there are two.

mod named;
mod processes;
mod wires;

#[path = "../../../../solutions/10_shared_memory/e4_spsc_ring.rs"]
#[expect(dead_code, reason = "zeroed memory is a new ring")]
mod e4_spsc_ring;
#[path = "../../../../exercises/10_shared_memory/src/given/cell.rs"]
#[expect(dead_code, reason = "a child inherits the memory, and needs no descriptor")]
mod given;
#[path = "../../../../exercises/10_shared_memory/src/sync.rs"]
#[expect(dead_code, unused_imports, reason = "the ring needs the half of it")]
mod sync;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};
use labkit::{Lab, Variant};
use labs::cores;
use wires::Kind;

/// The sizes of the messages in bytes. The largest is what a queue takes unless the system says otherwise.
const SIZES: [usize; 3] = [64, 4_096, 8_192];

/// The size of a message that goes to and fro.
const TRIP_SIZE: usize = 64;

/// The page shows it below the numbers.
const HOW_IT_COULD_BE_WRONG: &str = include_str!("../../how_it_could_be_wrong/ipc_price.md");

/// Each with the name of its variants, and with what the page calls it.
const KINDS: [(&str, &str, Kind); 6] = [
    ("pipe", "pipe", Kind::Pipe),
    ("fifo", "FIFO", Kind::Fifo),
    ("socket", "Unix socket", Kind::Socket),
    ("queue", "POSIX queue", Kind::Queue),
    ("ring", "ring", Kind::Ring),
    ("busy_ring", "ring that never sleeps", Kind::BusyRing),
];

/// How many messages go through in one turn.
struct Load {
    messages: [u64; SIZES.len()],
    trips: u64,
}

fn main() -> ExitCode {
    labkit::run("09_streams/ipc_price", measure)
}

fn measure(lab: &mut Lab) -> Result<()> {
    let (rounds, load) = if lab.is_quick() {
        (2, Load { messages: [1_024, 128, 64], trips: 10 })
    } else {
        (41, Load { messages: [16_384, 4_096, 2_048], trips: 500 })
    };
    let mut kinds = KINDS.to_vec();
    if let Some(reason) = named::why_no_queues(SIZES[2]) {
        if lab.is_recorded() {
            bail!("the pages tell of POSIX queues too, and there are none: {reason}");
        }
        eprintln!("without POSIX queues: {reason}");
        kinds.retain(|(.., kind)| *kind != Kind::Queue);
    }
    if lab.is_quick() {
        // On a busy machine the one that runs waits long for the one that does not.
        kinds.retain(|(.., kind)| *kind != Kind::BusyRing);
    }
    let cores = cores::two()?;
    if let Some([ours, _]) = cores {
        cores::stay_on(ours)?;
    }
    let core = cores.map(|[_, theirs]| theirs);
    let mut variants: Vec<(String, Variant<'_>)> = Vec::new();
    for &(name, _, kind) in &kinds {
        for (size, count) in SIZES.into_iter().zip(load.messages) {
            let variant = move || processes::one_way(core, kind, size, count);
            variants.push((format!("{name}_{size}"), Box::new(variant)));
        }
        let trips = load.trips;
        let variant = move || processes::to_and_fro(core, kind, TRIP_SIZE, trips);
        variants.push((format!("{name}_trips"), Box::new(variant)));
    }
    lab.measure(rounds, variants)?;
    report(lab, &load, &kinds);
    Ok(())
}

fn report(lab: &mut Lab, load: &Load, kinds: &[(&str, &str, Kind)]) {
    let sizes = SIZES.map(|size| size.to_string()).into_iter().zip(load.messages);
    let columns: Vec<(String, u64)> = sizes.chain([("trips".to_owned(), load.trips)]).collect();
    let (mut times, mut ratios) = (Vec::new(), Vec::new());
    for &(name, says, kind) in kinds {
        let mut row = vec![says.to_owned()];
        let mut to_pipe = vec![format!("{says}: times a pipe's")];
        for (column, count) in &columns {
            let variant = format!("{name}_{column}");
            let time = lab.wall(&variant).median.as_secs_f64() * 1e6 / *count as f64;
            row.push(format!("{time:.2}\u{a0}µs"));
            let ratio = lab.ratio_within_rounds(&variant, &format!("pipe_{column}")).to_string();
            lab.fact(&format!("{variant}_to_pipe"), ratio.as_str());
            to_pipe.push(ratio);
        }
        times.push(row);
        if kind != Kind::Pipe {
            ratios.push(to_pipe);
        }
    }
    times.append(&mut ratios);
    let [small, large, largest] = SIZES.map(|size| format!("{size} bytes"));
    lab.page_table(&["", &small, &large, &largest, "to and fro"], &times);
    lab.fact("trip_size", format!("{TRIP_SIZE} bytes"));
    lab.fact("how_it_could_be_wrong", HOW_IT_COULD_BE_WRONG.trim_end());
    let for_a_byte = |index: usize, clock: fn(&Lab, &str) -> Duration| {
        let bytes = load.messages[index] as f64 * SIZES[index] as f64;
        clock(lab, &format!("pipe_{}", SIZES[index])).as_secs_f64() / bytes
    };
    let [wall, cpu]: [fn(&Lab, &str) -> Duration; 2] =
        [|lab, name| lab.wall(name).median, |lab, name| lab.cpu(name).median];
    let small_to_large = for_a_byte(0, wall) / for_a_byte(1, wall);
    let gigabytes_a_second = 1e-9 / for_a_byte(2, wall);
    let cheaper = for_a_byte(1, cpu) < for_a_byte(0, cpu);
    lab.ratio("pipe_small_to_large", small_to_large);
    lab.fact("pipe_rate", format!("{gigabytes_a_second:.1}\u{a0}GB/s"));
    let sentence =
        "a byte in a message of 4096 costs a pipe less processor time than one in a message of 64";
    lab.claim(sentence, cheaper);
}
