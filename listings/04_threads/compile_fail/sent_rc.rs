use std::rc::Rc;
use std::thread;

fn main() {
    let name = Rc::new(String::from("main"));
    let copy = Rc::clone(&name);
    let thread = thread::spawn(move || println!("{copy}"));
    thread.join().unwrap();
    println!("{name}");
}
