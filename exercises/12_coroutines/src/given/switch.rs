//! What a fiber needs from the processor: a fresh stack made ready, and the switch between two stacks.

/// What a fresh stack begins with. The first switch to it calls this, and passes the `save` of that
/// switch. The stack ends here, so it never returns.
pub type Entry = unsafe extern "C" fn(save: *mut *mut u8) -> !;

/// A way to leave one stack and to go on on another.
///
/// # Safety
///
/// The two functions keep what they promise.
pub unsafe trait Switch: 'static {
    /// Writes below `top`, to a fresh stack, what the first switch to it is to find there, and
    /// returns the `load` for that switch. It calls `entry` as the C ABI wants functions to be
    /// called.
    ///
    /// This one is for a switch that finds at `load` the address at which it goes on, and nothing
    /// else but a return address for `entry`, at which a backtrace ends.
    ///
    /// # Safety
    ///
    /// `top` is a multiple of 16, and nobody else uses the 256 bytes below it.
    unsafe fn prepare(top: *mut u8, entry: Entry) -> *mut u8 {
        let load = top.cast::<[usize; 2]>().wrapping_sub(1);
        // SAFETY: these are 16 bytes below the top, and their address is a multiple of 16.
        unsafe { load.write([entry as usize, 0]) };
        load.cast()
    }

    /// Writes to `*save` the `load` with which one comes back here, and goes on where `load` says.
    ///
    /// For who calls it, it is a function that takes its time: when it returns, all registers that the
    /// C ABI wants a function to keep are as they were.
    ///
    /// # Safety
    ///
    /// `save` may be written. `load` is what `prepare` has returned, or what an earlier switch has
    /// saved, and nobody has loaded it since. Its stack is still mapped, and all that was on it may
    /// go on on this thread.
    unsafe extern "C" fn switch(save: *mut *mut u8, load: *mut u8);
}

/// The switch of exercise 12.2 that is a function of its own. It keeps the control words of the
/// floating-point units, too, as the C ABI says: each stack has its own.
#[cfg(target_arch = "x86_64")]
#[derive(Debug)]
pub struct Naked;

/// The switch of exercise 12.2 that is part of the function in which it stands. It leaves the control
/// words of the floating-point units alone, since all Rust code runs with the same ones.
#[cfg(target_arch = "x86_64")]
#[derive(Debug)]
pub struct Inline;

#[cfg(target_arch = "aarch64")]
pub use aarch64::Twin;

/// The switch for this processor, which the exercise asks for on x86-64.
#[cfg(target_arch = "aarch64")]
mod aarch64 {
    use std::arch::naked_asm;

    use super::{Entry, Switch};

    /// A switch that is a function of its own.
    #[derive(Debug)]
    pub struct Twin;

    /// What `switch` leaves on a stack: x19 to x30, d8 to d15, where to go on, and FPCR.
    const WORDS: usize = 22;
    /// Where to go on, in such words.
    const GO_ON: usize = 20;

    // SAFETY: x19 to x29, the low halves of v8 to v15, and FPCR are what a callee keeps.
    unsafe impl Switch for Twin {
        unsafe fn prepare(top: *mut u8, entry: Entry) -> *mut u8 {
            let frame = top.cast::<u64>().wrapping_sub(WORDS);
            // SAFETY: these are fewer than 256 bytes below the top. Zeros are good for all other
            // registers: the return address 0 ends a backtrace, and FPCR 0 is the usual one.
            unsafe {
                frame.write_bytes(0, WORDS);
                frame.add(GO_ON).write(entry as usize as u64);
            }
            frame.cast()
        }

        // x0 is not touched, so an entry finds `save` in it.
        #[unsafe(naked)]
        unsafe extern "C" fn switch(save: *mut *mut u8, load: *mut u8) {
            naked_asm!(
                "sub sp, sp, #176",
                "stp x19, x20, [sp, #0]",
                "stp x21, x22, [sp, #16]",
                "stp x23, x24, [sp, #32]",
                "stp x25, x26, [sp, #48]",
                "stp x27, x28, [sp, #64]",
                "stp x29, x30, [sp, #80]",
                "stp d8, d9, [sp, #96]",
                "stp d10, d11, [sp, #112]",
                "stp d12, d13, [sp, #128]",
                "stp d14, d15, [sp, #144]",
                "mrs x9, fpcr",
                "stp x30, x9, [sp, #160]",
                "mov x9, sp",
                "str x9, [x0]",
                "mov sp, x1",
                "ldp x19, x20, [sp, #0]",
                "ldp x21, x22, [sp, #16]",
                "ldp x23, x24, [sp, #32]",
                "ldp x25, x26, [sp, #48]",
                "ldp x27, x28, [sp, #64]",
                "ldp x29, x30, [sp, #80]",
                "ldp d8, d9, [sp, #96]",
                "ldp d10, d11, [sp, #112]",
                "ldp d12, d13, [sp, #128]",
                "ldp d14, d15, [sp, #144]",
                "ldp x10, x9, [sp, #160]",
                "msr fpcr, x9",
                "add sp, sp, #176",
                "ret x10",
            )
        }
    }
}
