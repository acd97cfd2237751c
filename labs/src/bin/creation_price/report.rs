//! The table, the plot and the claims.

use labkit::{Lab, readable_ns};

/// What was made: the variant, what the page calls it, and how many in one turn.
pub struct Made {
    pub name: &'static str,
    pub says: &'static str,
    pub count: u32,
}

pub fn report(lab: &mut Lab, made: &[Made]) {
    let count = |name: &str| {
        let known = made.iter().find(|one| one.name == name);
        known.map_or(f64::NAN, |one| f64::from(one.count))
    };
    // How many times one takes as long as one of another kind.
    let times = |lab: &Lab, name: &str, other: &str| {
        let scale = count(other) / count(name);
        lab.ratio_within_rounds(name, other).scaled(scale)
    };
    let row = |&Made { name, says, count }: &Made| {
        let [each, processor] = [lab.wall(name), lab.cpu(name)].map(|turn| {
            let ns = turn.median.as_secs_f64() * 1e9 / f64::from(count);
            readable_ns(ns).replace(' ', "\u{a0}")
        });
        vec![says.to_owned(), each, processor]
    };
    let rows: Vec<Vec<String>> = made.iter().map(row).collect();
    lab.page_table(&["one", "from its birth to its end", "processor time"], &rows);
    let rows: Vec<_> = made.iter().map(|one| (one.says, one.name, one.count)).collect();
    lab.panel("to make one and to see its end", &rows);
    let step = |pair: &[Made]| (times(lab, pair[1].name, pair[0].name), pair[0].says, pair[1].says);
    let steps = made.windows(2).map(step);
    if let Some((ratio, from, to)) = steps.max_by(|(a, ..), (b, ..)| a.median.total_cmp(&b.median))
    {
        lab.fact("largest_step", format!("from {from} to {to}, {ratio} times"));
    }
    for (fact, name, other) in [
        ("stack_ratio", "coroutine", "coroutine_again"),
        ("thread_ratio", "thread", "tokio"),
        ("fork_ratio", "fork", "thread"),
        ("command_ratio", "command", "thread"),
    ] {
        let ratio = times(lab, name, other);
        lab.fact(fact, ratio.to_string());
    }
    let each = |name: &str| lab.cpu(name).median.as_secs_f64() / count(name);
    let task = each("tokio").max(each("executor"));
    let mut claims = vec![
        ("a call costs less processor time than a task", each("call") < each("tokio")),
        ("a task costs less processor time than a thread", task < each("thread")),
        (
            "a coroutine on a used stack costs less processor time than on a new one",
            each("coroutine_again") < each("coroutine"),
        ),
        (
            "a thread costs less processor time than a process that runs a program",
            each("thread") < each("command"),
        ),
    ];
    if made.iter().any(|one| one.name == "python") {
        let dearer = each("command") < each("python");
        claims.push(("a process that runs Python costs more processor time than true", dearer));
        let ratio = times(lab, "python", "command");
        lab.fact("python", format!("Python took {} times as long as `true`", ratio));
    } else {
        lab.fact("python", "There was no Python where this was measured");
    }
    for (sentence, holds) in claims {
        lab.claim(sentence, holds);
    }
}
