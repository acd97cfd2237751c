//! A switch saves what a callee keeps, on the stack that it leaves; what is left is one pointer for each stack.
//!
//! The naked function saves all of it, for it knows nothing of its caller. The inline assembly declares what it
//! changes, and the compiler saves what is in use there; only `rbx` and `rbp` may not be declared. A fresh
//! stack is made to look like one that was left. The tempting mistake is to unwind from one stack to
//! the other: a panic ends in the `catch_unwind` of its own stack, and travels as a value.

use std::any::Any;
use std::cell::Cell;
use std::io;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process::abort;
use std::ptr::{self, NonNull};
use std::rc::Rc;

use nix::errno::Errno;
use nix::libc::c_void;
use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous, mprotect, munmap};
use nix::unistd::{SysconfVar, sysconf};

use crate::given::{Guard, Resumed, Switch};
#[cfg(target_arch = "x86_64")]
use {
    crate::given::{Entry, Inline, Naked},
    std::arch::{asm, naked_asm},
};

/// Memory for a stack: whole pages, and below them one that nobody may touch.
pub struct Stack {
    base: NonNull<c_void>,
    length: NonZero<usize>,
    guard: Option<Guard>,
}

impl Stack {
    /// `usable` bytes, but at least one, rounded up to whole pages, and no more.
    ///
    /// # Errors
    ///
    /// Fails where there is no memory for them.
    pub fn new(usable: usize) -> io::Result<Stack> {
        let page = page_size();
        let length = usable.max(1).checked_next_multiple_of(page);
        let length = length.and_then(|length| length.checked_add(page)).and_then(NonZero::new);
        let length = length.ok_or(Errno::ENOMEM)?;
        let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        let flags = MapFlags::MAP_PRIVATE | MapFlags::MAP_NORESERVE | MapFlags::MAP_STACK;
        // SAFETY: the kernel chooses addresses that nothing else uses.
        let base = unsafe { mmap_anonymous(None, length, access, flags) }?;
        let mut stack = Stack { base, length, guard: None };
        // SAFETY: the page is part of the mapping, and nothing is in it.
        unsafe { mprotect(base, page, ProtFlags::PROT_NONE) }?;
        let start = base.as_ptr().cast::<u8>();
        stack.guard = Some(Guard::watch(start..start.wrapping_add(page)));
        Ok(stack)
    }

    /// Where the stack begins: behind its last byte.
    pub fn top(&self) -> *mut u8 {
        self.base.as_ptr().cast::<u8>().wrapping_add(self.length.get())
    }
}

/// Unmaps all of it.
impl Drop for Stack {
    fn drop(&mut self) {
        self.guard = None;
        // SAFETY: it is mapped, and who runs on it must have left it.
        unsafe { munmap(self.base, self.length.get()) }.expect("a mapping can be unmapped");
    }
}

/// The size of a page, in bytes.
fn page_size() -> usize {
    let size = sysconf(SysconfVar::PAGE_SIZE).ok().flatten().expect("a system has pages");
    usize::try_from(size).expect("a page has a positive size")
}

/// The control words of a fresh process: all exceptions are masked. MXCSR is the lower half, and the
/// control word of the x87 the upper one.
#[cfg(target_arch = "x86_64")]
const CONTROL: usize = 0x037f_0000_1f80;

// SAFETY: `switch` keeps what a callee keeps, and finds what `prepare` has planted.
#[cfg(target_arch = "x86_64")]
unsafe impl Switch for Naked {
    unsafe fn prepare(top: *mut u8, entry: Entry) -> *mut u8 {
        // From the bottom: the control words, six registers, where to go on, and a return address for
        // `entry`, which nobody uses; a backtrace ends at 0.
        let words = [CONTROL, 0, 0, 0, 0, 0, 0, entry as usize, 0];
        let load = top.cast::<[usize; 9]>().wrapping_sub(1);
        // SAFETY: these are 72 bytes below the top, which is a multiple of 16.
        unsafe { load.write(words) };
        load.cast()
    }

    #[unsafe(naked)]
    unsafe extern "C" fn switch(save: *mut *mut u8, load: *mut u8) {
        naked_asm!(
            "push rbp",
            "push rbx",
            "push r12",
            "push r13",
            "push r14",
            "push r15",
            "sub rsp, 8",
            "stmxcsr [rsp]",
            "fnstcw [rsp + 4]",
            "mov [rdi], rsp",
            "mov rsp, rsi",
            "ldmxcsr [rsp]",
            "fldcw [rsp + 4]",
            "add rsp, 8",
            "pop r15",
            "pop r14",
            "pop r13",
            "pop r12",
            "pop rbx",
            "pop rbp",
            // `rdi` is still `save`: the argument of an entry.
            "ret",
        )
    }
}

// SAFETY: the assembly keeps `rbx` and `rbp`, and declares that it changes all else; at `load` it finds
// where to go on.
#[cfg(target_arch = "x86_64")]
unsafe impl Switch for Inline {
    #[inline(always)]
    unsafe extern "C" fn switch(save: *mut *mut u8, load: *mut u8) {
        // SAFETY: our caller upholds the contract. All that is not restored is declared; without
        // `nostack`, the compiler keeps nothing below `rsp`.
        unsafe {
            asm!(
                "push rbp",
                "push rbx",
                "lea rax, [rip + 2f]",
                "push rax",
                "mov [rdi], rsp",
                "mov rsp, rsi",
                // A jump is predicted by where it stands, a `ret` by the last call.
                "pop rax",
                "jmp rax",
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

/// A function that runs on a stack of its own.
pub struct Fiber<S: Switch> {
    shared: Rc<Shared<S>>,
    /// Dropped after the fiber has left it.
    _stack: Stack,
}

/// With this the body of a fiber pauses.
pub struct Suspender<S: Switch> {
    shared: Rc<Shared<S>>,
}

type Body<S> = Box<dyn FnOnce(&Suspender<S>)>;

/// What both sides know of each other.
#[repr(C)] // `outside` is the first: its address is that of all.
struct Shared<S: Switch> {
    /// Where the one who has resumed it goes on, while it runs.
    outside: Cell<*mut u8>,
    /// Where the body goes on, while it is paused.
    inside: Cell<*mut u8>,
    /// Until it begins.
    body: Cell<Option<Body<S>>>,
    /// What the body has panicked with, on its way out.
    panic: Cell<Option<Box<dyn Any + Send>>>,
    state: Cell<State>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Fresh,
    Paused,
    /// It is to unwind when it goes on.
    Cancelled,
    Finished,
}

/// The payload with which a body unwinds that nobody will resume any more.
struct Cancel;

impl<S: Switch> Fiber<S> {
    /// A fiber that will run `body` on `stack`, and has not begun.
    pub fn new(stack: Stack, body: impl FnOnce(&Suspender<S>) + 'static) -> Fiber<S> {
        // SAFETY: the stack is fresh, its top is the end of a page, and it has a whole page.
        let load = unsafe { S::prepare(stack.top(), entry::<S>) };
        let shared = Shared {
            outside: Cell::new(ptr::null_mut()),
            inside: Cell::new(load),
            body: Cell::new(Some(Box::new(body) as Body<S>)),
            panic: Cell::new(None),
            state: Cell::new(State::Fresh),
        };
        Fiber { shared: Rc::new(shared), _stack: stack }
    }

    /// Runs the body until it pauses or returns.
    ///
    /// # Panics
    ///
    /// Goes on with the panic of the body, if it has panicked. Panics if the body has ended before.
    pub fn resume(&mut self) -> Resumed {
        assert!(!self.is_finished(), "a fiber that has finished cannot be resumed");
        self.go_in();
        if let Some(payload) = self.shared.panic.take() {
            resume_unwind(payload);
        }
        if self.is_finished() { Resumed::Finished } else { Resumed::Suspended }
    }

    fn is_finished(&self) -> bool {
        self.shared.state.get() == State::Finished
    }

    fn go_in(&mut self) {
        // The address of `outside`, but for all of `Shared`: `entry` is passed it.
        let save = Rc::as_ptr(&self.shared).cast_mut().cast();
        // SAFETY: the body has not ended, and is paused where `inside` says, on a stack that is ours.
        // It stays on this thread, for an `Rc` does.
        unsafe { S::switch(save, self.shared.inside.get()) }
    }
}

/// A body that is paused unwinds; one that has not begun never does.
impl<S: Switch> Drop for Fiber<S> {
    fn drop(&mut self) {
        if self.shared.state.get() == State::Paused {
            self.shared.state.set(State::Cancelled);
            self.go_in();
        }
    }
}

impl<S: Switch> Suspender<S> {
    /// Pauses the body until it is resumed.
    pub fn suspend(&self) {
        self.shared.state.set(State::Paused);
        // SAFETY: the body runs, so that who has resumed it waits where `outside` says.
        unsafe { S::switch(self.shared.inside.as_ptr(), self.shared.outside.get()) }
        if self.shared.state.get() == State::Cancelled {
            resume_unwind(Box::new(Cancel));
        }
    }
}

/// The first function on the stack of a fiber.
unsafe extern "C" fn entry<S: Switch>(save: *mut *mut u8) -> ! {
    // SAFETY: `save` comes from `go_in`: it is the first field of a `Shared` in an `Rc`, and the fiber
    // that owns one keeps it until the body has ended.
    let shared = unsafe {
        let shared = save.cast_const().cast::<Shared<S>>();
        Rc::increment_strong_count(shared);
        Rc::from_raw(shared)
    };
    let suspender = Suspender { shared };
    let body = suspender.shared.body.take().expect("a body begins once");
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| body(&suspender)))
        && !payload.is::<Cancel>()
    {
        suspender.shared.panic.set(Some(payload));
    }
    suspender.shared.state.set(State::Finished);
    let outside = suspender.shared.outside.get();
    // Nothing on this stack is dropped from here on.
    drop(suspender);
    let mut nowhere = ptr::null_mut();
    // SAFETY: who has resumed it waits there, and nobody comes back to this stack.
    unsafe { S::switch(&mut nowhere, outside) }
    abort()
}
