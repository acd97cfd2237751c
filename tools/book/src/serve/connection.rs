//! Speaks HTTP/1.1 with one reader at a time a thread: one request, one answer.

use std::io::{self, BufWriter, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use super::answer::{Answer, answer};
use super::pages::Shelf;

/// The longest head of a request, in bytes.
const LONGEST_HEAD: usize = 16 * 1024;

/// How long a reader may keep silent, or not listen.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many readers are served at a time; a browser opens six connections.
const READERS: usize = 64;

/// Answers everybody who connects, until the process ends.
pub fn accept(listener: &TcpListener, shelf: &Arc<Shelf>) {
    let busy = Arc::new(AtomicUsize::new(0));
    for stream in listener.incoming() {
        let Ok(stream) = stream else {
            // Out of descriptors, perhaps; it passes when the readers of now are done.
            thread::sleep(Duration::from_millis(50));
            continue;
        };
        // Relaxed: it only counts.
        if busy.fetch_add(1, Relaxed) < READERS {
            let (shelf, busy) = (Arc::clone(shelf), Arc::clone(&busy));
            thread::spawn(move || {
                // A reader who went away is no error of the book.
                let _ = converse(stream, &shelf);
                busy.fetch_sub(1, Relaxed);
            });
        } else {
            busy.fetch_sub(1, Relaxed);
        }
    }
}

fn converse(mut stream: TcpStream, shelf: &Shelf) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let head = read_head(&mut stream)?;
    write(&stream, &answer(&shelf.now(), &head))
}

/// Reads up to the empty line that ends the head of a request.
fn read_head(stream: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut piece = [0; 1024];
    while head.len() < LONGEST_HEAD && !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut piece)? {
            0 => break,
            count => head.extend_from_slice(&piece[..count]),
        }
    }
    Ok(head)
}

fn write(stream: impl Write, answer: &Answer) -> io::Result<()> {
    let mut stream = BufWriter::new(stream);
    let (name, value) = &answer.header;
    write!(
        stream,
        "HTTP/1.1 {}\r\n{name}: {value}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
        answer.status,
        answer.body.len()
    )?;
    if !answer.head_only {
        stream.write_all(&answer.body)?;
    }
    stream.flush()
}
