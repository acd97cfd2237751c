//! Serves the book to this machine alone, and renders it again when its sources change.

mod answer;
mod connection;
mod pages;
mod watch;

use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::{io, thread};

use anyhow::{Context, Result, bail};

use crate::render;
use pages::{Pages, Shelf};

/// The first port to try where the reader names none.
const FIRST_PORT: u16 = 3000;

/// How many ports to try before any free one will do.
const TRIES: u16 = 10;

/// Serves the book of the workspace `root` until the process ends. Port 0 stands for any free one.
///
/// # Errors
///
/// Fails where the port is taken or the sources cannot be watched. A book that cannot be rendered
/// is no such failure: its pages then show the error.
pub fn serve(root: &Path, port: Option<u16>, open: bool) -> Result<()> {
    let listener = listen(port)?;
    let url = format!("http://{}/", listener.local_addr().context("cannot read the own port")?);
    let shelf = Arc::new(Shelf::default());

    // Watching begins before the first render, so that no change falls in between.
    let changes = watch::Changes::of(root)?;
    renew(root, &shelf);
    say(&format!("the book is at {url} as long as this runs"));
    if open && open::that_detached(&url).is_err() {
        say(&format!("no browser could be started; open {url} yourself"));
    }

    let readers = Arc::clone(&shelf);
    thread::spawn(move || connection::accept(&listener, &readers));
    loop {
        changes.wait()?;
        renew(root, &shelf);
    }
}

/// Renders the book anew; where that fails, the last good pages stay.
fn renew(root: &Path, shelf: &Shelf) {
    let result = render::render(root).and_then(|rendered| {
        let pages = Pages::load(rendered.folder())?;
        rendered.publish()?;
        Ok(pages)
    });
    match result {
        Ok(pages) => {
            if shelf.put(pages) {
                say("rendered the book");
            }
        }
        Err(error) => {
            let text = format!("{error:#}");
            say(&format!("error: {text}\nthe pages are those of the last good build"));
            shelf.fail(text);
        }
    }
}

fn listen(port: Option<u16>) -> Result<TcpListener> {
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let Some(port) = port else {
        let mut ports = (FIRST_PORT..FIRST_PORT + TRIES).chain([0]);
        return ports.find_map(|port| bind(port).ok()).context("there is no free port");
    };
    match bind(port) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            bail!("port {port} is taken; stop what uses it, or leave `--port` out for a free one")
        }
        other => other.with_context(|| format!("cannot listen on port {port}; choose another")),
    }
}

/// Tells the reader, and goes on where nobody reads any more.
fn say(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}
