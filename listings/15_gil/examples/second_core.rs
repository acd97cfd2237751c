//! A thread that computes for a second, beside one that answers: the reference of exercise 15.4.

#![expect(dead_code, reason = "nothing is drawn here")]
#[path = "../../../solutions/15_gil/e4_gil_timeline.rs"]
mod e4_gil_timeline;
#[path = "../../../exercises/15_gil/src/timeline.rs"]
mod timeline;

use e4_gil_timeline::simulate;
use timeline::{Machine, Policy, Seg, SimThread, What};

// ANCHOR: main
fn main() {
    let thread = |name: &str, segs, repeat| SimThread { name: name.to_owned(), segs, repeat };
    let threads = [
        thread("computes", vec![Seg::Cpu(1_000_000)], 1),
        thread("answers", vec![Seg::Io(1_000), Seg::Cpu(100)], 1_000),
    ];
    let ticks = Policy::Ticks { every_us: 100 };
    let interval = Policy::Interval { us: 5_000 };
    let runs = [(1, ticks), (2, ticks), (2, interval), (2, Policy::None)];
    println!("cores  policy                     answers  failed");
    for (cores, policy) in runs {
        let machine = Machine { cores, wake_us: 50, quantum_us: 10_000, io_boost: true };
        let timeline = simulate(machine, policy, &threads);
        let until = timeline.events.iter().find(|e| e.thread == 0 && e.what == What::Done);
        let until = until.expect("it computes to its end").at_us;
        let count = |what| {
            let is_it = |e: &&timeline::Event| e.thread == 1 && e.what == what && e.at_us < until;
            timeline.events.iter().filter(is_it).count()
        };
        // Each answer is followed by the next wait for I/O.
        let answers = count(What::StartIo) - 1;
        println!("{cores:5}  {:25}  {answers:7}  {:6}", format!("{policy:?}"), count(What::Failed));
    }
}
// ANCHOR_END: main
