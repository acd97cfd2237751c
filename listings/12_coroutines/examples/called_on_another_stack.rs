//! A function that is called on a stack from mmap(2), and returns.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous};

// ANCHOR: main
#[cfg(target_arch = "x86_64")]
fn call_on(top: *mut u8, function: extern "C" fn()) {
    // SAFETY: the stack below `top` is ours, `top` is a multiple of 16, and nothing unwinds.
    unsafe {
        std::arch::asm!(
            "mov r12, rsp", // A function keeps r12, so it still has this after the call.
            "mov rsp, {top}",
            "call {function}",
            "mov rsp, r12",
            top = in(reg) top,
            function = in(reg) function,
            out("r12") _,
            clobber_abi("C"),
        )
    }
}

static PLACE: AtomicUsize = AtomicUsize::new(0);
extern "C" fn guest() {
    let local = 3_u64;
    PLACE.store((&raw const local).addr(), Relaxed);
}

fn main() {
    let length = std::num::NonZero::new(64 * 1024).unwrap();
    let (access, flags) = (ProtFlags::PROT_READ | ProtFlags::PROT_WRITE, MapFlags::MAP_PRIVATE);
    // SAFETY: the kernel chooses addresses that nothing else uses.
    let base = unsafe { mmap_anonymous(None, length, access, flags) }.unwrap();
    let top = base.as_ptr().cast::<u8>().wrapping_add(length.get());
    call_on(top, guest);
    println!("its local is on the new stack: {}", top.addr() - PLACE.load(Relaxed) < 4096);
}
// ANCHOR_END: main
#[cfg(not(target_arch = "x86_64"))]
fn call_on(_: *mut u8, _: extern "C" fn()) {}
