//! Exercise 12.1: `coroutines::e1_generator_by_hand`.

use coroutines::e1_generator_by_hand::{Fib, InOrder, Mean};
use coroutines::given::Step::{AlreadyDone, Returned, Yielded};
use coroutines::given::{Generator, Tree};
use grade::alloc::{WatchedAllocator, in_use};

#[global_allocator]
static ALLOCATOR: WatchedAllocator = WatchedAllocator;

/// All that a generator hands out before it returns, and what it returns.
fn all_of(limit: u64) -> (Vec<u64>, u64) {
    let mut fib = Fib::Start { limit };
    let mut numbers = Vec::new();
    loop {
        match fib.resume(()) {
            Yielded(number) => numbers.push(number),
            Returned(count) => return (numbers, count),
            AlreadyDone => panic!("after {numbers:?} it says that it had returned before"),
        }
        assert!(numbers.len() < 100, "there are no 100 numbers up to {limit}: {numbers:?}");
    }
}

#[grade::test(hint = "what stands before the first `yield`, and what between one and the next?")]
fn fibonacci_numbers_come_one_by_one() {
    assert_eq!(all_of(20), (vec![0, 1, 1, 2, 3, 5, 8, 13], 8), "the numbers up to 20");
    assert_eq!(all_of(13), (vec![0, 1, 1, 2, 3, 5, 8, 13], 8), "the numbers up to 13");
    assert_eq!(all_of(12), (vec![0, 1, 1, 2, 3, 5, 8], 7), "the numbers up to 12");
    assert_eq!(all_of(1), (vec![0, 1, 1], 3), "the numbers up to 1");
    assert_eq!(all_of(0), (vec![0], 1), "the numbers up to 0");
}

#[grade::test(hint = "which sum is computed last, and who needs it?")]
fn the_last_number_that_fits_is_the_last() {
    let (numbers, count) = all_of(u64::MAX);
    assert_eq!(
        numbers.last_chunk(),
        Some(&[7_540_113_804_746_346_429, 12_200_160_415_121_876_738]),
        "the last two Fibonacci numbers that a `u64` can hold"
    );
    assert_eq!((numbers.len(), count), (94, 94), "how many there are, and how many it says");
}

#[grade::test(hint = "which `yield` could the first input be the value of?")]
fn the_first_input_is_ignored() {
    let mut mean = Mean::Start;
    assert_eq!(mean.resume(Some(99.0)), Yielded(None), "the first resume, with 99");
    assert_eq!(mean.resume(Some(7.0)), Yielded(Some(7.0)), "the second resume, with 7");

    let mut mean = Mean::Start;
    assert_eq!(mean.resume(None), Yielded(None), "the first resume, without a number");
    assert_eq!(mean.resume(Some(7.0)), Yielded(Some(7.0)), "the second resume, with 7");
}

#[grade::test(hint = "the input is the value of the `yield` in which it is paused:\n\
            what happens to it before the next one?")]
fn a_mean_knows_the_input_of_this_resume() {
    let mut mean = Mean::Start;
    mean.resume(None);
    assert_eq!(mean.resume(Some(10.0)), Yielded(Some(10.0)), "the mean of 10");
    assert_eq!(mean.resume(Some(20.0)), Yielded(Some(15.0)), "the mean of 10 and 20");
    assert_eq!(mean.resume(Some(60.0)), Yielded(Some(30.0)), "the mean of 10, 20 and 60");
    assert_eq!(mean.resume(Some(-90.0)), Yielded(Some(0.0)), "the mean of 10, 20, 60 and -90");
    assert_eq!(mean.resume(None), Returned(Some(0.0)), "what it returns when the input ends");

    let mut mean = Mean::Start;
    mean.resume(None);
    assert_eq!(mean.resume(None), Returned(None), "what it returns when there was no input");
}

#[grade::test(hint = "what does a generator that has returned do with an input?")]
fn a_generator_returns_once() {
    let mut fib = Fib::Start { limit: 0 };
    assert_eq!((fib.resume(()), fib.resume(())), (Yielded(0), Returned(1)), "the numbers up to 0");
    for _ in 0..3 {
        assert_eq!(fib.resume(()), AlreadyDone, "the numbers up to 0, after the end");
    }

    let mut mean = Mean::Start;
    mean.resume(None);
    mean.resume(Some(3.0));
    assert_eq!(mean.resume(None), Returned(Some(3.0)), "the mean of 3, at its end");
    for input in [None, Some(5.0), None, Some(7.0)] {
        assert_eq!(mean.resume(input), AlreadyDone, "after the end, with {input:?}");
    }
}

/// How many of the keys from a first one on, and of a number of them, are to the left.
type Split = fn(u64, u64) -> u64;

/// A tree of `count` keys from `first` on.
fn tree(first: u64, count: u64, split: Split) -> Option<Box<Tree<u64>>> {
    (count > 0).then(|| {
        let left = split(first, count);
        let key = first + left;
        Box::new(Tree {
            left: tree(first, left, split),
            key,
            right: tree(key + 1, count - left - 1, split),
        })
    })
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "when a key has been handed out, which part of the tree comes next, and where does it begin?"
)]
fn keys_come_in_their_order() {
    assert_eq!(InOrder::<u64>::new(None).next(), None, "the first key of an empty tree");
    let shapes: [(&str, Split); 5] = [
        ("with a middle", |_, count| count / 2),
        ("that leans to the left", |_, count| count - 1),
        ("that leans to the right", |_, _| 0),
        ("in zigzag", |first, count| if first % 2 == 0 { count - 1 } else { 0 }),
        ("without a rule", |first, count| (first * 7 + count * 13 + 5) % count),
    ];
    for (name, shape) in shapes {
        for count in [1, 2, 3, 7, 40] {
            let root = tree(0, count, shape);
            let keys: Vec<u64> = InOrder::new(root.as_deref()).take(100).copied().collect();
            let right: Vec<u64> = (0..count).collect();
            assert_eq!(keys, right, "the keys of a tree {name}");
        }
    }
    let root = tree(0, 2, |_, _| 0);
    let mut keys = InOrder::new(root.as_deref());
    assert_eq!([keys.next(), keys.next(), keys.next()], [Some(&0), Some(&1), None], "two keys");
    assert_eq!(keys.next(), None, "what comes after the end");
}

#[grade::test(hint = "which of the values that came before does it need for the next one?")]
fn nothing_is_kept_that_nobody_needs() {
    let before = in_use();
    let mut most = 0;
    let mut fib = Fib::Start { limit: u64::MAX };
    while let Yielded(_) = fib.resume(()) {
        most = most.max(in_use().saturating_sub(before));
    }
    assert!(most <= 256, "all Fibonacci numbers took {most} bytes of heap");

    let before = in_use();
    let mut mean = Mean::Start;
    mean.resume(None);
    for number in 1..=1_000 {
        mean.resume(Some(f64::from(number)));
    }
    let most = in_use().saturating_sub(before);
    assert!(most <= 256, "the mean of 1000 numbers took {most} bytes of heap");
}

#[grade::test(
    hint = "how much does it have to know at a key: the keys to come, or the way back up?"
)]
fn it_remembers_the_way_and_not_the_keys() {
    let count = (1 << 15) - 1;
    let root = tree(0, count, |_, count| count / 2);
    let before = in_use();
    let mut keys = InOrder::new(root.as_deref());
    let mut most = 0;
    let mut number = 0;
    loop {
        most = most.max(in_use().saturating_sub(before));
        if keys.next().is_none() {
            break;
        }
        number += 1;
    }
    assert_eq!(number, count, "the keys of a tree of height 15");
    assert!(most <= 4_096, "a tree of height 15 with {count} keys took {most} bytes of heap");
}

#[grade::test(
    timeout_ms = 20_000,
    hint = "who keeps the way back up: a call of a function for each level, or you?"
)]
fn a_high_tree_needs_no_high_stack() {
    // From the leaf to the root, since a recursive one would need a high stack itself.
    let count = 400_000;
    let mut root: Option<Box<Tree<u64>>> = None;
    for key in 0..count {
        root = Some(Box::new(Tree { left: root, key, right: None }));
    }
    // To drop it is recursive, too; it ends with the process.
    let root = root.map(|tree| &*Box::leak(tree));
    let keys = InOrder::new(root);
    let number = keys.zip(0..).filter(|(key, right)| *key == right).count();
    assert_eq!(number as u64, count, "keys in order of a tree with {count} levels, to the left");

    let mut root: Option<Box<Tree<u64>>> = None;
    for key in (0..count).rev() {
        root = Some(Box::new(Tree { left: None, key, right: root }));
    }
    let root = root.map(|tree| &*Box::leak(tree));
    let keys = InOrder::new(root);
    let number = keys.zip(0..).filter(|(key, right)| *key == right).count();
    assert_eq!(number as u64, count, "keys in order of a tree with {count} levels, to the right");
}
