//! Exercise 4.2: `threads::e2_shared_or_not`.

#[path = "support/state.rs"]
mod state;
#[path = "support/tasks.rs"]
mod tasks;
#[path = "support/worlds.rs"]
mod worlds;

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, IntoRawFd};
use std::sync::Mutex;
use std::sync::atomic::Ordering::SeqCst;

use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, kill, raise, sigaction};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::{ForkResult, Pid, close, dup2_stdout, fork, gettid};
use state::State;
use threads::e2_shared_or_not::{self, RealWorld};
use threads::world::{Effect, Unit, World};
use worlds::{Event, Marker, Only, Shared, Step};

const UNITS: [Unit; 2] = [Unit::Thread, Unit::Process];

const MEMORY: [Effect; 3] = [Effect::StaticWrite, Effect::HeapWrite, Effect::ThreadLocalWrite];
const IDS: [Effect; 2] = [Effect::ChangedPid, Effect::ChangedTid];
const KERNEL: [Effect; 4] =
    [Effect::ClosedFd, Effect::MovedFileOffset, Effect::ChangedCwd, Effect::ChangedSignalMask];

type Table = BTreeMap<Effect, bool>;

/// Calls `probe` and checks that only the caller comes back from it.
fn probe(unit: Unit, world: &dyn World) -> nix::Result<Table> {
    let caller = Pid::this();
    // SAFETY: a graded test has one thread.
    let table = unsafe { e2_shared_or_not::probe(unit, world) };
    assert_eq!(Pid::this(), caller, "a child came back from `probe` to the caller");
    table
}

/// Does nothing.
fn nothing(_: Effect) {}

/// Whatever may be visible, and whatever not: the table tells it.
fn the_table_is_that_of_the_world(unit: Unit) {
    let each = (0..Effect::ALL.len()).map(|row| 1 << row);
    for visible in [0, 0b11_1111_1111, 0b01_0101_0101].into_iter().chain(each) {
        let wanted: Table = Effect::ALL
            .into_iter()
            .enumerate()
            .map(|(row, e)| (e, visible >> row & 1 == 1))
            .collect();
        let table = probe(unit, &Marker::new(visible, &nothing));
        assert_eq!(table, Ok(wanted), "{unit:?}: the table, and what is visible in the world");
    }
}

/// Probes a world in which all goes well, checks the order of what is done, and returns who did it.
fn who_does_what(unit: Unit) -> Vec<Event> {
    let mut world = Marker::new(0, &nothing);
    world.is_slow = true;
    probe(unit, &world).unwrap();
    let done = world.events();
    let steps: Vec<_> = done.iter().map(|event| (event.effect, event.step)).collect();
    let order = |effect| Marker::STEPS.map(|step| (effect, step));
    let wanted: Vec<_> = Effect::ALL.into_iter().flat_map(order).collect();
    assert_eq!(steps, wanted, "what was done, and in which order it should be");
    for event in &done {
        let acts = matches!(event.step, Step::ActBegins | Step::ActEnds);
        assert!(
            acts != (event.thread == gettid().as_raw()),
            "the creator was thread {}, and nobody else may look, nor the creator act: {event:?}",
            gettid()
        );
    }
    done
}

/// A unit fails at its fourth effect.
fn a_failure_is_an_error(unit: Unit, fail: fn(), what: &str) {
    let act = |effect| {
        if effect == Effect::ALL[3] {
            fail();
        }
    };
    let world = Marker::new(0, &act);
    let table = probe(unit, &world);
    assert_eq!(
        table,
        Err(Errno::ECANCELED),
        "{what} before it had acted: nothing is known of that"
    );
    let [prepared, restored] = [Step::Prepare, Step::Restore].map(|step| world.count(step));
    assert_eq!(restored, prepared, "{what}: how often was restored, and how often prepared");
}

/// The system has no room for a unit.
fn no_room_is_an_error(unit: Unit) {
    grade::tight::no_new_processes().unwrap();
    let world = Marker::new(0, &nothing);
    assert_eq!(probe(unit, &world), Err(Errno::EAGAIN), "there is no room for a new {unit:?}");
    let [prepared, restored] = [Step::Prepare, Step::Restore].map(|step| world.count(step));
    assert_eq!(restored, prepared, "no room: how often was restored, and how often prepared");
}

#[grade::test(hint = "where does your answer come from: is it what `visible` says?")]
fn step1_the_table_of_threads_is_that_of_the_world() {
    the_table_is_that_of_the_world(Unit::Thread);
}

#[grade::test(
    census = true,
    hint = "who performs the action, who looks, and what does the creator do until the unit has \
            ended?"
)]
fn step1_a_thread_acts_and_the_creator_looks() {
    for event in who_does_what(Unit::Thread) {
        assert_eq!(event.process, Pid::this().as_raw(), "a thread of this process: {event:?}");
    }
}

#[grade::test(
    panics_ok = true,
    hint = "`?` returns at once, and a panic too; who hears of the failure, and who restores?"
)]
fn step1_a_thread_that_fails_is_an_error() {
    a_failure_is_an_error(Unit::Thread, || panic!("this test panics here"), "a thread panicked");
    no_room_is_an_error(Unit::Thread);
}

#[grade::test(hint = "after fork there are two of you: which one may return?")]
fn step2_the_table_of_processes_is_that_of_the_world() {
    the_table_is_that_of_the_world(Unit::Process);
}

#[grade::test(
    census = true,
    hint = "who performs the action, who looks, and what does the creator do until the unit has \
            ended?"
)]
fn step2_a_process_acts_and_the_creator_looks() {
    for event in who_does_what(Unit::Process) {
        let is_other = event.process != Pid::this().as_raw();
        assert_eq!(is_other, event.thread != gettid().as_raw(), "a process of its own: {event:?}");
    }
    assert_eq!(waitpid(None, None), Err(Errno::ECHILD), "a child was left");
}

#[grade::test(
    census = true,
    hint = "how does the parent learn what became of its child, and what of a child that panics?"
)]
fn step2_a_process_that_fails_is_an_error() {
    let die = || {
        let _ = raise(Signal::SIGKILL);
    };
    a_failure_is_an_error(Unit::Process, die, "SIGKILL ended a process");
    a_failure_is_an_error(Unit::Process, || panic!("this test panics here"), "a process panicked");
    no_room_is_an_error(Unit::Process);
}

#[grade::test(
    census = true,
    hint = "which calls return early when a signal handler has run, and which child do you wait for?"
)]
fn step2_signals_and_other_children_are_left_alone() {
    // SAFETY: a graded test has one thread.
    let other = match unsafe { fork() }.unwrap() {
        ForkResult::Parent { child } => child,
        // SAFETY: `_exit` takes any code and does not return.
        ForkResult::Child => unsafe { libc::_exit(9) },
    };
    // It has ended, and nobody has taken its status.
    let ended = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
    waitid(Id::Pid(other), ended).unwrap();

    extern "C" fn handle(_: libc::c_int) {}
    let action = SigAction::new(SigHandler::Handler(handle), SaFlags::empty(), SigSet::empty());
    // SAFETY: the handler does nothing.
    unsafe { sigaction(Signal::SIGUSR1, &action) }.unwrap();
    let creator = Pid::this();
    let interrupt = |effect| {
        if effect == Effect::ALL[0] {
            tasks::gone_and_asleep(creator, creator, || false);
            kill(creator, Signal::SIGUSR1).unwrap();
            tasks::gone_and_asleep(creator, creator, || false);
        }
    };
    let table = probe(Unit::Process, &Marker::new(0, &interrupt));
    assert!(table.is_ok(), "the caller has handled a signal while it waited; got {table:?}");
    assert_eq!(
        waitpid(other, None),
        Ok(WaitStatus::Exited(other, 9)),
        "the status of another child of the caller, which had ended before"
    );
}

#[grade::test(
    hint = "exit(3) tells what `exit` does before the process ends; what does `_exit` do?"
)]
fn step2_a_process_does_not_clean_up_for_the_caller() {
    let (mut printed, pipe) = io::pipe().unwrap();
    let mut stdout = io::stdout();
    let usual = stdout.as_fd().try_clone_to_owned().unwrap();
    dup2_stdout(&pipe).unwrap();
    drop(pipe);
    // Half a line waits in the buffer, and the child gets a copy of the buffer.
    stdout.write_all(b"half a line").unwrap();
    let table = probe(Unit::Process, &Marker::new(0, &nothing));
    stdout.flush().unwrap();
    dup2_stdout(usual).unwrap();

    let mut text = String::new();
    printed.read_to_string(&mut text).unwrap();
    assert_eq!(text, "half a line", "the caller printed this once, before the probe");
    table.unwrap();
}

/// What the creator sees of `effect`, where `act` comes between `prepare` and the look.
fn seen_after(world: &RealWorld, effect: Effect, act: impl FnOnce()) -> bool {
    world.prepare(effect);
    act();
    let visible = world.visible(effect);
    world.restore(effect);
    visible
}

/// The creator sees what it does itself, and does not see what nobody does, whoever acted before.
fn visible_is_what_was_done(rows: &[Effect]) {
    let world = RealWorld::new().unwrap();
    for &effect in rows {
        for time in ["the first", "the second"] {
            let seen = seen_after(&world, effect, || ());
            assert!(!seen, "{effect:?} is visible, {time} time; nobody has acted");
            let seen = seen_after(&world, effect, || world.act(effect));
            let wanted = !IDS.contains(&effect);
            assert_eq!(seen, wanted, "{effect:?}, {time} time: it was the creator that acted");
            // What they leave behind must not be seen the next time.
            for unit in UNITS {
                probe(unit, &Only::new(&world, &[effect])).unwrap();
            }
        }
    }
}

/// These effects in both units: a row has its answer for a thread, and for a process.
fn assert_rows<const N: usize>(wanted: [(Effect, bool, bool); N]) {
    let world = RealWorld::new().unwrap();
    let rows = wanted.map(|row| row.0);
    let only = Only::new(&world, &rows);
    for time in ["the first", "the second"] {
        let [threads, processes] = UNITS.map(|unit| probe(unit, &only).unwrap());
        for (effect, in_thread, in_process) in wanted {
            assert_eq!(
                threads[&effect], in_thread,
                "{effect:?} in a thread, {time} time: does the creator see it?"
            );
            assert_eq!(
                processes[&effect], in_process,
                "{effect:?} in a process, {time} time: does the creator see it?"
            );
        }
    }
}

/// In every unit, the kernel agrees that the unit has done it.
fn assert_done(rows: &[Effect]) {
    let world = RealWorld::new().unwrap();
    let done = Shared::new();
    let around = |effect, act: &dyn Fn()| {
        let before = State::look();
        act();
        let shown = State::look().shows(effect, &before);
        done.numbers()[effect as usize].store(shown.into(), SeqCst);
    };
    let only = Only { around: &around, ..Only::new(&world, rows) };
    for unit in UNITS {
        probe(unit, &only).unwrap();
        for &effect in rows {
            let done = done.numbers()[effect as usize].swap(0, SeqCst);
            assert!(done == 1, "{effect:?} in a {unit:?}: proc(5) shows nothing of that");
        }
    }
}

#[grade::test(
    hint = "what a child writes to memory stays in the child: how does a report reach its creator? \
            How many are there of a variable, and which library has made an ID?"
)]
fn step3_memory_and_ids_have_their_rows() {
    assert_rows([
        (Effect::StaticWrite, true, false),
        (Effect::HeapWrite, true, false),
        (Effect::ThreadLocalWrite, false, false),
        (Effect::ChangedPid, false, true),
        (Effect::ChangedTid, true, true),
    ]);
}

#[grade::test(hint = "what does `visible` look at, and who has put it back since the last time?")]
fn step3_visible_is_what_was_done_to_memory_and_ids() {
    visible_is_what_was_done(&MEMORY);
    visible_is_what_was_done(&IDS);
}

#[grade::test(
    hint = "what has a number or a name, and what is behind it: which of the two is copied?"
)]
fn step4_files_and_signals_have_their_rows() {
    assert_rows([
        (Effect::ClosedFd, true, false),
        (Effect::MovedFileOffset, true, true),
        (Effect::ChangedCwd, true, false),
        (Effect::ChangedSignalMask, false, false),
    ]);
}

#[grade::test(hint = "which system call changes what this effect is about?")]
fn step4_files_and_signals_are_really_changed() {
    assert_done(&KERNEL);
}

#[grade::test(
    hint = "what if the caller is already where the unit goes, or blocks what it blocks? What leads \
            back to a folder that has no name any more?"
)]
fn step4_visible_is_what_was_done_wherever_the_caller_is() {
    visible_is_what_was_done(&KERNEL);
    for folder in ["/", "/proc", "/dev", "/tmp", "/usr"] {
        // A system that lacks one of them has the others.
        if env::set_current_dir(folder).is_ok() {
            println!("the caller is in {folder}");
            visible_is_what_was_done(&[Effect::ChangedCwd]);
        }
    }
    println!("the caller is in a folder that was removed");
    let removed = env::temp_dir().join(format!("removed-{}", Pid::this()));
    fs::create_dir(&removed).unwrap();
    env::set_current_dir(&removed).unwrap();
    fs::remove_dir(&removed).unwrap();
    visible_is_what_was_done(&[Effect::ChangedCwd]);
    for (name, mask) in [("all", SigSet::all()), ("no", SigSet::empty())] {
        println!("the caller blocks {name} signals");
        mask.thread_set_mask().unwrap();
        visible_is_what_was_done(&[Effect::ChangedSignalMask]);
    }
}

#[grade::test(
    census = true,
    hint = "what did `prepare` and the unit change, in the process that goes on?"
)]
fn step4_files_and_signals_are_put_back() {
    SigSet::all().thread_set_mask().unwrap();
    // A folder that no world needs to go to.
    env::set_current_dir("/usr").unwrap();
    let mine = State::look();
    let world = RealWorld::new().unwrap();
    // What the world keeps for later is opened by then.
    for &effect in &KERNEL {
        seen_after(&world, effect, || ());
    }
    let before = State::look();
    for &effect in &KERNEL {
        let assert_same = |what: &str| {
            let now = State::look();
            let what = format!("{effect:?}, {what}");
            assert_eq!(now.folder, mine.folder, "{what}: the folder of the caller");
            assert_eq!(now.mask, mine.mask, "{what}: the signals that the caller blocks");
            let [now_open, open]: [Vec<_>; 2] =
                [&now, &before].map(|state| state.descriptors.keys().collect());
            assert_eq!(now_open, open, "{what}: the descriptors that are open");
            for (fd, was) in &mine.descriptors {
                assert_eq!(now.descriptors.get(fd), Some(was), "{what}: descriptor {fd}");
            }
        };
        seen_after(&world, effect, || ());
        assert_same("nobody acts");
        seen_after(&world, effect, || world.act(effect));
        assert_same("the creator acts");
        world.prepare(effect);
        world.restore(effect);
        assert_same("nobody acts or looks");
        for unit in UNITS {
            probe(unit, &Only::new(&world, &[effect])).unwrap();
            assert_same(&format!("a {unit:?} acts"));
        }
    }
}

#[grade::test(
    census = true,
    hint = "a number that is free is given to the next who opens a file: what does it say then, and \
            who closes it?"
)]
fn step4_a_number_that_is_given_away_is_left_alone() {
    let world = RealWorld::new().unwrap();
    // Numbers, so that nothing is closed twice here.
    let others = Mutex::new(Vec::new());
    let open = || {
        let files = (0..4).map(|_| File::open("/dev/null").unwrap().into_raw_fd());
        others.lock().unwrap().extend(files);
    };
    let rows = [Effect::ClosedFd];
    let before = Only { before_the_look: &open, ..Only::new(&world, &rows) };
    let after = Only { after_the_look: &open, ..Only::new(&world, &rows) };
    for (unit, only) in UNITS.into_iter().flat_map(|unit| [(unit, &before), (unit, &after)]) {
        let table = probe(unit, only).unwrap();
        for number in others.lock().unwrap().drain(..) {
            let target = fs::read_link(format!("/proc/self/fd/{number}"));
            assert!(
                target.is_ok_and(|target| target.as_os_str() == "/dev/null"),
                "in a {unit:?}: another file got the number that was closed, and is closed now too"
            );
            close(number).unwrap();
        }
        assert_eq!(
            table[&Effect::ClosedFd],
            unit == Unit::Thread,
            "in a {unit:?}: is the descriptor closed, whoever may have got its number?"
        );
    }
}

#[grade::test(
    hint = "an address means something in one process: what is at this one in the creator?"
)]
fn step5_a_mapping_is_made_and_seen() {
    let rows = [Effect::NewMapping];
    assert_rows([(Effect::NewMapping, true, false)]);
    assert_done(&rows);
    visible_is_what_was_done(&rows);
}

/// What the caller has mapped, in pages (proc_pid_statm(5)).
fn address_space() -> usize {
    let text = fs::read_to_string("/proc/self/statm").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

#[grade::test(census = true, hint = "who unmaps what the unit has mapped, if its creator has it?")]
fn step5_a_mapping_is_put_back() {
    let times = 1_000;
    let world = RealWorld::new().unwrap();
    let before = address_space();
    for _ in 0..times {
        seen_after(&world, Effect::NewMapping, || ());
        seen_after(&world, Effect::NewMapping, || world.act(Effect::NewMapping));
    }
    let more = address_space().saturating_sub(before);
    assert!(more < times, "{more} pages more are mapped after {times} times");
}

#[grade::test(
    census = true,
    hint = "the rows depend on each other: what does one leave to the next?"
)]
fn step5_the_whole_table_is_known_by_experiment() {
    for _ in 0..2 {
        let world = RealWorld::new().unwrap();
        for _ in 0..2 {
            for (unit, visible) in [
                (Unit::Thread, [true, true, false, true, true, true, false, true, false, true]),
                (
                    Unit::Process,
                    [false, false, false, false, true, false, false, false, true, true],
                ),
            ] {
                let wanted: Table = Effect::ALL.into_iter().zip(visible).collect();
                assert_eq!(probe(unit, &world), Ok(wanted), "the table of a {unit:?}");
            }
        }
    }
}
