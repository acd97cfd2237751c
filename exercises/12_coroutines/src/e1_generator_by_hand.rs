//! Write three generators as values that know where they have paused.

use crate::given::{Generator, Step, Tree};

/// The Fibonacci numbers up to `limit`, which may be `u64::MAX`, and then how many they are.
/// ```text
/// let (mut a, mut b, mut count) = (0, 1, 0);
/// while a <= limit {
///     yield a;
///     (a, b, count) = (b, a + b, count + 1);
/// }
/// return count;
/// ```
pub enum Fib {
    Start { limit: u64 }, // TODO: which places are there besides, and what lives on in each?
}
impl Generator<()> for Fib {
    type Yield = u64;
    type Return = u64;
    fn resume(&mut self, (): ()) -> Step<u64, u64> {
        let Fib::Start { limit } = self;
        todo!("the numbers up to {limit}")
    }
}

/// The mean of all inputs so far, until the input is `None`.
/// ```text
/// let (mut mean, mut sum, mut count) = (None, 0.0, 0.0);
/// while let Some(number) = yield mean {
///     (sum, count) = (sum + number, count + 1.0);
///     mean = Some(sum / count);
/// }
/// return mean;
/// ```
pub enum Mean {
    Start,
}
impl Generator<Option<f64>> for Mean {
    type Yield = Option<f64>;
    type Return = Option<f64>;
    fn resume(&mut self, input: Option<f64>) -> Step<Option<f64>, Option<f64>> {
        todo!("the mean, with {input:?}")
    }
}

/// The keys of a tree in their order. It needs heap for the tree's height, and stack for none of it.
pub struct InOrder<'t, K> {
    root: Option<&'t Tree<K>>, // What it needs is yours to choose.
}
impl<'t, K> InOrder<'t, K> {
    pub fn new(root: Option<&'t Tree<K>>) -> InOrder<'t, K> {
        InOrder { root }
    }
}
impl<'t, K> Iterator for InOrder<'t, K> {
    type Item = &'t K;
    fn next(&mut self) -> Option<&'t K> {
        todo!("the next key, if there is a tree: {}", self.root.is_some())
    }
}
