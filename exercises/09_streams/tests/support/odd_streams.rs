//! Streams that do what a stream may do.

use std::cell::RefCell;
use std::io::{self, ErrorKind, IoSlice, Read, Write};

/// Gives one byte at a time, and before each of them a signal comes.
pub struct Trickle<'a> {
    left: &'a [u8],
    interrupt: bool,
}

impl<'a> Trickle<'a> {
    pub fn new(bytes: &'a [u8]) -> Trickle<'a> {
        Trickle { left: bytes, interrupt: false }
    }
}

impl Read for Trickle<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.interrupt = !self.interrupt;
        if self.interrupt {
            return Err(ErrorKind::Interrupted.into());
        }
        let length = buf.len().min(1);
        self.left.read(&mut buf[..length])
    }
}

/// Gives these bytes, and then fails for ever. It takes nothing.
pub struct Then<'a> {
    left: &'a [u8],
    error: ErrorKind,
}

impl<'a> Then<'a> {
    pub fn error(bytes: &'a [u8], error: ErrorKind) -> Then<'a> {
        Then { left: bytes, error }
    }
}

impl Read for Then<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self.left.read(buf)? {
            0 if !buf.is_empty() => Err(self.error.into()),
            length => Ok(length),
        }
    }
}

impl Write for Then<'_> {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.error.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Takes three bytes at a time, and before each call that it answers a signal comes.
#[derive(Default)]
pub struct Narrow {
    pub taken: Vec<u8>,
    interrupt: bool,
}

impl Write for Narrow {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.interrupt = !self.interrupt;
        if self.interrupt {
            return Err(ErrorKind::Interrupted.into());
        }
        let length = buf.len().min(3);
        self.taken.extend(&buf[..length]);
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Takes all that a call gives it, and can be looked at meanwhile.
#[derive(Default)]
pub struct Calls {
    lengths: RefCell<Vec<usize>>,
    bytes: RefCell<Vec<u8>>,
}

impl Calls {
    /// How many bytes each call had.
    pub fn lengths(&self) -> Vec<usize> {
        self.lengths.borrow().clone()
    }

    /// What has come since the last time.
    pub fn take_bytes(&self) -> Vec<u8> {
        self.bytes.take()
    }
}

impl Write for &Calls {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(buf)])
    }

    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        let length = bufs.iter().map(|buf| buf.len()).sum();
        self.lengths.borrow_mut().push(length);
        for buf in bufs {
            self.bytes.borrow_mut().extend(&**buf);
        }
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
