//! What the three processes tell each other: one datagram says how a test ended.
//!
//! A message begins with a secret that the receiver chose, so that bytes written to every open
//! descriptor are no verdict.

use std::borrow::Cow;

use nix::libc;

use crate::verdict::{Failure, Kind};

/// The secret at the head of a message.
pub(crate) type Secret = [u8; 16];

/// The longest text that travels; a longer one is cut.
const LONGEST: usize = 16 << 10;

/// Large enough for every message.
pub(crate) const BUFFER: usize = LONGEST + 64;

/// `Ok` is a pass.
pub(crate) type Verdict = Result<(), Failure>;

/// Returns 16 bytes that a learner's code does not know.
pub(crate) fn secret() -> Secret {
    let mut secret = Secret::default();
    // SAFETY: the buffer is valid for its length.
    let filled = unsafe { libc::getrandom(secret.as_mut_ptr().cast(), secret.len(), 0) };
    // Up to 256 bytes come whole, once the system has started (getrandom(2)).
    assert_eq!(filled, secret.len() as isize, "the system has random numbers");
    secret
}

/// Writes a verdict as `secret kind newline text`; the kind of a pass is `pass`.
pub(crate) fn encode(secret: &Secret, verdict: &Verdict) -> Vec<u8> {
    let text = match verdict {
        Ok(()) => "pass\n".to_owned(),
        Err(failure) => format!("{}\n{}", failure.kind, shortened(&failure.message)),
    };
    [&secret[..], text.as_bytes()].concat()
}

/// Reads a message; `None` is anything that does not begin with the secret.
pub(crate) fn decode(secret: &Secret, bytes: &[u8]) -> Option<Verdict> {
    let text = String::from_utf8_lossy(bytes.strip_prefix(&secret[..])?).into_owned();
    let (kind, message) = text.split_once('\n')?;
    if kind == "pass" {
        return Some(Ok(()));
    }
    Some(Err(Failure::new(Kind::from_word(kind)?, message)))
}

fn shortened(text: &str) -> Cow<'_, str> {
    String::from_utf8_lossy(&text.as_bytes()[..text.len().min(LONGEST)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_survives_the_journey() {
        let secret = secret();
        let failure = Failure::new(Kind::Exit, "two\nlines");
        for verdict in [Ok(()), Err(failure)] {
            assert_eq!(decode(&secret, &encode(&secret, &verdict)), Some(verdict));
        }
    }

    #[test]
    fn a_message_without_the_secret_is_none() {
        let forged = encode(&Secret::default(), &Ok(()));
        assert_eq!(decode(&secret(), &forged), None);
    }

    #[test]
    fn a_long_text_is_cut_and_fits_the_buffer() {
        let failure = Failure::new(Kind::Panic, "é".repeat(BUFFER));
        let bytes = encode(&secret(), &Err(failure));
        assert!(bytes.len() <= BUFFER);
    }

    #[test]
    fn two_secrets_differ() {
        assert_ne!(secret(), secret());
    }
}
