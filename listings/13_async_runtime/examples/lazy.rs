//! A future does nothing until somebody polls it.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

async fn greet() -> &'static str {
    println!("the body runs");
    "hello"
}

fn main() {
    let mut future = pin!(greet());
    println!("the future exists");
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(greeting) => println!("ready: {greeting}"),
        Poll::Pending => println!("pending"),
    }
}
