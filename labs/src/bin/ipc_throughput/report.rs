//! What the page says of the messages: tables, curves, and ratios.

use std::time::Duration;

use labkit::Lab;
use labs::wires::micros;

use crate::{Point, SIZES};

/// What carries bytes through the kernel.
const BY_THE_KERNEL: [&str; 6] = ["pipe", "fifo", "queue", "stream", "seqpacket", "tcp"];

/// What leaves out a copy, a call or a wait, beside a pipe.
const WITH_LESS: [&str; 6] = ["pipe", "wide_pipe", "vmsplice", "eventfd", "ring", "busy_ring"];

/// What stands where nothing was measured.
const NOTHING: &str = "–";

const MIB: f64 = (1 << 20) as f64;

pub fn all(lab: &mut Lab, points: &[Point], rounds: usize) {
    for point in points {
        facts_of(lab, point);
    }
    let times = rows(points, |point| micros(message(lab, point)));
    let sleeps = rows(points, |point| {
        let sleeps = sleeps_for_a_mib(point, rounds);
        let decimals = if sleeps < 10.0 { 1 } else { 0 };
        format!("{sleeps:.decimals$}")
    });
    let head: Vec<String> = [String::new()].into_iter().chain(SIZES.map(readable)).collect();
    let columns: Vec<&str> = head.iter().map(String::as_str).collect();
    lab.page_table(&columns, &times);
    lab.fact("sleeps", markdown(&head, &sleeps));
    curves(lab, points);
    claims(lab, points);
}

fn facts_of(lab: &mut Lab, point: &Point) {
    let variant = point.variant();
    let time = message(lab, point);
    lab.fact(&format!("{variant}_message"), micros(time));
    let rate = point.size as f64 / time.as_secs_f64() / 1e9;
    lab.fact(&format!("{variant}_rate"), format!("{rate:.2}\u{a0}GB/s"));
    // A queue has a size of its own, at which no pipe is measured.
    if point.kind.name != "pipe" && SIZES.contains(&point.size) {
        let ratio = lab.ratio_within_rounds(&variant, &format!("pipe_{}", point.size));
        lab.fact(&format!("{variant}_to_pipe"), ratio.to_string());
    }
}

/// The time of one message.
fn message(lab: &Lab, point: &Point) -> Duration {
    lab.wall(&point.variant()).median.div_f64(point.count as f64)
}

/// How often a process has slept while a mebibyte went through: the median of the rounds that count, which
/// come last.
fn sleeps_for_a_mib(point: &Point, rounds: usize) -> f64 {
    let all = point.sleeps.borrow();
    let mut sleeps = all[all.len() - rounds..].to_vec();
    sleeps.sort_unstable();
    sleeps[rounds / 2] as f64 / (point.count as f64 * point.size as f64 / MIB)
}

/// A row for each kind, and a cell for each size of the table.
fn rows(points: &[Point], cell: impl Fn(&Point) -> String) -> Vec<Vec<String>> {
    points
        .chunk_by(|one, other| one.kind.name == other.kind.name)
        .map(|points| {
            let of = |size| points.iter().find(|point| point.size == size);
            let cells = SIZES.map(|size| of(size).map_or(NOTHING.to_owned(), &cell));
            [points[0].kind.label.to_owned()].into_iter().chain(cells).collect()
        })
        .collect()
}

fn curves(lab: &mut Lab, points: &[Point]) {
    for (title, names) in [
        ("one message to the other process", &BY_THE_KERNEL[..]),
        ("one message, by fewer copies, calls or waits", &WITH_LESS[..]),
    ] {
        let of = |name| points.iter().filter(move |point| point.kind.name == name);
        let rows: Vec<_> = names
            .iter()
            .flat_map(|name| of(*name))
            .map(|point| (point.kind.label, point.size as u32, point.variant(), point.count as u32))
            .collect();
        lab.curves(title, "bytes in a message", &rows);
    }
}

fn claims(lab: &mut Lab, points: &[Point]) {
    let of = |name: &str, size: usize| {
        let point = points.iter().find(|point| point.kind.name == name && point.size == size);
        point.expect("pipe and ring are measured at these sizes in each run")
    };
    let byte = |point: &Point, time: Duration| {
        time.as_secs_f64() / (point.count as f64 * point.size as f64)
    };
    let [small, large, ring] = [of("pipe", 16), of("pipe", 4 << 10), of("ring", 16)];
    let wall = |point: &Point| byte(point, lab.wall(&point.variant()).median);
    let cpu = |point: &Point| byte(point, lab.cpu(&point.variant()).median);
    let small_to_large = wall(small) / wall(large);
    let [larger_is_cheaper, ring_is_cheaper] = [cpu(large) < cpu(small), cpu(ring) < cpu(small)];
    lab.ratio("pipe_small_to_large", small_to_large);
    let sentence =
        "a byte in a message of 4096 costs a pipe less processor time than one in a message of 16";
    lab.claim(sentence, larger_is_cheaper);
    let sentence = "messages of 16 bytes cost less processor time by the ring than by a pipe";
    lab.claim(sentence, ring_is_cheaper);
}

/// A number of bytes that is a power of two.
fn readable(bytes: usize) -> String {
    match bytes {
        ..1_024 => format!("{bytes}\u{a0}B"),
        1_024..1_048_576 => format!("{}\u{a0}KiB", bytes >> 10),
        _ => format!("{}\u{a0}MiB", bytes >> 20),
    }
}

/// A table for the page, beside the one that the lab has.
fn markdown(head: &[String], rows: &[Vec<String>]) -> String {
    let mut rule = vec!["---:".to_owned(); head.len()];
    rule[0] = "---".to_owned();
    let line = |cells: &[String]| format!("| {} |", cells.join(" | "));
    let lines: Vec<String> =
        [head, &rule].into_iter().map(line).chain(rows.iter().map(|row| line(row))).collect();
    lines.join("\n")
}
