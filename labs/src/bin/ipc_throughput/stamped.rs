//! Messages with a number at either end, so that one that is lost, torn or changed on its way is noticed
//! without a look at every byte.

use labs::wires::PAGE;

/// The size of a number in bytes.
const STAMP: usize = size_of::<u64>();

/// A message that begins where a page does.
pub struct Stamped {
    memory: Vec<u8>,
    start: usize,
    size: usize,
}

impl Stamped {
    /// A message of `size` bytes.
    ///
    /// # Panics
    ///
    /// Panics where two numbers do not fit.
    pub fn new(size: usize) -> Stamped {
        assert!(size >= 2 * STAMP, "a message of {size} bytes has no room for its numbers");
        let mut memory = vec![0; size + PAGE];
        let start = memory.as_ptr().align_offset(PAGE);
        for (byte, value) in memory[start..start + size].iter_mut().zip(pattern()) {
            *byte = value;
        }
        Stamped { memory, start, size }
    }

    pub fn bytes(&mut self) -> &mut [u8] {
        &mut self.memory[self.start..self.start + self.size]
    }

    /// Gives the message a number.
    pub fn stamp(&mut self, number: u64) {
        for at in self.ends() {
            self.bytes()[at..at + STAMP].copy_from_slice(&number.to_ne_bytes());
        }
    }

    /// Whether it has this number, at either end.
    pub fn has(&mut self, number: u64) -> bool {
        self.ends().iter().all(|&at| self.bytes()[at..at + STAMP] == number.to_ne_bytes())
    }

    /// Whether all between its numbers is as it was made.
    pub fn is_whole(&mut self) -> bool {
        let [_, end] = self.ends();
        self.bytes().iter().zip(pattern()).take(end).skip(STAMP).all(|(byte, value)| *byte == value)
    }

    fn ends(&self) -> [usize; 2] {
        [0, self.size - STAMP]
    }
}

/// What all messages have in common.
fn pattern() -> impl Iterator<Item = u8> {
    (0..=u8::MAX).cycle()
}
