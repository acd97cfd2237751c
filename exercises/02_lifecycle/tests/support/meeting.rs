//! A place where processes meet, made of pipes.

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::rc::Rc;

/// Nobody goes on from here before all have come.
pub struct Meeting {
    /// One for each process that comes; all write to all.
    pipes: Vec<(PipeReader, PipeWriter)>,
}

impl Meeting {
    /// For members that are numbered from 0.
    pub fn of(members: usize) -> Rc<Meeting> {
        let pipes = (0..members).map(|_| io::pipe().unwrap()).collect();
        Rc::new(Meeting { pipes })
    }

    /// Comes as this member, and waits for the others.
    pub fn attend(&self, member: usize) {
        for (_, to_each) in &self.pipes {
            (&*to_each).write_all(b".").unwrap();
        }
        let mut from_all = vec![0; self.pipes.len()];
        (&self.pipes[member].0).read_exact(&mut from_all).unwrap();
    }
}
