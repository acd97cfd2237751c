//! The older kind of queue: a number for a name, and an identifier that is no descriptor.

use std::{process, ptr};

use nix::libc::{IPC_CREAT, IPC_NOWAIT, IPC_RMID, msgctl, msgget, msgrcv, msgsnd};
use nix::{Result, errno::Errno};

// ANCHOR: main
fn main() {
    let [queue, same] = [process::id() as i32; 2].map(Queue::of);
    println!("8193 bytes: {:?}", queue.send(1, &[0; 8193]));
    drop(queue);
    println!("removed while somebody else has it: {:?}", same.send(1, b"one"));
}

/// The identifier of a queue, which is removed with this value.
pub struct Queue(i32);
impl Queue {
    pub fn of(key: i32) -> Queue {
        // SAFETY: two numbers, and no pointer.
        Queue(Errno::result(unsafe { msgget(key, IPC_CREAT | 0o666) }).unwrap())
    }
    pub fn send(&self, kind: i64, bytes: &[u8]) -> Result<()> {
        let text = [&kind.to_ne_bytes()[..], bytes].concat();
        // SAFETY: the message is its type, and so many bytes.
        let sent = unsafe { msgsnd(self.0, text.as_ptr().cast(), bytes.len(), IPC_NOWAIT) };
        Errno::result(sent).map(drop)
    }
    pub fn receive(&self, kind: i64, room: usize, flags: i32) -> Result<Vec<u8>> {
        let (mut text, flags) = (vec![0_u8; 8 + room], flags | IPC_NOWAIT);
        // SAFETY: there is room for a type and so many bytes.
        let length = unsafe { msgrcv(self.0, text.as_mut_ptr().cast(), room, kind, flags) };
        Errno::result(length).map(|length| text[8..][..length as usize].to_vec())
    }
}
impl Drop for Queue {
    fn drop(&mut self) {
        // SAFETY: to remove a queue takes no pointer.
        unsafe { msgctl(self.0, IPC_RMID, ptr::null_mut()) };
    }
}
// ANCHOR_END: main
