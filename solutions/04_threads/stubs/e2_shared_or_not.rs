//! Find out by experiment what a thread shares with its creator, and what a process shares.
//!
//! Five steps: `step1` threads and `step2` processes, in worlds of the tests' own; then your own:
//! `step3` memory and IDs, `step4` files and signals, `step5` mappings and the whole table.

use std::collections::BTreeMap;
use std::io;

use crate::world::{Effect, Unit, World};

/// Which effects of `world` does the caller see, if a new unit of this kind has them?
///
/// For each of [`Effect::ALL`], in this order, the caller prepares, a new unit acts, and when that
/// has ended the caller looks and restores. A new process does no more than act: it does not clean
/// up for the caller, by writing its buffers or running its exit handlers. Other children of the
/// caller are left to it. A signal that the caller handles while it waits is no failure.
///
/// # Errors
///
/// Fails with the error of the system where that has no room for a unit, and with `ECANCELED` where
/// a unit panics, or a signal ends it, before it has acted. What was prepared is restored then too.
///
/// # Safety
///
/// For processes, the caller must be single-threaded.
pub unsafe fn probe(unit: Unit, world: &dyn World) -> nix::Result<BTreeMap<Effect, bool>> {
    // TODO: four calls for each effect, one of them in a thread or in a child.
    world.restore(Effect::StaticWrite);
    todo!("probe each {unit:?}")
}

/// The world of this process: a unit really does what [`Effect`] says, in any folder and with any
/// signal mask of the caller. After `restore`, the caller has the descriptors, the folder, the mask
/// and the mappings of before, and also a descriptor that somebody else has opened meanwhile.
pub struct RealWorld; // Give it the fields that you need.

impl RealWorld {
    /// # Errors
    ///
    /// Fails where the system has no room for what the world needs.
    pub fn new() -> io::Result<RealWorld> {
        todo!("make what all effects need")
    }
}

impl World for RealWorld {
    fn prepare(&self, effect: Effect) {
        todo!("prepare {effect:?}")
    }
    fn act(&self, effect: Effect) {
        todo!("act {effect:?}")
    }
    fn visible(&self, effect: Effect) -> bool {
        todo!("look for {effect:?}")
    }
    fn restore(&self, effect: Effect) {
        todo!("restore {effect:?}")
    }
}
