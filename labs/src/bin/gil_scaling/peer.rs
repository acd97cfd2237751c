//! The same work in Rust, in threads of rayon that are there before.

use std::os::unix::net::UnixStream;

use anyhow::Result;
use labkit::Cost;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::work::{Kind, partner};

/// Threads, each with a partner to talk to.
pub struct Peer {
    pool: ThreadPool,
    partners: Vec<UnixStream>,
}

impl Peer {
    /// So many threads.
    ///
    /// # Errors
    ///
    /// Fails where the system has no threads or sockets left.
    pub fn new(threads: u32) -> Result<Peer> {
        let pool = ThreadPoolBuilder::new().num_threads(threads as usize).build()?;
        Ok(Peer { pool, partners: (0..threads).map(|_| partner()).collect::<Result<_>>()? })
    }

    /// Does so much work, the same share of it in each thread; returns the sum of the results.
    ///
    /// # Errors
    ///
    /// Fails where a partner has gone.
    pub fn batch(&self, kind: Kind, amount: u32) -> Result<(u64, Cost)> {
        let share = amount / self.partners.len() as u32;
        Cost::of(|| {
            let sums = self.pool.broadcast(|thread| {
                let partner = &self.partners[thread.index()];
                kind.work(share, partner)
            });
            sums.into_iter().try_fold(0, |all: u64, sum| Ok(all.wrapping_add(sum?)))
        })
    }
}
