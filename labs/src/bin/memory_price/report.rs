//! The table, the plots and the claims.

use std::iter;

use labkit::{Lab, readable_bytes};
use labs::waiting;

use crate::Kind;

impl Kind<'_> {
    fn most(&self) -> u32 {
        self.counts.last().copied().unwrap_or(1)
    }

    /// What one takes in the median, in bytes, of what `question` asks for.
    fn each(&self, lab: &Lab, question: &str) -> f64 {
        lab.median_bytes(&format!("{}_{question}", self.name)) as f64 / f64::from(self.most())
    }

    /// What one takes for itself where the most of them wait.
    fn own(&self, lab: &Lab) -> f64 {
        self.each(lab, &self.most().to_string())
    }
}

pub fn report(lab: &mut Lab, kinds: &[Kind<'_>; 6]) {
    let row = |kind: &Kind<'_>| {
        let questions = ["resident", "addresses", "page_tables", "kernel_stacks"];
        let others = questions.into_iter().map(|question| kind.each(lab, question));
        let cells = iter::once(kind.own(lab)).chain(others).map(readable);
        [kind.says.to_owned(), kind.most().to_string()].into_iter().chain(cells).collect()
    };
    let rows: Vec<Vec<String>> = kinds.iter().map(row).collect();
    let head = ["one", "of", "its own", "RSS", "VmSize", "page tables", "kernel stack"];
    lab.page_table(&head, &rows);

    let points = kinds.iter().flat_map(|kind| {
        let name = move |count| format!("{}_{count}", kind.name);
        kind.counts.iter().map(move |&count| (kind.says, count, name(count)))
    });
    let points: Vec<_> = points.collect();
    let points: Vec<_> =
        points.iter().map(|(says, count, name)| (*says, *count, name.as_str(), *count)).collect();
    lab.curves("memory of its own, for one that waits", "how many wait", &points);
    let names = kinds.each_ref().map(|kind| format!("{}_addresses", kind.name));
    let addresses: Vec<_> = kinds
        .iter()
        .zip(&names)
        .map(|(kind, name)| (kind.says, name.as_str(), kind.most()))
        .collect();
    lab.panel("addresses (VmSize), for one that waits", &addresses);

    let [executor, tokio, coroutine, thread, fork, program] = kinds;
    let sum = |kind: &Kind<'_>| {
        kind.own(lab) + kind.each(lab, "page_tables") + kind.each(lab, "kernel_stacks")
    };
    let ratios = [
        ("thread_to_tokio", thread.own(lab) / tokio.own(lab)),
        ("fork_to_thread", sum(fork) / sum(thread)),
        ("program_to_thread", sum(program) / sum(thread)),
    ];
    let task = executor.own(lab).max(tokio.own(lab));
    let claims = [
        ("a task that waits takes less memory than a coroutine", task < coroutine.own(lab)),
        ("a task that waits takes less memory than a thread", task < thread.own(lab)),
        (
            "a thread that waits takes less memory of its own than a process",
            thread.own(lab) < fork.own(lab).min(program.own(lab)),
        ),
        (
            "a thread has five times as many addresses as memory of its own",
            thread.each(lab, "addresses") > 5.0 * thread.own(lab),
        ),
    ];
    let [forks, threads] = [fork, thread].map(|kind| kind.most().to_string());
    for (name, ratio) in ratios {
        lab.ratio(name, ratio);
    }
    lab.fact("forks", forks);
    lab.fact("threads", threads);
    lab.fact("buffer", format!("{} bytes", waiting::BUFFER));
    for (sentence, holds) in claims {
        lab.claim(sentence, holds);
    }
}

/// Bytes of one; fewer than ten are as good as none, where thousands were counted in pages.
fn readable(bytes: f64) -> String {
    if bytes < 10.0 {
        return "under 10\u{a0}B".to_owned();
    }
    readable_bytes(bytes).replace(' ', "\u{a0}")
}
