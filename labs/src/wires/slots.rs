//! Slots in shared memory, with two eventfds to wait by: one counts the slots that were filled, one those
//! that were emptied.

use anyhow::Result;
use nix::sys::eventfd::{EfdFlags, EventFd};

use super::shared::Shared;
use super::{ROOM, Receive, Send, Wire};

pub(super) struct Slots {
    memory: Shared,
    /// The size of a slot, in bytes; a larger message goes in pieces.
    size: usize,
    count: usize,
    filled: EventFd,
    emptied: EventFd,
}

impl Slots {
    pub(super) fn new(size: usize) -> Result<Slots> {
        // With one slot the two ends could not work at the same time.
        let size = size.min(ROOM / 2);
        let eventfd = || EventFd::from_flags(EfdFlags::EFD_CLOEXEC);
        Ok(Slots {
            memory: Shared::new(ROOM)?,
            size,
            count: ROOM / size,
            filled: eventfd()?,
            emptied: eventfd()?,
        })
    }
}

impl Wire for Slots {
    fn sender(&self) -> Result<Send<'_>> {
        let (mut slot, mut empty) = (0, self.count as u64);
        Ok(Box::new(move |message| {
            for piece in message.chunks(self.size) {
                if empty == 0 {
                    empty = self.emptied.read()?;
                }
                // SAFETY: the slot is empty, and the receiver looks at it when the count says that it is
                // filled.
                unsafe { self.memory.write(slot * self.size, piece) };
                slot = (slot + 1) % self.count;
                empty -= 1;
                self.filled.write(1)?;
            }
            Ok(())
        }))
    }

    fn receiver(&self) -> Result<Receive<'_>> {
        let (mut slot, mut filled, mut emptied) = (0, 0, 0);
        Ok(Box::new(move |buf| {
            for piece in buf.chunks_mut(self.size) {
                if filled == 0 {
                    filled = self.filled.read()?;
                }
                // SAFETY: the slot is filled, and the sender leaves it alone until the count says that it is
                // emptied.
                unsafe { self.memory.read(slot * self.size, piece) };
                slot = (slot + 1) % self.count;
                filled -= 1;
                emptied += 1;
                if emptied >= self.count as u64 / 2 {
                    self.emptied.write(emptied)?;
                    emptied = 0;
                }
            }
            Ok(())
        }))
    }
}
