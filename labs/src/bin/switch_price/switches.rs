//! The switches of exercise 12.2 with one or two things changed, to see what each of them costs.

use std::arch::{asm, naked_asm};

use crate::given::{Entry, Naked, Switch};

/// As `Naked`, but it goes on by a jump.
pub struct NakedJump;
/// As `Naked`, but the control words of the floating-point units stay as they are.
pub struct NakedWithoutControl;
/// Both.
pub struct NakedBare;
/// As `Inline`, but it goes on by a return.
pub struct InlineReturn;

/// The naked switch, with what stores and loads the control words, and with what goes on.
macro_rules! naked_switch {
    ([$($store:literal),*], [$($load:literal),*], [$($go_on:literal),*]) => {
        #[unsafe(naked)]
        unsafe extern "C" fn switch(save: *mut *mut u8, load: *mut u8) {
            naked_asm!(
                "push rbp",
                "push rbx",
                "push r12",
                "push r13",
                "push r14",
                "push r15",
                $($store,)*
                "mov [rdi], rsp",
                "mov rsp, rsi",
                $($load,)*
                "pop r15",
                "pop r14",
                "pop r13",
                "pop r12",
                "pop rbx",
                "pop rbp",
                $($go_on,)*
            )
        }
    };
}

// SAFETY: it does what `Naked` does.
unsafe impl Switch for NakedJump {
    unsafe fn prepare(top: *mut u8, entry: Entry) -> *mut u8 {
        // SAFETY: the frame is the same.
        unsafe { Naked::prepare(top, entry) }
    }

    naked_switch!(
        ["sub rsp, 8", "stmxcsr [rsp]", "fnstcw [rsp + 4]"],
        ["ldmxcsr [rsp]", "fldcw [rsp + 4]", "add rsp, 8"],
        ["pop rcx", "jmp rcx"]
    );
}

/// The frame without control words: six registers, where to go on, and a return address.
unsafe fn prepare_bare(top: *mut u8, entry: Entry) -> *mut u8 {
    let load = top.cast::<[usize; 8]>().wrapping_sub(1);
    // SAFETY: these are 64 bytes below the top, which is a multiple of 16.
    unsafe { load.write([0, 0, 0, 0, 0, 0, entry as usize, 0]) };
    load.cast()
}

// SAFETY: nobody in this program changes the control words.
unsafe impl Switch for NakedWithoutControl {
    unsafe fn prepare(top: *mut u8, entry: Entry) -> *mut u8 {
        // SAFETY: it is as the caller promises.
        unsafe { prepare_bare(top, entry) }
    }

    naked_switch!([], [], ["ret"]);
}

// SAFETY: as above.
unsafe impl Switch for NakedBare {
    unsafe fn prepare(top: *mut u8, entry: Entry) -> *mut u8 {
        // SAFETY: it is as the caller promises.
        unsafe { prepare_bare(top, entry) }
    }

    naked_switch!([], [], ["pop rcx", "jmp rcx"]);
}

// SAFETY: as `Inline`.
unsafe impl Switch for InlineReturn {
    #[inline(always)]
    unsafe extern "C" fn switch(save: *mut *mut u8, load: *mut u8) {
        // SAFETY: the assembly keeps `rbx` and `rbp`, and declares all else as changed.
        unsafe {
            asm!(
                "push rbp",
                "push rbx",
                "lea rax, [rip + 2f]",
                "push rax",
                "mov [rdi], rsp",
                "mov rsp, rsi",
                "ret",
                "2:",
                "pop rbx",
                "pop rbp",
                inlateout("rdi") save => _,
                inlateout("rsi") load => _,
                lateout("r12") _,
                lateout("r13") _,
                lateout("r14") _,
                lateout("r15") _,
                clobber_abi("C"),
            )
        }
    }
}
