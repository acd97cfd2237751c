//! Exercise 12.4: `coroutines::e4_coop_scheduler`.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::rc::Rc;
use std::time::Duration;

use coroutines::e4_coop_scheduler::{Chan, Scheduler, sleep, spawn, yield_now};
use coroutines::given::{Deadlock, Then, Turn};

const HOUR: Duration = Duration::from_secs(3_600);

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// What tasks have written down, in the order in which they did.
#[derive(Clone, Default)]
struct Notes(Rc<RefCell<Vec<String>>>);

impl Notes {
    fn add(&self, note: impl ToString) {
        self.0.borrow_mut().push(note.to_string());
    }

    #[track_caller]
    fn assert(&self, wanted: &[&str], what: &str) {
        assert_eq!(*self.0.borrow(), wanted, "{what}");
    }
}

/// The turns of all tasks, as lines.
#[track_caller]
fn lines(run: Result<Vec<Turn>, Deadlock>) -> Vec<String> {
    match run {
        Ok(turns) => turns.iter().map(Turn::to_string).collect(),
        Err(deadlock) => panic!("all tasks can end, and `run` has failed: {deadlock}"),
    }
}

/// Runs all tasks, and compares their turns.
#[track_caller]
fn assert_turns(scheduler: &Scheduler, wanted: &[&str]) {
    let turns = lines(scheduler.run());
    let same = turns.iter().zip(wanted).take_while(|(turn, wanted)| turn == wanted).count();
    let told = |turn: Option<&str>| turn.unwrap_or("(no turn)").to_owned();
    if turns.len() > same || wanted.len() > same {
        panic!(
            "turn number {} is to be `{}`, and is `{}`; all of them: {turns:#?}",
            same + 1,
            told(wanted.get(same).copied()),
            told(turns.get(same).map(String::as_str))
        );
    }
}

/// Outside of a task nobody can wait: whatever would pause there is to panic.
#[track_caller]
fn assert_panics_outside<T>(what: &str, call: impl FnOnce() -> T) {
    let outside = catch_unwind(AssertUnwindSafe(|| drop(call())));
    assert!(outside.is_err(), "{what} is for tasks while they run, and is to panic outside");
}

#[grade::test(
    hint = "one queue: who takes its turn from which end, and where do those go who yield?"
)]
fn step1_turns_go_round() {
    let scheduler = Scheduler::default();
    let notes = Notes::default();
    for (name, turns) in [("a", 2), ("b", 3), ("c", 1)] {
        let notes = notes.clone();
        scheduler.spawn(name, move || {
            for turn in 1..turns {
                notes.add(format!("{name}{turn}"));
                yield_now();
            }
            notes.add(format!("{name}{turns}"));
        });
    }
    notes.assert(&[], "before `run`, nothing of a task has run");
    assert_turns(
        &scheduler,
        &["0ns a yields", "0ns b yields", "0ns c ends", "0ns a ends", "0ns b yields", "0ns b ends"],
    );
    notes.assert(&["a1", "b1", "c1", "a2", "b2", "b3"], "what the tasks did in their turns");

    // A second run of the same scheduler, beside another one; and a name is no number.
    let other = Scheduler::default();
    let elsewhere = other.spawn("elsewhere", || 5);
    let twins = [1, 2].map(|number| {
        scheduler.spawn("twin", move || {
            yield_now();
            number
        })
    });
    assert_turns(
        &scheduler,
        &["0ns twin yields", "0ns twin yields", "0ns twin ends", "0ns twin ends"],
    );
    assert_eq!(twins.map(|twin| twin.join()), [1, 2], "the values of two tasks of one name");
    assert_turns(&other, &["0ns elsewhere ends"]);
    assert_eq!(elsewhere.join(), 5, "the value of a task of the other scheduler");
}

#[grade::test(
    hint = "a task that runs may change the list of tasks: who else has that list in hand?"
)]
fn step1_a_task_spawns_others() {
    let scheduler = Scheduler::default();
    let first = scheduler.spawn("first", || {
        let child = spawn("child", || {
            spawn("grandchild", || ());
            7
        });
        yield_now();
        child
    });
    scheduler.spawn("second", || ());
    assert_turns(
        &scheduler,
        &[
            "0ns first yields",
            "0ns second ends",
            "0ns child ends",
            "0ns first ends",
            "0ns grandchild ends",
        ],
    );
    assert_eq!(first.join().join(), 7, "the value of `child`, whose handle is that of `first`");
    assert_panics_outside("`spawn`", || spawn("nobody's", || ()));
    assert_panics_outside("`yield_now`", yield_now);

    // A task may use its own scheduler, and run another one. Then it is still the one that runs.
    let scheduler = Rc::new(Scheduler::default());
    let own = Rc::clone(&scheduler);
    scheduler.spawn("outer", move || {
        own.spawn("by its scheduler", || ());
        let inner = Scheduler::default();
        inner.spawn("inner", yield_now);
        assert_turns(&inner, &["0ns inner yields", "0ns inner ends"]);
        yield_now();
        spawn("by itself", || ());
    });
    assert_turns(
        &scheduler,
        &["0ns outer yields", "0ns by its scheduler ends", "0ns outer ends", "0ns by itself ends"],
    );
}

#[grade::test(
    hint = "is there anything to wait for? If so: who makes the waiting one ready, and when?"
)]
fn step2_join_waits_for_the_end() {
    let scheduler = Scheduler::default();
    let slow = scheduler.spawn("slow", || {
        yield_now();
        yield_now();
        "slow".to_owned()
    });
    let quick = scheduler.spawn("quick", || 1);
    let main = scheduler.spawn("main", move || {
        let slow = slow.join();
        // It has ended long ago.
        format!("{slow}, {}", quick.join())
    });
    assert_turns(
        &scheduler,
        &[
            "0ns slow yields",
            "0ns quick ends",
            "0ns main waits",
            "0ns slow yields",
            "0ns slow ends",
            "0ns main ends",
        ],
    );
    assert_eq!(main.join(), "slow, 1", "after `run`, a value is there without a wait");
    let later = scheduler.spawn("later", || ());
    assert_panics_outside("`join` of a task that has not ended", || later.join());
}

#[grade::test(
    hint = "a panic comes out of `Fiber::resume`: who should see it, and who should not?"
)]
fn step2_a_panic_surfaces_in_join_alone() {
    let scheduler = Scheduler::default();
    let bad = scheduler.spawn("bad", || {
        yield_now();
        panic_any(13_u8);
    });
    let joins = scheduler.spawn("joins", move || {
        let payload = catch_unwind(AssertUnwindSafe(|| bad.join())).err();
        payload.and_then(|payload| payload.downcast_ref::<u8>().copied())
    });
    let alone = scheduler.spawn("alone", || panic_any(14_u8));
    scheduler.spawn("other", || {
        yield_now();
        yield_now();
    });
    assert_turns(
        &scheduler,
        &[
            "0ns bad yields",
            "0ns joins waits",
            "0ns alone panics",
            "0ns other yields",
            "0ns bad panics",
            "0ns other yields",
            "0ns joins ends",
            "0ns other ends",
        ],
    );
    assert_eq!(joins.join(), Some(13), "the payload with which `join` panics in a task");
    let payload = catch_unwind(AssertUnwindSafe(|| alone.join())).err();
    let payload = payload.and_then(|payload| payload.downcast_ref::<u8>().copied());
    assert_eq!(payload, Some(14), "the payload with which `join` panics after `run`");
}

#[grade::test(
    hint = "when does the clock move, how far, and who is woken then? Deadlines can be equal"
)]
fn step3_the_clock_jumps_to_the_next_sleeper() {
    let scheduler = Scheduler::default();
    scheduler.spawn("a", || {
        sleep(seconds(1));
        sleep(seconds(2));
    });
    scheduler.spawn("b", || {
        sleep(seconds(3));
        yield_now();
    });
    scheduler.spawn("c", || {
        sleep(seconds(2));
        sleep(seconds(1));
    });
    scheduler.spawn("d", || {
        sleep(Duration::ZERO);
        yield_now();
    });
    assert_turns(
        &scheduler,
        &[
            "0ns a sleeps",
            "0ns b sleeps",
            "0ns c sleeps",
            "0ns d sleeps",
            "0ns d yields",
            "0ns d ends",
            "1s a sleeps",
            "2s c sleeps",
            // All three sleep until now; this is the order in which they have fallen asleep.
            "3s b yields",
            "3s a ends",
            "3s c ends",
            "3s b ends",
        ],
    );
    // The clock is that of the scheduler, not of the run.
    scheduler.spawn("again", || sleep(seconds(1)));
    assert_turns(&scheduler, &["3s again sleeps", "4s again ends"]);
    assert_panics_outside("`sleep`", || sleep(Duration::ZERO));

    // As long as anybody is ready, it is still the same moment.
    let scheduler = Scheduler::default();
    scheduler.spawn("sleeps", || {
        sleep(Duration::ZERO);
        sleep(Duration::from_nanos(1));
    });
    scheduler.spawn("works", || {
        for _ in 0..3 {
            yield_now();
        }
    });
    assert_turns(
        &scheduler,
        &[
            "0ns sleeps sleeps",
            "0ns works yields",
            "0ns works yields",
            "0ns works yields",
            "0ns works ends",
            "0ns sleeps sleeps",
            "1ns sleeps ends",
        ],
    );
}

#[grade::test(
    timeout_ms = 10_000,
    hint = "the clock is a number: who needs to wait for it to change, or to count it up?"
)]
fn step3_a_thousand_long_sleeps_take_no_time() {
    let scheduler = Scheduler::default();
    let tasks: Vec<_> = (0..1_000)
        .map(|number| {
            scheduler.spawn(&number.to_string(), move || {
                // Until the end of time; no clock can go beyond it.
                for time in [HOUR, HOUR, 1_000_000_000 * HOUR, Duration::MAX] {
                    sleep(time);
                }
                number
            })
        })
        .collect();
    let turns = scheduler.run().expect("all tasks can end");
    assert_eq!(turns.len(), 5_000, "the turns of 1000 tasks that sleep four times");
    for (round, at) in [Duration::ZERO, HOUR, 2 * HOUR, 1_000_000_002 * HOUR, Duration::MAX]
        .into_iter()
        .enumerate()
    {
        let then = if round < 4 { Then::Sleeps } else { Then::Ends };
        for number in 0..1_000 {
            let wanted = Turn { at, task: number.to_string(), then };
            assert_eq!(turns[1_000 * round + number], wanted, "a turn of round {round}");
        }
    }
    assert!(tasks.into_iter().map(|task| task.join()).eq(0..1_000), "the values of all tasks");
}

/// A value that nobody can clone.
struct Parcel(u8);

#[grade::test(
    hint = "who waits first is served first, also where somebody else asks right after that"
)]
fn step4_a_channel_hands_over_in_order() {
    let scheduler = Scheduler::default();
    let (channel, notes) = (Chan::bounded(2), Notes::default());
    for (name, values) in [("s", 0..4), ("t", 10..12)] {
        let channel = channel.clone();
        scheduler.spawn(name, move || values.for_each(|value| channel.send(Parcel(value))));
    }
    for (name, count) in [("q", 2), ("r", 4)] {
        let (channel, notes) = (channel.clone(), notes.clone());
        scheduler.spawn(name, move || {
            for _ in 0..count {
                notes.add(format!("{name}{}", channel.recv().0));
            }
        });
    }
    assert_turns(
        &scheduler,
        &[
            // 0 and 1 have room, 2 and 10 have to wait.
            "0ns s waits",
            "0ns t waits",
            // q takes 0 and 1, so that 2 and 10 have room; r takes these.
            "0ns q ends",
            "0ns r waits",
            // 3 is handed to r, and 11 has room.
            "0ns s ends",
            "0ns t ends",
            "0ns r ends",
        ],
    );
    notes.assert(&["q0", "q1", "r2", "r10", "r3", "r11"], "who has received what");

    // The thief asks before `first`, which was woken, has its turn.
    let (channel, notes) = (Chan::bounded(1), Notes::default());
    for name in ["first", "thief"] {
        let (channel, notes) = (channel.clone(), notes.clone());
        scheduler.spawn(name, move || {
            if name == "thief" {
                yield_now();
            }
            notes.add(format!("{name} {}", channel.recv()));
        });
    }
    let sends = channel.clone();
    scheduler.spawn("sends", move || {
        sends.send(1);
        yield_now();
        sends.send(2);
    });
    assert_turns(
        &scheduler,
        &[
            "0ns first waits",
            "0ns thief yields",
            // It wakes `first`, and only then yields.
            "0ns sends yields",
            "0ns thief waits",
            "0ns first ends",
            "0ns sends ends",
            "0ns thief ends",
        ],
    );
    notes.assert(&["first 1", "thief 2"], "who has received what");

    // Where nobody has to wait, there need not be a task.
    channel.send(3);
    assert_eq!(channel.recv(), 3, "outside of a task, what was sent outside of one");
    assert_panics_outside("`recv` from an empty channel", || channel.recv());
    let full = Chan::bounded(1);
    full.send(4);
    assert_panics_outside("`send` to a full channel", || full.send(5));
}

#[grade::test(hint = "no room at all: how long does a sender have to wait, and how long not?")]
fn step4_without_room_the_two_meet() {
    let scheduler = Scheduler::default();
    let (channel, notes) = (Chan::bounded(0), Notes::default());
    let (early, late) = (channel.clone(), channel.clone());
    let (notes_of_early, notes_of_late) = (notes.clone(), notes.clone());
    scheduler.spawn("early", move || {
        notes_of_early.add(format!("early {}", early.recv()));
        yield_now();
        for _ in 0..2 {
            notes_of_early.add(format!("early {}", early.recv()));
        }
    });
    scheduler.spawn("late", move || notes_of_late.add(format!("late {}", late.recv())));
    for (name, value) in [("one", 1), ("two", 2), ("three", 3), ("four", 4)] {
        let channel = channel.clone();
        scheduler.spawn(name, move || channel.send(value));
    }
    assert_turns(
        &scheduler,
        &[
            "0ns early waits",
            "0ns late waits",
            // A receiver is there for each of these two.
            "0ns one ends",
            "0ns two ends",
            "0ns three waits",
            "0ns four waits",
            "0ns early yields",
            "0ns late ends",
            // It takes what the two senders hold.
            "0ns early ends",
            "0ns three ends",
            "0ns four ends",
        ],
    );
    notes.assert(&["early 1", "late 2", "early 3", "early 4"], "who has received what");
}

#[grade::test(
    hint = "nobody is ready, nobody sleeps, and not all have ended. Which lists tell that, and who \
            holds the tasks that are left?"
)]
fn step5_a_deadlock_names_those_who_wait() {
    let held = Rc::new(());
    assert_eq!(
        waiting_for_ever(&held),
        ["taker", "giver", "joiner", "never ends"],
        "the names of those that wait, in the order in which they were spawned"
    );
    assert_eq!(Rc::strong_count(&held), 1, "who holds what the tasks held, after their scheduler");
}

/// Runs seven tasks, of which three can end.
fn waiting_for_ever(held: &Rc<()>) -> Vec<String> {
    let scheduler = Scheduler::default();
    let (left, right) = (Chan::<u8>::bounded(0), Chan::<u8>::bounded(1));
    // It has ended when the last of the others is spawned.
    scheduler.spawn("quick", || ());
    let mut sleeper = Some(scheduler.spawn("sleeper", || sleep(HOUR)));
    for name in ["taker", "giver", "ender", "joiner"] {
        let (left, right, held) = (left.clone(), right.clone(), Rc::clone(held));
        let sleeper = sleeper.take_if(|_| name == "ender");
        scheduler.spawn(name, move || {
            match name {
                "taker" => {
                    // It is the first, and not the first to wait.
                    yield_now();
                    right.recv();
                }
                "giver" => left.send(1),
                "ender" => sleeper.expect("it has the sleeper").join(),
                _ => spawn("never ends", move || left.send(right.recv())).join(),
            }
            drop(held);
        });
    }
    match scheduler.run() {
        Ok(turns) => panic!("four tasks wait for ever, and `run` says that all ended: {turns:?}"),
        Err(deadlock) => deadlock.waiting,
    }
}

#[grade::test(
    timeout_ms = 60_000,
    hint = "a stack is memory that is asked for: when does the stack of a task go?"
)]
fn step5_a_task_that_has_ended_leaves_nothing() {
    for round in 1..=2 {
        // A second scheduler finds nothing of the first.
        let scheduler = Scheduler::default();
        let main = scheduler.spawn("main", move || {
            let children = (0..8_000).map(|number| spawn("child", move || number));
            if round == 1 {
                return children.map(|child| child.join()).sum::<u32>();
            }
            // All of the handles are kept, and none of the tasks.
            let ended: Vec<_> = children.inspect(|_| yield_now()).collect();
            ended.into_iter().map(|child| child.join()).sum()
        });
        let turns = lines(scheduler.run());
        assert_eq!(
            turns.last().map(String::as_str),
            Some("0ns main ends"),
            "the last turn in round {round}, after {} others; has `main` panicked, since there was \
             no memory for one more stack?",
            turns.len() - 1
        );
        assert_eq!(turns.len(), 16_001, "turns in round {round}: 8000 of children, 8001 of `main`");
        assert_eq!(main.join(), 31_996_000, "the sum of all values, in round {round}");
    }
}
