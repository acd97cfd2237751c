//! What the page says of the trips: of rounds, and of every single trip.

use std::time::Duration;

use labkit::Lab;
use labs::wires::micros;

use crate::{ONE_CORE, Row, SIZE, TWO_CORES};

/// Shares of the trips that are at most as long as is told, and what a fact calls them.
const SHARES: [(f64, &str); 3] = [(0.5, "p50"), (0.99, "p99"), (0.999, "p999")];

/// What stands where nothing was measured.
const NOTHING: &str = "–";

pub fn all(lab: &mut Lab, rows: &[Row], rounds: usize, trips: u64) {
    singles(lab, rows, rounds);
    for (place, title) in [
        (TWO_CORES, "a message there and back, two cores"),
        (ONE_CORE, "a message there and back, one core"),
    ] {
        let there = rows.iter().filter(|row| row.place == place);
        let panel: Vec<_> =
            there.map(|row| (row.kind.label, row.variant(), trips as u32)).collect();
        if !panel.is_empty() {
            lab.panel(title, &panel);
        }
    }
    // Some are left out where there is one core, or little time.
    let is_measured = |variant: &str| rows.iter().any(|row| row.variant() == variant);
    for (name, variant, other) in [
        ("ring_to_pipe", "ring_two", "pipe_two"),
        ("busy_ring_to_pipe", "busy_ring_two", "pipe_two"),
        ("busy_ring_to_ring_on_one", "busy_ring_one", "ring_one"),
        ("two_to_one", "pipe_two", "pipe_one"),
    ] {
        if is_measured(variant) {
            let ratio = lab.ratio_within_rounds(variant, other).to_string();
            lab.fact(name, ratio);
        }
    }
    lab.fact("size", format!("{SIZE} bytes"));
    lab.fact("trips_a_round", trips.to_string());
    lab.fact("trips", (trips * rounds as u64).to_string());
    if is_measured("tcp_one") {
        let cheaper = lab.cpu("pipe_one").median < lab.cpu("tcp_one").median;
        let sentence = "there and back on one core, a pipe costs less processor time than TCP";
        lab.claim(sentence, cheaper);
    }
}

/// The table of the page: the trips of all rounds that count, in one heap.
fn singles(lab: &mut Lab, rows: &[Row], rounds: usize) {
    let mut table: Vec<Vec<String>> = Vec::new();
    for rows in rows.chunk_by(|one, other| one.kind.name == other.kind.name) {
        let mut cells = vec![rows[0].kind.label.to_owned()];
        for place in [TWO_CORES, ONE_CORE] {
            let Some(row) = rows.iter().find(|row| row.place == place) else {
                cells.extend(SHARES.map(|_| NOTHING.to_owned()));
                continue;
            };
            let trips = sorted(row, rounds);
            for (share, says) in SHARES {
                let time = micros(trips[((trips.len() - 1) as f64 * share).round() as usize]);
                lab.fact(&format!("{}_{says}", row.variant()), time.as_str());
                cells.push(time);
            }
        }
        table.push(cells);
    }
    let head = ["", "two cores: 50 %", "99 %", "99.9 %", "one core: 50 %", "99 %", "99.9 %"];
    lab.page_table(&head, &table);
}

/// Without those of the turns that check and warm up, which come first.
fn sorted(row: &Row, rounds: usize) -> Vec<Duration> {
    let turns = row.turns.borrow();
    let mut trips = turns[turns.len() - rounds..].concat();
    trips.sort_unstable();
    trips
}
