//! The table of the page: the same questions to a pipe, a FIFO and a queue.

#[path = "after_a_kill.rs"]
#[expect(dead_code, reason = "its own main does not run here")]
mod after_a_kill;
use after_a_kill::bytes_or_messages::{
    receive, send,
    three_pairs::{ends, permissions},
};

// ANCHOR: main
fn main() {
    let row = |question: &str, ask: fn(&str) -> nix::Result<usize>| {
        let cells = ["pipe", "FIFO", "queue"].map(|kind| match ask(kind) {
            Ok(0) => "0, the end".to_owned(),
            Ok(number) => number.to_string(),
            Err(error) => format!("`{error:?}`"),
        });
        println!("| {question} | {} |", cells.join(" | "));
    };
    println!("| what is asked | pipe | FIFO | POSIX queue |\n|---|---|---|---|");
    row("writes of 4096 bytes that fit in", |kind| {
        let [_reader, writer] = ends(kind, false);
        Ok((0..).take_while(|_| send(&writer, &[0; 4096]).is_ok()).count())
    });
    row("taken of a write of 1048576 bytes", |kind| send(&ends(kind, false)[1], &[0; 1 << 20]));
    row("permissions: 666 asked for, umask 027", |kind| Ok(permissions(kind)));
    row("3 bytes sent twice; one read gets", |kind| {
        let [reader, writer] = ends(kind, false);
        send(&writer, b"one").and(send(&writer, b"two"))?;
        receive(&reader, &mut [0; 8192])
    });
    row("the reader is killed; sending 3 bytes", after_a_kill::kill_the_reader);
    row("the writer is killed; a read", after_a_kill::kill_the_writer);
    row("both are killed, with 3 bytes unread; a later reader", |kind| {
        let pair = ends(kind, true);
        send(&pair[1], b"one")?;
        after_a_kill::killed(pair);
        receive(&ends(kind, false)[0], &mut [0; 8192])
    });
}
// ANCHOR_END: main
