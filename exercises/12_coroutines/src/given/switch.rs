//! What a fiber needs from the machine: a fresh stack made ready, and the switch between two stacks.

/// A way to leave one stack and to go on on another.
///
/// # Safety
///
/// The two functions keep what they promise.
pub unsafe trait Switch: 'static {
    /// Writes to a fresh stack what the first switch to it needs, and returns what to `load`. That
    /// switch calls `entry` on the stack, as the C ABI asks for, and the argument of `entry` is the
    /// `save` of that switch.
    ///
    /// # Safety
    ///
    /// The 256 bytes below `top` may be written, and `top` is a multiple of 16.
    unsafe fn prepare(
        top: *mut u8,
        entry: unsafe extern "C" fn(save: *mut *mut u8) -> !,
    ) -> *mut u8;

    /// Writes to `*save` what to `load` in order to come back here, and goes on where `load` says.
    /// Whatever the C ABI promises to a caller, this promises too.
    ///
    /// # Safety
    ///
    /// `load` comes from `prepare`, or from a `save`, and nobody has switched to it since. Its stack
    /// is mapped, and belongs to this thread.
    unsafe fn switch(save: *mut *mut u8, load: *mut u8);
}
