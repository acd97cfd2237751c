//! What is done: two kinds of computing, and two of waiting.

use std::hint::black_box;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use sha2::{Digest, Sha256};

/// What a wait lasts.
pub const NAP: Duration = Duration::from_millis(5);

/// What a partner answers.
const ANSWER: u8 = 7;

/// A kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A loop of bytecode: an amount is a number that is counted.
    Countdown,
    /// Computing outside of the interpreter: an amount is a block of 1 MiB.
    Sha256,
    /// An amount is a nap.
    Sleep,
    /// A byte to a partner, which answers after a nap.
    Socket,
}

impl Kind {
    pub const ALL: [Kind; 4] = [Kind::Countdown, Kind::Sha256, Kind::Sleep, Kind::Socket];

    /// Its name in variants, and in what the interpreter is asked for.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Countdown => "countdown",
            Kind::Sha256 => "sha256",
            Kind::Sleep => "sleep",
            Kind::Socket => "socket",
        }
    }

    /// What the results of so much work add up to.
    pub fn expected(self, amount: u32) -> u64 {
        let result = match self {
            Kind::Countdown | Kind::Sleep => 1,
            Kind::Sha256 => hash(),
            Kind::Socket => ANSWER.into(),
        };
        result.wrapping_mul(amount.into())
    }

    /// Does so much of it, and returns the sum of the results.
    ///
    /// # Errors
    ///
    /// Fails where the partner has gone.
    pub fn work(self, amount: u32, partner: &UnixStream) -> Result<u64> {
        let once: &dyn Fn() -> Result<u64> = match self {
            Kind::Countdown => return Ok(count_down(amount)),
            Kind::Sha256 => &|| Ok(hash()),
            Kind::Sleep => &|| Ok(nap()),
            Kind::Socket => &|| ask(partner),
        };
        (0..amount).try_fold(0, |sum: u64, _| Ok(sum.wrapping_add(once()?)))
    }
}

fn count_down(amount: u32) -> u64 {
    let mut left = amount;
    while left > 0 {
        left = black_box(left - 1);
    }
    (amount - left).into()
}

/// The first word of the hash of a block.
pub fn hash() -> u64 {
    static BLOCK: LazyLock<Vec<u8>> =
        LazyLock::new(|| (0..=u8::MAX).cycle().take(1 << 20).collect());
    let mut word = [0; 8];
    word.copy_from_slice(&Sha256::digest(&*BLOCK)[..8]);
    u64::from_le_bytes(word)
}

/// Sleeps, and counts as one.
pub fn nap() -> u64 {
    thread::sleep(NAP);
    1
}

fn ask(mut partner: &UnixStream) -> Result<u64> {
    let mut answer = [0];
    partner.write_all(&[ANSWER - 1])?;
    partner.read_exact(&mut answer)?;
    Ok(answer[0].into())
}

/// Starts a thread that answers each byte after a nap, until the socket is dropped.
///
/// # Errors
///
/// Fails where the system has no socket.
pub fn partner() -> Result<UnixStream> {
    let (ours, mut theirs) = UnixStream::pair()?;
    thread::spawn(move || {
        let mut byte = [0];
        while theirs.read_exact(&mut byte).is_ok() {
            thread::sleep(NAP);
            if theirs.write_all(&[byte[0] + 1]).is_err() {
                return;
            }
        }
    });
    Ok(ours)
}
