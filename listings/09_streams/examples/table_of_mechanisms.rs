//! The table of the page: the same questions to a pipe, a FIFO and two kinds of queues.

#[path = "same_of_system_v.rs"]
#[expect(dead_code, reason = "its own main does not run here")]
mod same_of_system_v;
#[path = "same_of_three.rs"]
#[expect(dead_code, reason = "its own main does not run here")]
mod same_of_three;

// ANCHOR: main
const QUESTIONS: [&str; 7] = [
    "writes of 4096 bytes that fit in",
    "taken of a write of 1048576 bytes",
    "permissions: 666 asked for, umask 027",
    "3 bytes sent twice; one read gets",
    "the reader is killed; sending 3 bytes",
    "the writer is killed; a read",
    "both are killed, with 3 bytes unread; a later reader",
];

fn main() {
    println!("| what is asked | pipe | FIFO | POSIX queue | System V queue |");
    println!("|---|---|---|---|---|");
    for (row, question) in (1..).zip(QUESTIONS) {
        let [pipe, fifo, queue] =
            ["pipe", "FIFO", "queue"].map(|kind| same_of_three::answer(kind, row));
        let cells = [pipe, fifo, queue, same_of_system_v::answer(row)].map(|answer| match answer {
            Ok(0) => "0, the end".to_owned(),
            Ok(number) => number.to_string(),
            Err(error) => format!("`{error:?}`"),
        });
        println!("| {question} | {} |", cells.join(" | "));
    }
}
// ANCHOR_END: main
