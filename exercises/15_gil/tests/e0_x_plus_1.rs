//! Exercise 15.0: `gil::e0_x_plus_1`.

use gil::e0_x_plus_1::{lost_update, run_by_turns};
use gil::vm::{Code, Heap, Op, Trap};

/// What two frames of `Code::x_plus_1` make of x: the first of their instructions loads it, the fourth
/// stores it.
fn two_increments(mut x: i64, turns: &[usize]) -> i64 {
    let mut done = [0; 2];
    let mut loaded = [0; 2];
    let rest = [0, 0, 0, 0, 1, 1, 1, 1];
    for &turn in turns.iter().chain(&rest) {
        done[turn] += 1;
        match done[turn] {
            1 => loaded[turn] = x,
            4 => x = loaded[turn] + 1,
            _ => {}
        }
    }
    x
}

#[grade::test(hint = "what runs when nobody has a turn any more?")]
fn after_the_last_turn_both_frames_run_to_their_ends() {
    let heap = Heap::new(&[5]);
    assert_eq!(run_by_turns(&Code::x_plus_1(), &[], &heap), Ok(7), "one frame after the other");
    assert_eq!(heap.steps(), 12, "instructions that have run: two frames of six");
    assert_eq!(heap.global(0), Some(7), "x is on the heap");
    // Frame 1 has loaded 5, and comes last.
    let x = run_by_turns(&Code::x_plus_1(), &[1], &Heap::new(&[5]));
    assert_eq!(x, Ok(6), "frame 1 has one turn, then frame 0 runs to its end before frame 1 does");
}

#[grade::test(
    hint = "how much of a frame runs in one turn, and what does it still know in the next?"
)]
fn a_turn_is_one_instruction() {
    for script in 0..1_u32 << 10 {
        let turns: Vec<usize> = (0..10).map(|bit| (script >> bit & 1) as usize).collect();
        let heap = Heap::new(&[3]);
        let x = run_by_turns(&Code::x_plus_1(), &turns, &heap);
        assert_eq!(x, Ok(two_increments(3, &turns)), "x was 3, and the turns are {turns:?}");
    }
}

#[grade::test(hint = "has a frame returned when it jumps back?")]
fn two_frames_that_count_to_ten_can_leave_2() {
    const LOOP: usize = 11;
    // Frame 1 loads 0. Frame 0 counts to 9. Frame 1 stores 1. Frame 0 loads that 1, for its last time round.
    // Frame 1 counts to 10, and returns. Frame 0 stores 2.
    let mut turns = vec![1; 5];
    turns.extend([0; 2 + 9 * LOOP]);
    turns.extend([1; 3]);
    turns.extend([0; 3]);
    turns.extend([1; 10 * LOOP]);
    let x = run_by_turns(&Code::count(10), &turns, &Heap::new(&[0]));
    assert_eq!(x, Ok(2), "what is left of twenty times `x += 1`");
    let heap = Heap::new(&[0]);
    assert_eq!(run_by_turns(&Code::count(10), &[], &heap), Ok(20), "one after the other");
    assert_eq!(heap.steps(), 2 * (10 * LOOP as u64 + 6), "instructions that have run");
}

#[grade::test(hint = "may a frame that has returned run on?")]
fn a_frame_that_has_returned_lets_its_turn_pass() {
    for turns in [[0; 20], [1; 20]] {
        let heap = Heap::new(&[0]);
        assert_eq!(run_by_turns(&Code::x_plus_1(), &turns, &heap), Ok(2), "{turns:?}");
        assert_eq!(heap.steps(), 12, "instructions that have run: two frames of six");
    }
}

#[grade::test(hint = "what becomes of the error of a step?")]
fn a_trap_ends_it_at_once() {
    let traps = Code(vec![Op::LoadConst(1), Op::Add, Op::Return]);
    for (turns, steps) in [(&[] as &[usize], 2), (&[0, 1, 1, 0, 0], 3)] {
        let heap = Heap::new(&[0]);
        assert_eq!(run_by_turns(&traps, turns, &heap), Err(Trap::EmptyStack), "{turns:?}");
        assert_eq!(heap.steps(), steps, "instructions that have run, by {turns:?}");
    }
    // Who finds that x is not 0 goes on where nothing is: here frame 1.
    let second_traps = Code(vec![
        Op::LoadGlobal(0),
        Op::JumpIfZero(3),
        Op::Jump(9),
        Op::LoadConst(1),
        Op::StoreGlobal(0),
        Op::LoadConst(0),
        Op::Return,
    ]);
    let result = run_by_turns(&second_traps, &[], &Heap::new(&[0]));
    assert_eq!(result, Err(Trap::NoInstruction(9)), "of frame 1");
    let nothing = Code(vec![Op::LoadConst(8), Op::Return]);
    assert_eq!(run_by_turns(&nothing, &[], &Heap::new(&[])), Err(Trap::NoGlobal(0)), "no x");
    assert_eq!(run_by_turns(&nothing, &[], &Heap::new(&[4])), Ok(4), "x, and not the result");
}

#[grade::test(hint = "what has frame 1 loaded when frame 0 stores?")]
fn an_update_is_lost() {
    let turns = lost_update();
    assert!(turns.iter().all(|&turn| turn < 2), "there are frames 0 and 1 alone: {turns:?}");
    assert_eq!(two_increments(0, &turns), 1, "x was 0, and is this after the turns {turns:?}");
}
