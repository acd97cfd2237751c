//! A server reads one request after the other, or has a thread for each: who waits for a slow client?

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::Duration;

// ANCHOR: main
fn main() {
    quick_beside_slow("one thread", 1, |clients| clients.into_iter().for_each(answer));
    quick_beside_slow("a thread for each", 60, |clients| {
        let threads: Vec<_> =
            clients.into_iter().map(|client| thread::spawn(|| answer(client))).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

/// Reads a request of one byte, and answers with the next one.
fn answer(mut client: UnixStream) {
    let mut request = [0];
    client.read_exact(&mut request).unwrap();
    client.write_all(&[request[0] + 1]).unwrap();
}

fn quick_beside_slow(name: &str, patience: u64, serve: impl FnOnce(Vec<UnixStream>) + Send) {
    let (mut slow, slow_at_server) = UnixStream::pair().unwrap();
    let (mut quick, quick_at_server) = UnixStream::pair().unwrap();
    thread::scope(|scope| {
        scope.spawn(|| serve(vec![slow_at_server, quick_at_server]));
        quick.write_all(b"a").unwrap();
        quick.set_read_timeout(Some(Duration::from_secs(patience))).unwrap();
        let outcome = match quick.read_exact(&mut [0]) {
            Ok(()) => "has its answer before the slow one has asked",
            Err(_) => "has given up: the server waits for the slow one",
        };
        println!("{name}: the quick client {outcome}");
        slow.write_all(b"a").unwrap();
    });
}
// ANCHOR_END: main
