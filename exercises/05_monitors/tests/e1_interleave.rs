//! Exercise 5.1: `monitors::e1_interleave`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use monitors::e1_interleave::{Exploration, explore, replay};
use monitors::machine::Instr::{self, Add, Cas, Halt, Jump, JumpIfZero, Load, Set, Store, Xchg};
use monitors::machine::Program;

/// Explores, and follows every schedule that is named.
fn explored(programs: &[Program], memory: &[i64]) -> Exploration {
    let found = explore(programs, memory);
    for (end, schedule) in &found.finals {
        assert_eq!(replay(programs, memory, schedule), *end, "where {schedule:?} leads");
        // Every thread has ended: more steps change nothing.
        let more = (0..programs.len()).cycle().take(10 * programs.len());
        let longer: Vec<usize> = schedule.iter().copied().chain(more).collect();
        assert_eq!(replay(programs, memory, &longer), *end, "{schedule:?} is not the end");
    }
    found
}

/// The memories in the end, without their schedules.
fn ends(found: &Exploration) -> Vec<Vec<i64>> {
    found.finals.keys().cloned().collect()
}

fn program(instrs: &[Instr]) -> Program {
    Program(instrs.to_vec())
}

/// `x += 1`, by hand.
fn increment() -> Program {
    program(&[Load(0, 0), Add(0, 1), Store(0, 0)])
}

/// `x += 1` under a lock at address 1, which is taken by `lock`.
fn increment_locked(lock: &[Instr]) -> Program {
    let mut instrs = lock.to_vec();
    instrs.extend([Load(0, 0), Add(0, 1), Store(0, 0), Set(1, 0), Store(1, 1)]);
    Program(instrs)
}

/// Spins until the lock is free, in one step.
const SWAP_LOCK: [Instr; 4] = [Set(1, 1), Xchg(1, 1), JumpIfZero(1, 4), Jump(0)];

#[grade::test(hint = "what does each instruction do to memory and registers?")]
fn step1_a_schedule_is_replayed_step_by_step() {
    let two = [increment(), increment()];
    assert_eq!(replay(&two, &[0], &[0, 0, 0, 1, 1, 1]), [2], "one after the other");
    assert_eq!(replay(&two, &[0], &[0, 1, 0, 1, 0, 1]), [1], "side by side");
    assert_eq!(replay(&two, &[5], &[0, 0]), [5], "not stored yet");
    assert_eq!(replay(&two, &[5], &[0, 0, 0, 0, 0, 7]), [6], "a thread that has ended, or is none");
    let all = program(&[
        Set(0, 7),
        Store(0, 0),
        Set(1, 8),
        Xchg(1, 0),
        Store(1, 1),
        Cas(0, 0, 1, 2), // 5: finds 8, not 7
        Store(2, 2),
        Load(3, 0),
        Store(4, 3),
        Load(0, 0),
        Cas(0, 0, 1, 2), // 10: finds 8, and writes 7
        Store(3, 2),
        JumpIfZero(2, 15),
        Set(3, 0),
        JumpIfZero(3, 16),
        Store(0, 3), // 15: is jumped over
        Jump(18),
        Store(0, 3),
        Set(3, 9), // 18
        Store(2, 3),
        Halt,
        Store(0, 3),
    ]);
    let end = replay(&[all], &[1, 2, 3, 4, 5], &[0; 40]);
    assert_eq!(end, [7, 7, 9, 1, 8], "every kind of instruction");
    let wrap = program(&[Set(0, i64::MAX), Add(0, 2), Store(0, 0)]);
    assert_eq!(replay(&[wrap], &[0], &[0; 3]), [i64::MIN + 1], "numbers wrap around");
}

#[grade::test(hint = "which parts of a statement can another thread come between?")]
fn step2_two_increments_make_one_or_two() {
    let found = explored(&[increment(), increment()], &[0]);
    assert_eq!(ends(&found), [[1], [2]], "what `x += 1` twice can leave in x");
    assert_eq!(found.trapped, None);
    let three = [increment(), increment(), increment()];
    assert_eq!(ends(&explored(&three, &[0])), [[1], [2], [3]]);
}

#[grade::test(hint = "what is there to explore when nobody does anything?")]
fn step2_programs_that_do_nothing_end_where_they_begin() {
    for programs in [vec![], vec![program(&[])], vec![program(&[Halt]), program(&[Halt, Halt])]] {
        let found = explored(&programs, &[3, 4]);
        assert_eq!(ends(&found), [[3, 4]]);
        assert_eq!((found.states, found.trapped), (1, None), "{programs:?}");
    }
}

#[grade::test(hint = "what tells one state from another?")]
fn step2_states_are_told_apart_by_all_that_decides_the_future() {
    let found = explored(&[increment()], &[0]);
    assert_eq!(found.states, 4, "the beginning, and one for each step");
    assert_eq!(explored(&[increment(), increment()], &[0]).states, 22, "two increments");
    // The registers alone tell the ways apart, and only later.
    let look = program(&[Load(0, 0), Set(1, 0), Store(1, 0)]);
    let found = explored(&[look, program(&[Set(0, 1), Store(0, 0)])], &[0, 0]);
    assert_eq!(ends(&found), [[1, 0], [1, 1]]);
    // The place alone does: the same memory, the same registers.
    let sets = program(&[Set(0, 0), Set(0, 0), Set(0, 0)]);
    assert_eq!(explored(&[sets.clone(), sets], &[0]).states, 16, "4 places of each");
}

// Who remembers no state runs out of memory, also on a busy machine, before the time is out.
#[grade::test(timeout_ms = 20_000, mem_mb = 512, hint = "where have you been before?")]
fn step3_a_lock_that_spins_comes_to_an_end() {
    let locked = increment_locked(&SWAP_LOCK);
    let found = explored(&[locked.clone(), locked], &[0, 0]);
    assert_eq!(ends(&found), [[2, 0]], "the lock keeps the increments apart");
    assert_eq!(found.trapped, None, "who spins can go on when the lock is free");
    let forever = program(&[Jump(0)]);
    let found = explored(&[forever, increment()], &[0]);
    assert_eq!(ends(&found), [[0_i64; 1]; 0], "one of them never ends");
    assert!(found.trapped.is_some(), "from the beginning on");
}

#[grade::test(hint = "which parts of a statement can another thread come between?")]
fn step3_a_flag_that_is_looked_at_first_is_no_lock() {
    let flag = [Load(1, 1), JumpIfZero(1, 3), Jump(0), Set(1, 1), Store(1, 1)];
    let locked = increment_locked(&flag);
    let found = explored(&[locked.clone(), locked], &[0, 0]);
    assert_eq!(ends(&found), [[1, 0], [2, 0]], "both may find the flag down");
}

#[grade::test(hint = "does each thread wait only when it must?")]
fn step3_the_lock_of_peterson_holds() {
    // x at 0; who wants at 1 and 2; whose turn at 3.
    let peterson = |me: usize| {
        let (mine, other) = (1 + me, 2 - me);
        program(&[
            Set(0, 1),
            Store(mine, 0),
            Set(0, 1 - me as i64),
            Store(3, 0),
            Load(1, other), // 4: does the other want it,
            JumpIfZero(1, 11),
            Load(1, 3), // and is it its turn?
            Add(1, -(1 - me as i64)),
            JumpIfZero(1, 4),
            Jump(11),
            Halt,
            Load(0, 0), // 11
            Add(0, 1),
            Store(0, 0),
            Set(0, 0),
            Store(mine, 0),
        ])
    };
    let found = explored(&[peterson(0), peterson(1)], &[0, 0, 0, 0]);
    assert!(found.finals.keys().all(|end| end[0] == 2), "x in the end: {:?}", ends(&found));
    assert_eq!(found.trapped, None);
}

#[grade::test(hint = "what is the difference between going round and never getting out?")]
fn step4_two_locks_in_two_orders_are_a_trap() {
    // Locks at 1 and 2, taken in this order, and freed.
    let both = |first: usize, second: usize| {
        program(&[
            Set(1, 1),
            Xchg(1, first),
            JumpIfZero(1, 4),
            Jump(0),
            Set(1, 1),
            Xchg(1, second),
            JumpIfZero(1, 8),
            Jump(4),
            Store(second, 1),
            Store(first, 1),
        ])
    };
    let found = explored(&[both(1, 2), both(2, 1)], &[0, 0, 0]);
    assert_eq!(ends(&found), [[0, 0, 0]], "where it goes well");
    let trap = found.trapped.expect("each may have one lock and want the other");
    let memory = replay(&[both(1, 2), both(2, 1)], &[0, 0, 0], &trap);
    assert_eq!(memory, [0, 1, 1], "both locks are taken after {trap:?}");
    // And nobody gets out of it any more.
    for more in [[0; 20], [1; 20]] {
        let schedule: Vec<usize> = trap.iter().copied().chain(more).collect();
        let memory = replay(&[both(1, 2), both(2, 1)], &[0, 0, 0], &schedule);
        assert_eq!(memory, [0, 1, 1], "after {schedule:?}");
    }
    assert_eq!(explored(&[both(1, 2), both(1, 2)], &[0, 0, 0]).trapped, None, "one order, no trap");
}

#[grade::test(hint = "what is the difference between going round and never getting out?")]
fn step4_a_wait_that_somebody_ends_is_no_trap() {
    let wait = program(&[Load(0, 0), JumpIfZero(0, 0)]);
    let found = explored(&[wait.clone(), program(&[Set(0, 1), Store(0, 0)])], &[0]);
    assert_eq!((ends(&found), found.trapped), (vec![vec![1]], None));
    let found = explored(&[wait], &[0]);
    assert!(found.finals.is_empty());
    assert!(found.trapped.is_some(), "nobody ends this wait");
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "how many states can there be, and how deep does your search go?"
)]
fn step4_longer_programs_do_not_exhaust_it() {
    // Nine steps each: more than 10^11 schedules, and few states.
    let nine: Vec<Instr> = (0..3).flat_map(|_| [Load(0, 0), Add(0, 1), Store(0, 0)]).collect();
    let nine = Program(nine);
    let found = explored(&[nine.clone(), nine.clone(), nine], &[0]);
    let ends: Vec<i64> = found.finals.keys().map(|end| end[0]).collect();
    assert_eq!(ends, (2..=9).collect::<Vec<i64>>(), "3 threads, 3 increments each");
    // One thread, 40 000 steps deep: a search that calls itself for each step has no stack for it.
    let count_down = program(&[Set(0, -20_000), Add(0, 1), JumpIfZero(0, 4), Jump(1), Store(0, 0)]);
    assert_eq!(explored(&[count_down], &[5]).finals.len(), 1);
}

#[grade::test(hint = "what is at an address that there is not?")]
fn step4_what_there_is_not_is_an_error() {
    let quietly = |program: Program| {
        catch_unwind(AssertUnwindSafe(|| explore(&[program], &[0]))).is_err()
            && catch_unwind(AssertUnwindSafe(|| replay(&[program_of_one()], &[0], &[0]))).is_ok()
    };
    assert!(quietly(program(&[Load(0, 1)])), "there is no address 1");
    assert!(quietly(program(&[Set(4, 0)])), "there is no register 4");
}

fn program_of_one() -> Program {
    program(&[Set(3, 1)])
}
