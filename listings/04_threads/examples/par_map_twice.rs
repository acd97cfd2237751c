//! The same map on several threads: by hand, and as one line of rayon.

#[path = "../../../solutions/04_threads/e1_par_map.rs"]
mod e1_par_map;

use std::num::NonZero;

use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

// ANCHOR: main
fn main() {
    let words = ["fork", "exec", "wait", "signal", "thread"];
    let length = |word: &&str| word.len();

    let by_hand = e1_par_map::par_map(&words, NonZero::new(2).expect("2 is not 0"), length);
    let by_rayon: Vec<usize> = words.par_iter().map(length).collect();

    println!("by hand  {by_hand:?}");
    println!("by rayon {by_rayon:?}");
}
// ANCHOR_END: main
