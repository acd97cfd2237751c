//! A running `book serve`.

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::little::Little;

/// How long anything may take before a test gives up.
const LIMIT: Duration = Duration::from_secs(60);

/// A server; it ends when this is dropped.
pub struct Server {
    process: Child,
    /// Such as `127.0.0.1:41234`.
    address: String,
    /// Kept open, so that the server has somewhere to write.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Server {
    pub fn of(little: &Little) -> Server {
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
    pub fn get(&self, target: &str) -> String {
        self.send(&format!("GET {target} HTTP/1.1\r\nHost: {}\r\n\r\n", self.address))
    }

    pub fn send(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Asks for `target` until the answer is as `wanted`.
    pub fn get_until(&self, target: &str, wanted: impl Fn(&str) -> bool) -> String {
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
