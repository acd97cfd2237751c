//! Requests, as they come over the wire, and their answers.

use std::fs;
use std::sync::Arc;

use super::*;
use crate::serve::pages::Pages;

fn now() -> Now {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("references")).unwrap();
    fs::write(folder.path().join("a.html"), "<body>A</body>").unwrap();
    fs::write(folder.path().join("404.html"), "<body>Lost</body>").unwrap();
    fs::write(folder.path().join("references/index.html"), "<body>All</body>").unwrap();
    fs::write(folder.path().join("a b.svg"), "<svg/>").unwrap();
    Now { pages: Some(Arc::new(Pages::load(folder.path()).unwrap())), error: None }
}

fn ask(request: &str) -> Answer {
    answer(&now(), format!("{request}\r\nHost: localhost:3000\r\n\r\n").as_bytes())
}

fn body(answer: &Answer) -> &str {
    str::from_utf8(&answer.body).unwrap()
}

#[test]
fn a_page_carries_the_script_that_knows_its_version() {
    let answer = ask("GET /a.html?search=x HTTP/1.1");
    assert_eq!(answer.status, "200 OK");
    let script = format!("<script src=\"/-/live.js\" data-version=\"{}\">", now().version());
    assert!(body(&answer).starts_with(&format!("<body>A{script}")), "{}", body(&answer));
}

#[test]
fn an_address_is_decoded() {
    let answer = ask("GET /a%20b.svg HTTP/1.1");
    assert_eq!(answer.header, ("Content-Type", "image/svg+xml".to_owned()));
    assert_eq!(body(&answer), "<svg/>");
}

#[test]
fn a_folder_leads_to_its_index() {
    let answer = ask("GET /references HTTP/1.1");
    assert_eq!(answer.header, ("Location", "/references/".to_owned()));
    assert!(body(&ask("GET /references/ HTTP/1.1")).contains("All"));
}

#[test]
fn what_is_not_there_gets_the_page_for_that() {
    let answer = ask("GET /b.html HTTP/1.1");
    assert_eq!(answer.status, "404 Not Found");
    assert!(body(&answer).contains("Lost"));
}

#[test]
fn the_head_of_an_answer_may_be_all() {
    assert!(ask("HEAD /a.html HTTP/1.1").head_only);
}

#[test]
fn the_book_can_only_be_read() {
    assert_eq!(ask("POST /a.html HTTP/1.1").status, "405 Method Not Allowed");
}

#[test]
fn nonsense_is_refused() {
    for request in ["", "\r\n\r\n", "GET", "GET /a.html HTTP/1.1\r\n", "\u{16}\u{3}\u{1}"] {
        assert_eq!(answer(&now(), request.as_bytes()).status, "400 Bad Request", "{request:?}");
    }
}

#[test]
fn only_this_machine_is_served() {
    let answer_for = |host: &str| {
        answer(&now(), format!("GET /a.html HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes())
    };
    for host in ["localhost", "127.0.0.1:3000", "LOCALHOST:80"] {
        assert_eq!(answer_for(host).status, "200 OK", "{host}");
    }
    for host in ["example.org", "localhost.example.org:3000", "127.0.0.1.example.org", ""] {
        assert_eq!(answer_for(host).status, "403 Forbidden", "{host}");
    }
}

#[test]
fn an_error_is_told_beside_the_last_good_pages() {
    let now = Now { error: Some("it \"fails\"".into()), ..now() };
    let answer = answer(&now, b"GET /-/state HTTP/1.1\r\n\r\n");
    assert!(body(&answer).starts_with(r#"{"error":"it \"fails\"","version":"#));
}
