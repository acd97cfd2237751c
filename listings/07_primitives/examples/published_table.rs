//! A table that one thread fills and another reads: a flag says when.

use model::sync::Ordering::{self, Acquire, Relaxed, Release};
use model::sync::{Arc, AtomicBool, UnsafeCell};
use model::{Model, Rejection, thread};

// ANCHOR: program
struct Table {
    filled: AtomicBool,
    squares: UnsafeCell<[u32; 3]>,
}

// SAFETY: the flag keeps the two uses apart, or so we think.
unsafe impl Sync for Table {}

fn fill(table: &Table, raise: Ordering) {
    // SAFETY: see above.
    unsafe { *table.squares.get() = [0, 1, 4] };
    table.filled.store(true, raise);
}

fn last(table: &Table, look: Ordering) -> Option<u32> {
    // SAFETY: see above.
    table.filled.load(look).then(|| unsafe { (*table.squares.get())[2] })
}
// ANCHOR_END: program

fn check(raise: Ordering, look: Ordering) -> Result<usize, Rejection> {
    Model::new().try_check(move || {
        let (filled, squares) = (AtomicBool::new(false), UnsafeCell::new([0; 3]));
        let table = Arc::new(Table { filled, squares });
        let reader = table.clone();
        let other = thread::spawn(move || last(&reader, look));
        fill(&table, raise);
        assert_ne!(other.join(), Some(0));
    })
}

fn main() {
    println!("{}", check(Relaxed, Relaxed).expect_err("nothing orders the two"));
    println!("\nRelease, Acquire: right in {} interleavings", check(Release, Acquire).unwrap());
}
