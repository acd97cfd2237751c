//! Messages that tell which one they are, so that one that is lost, or torn, is noticed.

/// A message of `size` bytes, at least 8: a number, and bytes that all messages have in common.
///
/// # Panics
///
/// Panics where the number does not fit.
pub fn message(size: usize) -> Vec<u8> {
    assert!(size >= size_of::<u64>(), "a message of {size} bytes has no room for its number");
    (0..=u8::MAX).cycle().take(size).collect()
}

/// Gives the message a number.
pub fn mark(message: &mut [u8], number: u64) {
    message[..size_of::<u64>()].copy_from_slice(&number.to_ne_bytes());
}
