//! Jobs in a queue: who is done takes the next one, and nobody waits for a thread with a long job.

use std::thread;

use crossbeam::channel::{bounded, unbounded};

// ANCHOR: main
fn main() {
    let (put, queue) = unbounded();
    (0..8).for_each(|job| put.send(job).expect("the queue has a reader"));
    drop(put); // The end of the queue: whoever finds it empty is done.
    let (tell, told) = bounded(7);

    let mut jobs_of_each = thread::scope(|scope| {
        let work = || {
            let mut jobs = 0;
            for job in &queue {
                if job == 0 {
                    // A long job: it lasts until all the others are done.
                    (0..7).for_each(|_| told.recv().expect("somebody tells"));
                } else {
                    tell.send(()).expect("somebody listens");
                }
                jobs += 1;
            }
            jobs
        };
        let threads = [scope.spawn(work), scope.spawn(work)];
        threads.map(|thread| thread.join().expect("no job panics"))
    });
    jobs_of_each.sort();
    println!("jobs done by one thread and by the other: {jobs_of_each:?}");
}
// ANCHOR_END: main
