//! What a key does.

use anyhow::Result;

use super::{Flow, Question, Session, say, show};
use crate::catalog::Exercise;
use crate::commands::list::list;
use crate::commands::next_unsolved;
use crate::commands::select::Selection;
use crate::reader::Served;
use crate::watch::keys::Key;
use crate::watch::running::What;
use crate::{aid, reset, words};

impl<'env> Session<'_, 'env> {
    /// Does what a key asks for, or asks back.
    ///
    /// # Errors
    ///
    /// Fails where that cannot be done; the session can go on.
    pub(super) fn press(&mut self, key: Key, exercise: &mut &'env Exercise) -> Result<Flow> {
        let (catalog, store, here) = (self.catalog, self.store, *exercise);
        let asked = self.asked.take();
        match (key, asked) {
            (Key::Quit, _) => return Ok(Flow::Break(())),
            (Key::Yes, Some(Question::Solution)) => self.show_solution(here, true)?,
            (Key::Yes, Some(Question::Reset)) => self.reset(here)?,
            (_, Some(_)) => say(words::declined()),
            (Key::Hint, _) => show(&aid::hint(here, store, false)?),
            (Key::Next, _) => match next_unsolved(catalog, store, Some(here))? {
                Some(next) if next == here => say(&words::only_one_left(here)),
                Some(next) => {
                    *exercise = next;
                    self.open(next)?;
                }
                None => say(&format!("\n{}", words::all_solved(catalog))),
            },
            (Key::Previous, _) => match catalog.before(here) {
                Some(previous) => {
                    *exercise = previous;
                    self.open(previous)?;
                }
                None => say(&words::first(here)),
            },
            (Key::List, _) => {
                println!();
                list(catalog, store, &Selection::default(), false)?;
            }
            (Key::All, _) => {
                say(&words::checking_all(catalog));
                self.start(here, What::All);
            }
            (Key::Solution, _) if store.read()?.was_solved(here) => {
                self.show_solution(here, false)?;
            }
            (Key::Solution, _) => {
                say(&words::ask_solution(here));
                self.asked = Some(Question::Solution);
            }
            (Key::Reset, _) => {
                say(&words::ask_reset(catalog, here));
                self.asked = Some(Question::Reset);
            }
            (Key::Book, _) => {
                // First the old one, which may hold the port.
                self.book = None;
                self.book = Some(Served::open(catalog)?);
            }
            (Key::Again, _) => self.check(here),
            (Key::Help | Key::Yes, _) => say(words::help()),
        }
        Ok(Flow::Continue(()))
    }

    fn show_solution(&self, exercise: &Exercise, although_unsolved: bool) -> Result<()> {
        print!("\n{}", aid::solution(self.catalog, exercise, self.store, although_unsolved)?);
        Ok(())
    }

    fn reset(&mut self, exercise: &Exercise) -> Result<()> {
        // A pass of the old text must not count for the new one.
        self.running = None;
        let reset = reset::reset(exercise, self.store)?;
        say(&format!("\n{}", words::reset(self.catalog, exercise, &reset)));
        Ok(())
    }
}
