//! Two counters, as state machines written by hand.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

// ANCHOR: main
struct Count {
    name: &'static str,
    n: u32,
    sum: u32,
}

impl Future for Count {
    type Output = u32;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u32> {
        self.n += 1;
        if self.n > 3 {
            return Poll::Ready(self.sum);
        }
        println!("{} {}", self.name, self.n);
        self.sum += self.n;
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

fn main() {
    let mut ready = VecDeque::from(["a", "b"].map(|name| Count { name, n: 0, sum: 0 }));
    let mut sum = 0;
    while let Some(mut next) = ready.pop_front() {
        match Pin::new(&mut next).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => ready.push_back(next),
            Poll::Ready(part) => sum += part,
        }
    }
    println!("sum {sum}");
}
// ANCHOR_END: main
