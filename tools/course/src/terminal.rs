//! The terminal while the course watches: single keys, no echo, and as it was before on every way
//! out.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use anyhow::{Context, Result};
use nix::sys::signal::{
    SaFlags, SigAction, SigHandler, SigSet, SigmaskHow, Signal, pthread_sigmask, raise, sigaction,
};
use nix::sys::termios::{LocalFlags, SetArg, SpecialCharacterIndices, Termios};
use nix::sys::termios::{tcgetattr, tcsetattr};
use nix::unistd::{getpgrp, tcgetpgrp};
use signal_hook::consts::{SIGCONT, SIGTSTP};
use signal_hook::iterator::{Handle, Signals};

/// Hands over every key at once as long as it lives; Ctrl-C and Ctrl-Z stay signals.
pub struct SingleKeys {
    modes: Modes,
    suspension: Handle,
}

/// What the terminal was set to, for all who may have to set it back.
#[derive(Clone, Default)]
pub struct Modes(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// What is to come back; `None` where it is as it was.
    before: Option<Termios>,
    /// Whether the program ends, and the terminal is to be left alone.
    over: bool,
}

impl SingleKeys {
    /// Changes the terminal behind standard input.
    ///
    /// # Errors
    ///
    /// Fails where standard input is no terminal, or the handlers for Ctrl-Z cannot be installed.
    pub fn new() -> Result<SingleKeys> {
        let mut signals = Signals::new([SIGTSTP, SIGCONT]).context("cannot prepare for Ctrl-Z")?;
        let (modes, suspension) = (Modes::default(), signals.handle());
        let keys = SingleKeys { modes: modes.clone(), suspension };
        modes.single_keys().context("cannot read single keys from the terminal")?;
        thread::spawn(move || {
            for signal in signals.forever() {
                if signal == SIGTSTP {
                    modes.set_back();
                    suspend();
                }
                // Also after a stop that nobody announced, as by SIGSTOP. Where the terminal is
                // gone, its reader finds out.
                let _ = modes.single_keys();
            }
        });
        Ok(keys)
    }

    /// A handle for those who end the program.
    pub fn modes(&self) -> Modes {
        self.modes.clone()
    }
}

impl Drop for SingleKeys {
    fn drop(&mut self) {
        self.modes.end();
        self.suspension.close();
    }
}

impl Modes {
    /// Sets the terminal back for good.
    pub fn end(&self) {
        self.state().over = true;
        self.set_back();
    }

    fn single_keys(&self) -> nix::Result<()> {
        let mut state = self.state();
        // The modes of a terminal belong to the foreground: elsewhere the shell has it.
        if state.over || !in_foreground() {
            return Ok(());
        }
        let before = tcgetattr(io::stdin())?;
        let mut single = before.clone();
        single.local_flags &= !(LocalFlags::ICANON | LocalFlags::ECHO);
        single.control_chars[SpecialCharacterIndices::VMIN as usize] = 1;
        single.control_chars[SpecialCharacterIndices::VTIME as usize] = 0;
        set(&single)?;
        state.before.get_or_insert(before);
        Ok(())
    }

    fn set_back(&self) {
        if let Some(before) = self.state().before.take()
            && in_foreground()
        {
            // A terminal that has gone needs no modes.
            let _ = set(&before);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn in_foreground() -> bool {
    tcgetpgrp(io::stdin()).is_ok_and(|group| group == getpgrp())
}

/// At once, and not when all output has been read: nobody may read it any more.
fn set(modes: &Termios) -> nix::Result<()> {
    // The foreground can change at any moment; then this must fail, and not stop the program.
    let stop = SigSet::from(Signal::SIGTTOU);
    let mut before = SigSet::empty();
    pthread_sigmask(SigmaskHow::SIG_BLOCK, Some(&stop), Some(&mut before))?;
    let result = tcsetattr(io::stdin(), SetArg::TCSANOW, modes);
    pthread_sigmask(SigmaskHow::SIG_SETMASK, Some(&before), None)?;
    result
}

/// Stops this program as Ctrl-Z does it where nobody handles that. Not by SIGSTOP, which would also
/// stop it where no shell is there to go on.
fn suspend() {
    let default = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
    // SAFETY: the first call installs no handler, and the second one that was installed before.
    unsafe {
        if let Ok(handler) = sigaction(Signal::SIGTSTP, &default) {
            let _ = raise(Signal::SIGTSTP);
            let _ = sigaction(Signal::SIGTSTP, &handler);
        }
    }
}

/// How many characters a line of the terminal behind standard output has, or `None` if there is
/// none.
pub fn width() -> Option<usize> {
    terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0))
}
