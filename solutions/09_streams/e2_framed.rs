//! A stream of bytes has no messages: a frame says where each of them ends. All that is left are the
//! places where the stream itself may end, and each of them has a meaning of its own.
//!
//! The tempting mistake is to trust the other side: that one read is one message, that a length is
//! as long as it says, and that nobody writes between a header and its payload.

use std::io::{self, ErrorKind, Read, Write};

use nix::libc;

/// How many bytes tell the length.
const HEADER: usize = 4;

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
        let mut header = [0; HEADER];
        match self.fill(&mut header)? {
            HEADER => {}
            0 => return Ok(None),
            got => return Err(FrameError::Truncated { wanted: HEADER, got }),
        }
        let length = u32::from_be_bytes(header);
        if length > self.max {
            return Err(FrameError::TooLarge(length));
        }
        let mut payload = vec![0; length as usize];
        let got = self.fill(&mut payload)?;
        if got < payload.len() {
            let wanted = HEADER + payload.len();
            return Err(FrameError::Truncated { wanted, got: HEADER + got });
        }
        Ok(Some(payload))
    }

    /// Reads until the buffer is full or the stream has ended, and says how much it is. The method
    /// `read_exact` would not say that.
    fn fill(&mut self, buf: &mut [u8]) -> Result<usize, FrameError> {
        let mut got = 0;
        while got < buf.len() {
            match self.inner.read(&mut buf[got..]) {
                Ok(0) => break,
                Ok(more) => got += more,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(FrameError::Io(error)),
            }
        }
        Ok(got)
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
        let Ok(length) = u32::try_from(payload.len()) else {
            let reason = "the payload is longer than a header can tell; split it";
            return Err(io::Error::new(ErrorKind::InvalidInput, reason));
        };
        let header = length.to_be_bytes();
        if HEADER + payload.len() > libc::PIPE_BUF {
            // The system would cut it in pieces anyway, so it need not be copied.
            self.0.write_all(&header)?;
            return self.0.write_all(payload);
        }
        // A pipe takes so much as a whole: nobody else's bytes come in between.
        self.0.write_all(&[&header, payload].concat())
    }
}
