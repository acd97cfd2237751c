//! What exercise 15.4 simulates: threads on a machine, under a policy, and the events that come of it. Supplied.
//!
//! All times are in microseconds of a clock that exists in the simulation alone.
//!
//! # The rules
//!
//! Every thread goes through its segments in order, `repeat` times; a segment of 0 is skipped. In a segment of I/O it
//! needs nothing ([`What::StartIo`], [`What::EndIo`]). In a segment of computing it runs ([`What::Run`]) or waits to run
//! ([`What::Wait`]); two in a row are one, also across a segment of 0 and from one round to the next. Two segments of
//! I/O in a row are two. When its last segment has ended it is [`What::Done`], which needs nothing.
//! A thread *comes from I/O* from the end of its I/O to its next.
//!
//! **Without a common lock** (`None`, and `PerInterpreter`, where each thread has a lock of its own):
//!
//! 1. Who needs a core and finds one idle, runs. Else, if it comes from I/O and `io_boost` holds, it takes the core of a
//!    thread that does not: of the one that has run for longest (the lowest number of several). Who cannot run, waits,
//!    behind all who wait.
//! 2. A core that becomes idle goes to the first who waits, at once.
//! 3. Who has run for `quantum_us` or longer without a pause, while somebody waits, lets the first who waits run, and
//!    waits behind all others.
//!
//! **With one lock for all** (`Ticks`, `Interval`) only the thread that has the lock runs:
//!
//! 4. Who needs the lock and finds it free, takes it and runs. Else it waits, behind all who wait; that look takes no
//!    time, and no core.
//! 5. Who has the lock and goes into I/O or is done, frees it and wakes the first who waits. A woken thread waits no
//!    longer in that row; it arrives `wake_us` later. If the lock is free then, it takes it and runs. Else this is
//!    [`What::Failed`], and it waits again, behind all who wait.
//! 6. `Ticks`: a tick comes each time the holder has run for `every_us`, counted from its `Run`. Where nobody waits it
//!    does nothing. On one core the holder hands core and lock to the first who waits, which runs at once, if the
//!    holder has run for `quantum_us` or longer since its `Run`, or if `io_boost` holds and the one who waits comes from
//!    I/O and the holder does not; the holder waits behind all others. If neither is so, nothing happens. On more
//!    cores it frees the lock, wakes the first who waits, and has taken the lock again before anybody else could:
//!    [`What::Retake`].
//! 7. `Interval`: the first who waits asks ([`What::Ask`]) when it has waited for `us` since its last `Wait` or `Failed`,
//!    and the holder has run for `us` since its `Run`. The holder frees the lock at once and waits, behind all others;
//!    the one who asked is woken.
//!
//! Several things at one moment come in this order: the ends of I/O; the arrivals of the woken, as they were woken; the
//! ends of segments of computing; ticks, and quanta that are over; requests. Of one kind the lowest number of a thread
//! comes first. After each of them the next is looked for anew. At the moment 0 the threads begin, in order.
//!
//! One of these things may make several events. They come in the order of cause and effect: what happened (`EndIo`,
//! `Ask`, `Retake`); then who frees a core or the lock (`Wait`, `StartIo`, `Done`); then the `Run` that this allows.
//!
//! The simulation leaves out what a wake-up costs the one who wakes.

/// What a thread does for how many microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seg {
    /// It computes: it needs a core, and the lock where there is one.
    Cpu(u64),
    /// It is in a call that blocks, and holds no lock.
    Io(u64),
}

/// A thread: its name, and its segments, all of them `repeat` times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimThread {
    pub name: String,
    pub segs: Vec<Seg>,
    pub repeat: u32,
}

/// When the lock changes hands, and whether there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// One lock, which its holder frees and takes again after each so many microseconds: Python before 3.2.
    Ticks { every_us: u64 },
    /// One lock, for which a waiter asks when it has waited for so long: CPython since 3.2.
    Interval { us: u64 },
    /// A lock for each thread: an interpreter of its own.
    PerInterpreter,
    /// No lock: free threading.
    None,
}

/// The machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine {
    /// At least 1.
    pub cores: usize,
    /// How long a woken thread takes to arrive.
    pub wake_us: u64,
    /// How long a thread runs before another has a turn on its core.
    pub quantum_us: u64,
    /// Whether the system prefers a thread that comes from I/O.
    pub io_boost: bool,
}

/// What happens to a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// It runs from here on; with one lock for all, it has it.
    Run,
    /// It wants to run, and cannot, from here on.
    Wait,
    /// It has freed the lock, woken another, and taken the lock again.
    Retake,
    /// It was woken, and finds the lock taken. It goes on waiting.
    Failed,
    /// It asks for the lock. It goes on waiting.
    Ask,
    StartIo,
    EndIo,
    Done,
}

/// One event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    pub at_us: u64,
    /// The place of the thread in the list of threads.
    pub thread: usize,
    pub what: What,
}

/// A whole run: the names of the threads, the events as they came, and the moment of the last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeline {
    pub names: Vec<String>,
    pub events: Vec<Event>,
    pub end_us: u64,
}

/// What a thread is doing between two events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    Run,
    Wait,
    Io,
}

/// A stretch of the life of a thread. It is not empty, and what comes next is something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    pub doing: Doing,
    pub from_us: u64,
    pub to_us: u64,
}

/// Where the moment 0 is in a drawing.
pub const LEFT: f64 = 110.0;
/// How far the last moment is from it.
pub const WIDTH: f64 = 570.0;
/// How high a lane is.
pub const LANE: f64 = 34.0;

/// The style of a drawing: heights and dashes say what colors say, on a light or dark page and on paper.
pub const STYLE: &str = "\
.timeline{color:#1d1f21;background:#fff;font:13px sans-serif}\
.timeline text{fill:currentColor}\
.timeline .run{fill:#a3193f;stroke:#a3193f}\
.timeline .wait{fill:none;stroke:currentColor;stroke-dasharray:3 3}\
.timeline .io{fill:currentColor;fill-opacity:.2;stroke:currentColor}\
.timeline line{stroke:currentColor;stroke-width:1.5}\
.timeline .failed{stroke:#a3193f;stroke-width:2}\
@media screen and (prefers-color-scheme:dark){\
.timeline{color:#dfe1e8;background:#161923}\
.timeline .run{fill:#ff90ab;stroke:#ff90ab}.timeline .failed{stroke:#ff90ab}}";
