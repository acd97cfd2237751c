//! What a second worker gained, and what holds wherever it is measured.

use labkit::Lab;
use labs::python::Python;

use crate::toy::{Lock, Toy};
use crate::work::Kind;
use crate::{MACHINE, PYTHON, PYTHON_COUNTS, RUST, RUST_COUNTS, units};

const PANELS: [(Kind, &str); 4] = [
    (Kind::Countdown, "100 000 numbers counted down"),
    (Kind::Sha256, "SHA-256 of a block of 1 MiB"),
    (Kind::Sleep, "a sleep of 5 ms"),
    (Kind::Socket, "an answer from a socket, after 5 ms"),
];

/// Makes the table, the plot and the facts; a turn has done one part of so many of the work.
pub fn show(lab: &mut Lab, python: Option<&Python>, part: u32) {
    let python_rows = PYTHON.map(|(who, says, _)| (who, says, PYTHON[0].0));
    let machine_rows = MACHINE.map(|(who, says, ..)| (who, says, MACHINE[0].0));
    let rust_rows = RUST.map(|(who, says, _)| (who, says, RUST[0].0));
    let python_rows = if python.is_some() { &python_rows[1..] } else { &[] };
    let rows = python_rows.iter().chain(&machine_rows[1..]).chain(&rust_rows[1..]);
    let row = |&(who, says, one): &(&str, &str, &str)| {
        let gain = |kind: Kind| {
            if who.starts_with("machine") && kind == Kind::Socket {
                return "–".to_owned();
            }
            let [name, one] = [who, one].map(|who| format!("{who}_{}", kind.name()));
            let gain = lab.ratio_within_rounds(&one, &name);
            lab.fact(&format!("{name}_gain"), gain.to_string());
            format!("{:.2}", gain.median)
        };
        [says.to_owned()].into_iter().chain(Kind::ALL.map(gain)).collect()
    };
    let rows: Vec<Vec<String>> = rows.map(row).collect();
    lab.page_table(&["", "countdown", "SHA-256", "sleep", "socket"], &rows);
    for (kind, title) in PANELS {
        let row = |who, says, counts| {
            (says, format!("{who}_{}", kind.name()), units(kind, counts) / part)
        };
        let python_rows = PYTHON.map(|(who, says, _)| row(who, says, PYTHON_COUNTS));
        let python_rows = python_rows.into_iter().filter(|_| python.is_some());
        let rust_rows = RUST.map(|(who, says, _)| row(who, says, RUST_COUNTS));
        lab.panel(title, &python_rows.chain(rust_rows).collect::<Vec<_>>());
    }
    if let Some(python) = python {
        lab.fact("python", format!("CPython {}", python.full_version));
    }
}

/// What holds on every machine: what was counted, and a wide margin of processor time.
pub fn claim(lab: &mut Lab, has_python: bool, toys: &[(&str, Toy)]) {
    let most = |lock: Lock, kind: Option<Kind>| {
        let ours = toys.iter().map(|(_, toy)| toy);
        let ours = ours.filter(|toy| toy.lock == lock && kind.is_none_or(|kind| toy.kind == kind));
        let most = ours.map(Toy::most_at_once);
        most.fold((0, 0), |(steps, calls), (s, c)| (steps.max(s), calls.max(c)))
    };
    let locked = [Lock::Kept, Lock::GivenUp, Lock::Own].map(|lock| most(lock, None).0);
    lab.claim(
        "with a lock, one thread at a time runs an instruction of the machine",
        locked == [1; 3],
    );
    lab.claim("calls that keep the lock run one at a time", most(Lock::Kept, None).1 == 1);
    let naps = most(Lock::GivenUp, Some(Kind::Sleep)).1;
    lab.claim("calls that give the lock up sleep at the same time", naps == 2);
    for (who, says) in [("machine_given_up", "the machine"), ("python_2_threads", "Python")] {
        if who.starts_with("python") && !has_python {
            continue;
        }
        let cpu = |kind: Kind| lab.cpu(&format!("{who}_{}", kind.name())).median;
        let cheap = 2 * cpu(Kind::Sleep) < cpu(Kind::Countdown);
        let sentence = format!(
            "{says}: threads that sleep take less than half of the processor time of those that count"
        );
        lab.claim(&sentence, cheap);
    }
}
