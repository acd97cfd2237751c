//! Keeps the head and the tail of what a test prints, whatever its size.

use std::collections::VecDeque;

/// How much is kept of each end, in bytes.
const KEPT: usize = 8 << 10;

/// The output of a test, bounded.
#[derive(Default)]
pub(crate) struct Capture {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    left_out: usize,
}

impl Capture {
    /// Takes the next bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let (head, rest) = bytes.split_at(bytes.len().min(KEPT - self.head.len()));
        self.head.extend_from_slice(head);
        self.tail.extend(rest);
        let surplus = self.tail.len().saturating_sub(KEPT);
        self.tail.drain(..surplus);
        self.left_out += surplus;
    }

    /// Returns the text; a line says how much is left out.
    pub(crate) fn into_text(self) -> String {
        let mut text = String::from_utf8_lossy(&self.head).into_owned();
        if self.left_out > 0 {
            text += &format!("\n[... {} bytes left out ...]\n", self.left_out);
        }
        text + &String::from_utf8_lossy(&Vec::from(self.tail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_output_is_kept_whole() {
        let mut capture = Capture::default();
        capture.push(b"one ");
        capture.push(b"two");
        assert_eq!(capture.into_text(), "one two");
    }

    #[test]
    fn the_middle_of_a_long_output_is_left_out() {
        let mut capture = Capture::default();
        for _ in 0..KEPT {
            capture.push(b"abcd");
        }
        let text = capture.into_text();
        assert!(text.contains(&format!("[... {} bytes left out ...]", 2 * KEPT)));
        assert!(text.len() < 2 * KEPT + 100);
    }
}
