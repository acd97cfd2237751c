//! What does the ring of exercise 10.4 cost between two threads, beside two queues that a program would
//! take instead: rtrb, which has one producer and one consumer too, and crossbeam's `ArrayQueue`, which
//! has any number of either?
//!
//! All of them are asked by calls that never wait, in the same loops. The ring carries bytes, so rtrb is
//! measured with bytes as well as with words; and once more with bytes and a fence after each step, which the
//! ring alone needs, since it alone can sleep.

mod batches;
mod threads;
mod words;

#[path = "../../../../solutions/10_shared_memory/e4_spsc_ring.rs"]
#[expect(dead_code, reason = "nothing here sleeps")]
mod e4_spsc_ring;
#[path = "../../../../exercises/10_shared_memory/src/given/cell.rs"]
#[expect(dead_code, reason = "threads share memory without a mapping")]
mod given;
#[path = "../../../../exercises/10_shared_memory/src/sync.rs"]
#[expect(dead_code, unused_imports, reason = "the ring needs the half of it")]
mod sync;

use std::process::ExitCode;

use anyhow::Result;
use labkit::{Cost, Lab, Variant};
use threads::Way;

/// The room of every queue, in bytes.
const ROOM: usize = 64 << 10;

/// The sizes of the batches, in bytes.
const BATCHES: [usize; 2] = [64, 1_024];

/// Passes so many words.
type Words = fn(Way, u64) -> Result<Cost>;

/// Passes batches of this size, so many.
type Batches = fn(Way, usize, u64) -> Result<Cost>;

/// Passes so many words to and fro.
type Trips = fn(u64) -> Result<Cost>;

const WAYS: [(&str, Way); 2] = [("both", Way::Both), ("alone", Way::Alone)];

const WORDS: [(&str, Words); 5] = [
    ("ring", words::ring),
    ("rtrb", words::rtrb),
    ("array_queue", words::array_queue),
    ("rtrb_bytes", words::rtrb_bytes),
    ("rtrb_fenced", words::rtrb_fenced),
];

const IN_BATCHES: [(&str, Batches); 3] =
    [("ring", batches::ring), ("rtrb_bytes", batches::rtrb), ("rtrb_fenced", batches::rtrb_fenced)];

const TRIPS: [(&str, Trips); 5] = [
    ("ring", words::ring_trips),
    ("rtrb", words::rtrb_trips),
    ("rtrb_bytes", words::rtrb_bytes_trips),
    ("rtrb_fenced", words::rtrb_fenced_trips),
    ("array_queue", words::array_queue_trips),
];

/// What the ring is compared with, and how the table calls it.
const OTHERS: [(&str, &str); 4] = [
    ("rtrb_bytes", "times rtrb's"),
    ("rtrb_fenced", "times rtrb's with fences"),
    ("rtrb", "times rtrb's with words"),
    ("array_queue", "times `ArrayQueue`'s"),
];

/// How much goes through a queue in one turn.
struct Load {
    words: u64,
    bytes: usize,
    trips: u64,
}

impl Load {
    fn batches(&self, size: usize) -> u64 {
        (self.bytes / size) as u64
    }
}

fn main() -> ExitCode {
    labkit::run("10_shared_memory/ring_price", measure)
}

fn measure(lab: &mut Lab) -> Result<()> {
    let (rounds, load) = if lab.is_quick() {
        (3, Load { words: 20_000, bytes: 512 << 10, trips: 50 })
    } else {
        (41, Load { words: 200_000, bytes: 16 << 20, trips: 5_000 })
    };
    let mut variants: Vec<(String, Variant<'_>)> = Vec::new();
    for (suffix, way) in WAYS {
        for (name, pass) in WORDS {
            let count = load.words;
            variants.push((format!("{name}_words_{suffix}"), Box::new(move || pass(way, count))));
        }
        for size in BATCHES {
            let count = load.batches(size);
            for (name, pass) in IN_BATCHES {
                let variant = move || pass(way, size, count);
                variants.push((format!("{name}_{size}_{suffix}"), Box::new(variant)));
            }
        }
    }
    for (name, pass) in TRIPS {
        let count = load.trips;
        variants.push((format!("{name}_trips"), Box::new(move || pass(count))));
    }
    lab.measure(rounds, variants)?;
    report(lab, &load);
    Ok(())
}

fn report(lab: &mut Lab, load: &Load) {
    let mut rows = Vec::new();
    for (suffix, says) in [("both", ""), ("alone", ", one thread")] {
        rows.push(row(lab, &format!("a word{says}"), &format!("words_{suffix}"), load.words));
        for size in BATCHES {
            let says = format!("{size} bytes{says}");
            rows.push(row(lab, &says, &format!("{size}_{suffix}"), load.batches(size)));
        }
    }
    let trips = row(lab, "a word to and fro", "trips", load.trips);
    rows.insert(1 + BATCHES.len(), trips);
    let head = ["", "the ring"].into_iter().chain(OTHERS.map(|(_, says)| says));
    lab.page_table(&head.collect::<Vec<_>>(), &rows);
    panels(lab, load);
    let [(rtrb, _), ..] = OTHERS;
    let to_rtrb = |what: String| {
        lab.ratio_within_rounds(&format!("ring_{what}"), &format!("{rtrb}_{what}")).median
    };
    let between_threads = BATCHES.map(|size| format!("{size}_both")).into_iter();
    let between_threads = between_threads.chain(["words_both", "trips"].map(str::to_owned));
    let most = between_threads.map(to_rtrb).fold(0.0, f64::max);
    lab.ratio("most_to_rtrb", most);
    lab.fact("room", format!("{} KiB", ROOM >> 10));
    let for_a_byte = |lab: &Lab, variant: &str, bytes: usize| {
        lab.cpu(variant).median.as_secs_f64() / bytes as f64
    };
    let words = for_a_byte(lab, "ring_words_alone", load.words as usize * size_of::<u64>());
    let batches = for_a_byte(lab, "ring_1024_alone", load.bytes);
    let sentence =
        "a byte in a batch of 1024 costs the ring less processor time than one in a word";
    lab.claim(sentence, batches < words);
}

/// The plot: of each kind what two threads need.
fn panels(lab: &mut Lab, load: &Load) {
    let all = [
        ("the ring", "ring"),
        ("rtrb, bytes", "rtrb_bytes"),
        ("rtrb, bytes, with fences", "rtrb_fenced"),
        ("rtrb, words", "rtrb"),
        ("ArrayQueue, words", "array_queue"),
    ];
    let [_, large] = BATCHES;
    let batch = format!("{large}_both");
    for (title, what, queues, count) in [
        ("a word to the other thread", "words_both", &all[..], load.words),
        ("1024 bytes to the other thread", &batch, &all[..3], load.batches(large)),
        ("a word to and fro", "trips", &all[..], load.trips),
    ] {
        let row = |&(says, name)| (says, format!("{name}_{what}"), count as u32);
        lab.panel(title, &queues.iter().map(row).collect::<Vec<_>>());
    }
}

/// The ring's median time for one of `count` things, and its ratios to the others that were asked for them.
fn row(lab: &mut Lab, says: &str, what: &str, count: u64) -> Vec<String> {
    let ring = format!("ring_{what}");
    let mut row = vec![says.to_owned(), lab.wall_of_one(&ring, count)];
    let in_batches = BATCHES.iter().any(|size| what.starts_with(&size.to_string()));
    for (other, _) in OTHERS {
        if in_batches && IN_BATCHES.iter().all(|(name, _)| *name != other) {
            row.push(String::new());
            continue;
        }
        let ratio = lab.ratio_within_rounds(&ring, &format!("{other}_{what}"));
        lab.fact(&format!("{ring}_to_{other}"), ratio.to_string());
        row.push(ratio.to_string());
    }
    row
}
