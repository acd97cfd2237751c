//! The questions of the table, to a pipe, a FIFO and a POSIX queue.

#[path = "after_a_kill.rs"]
#[expect(dead_code, reason = "its own main does not run here")]
mod after_a_kill;
use after_a_kill::bytes_or_messages::{
    receive, send,
    three_pairs::{ends, permissions},
};
use after_a_kill::{kill_the_reader, kill_the_writer, killed};

// ANCHOR: main
fn main() {
    for kind in ["pipe", "FIFO", "queue"] {
        println!("{kind:5} {:?}", [1, 2, 3, 4, 5, 6, 7].map(|row| answer(kind, row)));
    }
}

pub fn answer(kind: &str, row: usize) -> nix::Result<usize> {
    let pair = ends(kind, row == 7);
    let [reader, writer] = &pair;
    match row {
        1 => Ok((0..).take_while(|_| send(writer, &[0; 4096]).is_ok()).count()),
        2 => send(writer, &[0; 1 << 20]),
        3 => Ok(permissions(kind)),
        4 => send(writer, b"one").and(send(writer, b"two")).and(receive(reader, &mut [0; 8192])),
        5 => kill_the_reader(kind),
        6 => kill_the_writer(kind),
        _ => {
            send(writer, b"one")?;
            killed(pair);
            receive(&ends(kind, false)[0], &mut [0; 8192])
        }
    }
}
// ANCHOR_END: main
