//! How large is a future, and of what?

use std::future::ready;

// ANCHOR: main
async fn before_the_await() -> usize {
    let used = [1_u8; 1024].len();
    ready(()).await;
    used
}

async fn across_the_await() -> usize {
    let buffer = [1_u8; 1024];
    ready(()).await;
    buffer.len()
}

fn main() {
    println!("used before the await: {}", size(&before_the_await()));
    println!("used after it, too:    {}", size(&across_the_await()));
}

fn size<F: Future>(future: &F) -> &'static str {
    if size_of_val(future) < 1024 { "less than 1024 bytes" } else { "1024 bytes and more" }
}
// ANCHOR_END: main
