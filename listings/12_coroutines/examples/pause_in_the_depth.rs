//! A walk through a tree that pauses in the depth of its recursion, on a stack of its own.

use corosensei::{Coroutine, CoroutineResult, Yielder};

// ANCHOR: main
struct Tree(Option<Box<Tree>>, u32, Option<Box<Tree>>);

fn walk(tree: &Tree, depth: u32, yielder: &Yielder<(), (u32, u32)>) {
    if let Some(left) = &tree.0 {
        walk(left, depth + 1, yielder);
    }
    yielder.suspend((tree.1, depth));
    if let Some(right) = &tree.2 {
        walk(right, depth + 1, yielder);
    }
}

fn main() {
    let leaf = |key| Some(Box::new(Tree(None, key, None)));
    let tree = Tree(Some(Box::new(Tree(leaf(1), 2, leaf(3)))), 4, leaf(5));
    let mut keys = Coroutine::new(move |yielder, ()| {
        walk(&tree, 1, yielder);
        "all keys"
    });
    loop {
        match keys.resume(()) {
            CoroutineResult::Yield((key, depth)) => println!("{key}, at depth {depth}"),
            CoroutineResult::Return(says) => break println!("it returns: {says}"),
        }
    }
}
// ANCHOR_END: main
