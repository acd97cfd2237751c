//! The table, the plot, the ratios and the claims.

use anyhow::Result;
use labkit::Lab;
use labs::handover::times;

use crate::crossings;
use crate::pairs::{Class, Turn};

/// The facts, each with the variant that it compares to another one.
const RATIOS: [(&str, &str, &str); 11] = [
    ("tokio_to_corosensei", "tokio_one_core", "corosensei_one_core"),
    ("executor_to_tokio", "executor_one_core", "tokio_one_core"),
    ("workers_to_tokio", "tokio_workers_one_core", "tokio_one_core"),
    ("futex_to_corosensei", "futex_one_core", "corosensei_one_core"),
    ("futex_to_tokio", "futex_one_core", "tokio_one_core"),
    ("pipe_to_futex", "pipe_threads_one_core", "futex_one_core"),
    ("processes_to_threads", "pipe_processes_one_core", "pipe_threads_one_core"),
    ("workers_apart", "tokio_workers_two_cores", "tokio_workers_one_core"),
    ("futex_apart", "futex_two_cores", "futex_one_core"),
    ("pipe_apart", "pipe_threads_two_cores", "pipe_threads_one_core"),
    ("processes_to_threads_apart", "pipe_processes_two_cores", "pipe_threads_two_cores"),
];

pub fn report(lab: &mut Lab, turns: &[Turn]) -> Result<()> {
    let named = |name: &str| turns.iter().find(|turn| turn.variant == name);
    table(lab, turns);
    plot(lab, turns);
    for (fact, name, other) in RATIOS {
        if let (Some(turn), Some(other)) = (named(name), named(other)) {
            let ratio = times::ratio(lab, turn.counted(), other.counted());
            lab.fact(fact, ratio);
        }
    }
    for turn in turns {
        lab.fact(&format!("{}_trips", turn.variant), turn.trips.to_string());
        if turn.pair.name == "tokio_workers" && !lab.is_quick() {
            let [crossings, all] = crossings::counted(turn.two)?;
            lab.fact(&format!("{}_crossings", turn.variant), format!("{crossings} of {all}"));
        }
    }
    claims(lab, turns);
    Ok(())
}

fn table(lab: &mut Lab, turns: &[Turn]) {
    let (two, one): (Vec<&Turn>, Vec<&Turn>) = turns.iter().partition(|turn| turn.two.is_some());
    let rows = one.iter().map(|turn| {
        let apart = two.iter().find(|other| other.pair.name == turn.pair.name);
        let trip = |turn: &Turn| {
            let (name, trips) = turn.counted();
            lab.wall_of_one(name, trips)
        };
        vec![turn.pair.says.to_owned(), trip(turn), apart.map_or("–".to_owned(), |turn| trip(turn))]
    });
    let rows: Vec<_> = rows.collect();
    lab.page_table(&["to and fro", "on one core", "on two cores"], &rows);
}

fn plot(lab: &mut Lab, turns: &[Turn]) {
    for (is_apart, title) in [
        (false, "to another one and back, on one core"),
        (true, "to another one and back, on two cores"),
    ] {
        let turns = turns.iter().filter(|turn| turn.two.is_some() == is_apart);
        let rows: Vec<_> = turns.map(|turn| (turn.pair.says, &turn.variant, turn.trips)).collect();
        if !rows.is_empty() {
            lab.panel(title, &rows);
        }
    }
}

/// Compares on one core, by processor time.
fn claims(lab: &mut Lab, turns: &[Turn]) {
    let of = |class: Class| {
        let turns = turns.iter().filter(move |t| t.two.is_none() && t.pair.class == class);
        turns.map(|turn| times::cpu_of_one(lab, turn.counted())).collect::<Vec<_>>()
    };
    let most = |class| of(class).into_iter().fold(0.0, f64::max);
    let thread = of(Class::Kernel).into_iter().fold(f64::INFINITY, f64::min);
    let [coroutine, task] = [most(Class::Coroutine), most(Class::Task)];
    lab.claim("coroutines hand over for less processor time than threads", coroutine < thread);
    lab.claim("tasks of one thread hand over for less processor time than threads", task < thread);
}
