//! Exercise 15.4: `gil::e4_gil_timeline`.
//!
//! The traces in `golden/` are those of the reference; the timeline on the page is compared to the same files.
//! `SNAPSHOTS=overwrite cargo test -p gil --features solution --test e4_gil_timeline` records them.

#[path = "support/golden.rs"]
mod golden;
#[path = "support/loads.rs"]
mod loads;

use std::collections::HashMap;
use std::panic;

use gil::e4_gil_timeline::simulate;
use gil::timeline::{
    Doing, Event, LANE, LEFT, Machine, Policy, STYLE, Seg, SimThread, Stretch, Timeline, WIDTH,
    What,
};
use golden::{compare, lines};
use loads::{MACHINE, beside_answers, cores, figure, mixed, thread};
use roxmltree::{Document, Node};

const ONE_LOCK: [Policy; 2] = [Policy::Ticks { every_us: 100 }, Policy::Interval { us: 700 }];

#[grade::test(hint = "which segments need a core, and which need nothing at all?\n\
            Where several things happen at one moment, the rules say which is first.")]
fn step1_io_needs_nothing_and_computing_a_core() {
    let threads = [
        thread("a", &[Seg::Cpu(30), Seg::Io(50)], 2),
        thread("b", &[Seg::Io(30), Seg::Cpu(0), Seg::Io(20), Seg::Cpu(10), Seg::Cpu(20)], 1),
        thread("c", &[Seg::Cpu(0), Seg::Io(0)], 3),
        thread("d", &[Seg::Cpu(5)], 0),
        thread("e", &[Seg::Io(80)], 1),
    ];
    let trace = simulate(cores(4), Policy::None, &threads);
    let expected = [
        (0, 0, What::Run),
        (0, 1, What::StartIo),
        (0, 2, What::Done),
        (0, 3, What::Done),
        (0, 4, What::StartIo),
        (30, 1, What::EndIo),
        (30, 1, What::StartIo),
        (30, 0, What::StartIo),
        (50, 1, What::EndIo),
        (50, 1, What::Run),
        (80, 0, What::EndIo),
        (80, 0, What::Run),
        (80, 4, What::EndIo),
        (80, 4, What::Done),
        (80, 1, What::Done),
        (110, 0, What::StartIo),
        (160, 0, What::EndIo),
        (160, 0, What::Done),
    ];
    same_events(&trace, &expected, "four cores, no lock");
    assert_eq!(trace.end_us, 160, "the moment of the last event");
    assert_eq!(trace.names, ["a", "b", "c", "d", "e"], "the names of the threads");
    assert_eq!(simulate(cores(1), Policy::None, &[]), Timeline::default(), "no threads at all");
    for (machine, policy) in [
        (cores(0), Policy::None),
        (Machine { quantum_us: 0, ..MACHINE }, Policy::None),
        (MACHINE, Policy::Ticks { every_us: 0 }),
        (MACHINE, Policy::Interval { us: 0 }),
    ] {
        let outcome = panic::catch_unwind(|| simulate(machine, policy, &threads));
        assert!(outcome.is_err(), "{machine:?} under {policy:?} cannot work, and must panic");
    }
}

#[grade::test(hint = "who goes to the end of the row, who to its beginning, who leaves it?\n\
            When does a turn end that began while nobody waited?")]
fn step2_cores_are_shared_by_turns() {
    let quick = Machine { quantum_us: 100, ..cores(1) };
    let threads = [
        thread("a", &[Seg::Cpu(250)], 1),
        thread("b", &[Seg::Io(150), Seg::Cpu(40), Seg::Io(150), Seg::Cpu(40)], 1),
        thread("c", &[Seg::Cpu(120)], 1),
    ];
    for policy in [Policy::None, Policy::PerInterpreter] {
        let unfair = Machine { io_boost: false, ..quick };
        let what = "one core, a quantum of 100, no preference";
        compare("turns_by_quantum", &simulate(unfair, policy, &threads), what);
        let what = "one core, a quantum of 100, no preference, who comes late";
        compare("late_for_a_quantum", &simulate(unfair, policy, &threads[..2]), what);
        let what = "one core, a quantum of 100, I/O is preferred";
        compare("io_first", &simulate(quick, policy, &threads), what);
        let displaced = [
            thread("a", &[Seg::Cpu(200)], 1),
            thread("b", &[Seg::Cpu(200)], 1),
            thread("c", &[Seg::Io(30), Seg::Cpu(20), Seg::Cpu(5)], 2),
        ];
        let what = "two cores, two threads that compute, one that comes from I/O";
        compare("who_is_displaced", &simulate(cores(2), policy, &displaced), what);
        let what = "two cores, five threads, I/O is preferred";
        let threads = mixed(&[(300, 0), (70, 90), (260, 0), (110, 10), (40, 210)]);
        compare(
            "two_cores_no_lock",
            &simulate(Machine { cores: 2, ..quick }, policy, &threads),
            what,
        );
    }
}

#[grade::test(
    hint = "on one core, whose is the core at a tick? On two, who is there first when the lock\n\
            is free for a moment: the one who is woken, or the one who has just freed it?"
)]
fn step3_ticks_and_the_convoy() {
    let ticks = Policy::Ticks { every_us: 100 };
    let quick = Machine { quantum_us: 250, ..cores(1) };
    let threads = mixed(&[(1_200, 0), (130, 470), (900, 0)]);
    compare("ticks_one_core", &simulate(quick, ticks, &threads), "ticks on one core");
    let unfair = Machine { io_boost: false, ..quick };
    let what = "ticks on one core, I/O is not preferred";
    compare("ticks_no_boost", &simulate(unfair, ticks, &threads), what);
    let two = Machine { cores: 2, ..quick };
    compare("ticks_two_cores", &simulate(two, ticks, &threads), "ticks on two cores");
    let far = Machine { wake_us: 230, ..two };
    let what = "ticks on two cores, a wake-up longer than two ticks";
    compare(
        "ticks_far_wakes",
        &simulate(far, ticks, &mixed(&[(600, 0), (80, 90), (250, 20)])),
        what,
    );
}

#[grade::test(
    hint = "from when on does a waiter count? It waits since some moment, the holder runs since\n\
            another. And who has the lock while the one who asked is on its way?"
)]
fn step4_a_waiter_asks_after_the_interval() {
    let threads = mixed(&[(1_200, 0), (130, 470), (900, 0)]);
    let interval = Policy::Interval { us: 300 };
    for cores in [1, 2] {
        let machine = Machine { cores, quantum_us: 250, ..MACHINE };
        let what = format!("an interval of 300, {cores} cores");
        compare("interval", &simulate(machine, interval, &threads), &what);
    }
    let at_once = Machine { wake_us: 0, ..cores(2) };
    let what = "an interval of 300, wake-ups that take no time";
    compare("interval_at_once", &simulate(at_once, interval, &threads), what);
    let slow = Machine { wake_us: 400, ..cores(2) };
    let what = "an interval of 300, and a wake-up that takes longer than another's I/O";
    compare(
        "interval_overtaken",
        &simulate(slow, interval, &mixed(&[(700, 0), (90, 310), (400, 0)])),
        what,
    );
    let what = "an interval of 300, and a wake-up that is in vain";
    let threads = mixed(&[(300, 0), (50, 500), (200, 0)]);
    compare("interval_in_vain", &simulate(slow, interval, &threads), what);
}

#[grade::test(hint = "this is the experiment of the page, with the numbers of the rules")]
fn step4_a_second_core_makes_it_worse_and_the_interval_mends_it() {
    let rounds = |count: usize, policy| {
        let trace = simulate(cores(count), policy, &beside_answers());
        let until = trace.events.iter().take_while(|e| (e.thread, e.what) != (0, What::Done));
        let begun = until.filter(|e| (e.thread, e.what) == (1, What::StartIo)).count();
        let failed = trace.events.iter().filter(|e| e.what == What::Failed).count();
        (begun - 1, failed)
    };
    let ticks = Policy::Ticks { every_us: 100 };
    let what = "(answers while the other thread computes for a second, attempts in vain)";
    assert_eq!(rounds(1, ticks), (999, 0), "ticks, one core: {what}");
    assert_eq!(rounds(2, ticks), (0, 9_990), "ticks, two cores: {what}");
    assert_eq!(rounds(2, Policy::Interval { us: 5_000 }), (168, 0), "interval, two cores: {what}");
    assert_eq!(rounds(2, Policy::PerInterpreter), (909, 0), "a lock for each, two cores: {what}");
    assert_eq!(rounds(2, Policy::None), (909, 0), "no lock, two cores: {what}");
}

#[grade::test(
    hint = "an event that comes twice, a thread that is lost, or an order that depends on anything\n\
            but the rules? The settings are those of the timeline on the page."
)]
fn step4_every_setting_of_the_page_and_its_laws() {
    let mut all = String::new();
    for setting in figure::settings() {
        let trace = simulate(setting.machine, setting.policy, &setting.threads);
        laws(&setting.what, setting.machine, setting.policy, &setting.threads, &trace);
        all.push_str(&figure::digest(&setting.what, &trace));
    }
    lines("figure.txt", &all);
}

#[grade::test(
    hint = "what ends a stretch, and what happens within it? Which of two that follow each other\n\
            are one?"
)]
fn step5_stretches_and_figures() {
    let events = [
        (0, 0, What::Run),
        (0, 1, What::StartIo),
        (0, 2, What::Wait),
        (40, 1, What::EndIo),
        (40, 1, What::StartIo),
        (60, 0, What::Retake),
        (65, 2, What::Failed),
        (70, 1, What::EndIo),
        (70, 1, What::Wait),
        (80, 1, What::Ask),
        (80, 0, What::Wait),
        (85, 1, What::Run),
        (90, 1, What::StartIo),
        (90, 2, What::Run),
        (90, 2, What::Wait),
        (91, 2, What::Run),
        (92, 1, What::EndIo),
        (92, 1, What::Run),
        (95, 1, What::Done),
        (97, 2, What::Done),
        (99, 0, What::Done),
    ];
    let trace = timeline(&["a", "b", "c"], &events);
    let stretches = |thread| {
        let all = trace.stretches(thread).into_iter();
        all.map(|Stretch { doing, from_us, to_us }| (doing, from_us, to_us)).collect::<Vec<_>>()
    };
    use Doing::{Io, Run, Wait};
    assert_eq!(stretches(0), [(Run, 0, 80), (Wait, 80, 99)], "the stretches of thread 0");
    let of_1 = [(Io, 0, 70), (Wait, 70, 85), (Run, 85, 90), (Io, 90, 92), (Run, 92, 95)];
    assert_eq!(stretches(1), of_1, "the stretches of thread 1");
    assert_eq!(stretches(2), [(Wait, 0, 91), (Run, 91, 97)], "the stretches of thread 2");
    let each = |f: fn(&Timeline, usize) -> u64| [0, 1, 2].map(|thread| f(&trace, thread));
    assert_eq!(each(Timeline::running_us), [80, 8, 6], "the time that each thread runs");
    assert_eq!(each(|t, i| t.failed(i) as u64), [0, 0, 1], "attempts in vain of each thread");
    let late =
        [15, 9, 0, 7].map(|wait| [(wait + 20, 1, What::EndIo), (wait + 20 + wait, 1, What::Run)]);
    assert_eq!(trace.response_times(1), [0, 15], "from the ends of I/O of thread 1 to its runs");
    assert_eq!(trace.response_times(2), [0_u64; 0], "thread 2 does no I/O");
    let trace = timeline(&["a", "b"], late.as_flattened());
    assert_eq!(trace.response_times(1), [0, 7, 9, 15], "the times, the shortest first");
    let done = timeline(&["a"], &[(0, 0, What::StartIo), (5, 0, What::EndIo), (5, 0, What::Done)]);
    assert_eq!(done.response_times(0), [0_u64; 0], "who is done waits for nothing");
}

#[grade::test(hint = "what in a name would end the string that it stands in?")]
fn step6_json_is_exact() {
    let kinds = [
        What::Wait,
        What::Run,
        What::Retake,
        What::Failed,
        What::Ask,
        What::StartIo,
        What::EndIo,
        What::Done,
    ];
    let events: Vec<_> = kinds.into_iter().zip(7..).map(|(what, at)| (at, 1, what)).collect();
    let json = timeline(&["plain", "a \"b\" \\ \n\u{1} é, <c>"], &events).to_json();
    let expected = concat!(
        r#"{"end_us":14,"threads":["plain","a \"b\" \\ \u000a\u0001 é, <c>"],"events":["#,
        r#"[7,1,"wait"],[8,1,"run"],[9,1,"retake"],[10,1,"failed"],[11,1,"ask"],"#,
        r#"[12,1,"start_io"],[13,1,"end_io"],[14,1,"done"]]}"#
    );
    assert_eq!(golden::without_whitespace(&json), golden::without_whitespace(expected), "as JSON");
    let nothing = golden::without_whitespace(&Timeline::default().to_json());
    assert_eq!(nothing, r#"{"end_us":0,"threads":[],"events":[]}"#, "an empty timeline as JSON");
}

#[grade::test(
    hint = "open the drawing in a browser. Is everything where it belongs, on one scale?\n\
            Which characters of a name mean something else in XML?"
)]
fn step6_svg_has_lanes_on_one_scale() {
    let events = [
        (0, 0, What::Run),
        (0, 1, What::Wait),
        (100, 0, What::Retake),
        (150, 1, What::Failed),
        (500, 1, What::Ask),
        (500, 0, What::Wait),
        (550, 1, What::Run),
        (551, 1, What::StartIo),
        (600, 0, What::Run),
        (90_000, 0, What::Done),
        (100_000, 1, What::EndIo),
        (100_000, 1, What::Done),
    ];
    let trace = timeline(&["computes & <counts>", "\"answers\"", "never"], &events);
    drawn(&trace.to_svg(), &trace);
    for empty in [Timeline::default(), timeline(&["a"], &[(0, 0, What::Done)])] {
        drawn(&empty.to_svg(), &empty);
    }
}

fn timeline(names: &[&str], events: &[(u64, usize, What)]) -> Timeline {
    let names = names.iter().map(|&name| name.to_owned()).collect();
    let end_us = events.iter().map(|event| event.0).max().unwrap_or(0);
    let event = |&(at_us, thread, what): &(u64, usize, What)| Event { at_us, thread, what };
    Timeline { names, events: events.iter().map(event).collect(), end_us }
}

fn same_events(trace: &Timeline, expected: &[(u64, usize, What)], what: &str) {
    let found: Vec<_> = trace.events.iter().map(|e| (e.at_us, e.thread, e.what)).collect();
    let same = found.iter().zip(expected).take_while(|(a, b)| a == b).count();
    assert!(
        same == expected.len() && same == found.len(),
        "{what}: event {same} (time, thread, what) must be {:?}, and is {:?}",
        expected.get(same),
        found.get(same)
    );
}

/// What holds of every run, whatever the rules on who is first.
fn laws(what: &str, machine: Machine, policy: Policy, threads: &[SimThread], trace: &Timeline) {
    let one_lock =
        ONE_LOCK.iter().any(|p| std::mem::discriminant(p) == std::mem::discriminant(&policy));
    let seats = if one_lock { 1 } else { machine.cores };
    let mut now = 0;
    let mut doing: HashMap<usize, (Doing, u64)> = HashMap::new();
    let mut sums: HashMap<(usize, bool), u64> = HashMap::new();
    for event in &trace.events {
        assert!(event.at_us >= now, "{what}: {event:?} goes back behind {now}");
        now = event.at_us;
        let next = match event.what {
            What::Run => Doing::Run,
            What::Wait => Doing::Wait,
            What::StartIo => Doing::Io,
            What::Done | What::EndIo => Doing::Wait,
            What::Retake | What::Failed | What::Ask => continue,
        };
        if let Some((before, since)) = doing.insert(event.thread, (next, now))
            && before != Doing::Wait
        {
            *sums.entry((event.thread, before == Doing::Io)).or_default() += now - since;
        }
        let running = doing.values().filter(|(doing, _)| *doing == Doing::Run).count();
        assert!(running <= seats, "{what}: at {now}, {running} run, and there is room for {seats}");
    }
    assert_eq!(trace.end_us, now, "{what}: the end is the last event");
    for (i, thread) in threads.iter().enumerate() {
        let (mut cpu, mut io) = (0, 0);
        for seg in &thread.segs {
            match seg {
                Seg::Cpu(us) => cpu += us * u64::from(thread.repeat),
                Seg::Io(us) => io += us * u64::from(thread.repeat),
            }
        }
        let sum = |is_io| sums.get(&(i, is_io)).copied().unwrap_or(0);
        assert_eq!(
            (sum(false), sum(true)),
            (cpu, io),
            "{what}: time of thread {i}, (computing, I/O)"
        );
        let done = trace.events.iter().filter(|e| (e.thread, e.what) == (i, What::Done)).count();
        assert_eq!(done, 1, "{what}: how often thread {i} is done");
    }
}

fn drawn(svg: &str, trace: &Timeline) {
    let document = Document::parse(svg).unwrap_or_else(|error| panic!("no XML: {error}\n{svg}"));
    let root = document.root_element();
    let is = |node: &Node, name: &str, class: &str| {
        node.has_tag_name(("http://www.w3.org/2000/svg", name))
            && node
                .attribute("class")
                .unwrap_or_default()
                .split(' ')
                .any(|c| class.is_empty() || c == class)
    };
    assert!(is(&root, "svg", "timeline"), "the root is an <svg class=\"timeline\"> with its xmlns");
    assert_eq!(root.attribute("role"), Some("img"), "role of the <svg>");
    let numbers = |text: &str| -> Vec<f64> {
        text.split([' ', ','])
            .filter(|n| !n.is_empty())
            .map(|n| n.parse().unwrap_or(f64::NAN))
            .collect()
    };
    let view = numbers(root.attribute("viewBox").unwrap_or_default());
    assert!(
        view.len() == 4 && view.iter().all(|n| n.is_finite()),
        "viewBox has four numbers: {view:?}"
    );
    assert!(view[0] + view[2] >= LEFT + WIDTH, "viewBox, {view:?}, has room for LEFT + WIDTH");
    assert!(
        view[3] >= LANE * trace.names.len() as f64,
        "viewBox, {view:?}, has room for all lanes"
    );
    let text_of = |node: Node| node.text().unwrap_or_default().to_owned();
    let child = |name: &str| root.children().find(|node| is(node, name, "")).map(text_of);
    assert!(child("title").is_some_and(|title| !title.trim().is_empty()), "a <title> in the <svg>");
    let style = root.descendants().find(|node| is(node, "style", "")).map(text_of);
    assert!(style.is_some_and(|style| style.contains(STYLE)), "a <style> that has STYLE in it");
    let lanes: Vec<Node> = root.descendants().filter(|node| is(node, "g", "lane")).collect();
    assert_eq!(lanes.len(), trace.names.len(), "lanes, <g class=\"lane\">");
    let x_of = |at: u64| LEFT + WIDTH * at as f64 / trace.end_us.max(1) as f64;
    let number = |node: &Node, name: &str| -> f64 {
        node.attribute(name).and_then(|n| n.parse().ok()).unwrap_or(f64::NAN)
    };
    let near = |a: f64, b: f64| (a - b).abs() <= 0.11;
    let mut bottom = f64::NEG_INFINITY;
    for (thread, lane) in lanes.iter().enumerate() {
        let name = lane.descendants().find(|node| is(node, "text", "")).map(text_of);
        assert_eq!(
            name.as_deref(),
            Some(trace.names[thread].as_str()),
            "the name of lane {thread}"
        );
        let rects: Vec<Node> = lane.descendants().filter(|node| is(node, "rect", "")).collect();
        let stretches = expected_stretches(trace, thread);
        assert_eq!(
            rects.len(),
            stretches.len(),
            "<rect> in lane {thread}, one for each of {stretches:?}"
        );
        let mut low = bottom;
        for (rect, &(class, from, to)) in rects.iter().zip(&stretches) {
            let what = format!("lane {thread}, {class} from {from} to {to}");
            assert!(is(rect, "rect", class), "{what}: class {:?}", rect.attribute("class"));
            let (x, width) = (number(rect, "x"), number(rect, "width"));
            assert!(near(x, x_of(from)), "{what}: x is {x}, not {}", x_of(from));
            let right = x_of(to) - x_of(from);
            assert!(
                near(width, right) && width >= 0.1,
                "{what}: width is {width}, not {right} (at least 0.1)"
            );
            let (y, height) = (number(rect, "y"), number(rect, "height"));
            assert!(
                y >= bottom && height > 0.0,
                "{what}: y {y}, height {height}; the lane above ends at {bottom}"
            );
            assert!(height <= LANE, "{what}: it is {height} high, more than a lane");
            low = low.max(y + height);
        }
        bottom = low;
        for (kind, class) in
            [(What::Retake, "retake"), (What::Failed, "failed"), (What::Ask, "ask")]
        {
            let at = trace.events.iter().filter(|e| (e.thread, e.what) == (thread, kind));
            let at: Vec<f64> = at.map(|e| x_of(e.at_us)).collect();
            let drawn = lane.descendants().filter(|node| is(node, "line", class));
            let drawn: Vec<(f64, f64)> =
                drawn.map(|l| (number(&l, "x1"), number(&l, "x2"))).collect();
            assert!(
                at.len() == drawn.len()
                    && at.iter().zip(&drawn).all(|(a, d)| near(*a, d.0) && near(*a, d.1)),
                "lane {thread}: the lines {class} are at {drawn:?} (x1, x2), not at {at:?}"
            );
        }
    }
}

/// The stretches of these small drawings, whose events of state are all apart.
fn expected_stretches(trace: &Timeline, thread: usize) -> Vec<(&'static str, u64, u64)> {
    let mut found = Vec::new();
    let mut last: Option<(&str, u64)> = None;
    for event in trace.events.iter().filter(|event| event.thread == thread) {
        let class = match event.what {
            What::Run => "run",
            What::Wait => "wait",
            What::StartIo => "io",
            What::Done => "",
            _ => continue,
        };
        found
            .extend(last.filter(|l| l.1 < event.at_us).map(|(class, at)| (class, at, event.at_us)));
        last = Some((class, event.at_us));
    }
    found
}
