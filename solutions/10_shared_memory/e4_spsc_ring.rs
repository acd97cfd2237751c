//! Each count has one writer: a Release store of it hands bytes, or places, to the other end. Whoever
//! goes to sleep raises a flag and looks once more; whoever moves a count looks at the flag after. The
//! tempting mistake is to leave out the fences between the two: each end can then miss the other.

use crate::given::Shareable;
use crate::sync::Ordering::{Acquire, Relaxed, Release, SeqCst};
use crate::sync::{AtomicU32, SharedBytes, fence, futex_wait, futex_wake};

const PRODUCER: End = End { taken: 1, sleeps: 2, gone: 4 };
const CONSUMER: End = End { taken: 8, sleeps: 16, gone: 32 };

/// The flags of one end.
struct End {
    taken: u32,
    /// It sleeps, or is about to.
    sleeps: u32,
    gone: u32,
}

/// What gets a cache line of its own: 128 bytes, since processors fetch lines of 64 in pairs.
#[repr(C, align(128))]
struct Line<T>(T);

/// Up to `N` bytes on their way, in memory that both ends share. Zeroed memory is `new(0)`.
#[repr(C)]
pub struct SpscRing<const N: usize> {
    /// How many bytes were written, modulo 2^32. The producer's to change.
    written: Line<AtomicU32>,
    /// How many bytes were read, modulo 2^32. The consumer's to change.
    read: Line<AtomicU32>,
    /// Changes rarely, so both ends keep it in their caches; who sleeps, sleeps on it.
    flags: Line<AtomicU32>,
    bytes: Line<SharedBytes<N>>,
}

// SAFETY: no pointers, and zeroed memory is an empty ring with two ends that nobody has taken.
unsafe impl<const N: usize> Shareable for SpscRing<N> {}

/// The end that writes.
pub struct Producer<'a, const N: usize> {
    ring: &'a SpscRing<N>,
    /// As in the ring.
    written: u32,
    /// What was read when this end looked last.
    read: u32,
}

/// The end that reads.
pub struct Consumer<'a, const N: usize> {
    ring: &'a SpscRing<N>,
    /// What was written when this end looked last.
    written: u32,
    /// As in the ring.
    read: u32,
}

/// The consumer has gone; so many bytes of this call were in the ring by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerClosed(pub usize);

impl<const N: usize> SpscRing<N> {
    /// An empty ring; what counts bytes begins at `start`, so that tests see it overflow.
    pub fn new(start: u32) -> SpscRing<N> {
        SpscRing {
            written: Line(AtomicU32::new(start)),
            read: Line(AtomicU32::new(start)),
            flags: Line(AtomicU32::new(0)),
            bytes: Line(SharedBytes::new()),
        }
    }

    /// The producer: once, for all processes. Panics with "power of two" where `N` is none.
    pub fn producer(&self) -> Option<Producer<'_, N>> {
        // Relaxed, here and in `take`: nobody has written to the count yet.
        self.take(&PRODUCER).then(|| {
            let written = self.written.0.load(Relaxed);
            Producer { ring: self, written, read: written }
        })
    }

    /// The consumer; as `producer`.
    pub fn consumer(&self) -> Option<Consumer<'_, N>> {
        // Relaxed: nobody else writes to this count. What the producer has written by now, the first
        // read will see.
        self.take(&CONSUMER).then(|| {
            let read = self.read.0.load(Relaxed);
            Consumer { ring: self, written: read, read }
        })
    }

    fn take(&self, end: &End) -> bool {
        // Else the place of a byte would jump where its count overflows.
        assert!(N.is_power_of_two() && N <= 1 << 31, "the size of a ring is a power of two: {N}");
        self.flags.0.fetch_or(end.taken, Relaxed) & end.taken == 0
    }

    /// The place of the byte with this number, and how many of `len` bytes fit before the end.
    fn place(number: u32, len: usize) -> (usize, usize) {
        let place = number as usize & (N - 1);
        (place, len.min(N - place))
    }

    /// Wakes the end if it sleeps. Call it after a step for which it may wait.
    fn wake(&self, end: &End) {
        // Pairs with the fence in `sleep`: of the step before this and the flag, one is seen.
        fence(SeqCst);
        // Relaxed: the fence orders it. The second look finds out whether the end has left by itself.
        if self.flags.0.load(Relaxed) & end.sleeps != 0
            && self.flags.0.fetch_and(!end.sleeps, Relaxed) & end.sleeps != 0
        {
            // The only other one who could sleep here is awake: it is this end.
            futex_wake(&self.flags.0, 1);
        }
    }

    /// Sleeps until the other end moves `count` away from `seen`, or goes. May return for no reason.
    fn sleep(&self, end: &End, other: &End, count: &AtomicU32, seen: u32) {
        let flags = &self.flags.0;
        // Relaxed: the fence orders it.
        let now = flags.fetch_or(end.sleeps, Relaxed) | end.sleeps;
        // Pairs with the fence in `wake`.
        fence(SeqCst);
        // Relaxed: this decides on the sleep alone, and the caller looks again.
        if count.load(Relaxed) == seen && now & other.gone == 0 {
            futex_wait(flags, now);
        }
        // Relaxed: where it comes late, the other end wakes nobody.
        flags.fetch_and(!end.sleeps, Relaxed);
    }
}

impl<const N: usize> Producer<'_, N> {
    /// Writes as many of `bytes` as there is room for, and says how many. Never waits.
    pub fn try_write(&mut self, bytes: &[u8]) -> usize {
        let ring = self.ring;
        if self.room() < bytes.len() {
            // Acquire pairs with the Release in `try_read`: those places have been read.
            self.read = ring.read.0.load(Acquire);
        }
        let len = self.room().min(bytes.len());
        if len == 0 {
            return 0;
        }
        let (place, run) = SpscRing::<N>::place(self.written, len);
        // SAFETY: these places are free, and nobody else fills a place. The consumer looks at them
        // when the count says so.
        unsafe {
            ring.bytes.0.write(place, &bytes[..run]);
            if run < len {
                ring.bytes.0.write(0, &bytes[run..len]);
            }
        }
        self.written = self.written.wrapping_add(len as u32);
        // Release pairs with the Acquire in `try_read`.
        ring.written.0.store(self.written, Release);
        ring.wake(&CONSUMER);
        len
    }

    /// Writes all bytes; sleeps while there is no room. Fails at once where the consumer has gone.
    pub fn write_all(&mut self, bytes: &[u8]) -> Result<(), PeerClosed> {
        let mut done = 0;
        loop {
            // Relaxed: nothing is read that the consumer has left.
            if self.ring.flags.0.load(Relaxed) & CONSUMER.gone != 0 {
                return Err(PeerClosed(done));
            }
            done += self.try_write(&bytes[done..]);
            if done == bytes.len() {
                return Ok(());
            }
            self.ring.sleep(&PRODUCER, &CONSUMER, &self.ring.read.0, self.read);
        }
    }

    /// The places that are free for all that this end knows.
    fn room(&self) -> usize {
        N - self.written.wrapping_sub(self.read) as usize
    }
}

impl<const N: usize> Consumer<'_, N> {
    /// Reads as many bytes as are there and fit into `buf`, and says how many. Never waits.
    pub fn try_read(&mut self, buf: &mut [u8]) -> usize {
        let ring = self.ring;
        if self.len() < buf.len() {
            // Acquire pairs with the Release in `try_write`: those bytes have been written.
            self.written = ring.written.0.load(Acquire);
        }
        let len = self.len().min(buf.len());
        if len == 0 {
            return 0;
        }
        let (place, run) = SpscRing::<N>::place(self.read, len);
        // SAFETY: these bytes are there, and the producer leaves them until the count says otherwise.
        unsafe {
            ring.bytes.0.read(place, &mut buf[..run]);
            if run < len {
                ring.bytes.0.read(0, &mut buf[run..len]);
            }
        }
        self.read = self.read.wrapping_add(len as u32);
        // Release pairs with the Acquire in `try_write`.
        ring.read.0.store(self.read, Release);
        ring.wake(&PRODUCER);
        len
    }

    /// Sleeps until there is a byte. 0: the producer has gone and all was read, or `buf` is empty.
    pub fn read(&mut self, buf: &mut [u8]) -> usize {
        loop {
            // Acquire pairs with the Release in the producer's `drop`: who sees that it has gone sees
            // all that it has written. So this look comes before the one at the bytes.
            let is_last = self.ring.flags.0.load(Acquire) & PRODUCER.gone != 0;
            let len = self.try_read(buf);
            if len > 0 || is_last || buf.is_empty() {
                return len;
            }
            self.ring.sleep(&CONSUMER, &PRODUCER, &self.ring.written.0, self.written);
        }
    }

    /// The bytes that are there for all that this end knows.
    fn len(&self) -> usize {
        self.written.wrapping_sub(self.read) as usize
    }
}

impl<const N: usize> Drop for Producer<'_, N> {
    fn drop(&mut self) {
        // Release pairs with the Acquire in `read`.
        if self.ring.flags.0.fetch_or(PRODUCER.gone, Release) & CONSUMER.sleeps != 0 {
            futex_wake(&self.ring.flags.0, 1);
        }
    }
}

impl<const N: usize> Drop for Consumer<'_, N> {
    fn drop(&mut self) {
        // Relaxed: it leaves nothing that the producer would look at.
        if self.ring.flags.0.fetch_or(CONSUMER.gone, Relaxed) & PRODUCER.sleeps != 0 {
            futex_wake(&self.ring.flags.0, 1);
        }
    }
}
