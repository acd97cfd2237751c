//! What to answer to a request.

use httparse::{EMPTY_HEADER, Request};
use percent_encoding::percent_decode_str;

use super::pages::Now;

/// Where the script of the live pages asks for the state of the book.
const STATE: &str = "/-/state";

/// Where that script itself lies.
const SCRIPT: &str = "/-/live.js";

/// A status line, one header of importance, and a body.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: &'static str,
    /// The name and the value of the header.
    pub header: (&'static str, String),
    pub body: Vec<u8>,
    /// Whether the request was a HEAD, which wants no body.
    pub head_only: bool,
}

/// The answer to the request that begins with `head`, up to and including its empty line.
pub fn answer(now: &Now, head: &[u8]) -> Answer {
    let mut headers = [EMPTY_HEADER; 64];
    let mut request = Request::new(&mut headers);
    let complete = request.parse(head).is_ok_and(|status| status.is_complete());
    let (Some(method), Some(target), true) = (request.method, request.path, complete) else {
        return text("400 Bad Request", "this is no HTTP request");
    };
    let mut hosts = request.headers.iter().filter(|h| h.name.eq_ignore_ascii_case("host"));
    if !hosts.all(|host| is_this_machine(host.value)) {
        // Another site may give its own name the address of this machine, to read what is here.
        return text("403 Forbidden", "the book is served to this machine alone");
    }
    let mut answer = match method {
        "GET" | "HEAD" => find(now, target),
        _ => text("405 Method Not Allowed", "the book can only be read"),
    };
    answer.head_only = method == "HEAD";
    answer
}

fn find(now: &Now, target: &str) -> Answer {
    let path = target.split(['?', '#']).next().unwrap_or_default();
    match path {
        SCRIPT => return file("live.js", include_bytes!("live.js").to_vec()),
        STATE => return state(now),
        _ => {}
    }
    let Some(pages) = &now.pages else { return broken(now) };
    let Ok(path) = percent_decode_str(path).decode_utf8() else { return missing(now) };
    let Some(name) = path.strip_prefix('/') else { return missing(now) };

    let index = format!("{}index.html", if name.is_empty() { "" } else { name });
    let name = if name.is_empty() || name.ends_with('/') { &index } else { name };
    match pages.get(name) {
        Some(content) if name.ends_with(".html") => page(now, "200 OK", content),
        Some(content) => file(name, content.to_vec()),
        None if pages.get(&format!("{name}/index.html")).is_some() => Answer {
            header: ("Location", format!("{path}/")),
            ..text("301 Moved Permanently", "the folder has an index")
        },
        None => missing(now),
    }
}

/// A page, with the script that shows changes.
fn page(now: &Now, status: &'static str, content: &[u8]) -> Answer {
    let content = String::from_utf8_lossy(content);
    let script = format!("<script src=\"{SCRIPT}\" data-version=\"{}\"></script>\n", now.version());
    let end = content.rfind("</body>").unwrap_or(content.len());
    let body = [&content[..end], &script, &content[end..]].concat().into_bytes();
    Answer { status, ..file("page.html", body) }
}

fn missing(now: &Now) -> Answer {
    let own = now.pages.as_ref().and_then(|pages| pages.get("404.html"));
    own.map_or_else(
        || text("404 Not Found", "there is no such page"),
        |content| page(now, "404 Not Found", content),
    )
}

/// Stands in for every page as long as none could be rendered; the script shows why.
fn broken(now: &Now) -> Answer {
    let content = b"<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\">\
        <title>No book yet</title><body><h1>There is no book yet</h1></body></html>";
    page(now, "503 Service Unavailable", content)
}

fn state(now: &Now) -> Answer {
    let state = serde_json::json!({ "version": now.version(), "error": now.error.as_deref() });
    file("state.json", state.to_string().into_bytes())
}

fn text(status: &'static str, text: &str) -> Answer {
    Answer { status, ..file("answer.txt", format!("{text}\n").into_bytes()) }
}

fn file(name: &str, body: Vec<u8>) -> Answer {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let kind = match extension {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "csv" | "facts" | "md" | "out" | "rs" | "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
    let header = ("Content-Type", kind.to_owned());
    Answer { status: "200 OK", header, body, head_only: false }
}

fn is_this_machine(host: &[u8]) -> bool {
    let host = String::from_utf8_lossy(host);
    let name = host.rsplit_once(':').map_or(&*host, |(name, port)| {
        if port.bytes().all(|digit| digit.is_ascii_digit()) { name } else { &host }
    });
    ["localhost", "127.0.0.1"].iter().any(|own| name.eq_ignore_ascii_case(own))
}

#[cfg(test)]
mod tests;
