//! Scoped threads borrow what lives outside of the scope, and give back what they found.

use std::thread;

// ANCHOR: main
fn main() {
    let words = ["fork", "exec", "wait", "signal", "thread"];
    let mut lengths = [0; 5];
    let (left, right) = words.split_at(2);
    let (left_lengths, right_lengths) = lengths.split_at_mut(2);

    let longest = thread::scope(|scope| {
        let first = scope.spawn(|| measure(left, left_lengths));
        let second = scope.spawn(|| measure(right, right_lengths));
        first.join().unwrap().max(second.join().unwrap())
    });
    println!("{lengths:?}, the longest has {longest}");
}

/// Writes down the length of each word, and returns the largest.
fn measure(words: &[&str], lengths: &mut [usize]) -> usize {
    for (length, word) in lengths.iter_mut().zip(words) {
        *length = word.len();
    }
    lengths.iter().copied().max().unwrap_or(0)
}
// ANCHOR_END: main
