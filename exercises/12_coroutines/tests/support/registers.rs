//! Two stacks that switch to each other with known values in all registers that a function keeps. For
//! x86-64.

use std::arch::naked_asm;
use std::mem::offset_of;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering::Relaxed};

use coroutines::given::Switch;

type Switching = unsafe extern "C" fn(*mut *mut u8, *mut u8);

/// What a function keeps, if it is one of the C ABI.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    pub rbx: u64,
    pub rbp: u64,
    pub r12: u64,
    pub r13: u64,
    pub r14: u64,
    pub r15: u64,
    /// The control word of the SSE unit.
    pub mxcsr: u32,
    /// The control word of the x87.
    pub fcw: u32,
}

/// The control words of a process that has not changed them.
pub const USUAL: (u32, u32) = (0x1f80, 0x037f);

impl Kept {
    /// Different values in all registers, and these control words.
    pub fn from(seed: u64, (mxcsr, fcw): (u32, u32)) -> Kept {
        let [rbx, rbp, r12, r13, r14, r15] =
            [1_u64, 2, 3, 4, 5, 6].map(|place| seed * 0x0101_0000_0001 + place * 0x1_0001);
        Kept { rbx, rbp, r12, r13, r14, r15, mxcsr, fcw }
    }
}

/// Two sides: the one that has begun it, and a stack that was fresh.
#[repr(C)]
pub struct Pair {
    outside: *mut u8,
    inside: *mut u8,
    switch: Switching,
    /// What the other side finds when it begins: its stack pointer, its argument, and the control words.
    pub rsp: *mut u8,
    pub argument: *mut u8,
    pub fresh_mxcsr: u32,
    pub fresh_fcw: u32,
    /// What the other side puts into the registers, and what it finds there afterwards.
    given: Kept,
    found: Kept,
}

/// The pair whose other side begins next.
static BEGINS: AtomicPtr<Pair> = AtomicPtr::new(ptr::null_mut());

impl Pair {
    /// A pair whose other side has not begun. It will run on the stack below `top`, with these values.
    pub fn new<S: Switch>(top: *mut u8, given: Kept) -> Box<Pair> {
        // SAFETY: the caller has made a stack, and uses it for nothing else.
        let inside = unsafe { S::prepare(top, arrive) };
        Box::new(Pair {
            outside: ptr::null_mut(),
            inside,
            switch: S::switch,
            rsp: ptr::null_mut(),
            argument: ptr::null_mut(),
            fresh_mxcsr: 0,
            fresh_fcw: 0,
            given,
            found: given,
        })
    }

    /// Switches to the other side and back, with these values in the registers. Returns what is in them
    /// afterwards.
    pub fn switch(&mut self, mut kept: Kept) -> Kept {
        let (pair, switch): (*mut Pair, _) = (self, self.switch);
        BEGINS.store(pair, Relaxed);
        // SAFETY: the other side is at its beginning, or has saved `inside`.
        unsafe { call(switch, &raw mut (*pair).outside, (*pair).inside, &mut kept) };
        kept
    }

    /// Where the argument of the other side should point to.
    pub fn save(&self) -> *const u8 {
        (&raw const self.outside).cast()
    }

    /// What the other side has put into the registers, and what it has found there when it came back.
    pub fn other_side(&self) -> (Kept, Kept) {
        (self.given, self.found)
    }
}

/// The other side: again and again back to the first.
unsafe extern "C" fn run(pair: *mut Pair) -> ! {
    loop {
        // SAFETY: the first side owns the pair, and waits until this one has switched back.
        unsafe {
            let mut kept = (*pair).given;
            call((*pair).switch, &raw mut (*pair).inside, (*pair).outside, &mut kept);
            (*pair).found = kept;
        }
    }
}

/// The entry of the other side. It notes what it finds, and trusts none of it.
#[unsafe(naked)]
unsafe extern "C" fn arrive(save: *mut *mut u8) -> ! {
    naked_asm!(
        "mov rax, [rip + {begins}]",
        "mov [rax + {rsp}], rsp",
        "mov [rax + {argument}], rdi",
        "stmxcsr [rax + {mxcsr}]",
        "fnstcw [rax + {fcw}]",
        "and rsp, -16",
        "mov rdi, rax",
        "call {run}",
        "ud2",
        begins = sym BEGINS,
        rsp = const offset_of!(Pair, rsp),
        argument = const offset_of!(Pair, argument),
        mxcsr = const offset_of!(Pair, fresh_mxcsr),
        fcw = const offset_of!(Pair, fresh_fcw),
        run = sym run,
    )
}

/// Calls `switch(save, load)` with the values of `kept`, and writes to it what is there afterwards. Keeps
/// all that a function keeps, whatever `switch` does.
#[unsafe(naked)]
unsafe extern "C" fn call(switch: Switching, save: *mut *mut u8, load: *mut u8, kept: *mut Kept) {
    naked_asm!(
        "push rbp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "push rcx",
        "sub rsp, 16",
        "stmxcsr [rsp]",
        "fnstcw [rsp + 4]",
        "ldmxcsr [rcx + {mxcsr}]",
        "fldcw [rcx + {fcw}]",
        "mov rbx, [rcx + {rbx}]",
        "mov rbp, [rcx + {rbp}]",
        "mov r12, [rcx + {r12}]",
        "mov r13, [rcx + {r13}]",
        "mov r14, [rcx + {r14}]",
        "mov r15, [rcx + {r15}]",
        "mov rax, rdi",
        "mov rdi, rsi",
        "mov rsi, rdx",
        "call rax",
        "mov rcx, [rsp + 16]",
        "mov [rcx + {rbx}], rbx",
        "mov [rcx + {rbp}], rbp",
        "mov [rcx + {r12}], r12",
        "mov [rcx + {r13}], r13",
        "mov [rcx + {r14}], r14",
        "mov [rcx + {r15}], r15",
        "stmxcsr [rcx + {mxcsr}]",
        "fnstcw [rcx + {fcw}]",
        "ldmxcsr [rsp]",
        "fldcw [rsp + 4]",
        "add rsp, 24",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "ret",
        rbx = const offset_of!(Kept, rbx),
        rbp = const offset_of!(Kept, rbp),
        r12 = const offset_of!(Kept, r12),
        r13 = const offset_of!(Kept, r13),
        r14 = const offset_of!(Kept, r14),
        r15 = const offset_of!(Kept, r15),
        mxcsr = const offset_of!(Kept, mxcsr),
        fcw = const offset_of!(Kept, fcw),
    )
}
