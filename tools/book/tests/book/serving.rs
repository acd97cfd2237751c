//! Serves the small course, as a reader's browser sees it.

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::little::Little;

/// How long anything may take before a test gives up.
const LIMIT: Duration = Duration::from_secs(60);

/// A server; it ends when this is dropped.
struct Server {
    process: Child,
    /// Such as `127.0.0.1:41234`.
    address: String,
    /// Kept open, so that the server has somewhere to write.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Server {
    fn of(little: &Little) -> Server {
        let mut process = Command::new(env!("CARGO_BIN_EXE_book"))
            .args(["serve", "--port", "0"])
            .current_dir(little.root())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = output.by_ref().find_map(|line| {
            let line = line.unwrap();
            Some(line.strip_prefix("the book is at http://")?.split_once('/')?.0.to_owned())
        });
        Server { process, address: address.unwrap(), _output: output }
    }

    /// The whole answer to a request for `target`, which is sent as it stands.
    fn get(&self, target: &str) -> String {
        self.send(&format!("GET {target} HTTP/1.1\r\nHost: {}\r\n\r\n", self.address))
    }

    fn send(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Asks for `target` until the answer is as `wanted`.
    fn get_until(&self, target: &str, wanted: impl Fn(&str) -> bool) -> String {
        let begin = Instant::now();
        loop {
            let answer = self.get(target);
            if wanted(&answer) {
                return answer;
            }
            assert!(begin.elapsed() < LIMIT, "{target} stays as it is: {answer}");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_change_is_shown_and_a_broken_one_keeps_the_last_good_pages() {
    let little = Little::copy();
    let server = Server::of(&little);
    assert!(server.get("/03_threads.html").starts_with("HTTP/1.1 200 OK"));

    little.write_page("Spools of it.");
    server.get_until("/03_threads.html", |page| page.contains("Spools of it."));

    little.write_page("Gone.\n\n{{#include nowhere.rs}}");
    server.get_until("/-/state", |state| state.contains("book/03_threads.md:5: the included file"));
    assert!(server.get("/03_threads.html").contains("Spools of it."));

    little.write_page("Mended.");
    server.get_until("/03_threads.html", |page| page.contains("Mended."));
    assert!(server.get("/-/state").contains("\"error\":null"));
}

#[test]
fn a_change_of_an_exercise_is_shown() {
    let little = Little::copy();
    let server = Server::of(&little);
    little.write("exercises/03_threads/hints/e1_join_all.md", "Wind it up.\n");
    server.get_until("/03_threads.html", |page| page.contains("Wind it up."));
}

#[test]
fn a_book_that_is_broken_from_the_start_is_shown_when_it_is_mended() {
    let little = Little::copy();
    little.write_page("{{#include nowhere.rs}}");
    let server = Server::of(&little);
    let page = server.get("/03_threads.html");
    assert!(page.starts_with("HTTP/1.1 503") && page.contains("/-/live.js"), "{page}");

    little.write_page("Mended.");
    server.get_until("/03_threads.html", |page| page.contains("Mended."));
}

#[test]
fn no_path_leads_out_of_the_pages() {
    let little = Little::copy();
    let root = little.root();
    let server = Server::of(&little);
    let secret = root.join("book.toml");
    let absolute = secret.to_str().unwrap();
    std::os::unix::fs::symlink(&secret, root.join("target/book/link.toml")).unwrap();
    std::os::unix::fs::symlink(&root, root.join("target/book/out")).unwrap();

    for target in [
        "/../../book.toml",
        "/%2e%2e/%2e%2e/book.toml",
        "/references/../../../book.toml",
        "/..%2f..%2fbook.toml",
        "/..\\..\\book.toml",
        "/%00",
        "/link.toml",
        "/out/book.toml",
        "//book.toml",
        absolute,
        &format!("/{absolute}"),
        "../../book.toml",
        "file:///etc/passwd",
        "http://127.0.0.1/../../book.toml",
    ] {
        let answer = server.get(target);
        assert!(answer.starts_with("HTTP/1.1 404"), "{target}: {answer}");
        assert!(!answer.contains("build-dir"), "{target}: {answer}");
    }
}

#[test]
fn another_name_for_this_machine_is_refused() {
    let little = Little::copy();
    let server = Server::of(&little);
    let answer = server.send("GET / HTTP/1.1\r\nHost: rebound.example\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
}

#[test]
fn a_port_that_is_taken_is_named() {
    let little = Little::copy();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let output = Command::new(env!("CARGO_BIN_EXE_book"))
        .args(["serve", "--port", &port.to_string()])
        .current_dir(little.root())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8_lossy(&output.stderr).replace(&port.to_string(), "PORT");
    insta::assert_snapshot!(error, @"error: port PORT is taken; stop what uses it, or leave `--port` out for a free one");
}
