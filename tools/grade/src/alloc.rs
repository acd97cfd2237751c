//! An allocator that ends a forked child which allocates or frees.
//!
//! In the child of a program with several threads, a lock of the allocator may be held by a thread
//! that is not there any more (fork(2)). Most allocators mend that, so a mistake goes unseen, until
//! one does not. This one sees it at once.
//!
//! ```ignore
//! #[global_allocator]
//! static ALLOCATOR: grade::alloc::WatchedAllocator = grade::alloc::WatchedAllocator;
//! ```

use std::alloc::{GlobalAlloc, Layout, System};
use std::io;
use std::process;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, AtomicU8, AtomicU32, AtomicUsize, Ordering::Relaxed};

use nix::libc;

/// The exit code of a process that was ended for its use of the allocator.
pub const CODE: i32 = 99;

/// The only process that may use the allocator; 0 while every process may.
static OWNER: AtomicU32 = AtomicU32::new(0);
/// The page of the watch, while there is one.
static PAGE: AtomicPtr<Page> = AtomicPtr::new(ptr::null_mut());

/// How many bytes are allocated in this process.
static IN_USE: AtomicUsize = AtomicUsize::new(0);

/// What the owner and its children share: the last use that was forbidden.
struct Page {
    size: AtomicUsize,
    kind: AtomicU8,
}

/// How the allocator was used.
#[derive(Clone, Copy)]
enum Use {
    Allocated = 1,
    Resized = 2,
    Freed = 3,
}

/// The system's allocator, which a [`Watch`] can forbid to forked children.
///
/// It sees what Rust code allocates, not what the C library allocates for itself.
pub struct WatchedAllocator;

// SAFETY: every call goes to the system's allocator as it came, or does not return.
unsafe impl GlobalAlloc for WatchedAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        check(Use::Allocated, layout.size());
        IN_USE.fetch_add(layout.size(), Relaxed);
        // SAFETY: our caller upholds the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        check(Use::Allocated, layout.size());
        IN_USE.fetch_add(layout.size(), Relaxed);
        // SAFETY: our caller upholds the same.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        check(Use::Resized, size);
        IN_USE.fetch_add(size, Relaxed);
        IN_USE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: our caller upholds the same.
        unsafe { System.realloc(memory, layout, size) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        check(Use::Freed, layout.size());
        IN_USE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: our caller upholds the same.
        unsafe { System.dealloc(memory, layout) }
    }
}

/// How many bytes this process has allocated by the [`WatchedAllocator`] and not freed. An allocation
/// that fails counts too.
pub fn in_use() -> usize {
    // Relaxed: a count; what it stands for is published in other ways.
    IN_USE.load(Relaxed)
}

/// Ends this process, by [`CODE`], where it must not use the allocator.
fn check(kind: Use, size: usize) {
    // Relaxed, here and below: a child gets a copy of its parent's memory by the fork, which comes
    // after the stores; and the parent looks at the page after it has waited for the child.
    let owner = OWNER.load(Relaxed);
    if owner == 0 || owner == process::id() {
        return;
    }
    // SAFETY: the page is mapped while there is an owner, and in every child of the owner.
    if let Some(page) = unsafe { PAGE.load(Relaxed).as_ref() } {
        page.size.store(size, Relaxed);
        page.kind.store(kind as u8, Relaxed);
    }
    // SAFETY: `_exit` takes any code and does not return.
    unsafe { libc::_exit(CODE) }
}

/// While it lives, only this process may use the [`WatchedAllocator`]: one that it forks ends by
/// [`CODE`] when it allocates or frees memory.
///
/// The program that a child executes has an allocator of its own, and may use that.
pub struct Watch {
    page: NonNull<Page>,
}

impl Watch {
    /// Forbids the allocator to the children of this process. There can be one watch at a time.
    ///
    /// # Errors
    ///
    /// Fails where the system has no page left to share with the children.
    pub fn start() -> io::Result<Watch> {
        let access = libc::PROT_READ | libc::PROT_WRITE;
        let shared = libc::MAP_SHARED | libc::MAP_ANONYMOUS;
        // SAFETY: a new mapping, at an address that the system chooses, changes no other.
        let page = unsafe { libc::mmap(ptr::null_mut(), size_of::<Page>(), access, shared, -1, 0) };
        if page == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        // The page is all zeros, which is a valid `Page`.
        let page = NonNull::new(page.cast::<Page>()).expect("address 0 is not given away");
        PAGE.store(page.as_ptr(), Relaxed);
        OWNER.store(process::id(), Relaxed);
        Ok(Watch { page })
    }

    /// What a child did that it must not do, such as `allocated 24 bytes`. Ask once the child has
    /// ended.
    pub fn broken(&self) -> Option<String> {
        // SAFETY: the page is mapped as long as the watch lives.
        let page = unsafe { self.page.as_ref() };
        let verb = match page.kind.load(Relaxed) {
            0 => return None,
            kind if kind == Use::Allocated as u8 => "allocated",
            kind if kind == Use::Resized as u8 => "resized an allocation to",
            _ => "freed",
        };
        Some(format!("{verb} {} bytes", page.size.load(Relaxed)))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        OWNER.store(0, Relaxed);
        PAGE.store(ptr::null_mut(), Relaxed);
        // SAFETY: nothing refers to the page any more: the only one who could is a child, which has
        // a mapping of its own.
        unsafe { libc::munmap(self.page.as_ptr().cast(), size_of::<Page>()) };
    }
}
