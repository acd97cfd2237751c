//! How long does a guard live that nobody named?

use std::sync::Mutex;

fn is_locked(jobs: &Mutex<Vec<u32>>) -> bool {
    jobs.try_lock().is_err()
}

// ANCHOR: main
fn main() {
    let jobs = Mutex::new(vec![1, 2]);

    while let Some(job) = jobs.lock().unwrap().pop() {
        println!("`while let`, job {job}: locked in the body: {}", is_locked(&jobs));
    }

    jobs.lock().unwrap().push(3);
    let job = jobs.lock().unwrap().pop();
    println!("`let` before, job {job:?}: locked after it: {}", is_locked(&jobs));

    if let Some(job) = jobs.lock().unwrap().pop() {
        println!("job {job}");
    } else {
        println!("`if let`, no job: locked in `else`: {}", is_locked(&jobs));
    }
}
// ANCHOR_END: main
