//! Exercise 15.4: `gil::e4_gil_timeline`.
//!
//! The traces in `golden/` are those of the reference; the timeline on the page is compared to the same files.
//! `SNAPSHOTS=overwrite cargo test -p gil --features solution --test e4_gil_timeline` records them.

#[path = "support/drawing.rs"]
mod drawing;
#[path = "support/golden.rs"]
mod golden;
#[path = "support/loads.rs"]
mod loads;

use std::collections::HashMap;
use std::panic;

use drawing::drawn;
use gil::e4_gil_timeline::simulate;
use gil::timeline::{Doing, Event, Machine, Policy, Seg, SimThread, Stretch, Timeline, What};
use golden::{compare, lines};
use loads::{MACHINE, beside_answers, cores, figure, mixed, thread};

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
}

#[grade::test(
    hint = "the documentation of `simulate` says which machines and policies cannot work,\n\
            whatever the threads do"
)]
fn step1_what_cannot_work_panics() {
    let threads = [thread("a", &[Seg::Cpu(30)], 1)];
    assert_eq!(simulate(MACHINE, Policy::None, &threads).end_us, 30, "a machine that works");
    let policies = [ONE_LOCK[0], ONE_LOCK[1], Policy::PerInterpreter, Policy::None].into_iter();
    let cases = policies
        .flat_map(|policy| [(cores(0), policy), (Machine { quantum_us: 0, ..MACHINE }, policy)]);
    let times = [Policy::Ticks { every_us: 0 }, Policy::Interval { us: 0 }];
    for (machine, policy) in cases.chain(times.map(|policy| (MACHINE, policy))) {
        let outcome = panic::catch_unwind(|| simulate(machine, policy, &threads));
        assert!(outcome.is_err(), "{machine:?} under {policy:?} must panic, and did not");
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

#[grade::test(hint = "who waits behind whom, and for how long does a thread come from I/O?\n\
            Of several that may lose their cores, which one does?")]
fn step2_ties_and_threads_that_come_from_io() {
    let quick = Machine { quantum_us: 100, ..cores(1) };
    let behind = [
        thread("a", &[Seg::Cpu(300)], 1),
        thread("b", &[Seg::Io(50), Seg::Cpu(80)], 1),
        thread("c", &[Seg::Io(60), Seg::Cpu(20)], 1),
    ];
    let displaced = [
        thread("a", &[Seg::Cpu(100)], 1),
        thread("b", &[Seg::Io(50), Seg::Cpu(250)], 1),
        thread("c", &[Seg::Io(220), Seg::Cpu(20)], 1),
    ];
    let overdue = [
        thread("a", &[Seg::Io(10), Seg::Cpu(300)], 1),
        thread("b", &[Seg::Cpu(300)], 1),
        thread("c", &[Seg::Io(150), Seg::Cpu(50)], 1),
    ];
    let longest = [
        thread("a", &[Seg::Cpu(80)], 1),
        thread("b", &[Seg::Cpu(30), Seg::Io(10), Seg::Cpu(200)], 1),
        thread("c", &[Seg::Cpu(500)], 1),
        thread("d", &[Seg::Io(60), Seg::Cpu(20)], 1),
    ];
    for policy in [Policy::None, Policy::PerInterpreter] {
        let what = "one core, who comes from I/O finds another who does, and one who waits";
        compare("io_waits_behind", &simulate(quick, policy, &behind), what);
        let what = "one core, a thread that comes from I/O has lost the core and got it back";
        compare("still_from_io", &simulate(quick, policy, &displaced), what);
        let two = Machine { cores: 2, io_boost: false, ..quick };
        let what = "two cores, no preference, two quanta are over when the third thread comes";
        compare("two_quanta_over", &simulate(two, policy, &overdue), what);
        let what = "two cores, one thread has run for longer, the other has more to do";
        compare("longest_runner", &simulate(cores(2), policy, &longest), what);
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
    let what = "ticks on two cores, wake-ups that take no time";
    let threads = [thread("a", &[Seg::Cpu(250)], 1), thread("b", &[Seg::Cpu(50)], 1)];
    let at_once = Machine { wake_us: 0, ..two };
    compare("ticks_wake_at_once", &simulate(at_once, ticks, &threads), what);
    let what = "a tick every 50 on two cores, a wake-up longer than three ticks, four threads";
    let all = mixed(&[(400, 0), (60, 0), (60, 0), (60, 0)]);
    let [every_us, wake_us] = [50, 170];
    let far = Machine { wake_us, ..two };
    compare("ticks_many_woken", &simulate(far, Policy::Ticks { every_us }, &all), what);
}

#[grade::test(
    hint = "of several things at one moment the rules say which is first: is each at its\n\
            place? And what keeps the lock for a holder at a tick on one core, what does not?"
)]
fn step3_ticks_at_the_same_moment_and_io() {
    let ticks = Policy::Ticks { every_us: 100 };
    let machine = Machine { quantum_us: 250, ..cores(1) };
    let compute = |us| thread("computes", &[Seg::Cpu(us)], 1);
    let answer = |io, cpu| thread("answers", &[Seg::Io(io), Seg::Cpu(cpu)], 1);
    let what = "ticks on two cores, a woken thread arrives when the holder is done";
    let two = Machine { cores: 2, ..machine };
    let threads = [compute(150), compute(100)];
    compare("ticks_end_and_arrival", &simulate(two, ticks, &threads), what);
    let what = "ticks on one core, a woken thread arrives when an I/O ends";
    let threads = [compute(50), compute(50), answer(100, 50)];
    compare("ticks_io_and_arrival", &simulate(machine, ticks, &threads), what);
    let what = "ticks on one core, the holder comes from I/O, the one who waits does not";
    let threads = [compute(500), answer(100, 500)];
    compare("ticks_share_of_io", &simulate(machine, ticks, &threads), what);
    let what = "ticks on one core, a share of two ticks, both come from I/O";
    let threads = [compute(100), answer(50, 300), answer(200, 100)];
    let share = Machine { quantum_us: 200, ..machine };
    compare("ticks_io_beside_io", &simulate(share, ticks, &threads), what);
}

#[grade::test(
    hint = "from when on does a waiter count? It waits since some moment, the holder runs since\n\
            another. And who has the lock while the one who asked is on its way?"
)]
fn step4_a_waiter_asks_after_the_interval() {
    let threads = mixed(&[(1_200, 0), (130, 470), (900, 0)]);
    let interval = Policy::Interval { us: 300 };
    for (cores, what) in [(1, "an interval of 300, one core"), (2, "an interval of 300, two cores")]
    {
        let machine = Machine { cores, quantum_us: 250, ..MACHINE };
        compare("interval", &simulate(machine, interval, &threads), what);
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
    let paused = [
        (0, 0, What::StartIo),
        (10, 0, What::EndIo),
        (10, 0, What::Wait),
        (15, 0, What::Run),
        (20, 0, What::Wait),
        (20, 0, What::Run),
        (25, 0, What::Wait),
        (40, 0, What::Run),
        (50, 0, What::StartIo),
        (60, 0, What::EndIo),
        (65, 0, What::Run),
        (70, 0, What::Done),
    ];
    let trace = timeline(&["a"], &paused);
    assert_eq!(trace.response_times(0), [5, 5], "two ends of I/O, and five runs after them");
    let found: Vec<_> = trace.stretches(0).iter().map(|s| (s.doing, s.from_us, s.to_us)).collect();
    let of_paused =
        [(Io, 0, 10), (Wait, 10, 15), (Run, 15, 25), (Wait, 25, 40), (Run, 40, 50), (Io, 50, 65)];
    let of_paused: Vec<_> = of_paused.into_iter().chain([(Run, 65, 70)]).collect();
    assert_eq!(found, of_paused, "the stretches of a thread that waits for no time at 20");
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
    let json = timeline(&["plain", "a \"b\" \\ \n\u{1}\t\u{1f} é, <c>"], &events).to_json();
    let expected = concat!(
        r#"{"end_us":14,"threads":["plain","a \"b\" \\ \u000a\u0001\u0009\u001f é, <c>"],"events":["#,
        r#"[7,1,"wait"],[8,1,"run"],[9,1,"retake"],[10,1,"failed"],[11,1,"ask"],"#,
        r#"[12,1,"start_io"],[13,1,"end_io"],[14,1,"done"]]}"#
    );
    assert_eq!(golden::normal(&json), golden::normal(expected), "as JSON");
    let nothing = golden::normal(&Timeline::default().to_json());
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
    let names: Vec<String> = (0..12).map(|i| format!("thread {i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let marked = (0..12).map(|i| [(0, i, What::Run), (5, i, What::Retake), (10, i, What::Done)]);
    let many = timeline(&names, marked.collect::<Vec<_>>().as_flattened());
    drawn(&many.to_svg(), &many);
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
