//! Send messages over a stream of bytes, and tell each way in which the stream fails them.
//!
//! Four steps of tests: `step1` frames, `step2` in pieces, `step3` cut or too long, `step4` many
//! writers. `cargo test -p streams --test e2_framed step1` runs those of the first.

use std::io::{self, Read, Write};

/// Why there is no frame.
#[derive(Debug)]
pub enum FrameError {
    /// The stream has ended within a frame. `got` of its bytes came, the header counted too, and
    /// `wanted` is how many it should have: 4 while its header is not complete.
    Truncated { wanted: usize, got: usize },
    /// The header announces this length, which is above the maximum.
    TooLarge(u32),
    /// The stream has failed.
    Io(io::Error),
}

/// Reads frames. It may read ahead, and after an error it is of no use any more.
pub struct FrameReader<R> {
    inner: R,
    max: u32,
}

impl<R: Read> FrameReader<R> {
    /// Makes a reader of frames with payloads of `max` bytes at most.
    pub fn new(inner: R, max: u32) -> Self {
        FrameReader { inner, max }
    }

    /// Returns the next payload, as soon as all of it is there; `Ok(None)` means that the stream
    /// has ended, and not within a frame.
    ///
    /// A frame is the length of the payload, as 4 bytes with the highest first, and the payload. A
    /// length above `max` is refused before there is memory for it, or a wait for its payload; and no
    /// memory is made for `max` itself.
    pub fn next_frame(&mut self) -> Result<Option<Vec<u8>>, FrameError> {
        // TODO: at which places can the stream end, and what does each of them mean?
        todo!("up to {} bytes, from a reader of {}", self.max, size_of_val(&self.inner))
    }
}

/// Writes frames.
pub struct FrameWriter<W>(W);

impl<W: Write> FrameWriter<W> {
    /// Makes a writer of frames.
    pub fn new(inner: W) -> Self {
        FrameWriter(inner)
    }

    /// Writes a frame, and keeps nothing back; to flush `inner` is left to its owner. A frame of 4096
    /// bytes (`PIPE_BUF`) or fewer, header included, goes to `inner` whole, in one call of `write` or
    /// `write_vectored`. A payload too long for the header is `InvalidInput`, and nothing is written.
    pub fn write_frame(&mut self, payload: &[u8]) -> io::Result<()> {
        todo!("{} bytes, to a writer of {}", payload.len(), size_of_val(&self.0))
    }
}
