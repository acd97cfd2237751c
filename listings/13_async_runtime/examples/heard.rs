//! A future waits for a bell. Two tasks poll it, and one of them is woken.
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Wake, Waker};
use std::{cell::Cell, sync::Arc};

// ANCHOR: bell
#[derive(Default)]
struct Bell {
    rung: Cell<bool>,
    waker: Cell<Option<Waker>>,
}

impl Future for &Bell {
    type Output = ();
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.rung.get() {
            return Poll::Ready(());
        }
        self.waker.set(Some(cx.waker().clone()));
        Poll::Pending
    }
}
// ANCHOR_END: bell
// ANCHOR: main
struct Task(&'static str);
impl Wake for Task {
    fn wake(self: Arc<Self>) {
        println!("{} is woken", self.0);
    }
}

fn main() {
    let bell = Bell::default();
    let mut heard = pin!(&bell);
    for task in ["task 1", "task 2"] {
        let waker = Waker::from(Arc::new(Task(task)));
        println!("{task}: {:?}", heard.as_mut().poll(&mut Context::from_waker(&waker)));
    }
    bell.rung.set(true);
    let waker = bell.waker.take();
    waker.unwrap().wake();
}
// ANCHOR_END: main
