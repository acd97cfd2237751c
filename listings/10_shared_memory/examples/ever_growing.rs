//! Two counts of a ring that has eight places, at the moment when they overflow.

// ANCHOR: main
fn main() {
    let (mut written, mut read) = (u32::MAX - 1, u32::MAX - 5);
    for (step, writes, reads) in [("", 0, 0), ("write 4", 4, 0), ("read 5", 0, 5), ("read 3", 0, 3)]
    {
        written = written.wrapping_add(writes);
        read = read.wrapping_add(reads);
        let full = written.wrapping_sub(read);
        println!(
            "{step:8}written {written:10}  read {read:10}  full {full}  next place {}",
            written % 8
        );
    }
}
// ANCHOR_END: main
