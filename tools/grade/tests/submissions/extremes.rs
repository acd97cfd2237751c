//! Tests that write without measure.

use std::io::{self, Write};

/// How much one write takes.
const BLOCK: usize = 1 << 16;

#[grade::test(timeout_ms = 120_000)]
fn prints_a_gigabyte() {
    let block = [b'x'; BLOCK];
    for _ in 0..(1 << 30) / BLOCK {
        io::stdout().write_all(&block).unwrap();
    }
    panic!("a gigabyte is printed");
}

#[grade::test(file_mb = 1)]
fn writes_a_huge_file() {
    // It has no name, so nothing is left of it.
    let mut file = tempfile::tempfile().unwrap();
    loop {
        file.write_all(&[0; BLOCK]).unwrap();
    }
}
