//! The variants, the table and the ratios.

use anyhow::Result;
use labkit::{Lab, Variant};
use labs::cores;
use labs::handover::{coroutines, futex, pipes, times};

use crate::fibers::fiber;
use crate::given::{Inline, Naked};
use crate::state_machine::state_machine;
use crate::switches::{InlineReturn, NakedBare, NakedJump, NakedWithoutControl};

/// The rows of the table: the variant, and what the page calls it.
const ROWS: [(&str, &str); 10] = [
    ("state_machine", "a state machine, by a call"),
    ("corosensei", "corosensei"),
    ("inline", "inline assembly (12.2, step 5)"),
    ("inline_return", "the same, with `ret` instead of `jmp`"),
    ("naked_bare", "naked, `jmp`, no control words"),
    ("naked_jump", "naked, `jmp`, control words"),
    ("naked_without_control", "naked, `ret`, no control words"),
    ("naked", "naked, `ret`, control words (12.2, step 2)"),
    ("threads", "two threads, by futex(2), on one core"),
    ("processes", "two processes, by pipes, on one core"),
];

pub fn measure(lab: &mut Lab) -> Result<()> {
    let (rounds, count) = if lab.is_quick() { (5, 20_000) } else { (201, 20_000) };
    let few = count / 250;
    let variants: Vec<(String, Variant<'_>)> = vec![
        ("state_machine".to_owned(), Box::new(move || state_machine(count))),
        ("corosensei".to_owned(), Box::new(move || coroutines::corosensei(count))),
        ("inline".to_owned(), Box::new(move || fiber::<Inline>(count))),
        ("inline_return".to_owned(), Box::new(move || fiber::<InlineReturn>(count))),
        ("naked_bare".to_owned(), Box::new(move || fiber::<NakedBare>(count))),
        ("naked_jump".to_owned(), Box::new(move || fiber::<NakedJump>(count))),
        ("naked_without_control".to_owned(), Box::new(move || fiber::<NakedWithoutControl>(count))),
        ("naked".to_owned(), Box::new(move || fiber::<Naked>(count))),
        ("threads".to_owned(), Box::new(move || cores::on_one(|| futex::threads(None, few)))),
        (
            "processes".to_owned(),
            Box::new(move || cores::on_one(|| pipes::processes(None, few, || Ok(()), || Ok(())))),
        ),
    ];
    lab.measure(rounds, variants)?;
    report(lab, count, few);
    Ok(())
}

fn report(lab: &mut Lab, count: u32, few: u32) {
    let trips = |name: &str| if let "threads" | "processes" = name { few } else { count };
    let counted = |name: &'static str| (name, trips(name));
    let mut rows = Vec::new();
    for (name, says) in ROWS {
        let ratio = times::ratio(lab, counted(name), counted("corosensei"));
        let shown = if name == "corosensei" { "1".to_owned() } else { ratio.clone() };
        rows.push(vec![says.to_owned(), lab.wall_of_one(name, trips(name)), shown]);
        lab.fact(&format!("{name}_ratio"), ratio);
    }
    lab.page_table(&["", "to and fro", "times corosensei's"], &rows);
    lab.panel("to the other stack and back", &ROWS.map(|(name, says)| (says, name, trips(name))));
    for (fact, name, other) in [
        ("jump_gain", "naked", "naked_jump"),
        ("control_gain", "naked", "naked_without_control"),
        ("both_gain", "naked", "naked_bare"),
        ("inline_gain", "naked", "inline"),
        ("inline_return_loss", "inline_return", "inline"),
        ("threads_to_inline", "threads", "inline"),
        ("threads_to_naked", "threads", "naked"),
    ] {
        let ratio = times::ratio(lab, counted(name), counted(other));
        lab.fact(fact, ratio);
    }
    lab.fact("trips", count.to_string());
    let cheaper = |name, other| {
        times::cpu_of_one(lab, counted(name)) < times::cpu_of_one(lab, counted(other))
    };
    let claims = [
        ("the inline switch costs less than the naked one", cheaper("inline", "naked")),
        ("the naked switch costs less than one by the kernel", cheaper("naked", "threads")),
    ];
    for (sentence, holds) in claims {
        lab.claim(sentence, holds);
    }
}
