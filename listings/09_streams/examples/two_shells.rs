//! Two programs that know nothing of each other but a path.

use std::fs::remove_file;
use std::process::{Command, Stdio, id};
use std::{env, thread};

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

// ANCHOR: main
fn main() {
    let path = env::temp_dir().join(format!("streams-{}.shells", id()));
    mkfifo(&path, Mode::S_IRUSR | Mode::S_IWUSR).unwrap();
    let program = |line: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-c", line]).arg(&path).stdout(Stdio::piped());
        shell.spawn().unwrap()
    };

    let mut writer = program("echo 'hello, whoever you are' > \"$0\"");
    let reader = program("cat < \"$0\"");
    let heard = thread::spawn(|| reader.wait_with_output().unwrap());
    println!("the writer: {}", writer.wait().unwrap());
    print!("the reader: {}", String::from_utf8_lossy(&heard.join().unwrap().stdout));
    remove_file(path).unwrap();
}
// ANCHOR_END: main
