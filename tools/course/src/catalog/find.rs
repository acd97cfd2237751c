//! Finds an exercise by what a learner types.

use anyhow::{Result, bail};

use super::{Catalog, Exercise};

impl Catalog {
    /// Finds an exercise by `2.1`, `run_child` or `e1_run_child`; before a name, `lifecycle/` or
    /// `02_lifecycle/` may say of which chapter.
    ///
    /// # Errors
    ///
    /// Fails where no exercise, or more than one, goes by that name.
    pub fn find(&self, wanted: &str) -> Result<&Exercise> {
        let found: Vec<&Exercise> =
            self.exercises.iter().filter(|exercise| exercise.answers_to(wanted)).collect();
        match found[..] {
            [exercise] => Ok(exercise),
            [] => match self.nearest(wanted) {
                Some(near) => bail!("there is no exercise `{wanted}`; did you mean `{near}`?"),
                None => bail!("there is no exercise `{wanted}`; see `cargo course list`"),
            },
            [first, ..] => {
                bail!("`{wanted}` is the name of {} exercises; say `{}`", found.len(), first.id())
            }
        }
    }

    /// Finds a chapter by `2`, `lifecycle` or `02_lifecycle`.
    ///
    /// # Errors
    ///
    /// Fails where no chapter with exercises goes by that name.
    pub fn chapter(&self, wanted: &str) -> Result<&str> {
        let is_meant = |exercise: &&Exercise| {
            exercise.chapter == wanted
                || exercise.package == wanted
                || wanted.parse() == Ok(exercise.chapter_number)
        };
        match self.exercises.iter().find(is_meant) {
            Some(exercise) => Ok(&exercise.chapter),
            None => bail!(
                "there is no chapter `{wanted}` with exercises; there are: {}",
                self.chapters().join(", ")
            ),
        }
    }

    /// The name that is most like `wanted`, if any is.
    fn nearest(&self, wanted: &str) -> Option<&str> {
        let wanted = wanted.rsplit('/').next().unwrap_or(wanted);
        let likeness = |name: &str| strsim::jaro_winkler(wanted, name);
        let names = self.exercises.iter().flat_map(|exercise| [exercise.name(), &exercise.target]);
        let nearest = names.max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
        (likeness(nearest) > 0.75).then_some(nearest)
    }
}

impl Exercise {
    fn answers_to(&self, wanted: &str) -> bool {
        let is_name = |name: &str| name == self.name() || name == self.target;
        match wanted.split_once('/') {
            Some((home, name)) => (home == self.package || home == self.chapter) && is_name(name),
            None => wanted == self.id() || is_name(wanted),
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_typo_gets_the_nearest_name() {
        let (_folder, catalog) = crate::verify::fixture::project();
        assert_eq!(catalog.find("1.2").unwrap().target, "e2_two");
        for name in ["one", "e1_one", "sums/e1_one", "sums/one", "01_sums/e1_one", "01_sums/one"] {
            assert_eq!(catalog.find(name).unwrap().target, "e1_one");
        }
        let said = |wanted| catalog.find(wanted).unwrap_err().to_string();
        assert_eq!(said("e1_onn"), "there is no exercise `e1_onn`; did you mean `e1_one`?");
        assert_eq!(
            said("01_sums/e1_onn"),
            "there is no exercise `01_sums/e1_onn`; did you mean `e1_one`?"
        );
        catalog.find("other/e1_one").unwrap_err();
        assert_eq!(said("zzz"), "there is no exercise `zzz`; see `cargo course list`");
    }
}
