//! What becomes of the locals of a coroutine that nobody resumes any more?

use corosensei::Coroutine;

// ANCHOR: main
struct Local(&'static str);

impl Drop for Local {
    fn drop(&mut self) {
        println!("  {} is dropped", self.0);
    }
}

fn main() {
    let mut paused: Coroutine<(), (), ()> = Coroutine::new(|yielder, ()| {
        let _outer = Local("the outer local");
        let deep = || {
            let _inner = Local("the inner local");
            yielder.suspend(());
            println!("  nobody gets here");
        };
        deep();
    });
    let fresh: Coroutine<(), (), ()> = Coroutine::new(|_, ()| println!("  nor here"));

    paused.resume(());
    println!("it is paused");
    drop(paused);
    println!("it is gone");
    drop(fresh);
    println!("the one that had not begun is gone, too");
}
// ANCHOR_END: main
