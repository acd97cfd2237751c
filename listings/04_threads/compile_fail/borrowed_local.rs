use std::thread;

fn main() {
    let words = vec!["fork", "exec"];
    let thread = thread::spawn(|| println!("{}", words.len()));
    thread.join().unwrap();
}
