//! Who acts, and who looks? The unit acts on what its creator has prepared, and the creator looks
//! when the unit has ended.
//!
//! The tempting mistake is to let the unit tell what it sees, or to tell it by memory: what a forked
//! child writes there stays there. A report needs something that both can reach, here an open file.
//! The next one is to believe in a number: the descriptor 7 of before may be another file by now.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::env;
use std::ffi::c_void;
use std::fs::File;
use std::io::{self, PipeWriter, Seek, SeekFrom};
use std::mem;
use std::num::NonZeroUsize;
use std::os::fd::{BorrowedFd, IntoRawFd, RawFd};
use std::os::unix::fs::FileExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard};
use std::thread;

use nix::errno::Errno;
use nix::libc;
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::mman::{MapFlags, MsFlags, ProtFlags, mmap_anonymous, msync, munmap};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::stat::fstat;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, close, fchdir, fork, gettid};

use crate::world::{Effect, Unit, World};

/// Which effects of `world` does the caller see, if a new unit of this kind has them?
///
/// For each of [`Effect::ALL`], in this order, the caller prepares, a new unit acts, and when that
/// has ended the caller looks and restores. A new process does no more than act: it does not clean
/// up for the caller, by writing its buffers or running its exit handlers. Other children of the
/// caller are left to it. A signal that the caller handles while it waits is no failure.
///
/// # Errors
///
/// Fails with the error of the system where that has no room for a unit, and with `ECANCELED` where
/// a unit panics, or a signal ends it, before it has acted. What was prepared is restored then too.
///
/// # Safety
///
/// For processes, the caller must be single-threaded.
pub unsafe fn probe(unit: Unit, world: &dyn World) -> nix::Result<BTreeMap<Effect, bool>> {
    let mut table = BTreeMap::new();
    for effect in Effect::ALL {
        world.prepare(effect);
        let act = || world.act(effect);
        let acted = match unit {
            Unit::Thread => in_a_thread(act),
            // SAFETY: our caller upholds the same.
            Unit::Process => unsafe { in_a_process(act) },
        };
        let seen = acted.map(|()| world.visible(effect));
        world.restore(effect);
        table.insert(effect, seen?);
    }
    Ok(table)
}

/// Calls `act` in a new thread, and waits for its end.
fn in_a_thread(act: impl Fn() + Send) -> nix::Result<()> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().spawn_scoped(scope, act).map_err(errno)?;
        thread.join().map_err(|_| Errno::ECANCELED)
    })
}

/// Calls `act` in a new process, and waits for its end.
///
/// # Safety
///
/// The caller must be single-threaded.
unsafe fn in_a_process(act: impl Fn()) -> nix::Result<()> {
    // SAFETY: our caller upholds what `fork` asks for.
    match unsafe { fork() }? {
        ForkResult::Child => {
            let result = catch_unwind(AssertUnwindSafe(act));
            // SAFETY: `_exit` takes any code and does not return.
            unsafe { libc::_exit(result.is_err().into()) }
        }
        ForkResult::Parent { child } => loop {
            match waitpid(child, None) {
                Ok(WaitStatus::Exited(_, 0)) => return Ok(()),
                Ok(_) => return Err(Errno::ECANCELED),
                Err(Errno::EINTR) => {}
                Err(error) => return Err(error),
            }
        },
    }
}

/// What `StaticWrite` sets.
static STATIC: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// What `ThreadLocalWrite` sets.
    static THREAD_LOCAL: Cell<bool> = const { Cell::new(false) };
}

/// A signal that a process ignores unless it says otherwise, so that it may come at any time.
const HARMLESS: Signal = Signal::SIGWINCH;

/// The world of this process: a unit really does what [`Effect`] says, in any folder and with any
/// signal mask of the caller. After `restore`, the caller has the descriptors, the folder, the mask
/// and the mappings of before, and also a descriptor that somebody else has opened meanwhile.
pub struct RealWorld {
    /// What `HeapWrite` sets.
    heap: Box<AtomicBool>,
    /// Holds what a unit reports, and has the position that a unit moves.
    file: File,
    prepared: Mutex<Prepared>,
}

/// What `prepare` has to hand on.
#[derive(Default)]
struct Prepared {
    /// The number of the reading end of a pipe, and the writing end, which has the same inode.
    end: Option<(RawFd, PipeWriter)>,
    folder: Option<File>,
    mask: Option<SigSet>,
}

impl RealWorld {
    /// # Errors
    ///
    /// Fails where the system has no room for what the world needs.
    pub fn new() -> io::Result<RealWorld> {
        let file = memfd_create(c"report", MFdFlags::MFD_CLOEXEC)?;
        Ok(RealWorld { heap: Box::default(), file: file.into(), prepared: Mutex::default() })
    }

    fn prepared(&self) -> MutexGuard<'_, Prepared> {
        self.prepared.lock().expect("nobody panics with the lock")
    }

    fn report(&self, number: usize) {
        let written = self.file.write_all_at(&number.to_ne_bytes(), 0);
        written.expect("there is room for a number");
    }

    fn reported(&self) -> Option<usize> {
        let mut bytes = [0; size_of::<usize>()];
        self.file.read_exact_at(&mut bytes, 0).ok()?;
        Some(usize::from_ne_bytes(bytes))
    }

    /// Whether the unit has reported another ID than this.
    fn is_other(&self, own: Pid) -> bool {
        self.reported().is_some_and(|other| other != id(own))
    }

    /// The new memory, if this process has it.
    fn mapped(&self) -> Option<NonNull<c_void>> {
        let start = NonNull::new(self.reported()? as *mut c_void)?;
        // SAFETY: the call reads and writes no memory of this process; it fails where none is mapped.
        unsafe { msync(start, PAGE.get(), MsFlags::MS_ASYNC) }.is_ok().then_some(start)
    }
}

/// Mappings have whole pages, so this is one.
const PAGE: NonZeroUsize = NonZeroUsize::MIN;

/// An ID as a number to report.
fn id(pid: Pid) -> usize {
    pid.as_raw().unsigned_abs() as usize
}

impl World for RealWorld {
    fn prepare(&self, effect: Effect) {
        self.file.set_len(0).expect("the file is ours");
        match effect {
            Effect::ClosedFd => {
                let (reader, writer) = io::pipe().expect("there is room for a pipe");
                self.prepared().end = Some((reader.into_raw_fd(), writer));
            }
            Effect::ChangedCwd => {
                let folder = File::open(".").expect("the caller is in a folder");
                self.prepared().folder = Some(folder);
                env::set_current_dir("/").expect("there is a root");
            }
            Effect::ChangedSignalMask => {
                self.prepared().mask = Some(SigSet::thread_get_mask().expect("there is a mask"));
                SigSet::from(HARMLESS).thread_unblock().expect("the mask can change");
            }
            _ => {}
        }
    }

    fn act(&self, effect: Effect) {
        // Relaxed, here and below: the creator looks when the thread was joined.
        match effect {
            Effect::StaticWrite => STATIC.store(true, Relaxed),
            Effect::HeapWrite => self.heap.store(true, Relaxed),
            Effect::ThreadLocalWrite => THREAD_LOCAL.set(true),
            Effect::ClosedFd => {
                let (number, _) = *self.prepared().end.as_ref().expect("a pipe was prepared");
                close(number).expect("the descriptor is open");
            }
            Effect::MovedFileOffset => {
                (&self.file).seek(SeekFrom::Start(1)).expect("the file has positions");
            }
            Effect::ChangedCwd => env::set_current_dir("/proc").expect("there is such a folder"),
            Effect::ChangedSignalMask => {
                SigSet::from(HARMLESS).thread_block().expect("the mask can change");
            }
            Effect::NewMapping => {
                // SAFETY: the kernel chooses a range that nothing else uses.
                let start = unsafe {
                    mmap_anonymous(None, PAGE, ProtFlags::PROT_READ, MapFlags::MAP_PRIVATE)
                };
                self.report(start.expect("there is room for a page").as_ptr() as usize);
            }
            Effect::ChangedPid => self.report(id(Pid::this())),
            Effect::ChangedTid => self.report(id(gettid())),
        }
    }

    fn visible(&self, effect: Effect) -> bool {
        match effect {
            Effect::StaticWrite => STATIC.load(Relaxed),
            Effect::HeapWrite => self.heap.load(Relaxed),
            Effect::ThreadLocalWrite => THREAD_LOCAL.get(),
            Effect::ClosedFd => self.prepared().end.as_ref().is_some_and(|end| !is_open(end)),
            Effect::MovedFileOffset => {
                (&self.file).stream_position().expect("the file has positions") != 0
            }
            Effect::ChangedCwd => {
                env::current_dir().expect("nobody removes these folders").as_os_str() != "/"
            }
            Effect::ChangedSignalMask => {
                SigSet::thread_get_mask().expect("there is a mask").contains(HARMLESS)
            }
            Effect::NewMapping => self.mapped().is_some(),
            Effect::ChangedPid => self.is_other(Pid::this()),
            Effect::ChangedTid => self.is_other(gettid()),
        }
    }

    fn restore(&self, effect: Effect) {
        let Prepared { end, folder, mask } = mem::take(&mut *self.prepared());
        match effect {
            Effect::StaticWrite => STATIC.store(false, Relaxed),
            Effect::HeapWrite => self.heap.store(false, Relaxed),
            Effect::ThreadLocalWrite => THREAD_LOCAL.set(false),
            Effect::ClosedFd => {
                if let Some((number, _)) = end.filter(is_open) {
                    close(number).expect("the descriptor is open");
                }
            }
            Effect::MovedFileOffset => (&self.file).rewind().expect("the file has positions"),
            Effect::ChangedCwd => {
                let folder = folder.expect("the folder was prepared");
                fchdir(folder).expect("the folder is still there");
            }
            Effect::ChangedSignalMask => {
                let mask = mask.expect("the mask was prepared");
                mask.thread_set_mask().expect("the mask can change");
            }
            Effect::NewMapping => {
                if let Some(start) = self.mapped() {
                    // SAFETY: the unit has mapped it, and nothing points into it.
                    unsafe { munmap(start, PAGE.get()) }.expect("a mapping can be unmapped");
                }
            }
            Effect::ChangedPid | Effect::ChangedTid => {}
        }
    }
}

/// Whether the number still leads to the pipe of the writing end.
fn is_open((number, writer): &(RawFd, PipeWriter)) -> bool {
    // SAFETY: the number is only asked about, while nobody else closes it.
    let reader = unsafe { BorrowedFd::borrow_raw(*number) };
    let inode = fstat(writer).expect("the writing end is open").st_ino;
    fstat(reader).is_ok_and(|stat| stat.st_ino == inode)
}

fn errno(error: io::Error) -> Errno {
    error.raw_os_error().map_or(Errno::UnknownErrno, Errno::from_raw)
}
