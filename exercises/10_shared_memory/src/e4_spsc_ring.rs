//! A ring of bytes from one producer to one consumer: no lock, and no system call while both keep up.

use crate::given::Shareable;
use crate::sync::{AtomicU32, SharedBytes};

/// Up to `N` bytes, in memory that both ends share; zeroed memory is `new(0)`. You may wrap these fields.
#[repr(C)]
pub struct SpscRing<const N: usize> {
    written: AtomicU32,
    read: AtomicU32,
    flags: AtomicU32,
    bytes: SharedBytes<N>,
}
// SAFETY: yours to uphold: no pointers, and zeroed memory is an empty ring.
unsafe impl<const N: usize> Shareable for SpscRing<N> {}
/// The end that writes. You may give it, and the other one, more fields.
pub struct Producer<'a, const N: usize>(&'a SpscRing<N>);
/// The end that reads.
pub struct Consumer<'a, const N: usize>(&'a SpscRing<N>);
/// The consumer has gone; so many bytes of this call were in the ring by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerClosed(pub usize);

impl<const N: usize> SpscRing<N> {
    /// An empty ring; what counts bytes begins at `start`, so that tests see it overflow.
    pub fn new(start: u32) -> SpscRing<N> {
        let (written, read) = (AtomicU32::new(start), AtomicU32::new(start));
        SpscRing { written, read, flags: AtomicU32::new(0), bytes: SharedBytes::new() }
    }
    /// The producer: once, for all processes. Panics with "power of two" where `N` is none.
    pub fn producer(&self) -> Option<Producer<'_, N>> {
        // TODO: which fields does each end change, and what does it remember itself?
        todo!("{:?} {:?}: {N} bytes from {:?}", self.flags, self.bytes, self.written)
    }
    /// The consumer; as `producer`.
    pub fn consumer(&self) -> Option<Consumer<'_, N>> {
        todo!("{:?}: {N} bytes from {:?}", self.flags, self.read)
    }
}
impl<const N: usize> Producer<'_, N> {
    /// Writes as many of `bytes` as there is room for, and says how many. Never waits.
    pub fn try_write(&mut self, bytes: &[u8]) -> usize {
        todo!("{:?}: write {} bytes", self.0.written, bytes.len())
    }
    /// Writes all bytes; sleeps while there is no room. Fails at once where the consumer has gone.
    pub fn write_all(&mut self, bytes: &[u8]) -> Result<(), PeerClosed> {
        todo!("{:?}: write {} bytes", self.0.written, bytes.len())
    }
}
impl<const N: usize> Consumer<'_, N> {
    /// Reads as many bytes as are there and fit into `buf`, and says how many. Never waits.
    pub fn try_read(&mut self, buf: &mut [u8]) -> usize {
        todo!("{:?}: read {} bytes", self.0.read, buf.len())
    }
    /// Sleeps until there is a byte. 0: the producer has gone and all was read, or `buf` is empty.
    pub fn read(&mut self, buf: &mut [u8]) -> usize {
        todo!("{:?}: read {} bytes", self.0.read, buf.len())
    }
}
// TODO: an end that is dropped tells the other.
