//! What lives across a pause becomes a field, each place where it can be a variant, and `resume` a `match`.
//!
//! The tempting mistake is to think of a generator as a loop that one has to leave. It has left long ago: each
//! `resume` is a call of its own, from one pause to the next. What only the stack knew, such as the way back up
//! in a tree, has to be written down too.

use crate::given::{Generator, Step, Tree};

/// All Fibonacci numbers up to `limit`, and then how many they are. It knows of no overflow: where
/// the next number does not fit into a `u64`, it is greater than any limit.
///
/// ```text
/// let (mut a, mut b, mut count) = (0, 1, 0);
/// while a <= limit {
///     yield a;
///     (a, b, count) = (b, a + b, count + 1);
/// }
/// return count;
/// ```
#[derive(Debug, Clone)]
pub enum Fib {
    Start { limit: u64 },
    Paused { a: u64, b: Option<u64>, count: u64, limit: u64 },
    Done,
}

impl Generator<()> for Fib {
    type Yield = u64;
    type Return = u64;
    fn resume(&mut self, (): ()) -> Step<u64, u64> {
        let (a, b, count, limit) = match *self {
            Fib::Start { limit } => (Some(0), Some(1), 0, limit),
            Fib::Paused { a, b, count, limit } => {
                (b, b.and_then(|b| a.checked_add(b)), count + 1, limit)
            }
            Fib::Done => return Step::AlreadyDone,
        };
        match a {
            Some(a) if a <= limit => {
                *self = Fib::Paused { a, b, count, limit };
                Step::Yielded(a)
            }
            _ => {
                *self = Fib::Done;
                Step::Returned(count)
            }
        }
    }
}

/// The mean of all inputs so far, until the input is `None`.
///
/// ```text
/// let (mut mean, mut sum, mut count) = (None, 0.0, 0.0);
/// while let Some(number) = yield mean {
///     (sum, count) = (sum + number, count + 1.0);
///     mean = Some(sum / count);
/// }
/// return mean;
/// ```
#[derive(Debug, Clone)]
pub enum Mean {
    Start,
    Paused { mean: Option<f64>, sum: f64, count: f64 },
    Done,
}

impl Generator<Option<f64>> for Mean {
    type Yield = Option<f64>;
    type Return = Option<f64>;
    fn resume(&mut self, input: Option<f64>) -> Step<Option<f64>, Option<f64>> {
        let (mean, sum, count) = match *self {
            Mean::Start => (None, 0.0, 0.0),
            Mean::Paused { mean, sum, count } => match input {
                Some(number) => {
                    let (sum, count) = (sum + number, count + 1.0);
                    (Some(sum / count), sum, count)
                }
                None => {
                    *self = Mean::Done;
                    return Step::Returned(mean);
                }
            },
            Mean::Done => return Step::AlreadyDone,
        };
        *self = Mean::Paused { mean, sum, count };
        Step::Yielded(mean)
    }
}

/// The keys of a tree in their order, one for each `next`. It needs memory for the height of the tree,
/// not for all of it, on the heap alone.
#[derive(Debug)]
pub struct InOrder<'t, K> {
    /// The nodes whose key, and all that is to the right of it, is yet to come; the next one is the
    /// last.
    open: Vec<&'t Tree<K>>,
}

impl<'t, K> InOrder<'t, K> {
    /// Before the first key.
    pub fn new(root: Option<&'t Tree<K>>) -> InOrder<'t, K> {
        let mut keys = InOrder { open: Vec::new() };
        keys.go_down(root);
        keys
    }

    fn go_down(&mut self, mut node: Option<&'t Tree<K>>) {
        while let Some(tree) = node {
            self.open.push(tree);
            node = tree.left.as_deref();
        }
    }
}

impl<'t, K> Iterator for InOrder<'t, K> {
    type Item = &'t K;
    fn next(&mut self) -> Option<&'t K> {
        let tree = self.open.pop()?;
        self.go_down(tree.right.as_deref());
        Some(&tree.key)
    }
}
