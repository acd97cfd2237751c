//! Serves the small course, as a reader's browser sees it.

use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::process::Command;

use super::little::Little;
use super::server::Server;

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
    symlink(&secret, root.join("target/book/link.toml")).unwrap();
    symlink(&root, root.join("target/book/out")).unwrap();

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
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
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
