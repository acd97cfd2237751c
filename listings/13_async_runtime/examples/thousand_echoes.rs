//! An echo server on the runtime of exercise 13.4: the reference, so do not look at it yet.
#![expect(dead_code, unused_imports, reason = "a server needs less than there is")]
#[path = "../../../exercises/13_async_runtime/tests/support/clients.rs"]
mod clients;
#[path = "../../../solutions/13_async_runtime/e4_reactor.rs"]
mod e4_reactor;
#[path = "../../../exercises/13_async_runtime/src/given.rs"]
mod given;

use clients::{Clients, allowed};
use e4_reactor::{Async, run, spawn};
use std::io::{Read, Result, Write};
use std::net::{TcpListener, TcpStream};

// ANCHOR: server
async fn echo(stream: TcpStream) -> Result<()> {
    let (stream, mut bytes) = (Async::new(stream)?, [0; 64]);
    while let count @ 1.. = stream.read_with(|mut stream| stream.read(&mut bytes)).await? {
        let mut rest = &bytes[..count];
        while !rest.is_empty() {
            rest = &rest[stream.write_with(|mut stream| stream.write(rest)).await?..];
        }
    }
    Ok(())
}

fn main() -> Result<()> {
    let (all, listener) = (allowed(1_000), TcpListener::bind("127.0.0.1:0")?);
    let (clients, end) = Clients::start(listener.local_addr()?, all);
    run(async {
        let listener = Async::new(listener)?;
        for _ in 0..all {
            let (stream, _) = listener.read_with(TcpListener::accept).await?;
            spawn(echo(stream));
        }
        println!("{all} connections, {} thread", std::fs::read_dir("/proc/self/task")?.count());
        Async::new(end)?.read_with(|mut end| end.read(&mut [0])).await
    })?;
    println!("all clients were answered: {}", clients.are_content());
    Ok(())
}
// ANCHOR_END: server
