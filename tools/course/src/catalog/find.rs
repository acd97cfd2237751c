//! Finds an exercise, or the exercises of a chapter, by what a learner types.

use anyhow::{Result, bail};

use super::asked::Asked;
use super::{Catalog, Exercise};

impl Catalog {
    /// Finds an exercise by `2.1`, `run_child` or `e1_run_child`; before a name, `2/`, `lifecycle/`
    /// or `02_lifecycle/` may say of which chapter. The path of one of its files will do, too, and
    /// neither case nor `-` for `_` makes a difference.
    ///
    /// # Errors
    ///
    /// Fails where no exercise, or more than one, goes by that name.
    pub fn find(&self, wanted: &str) -> Result<&Exercise> {
        let exercises = self.exercises.iter();
        let names = exercises.flat_map(|exercise| [exercise.name(), &exercise.target]);
        self.find_or(wanted, names, "exercise")
    }

    /// Finds the exercises of a chapter by `2`, `lifecycle` or `02_lifecycle`, or one exercise as
    /// [`Catalog::find`] does.
    ///
    /// # Errors
    ///
    /// As [`Catalog::find`].
    pub fn find_all(&self, wanted: &str) -> Result<Vec<&Exercise>> {
        let asked = Asked::new(wanted);
        if asked.home.is_none() {
            let of_chapter: Vec<&Exercise> =
                self.exercises.iter().filter(|one| one.is_of(&asked.name)).collect();
            if !of_chapter.is_empty() {
                return Ok(of_chapter);
            }
        }
        let exercises = self.exercises.iter();
        let names = exercises.flat_map(|one| [one.name(), &one.target, &one.package, &one.chapter]);
        Ok(vec![self.find_or(wanted, names, "exercise or chapter")?])
    }

    /// Finds a chapter by `2`, `lifecycle` or `02_lifecycle`.
    ///
    /// # Errors
    ///
    /// Fails where no chapter with exercises goes by that name.
    pub fn chapter(&self, wanted: &str) -> Result<&str> {
        let asked = Asked::new(wanted);
        match self.exercises.iter().find(|exercise| exercise.is_of(&asked.name)) {
            Some(exercise) => Ok(&exercise.chapter),
            None => bail!(
                "there is no chapter `{wanted}` with exercises; there are: {}",
                self.chapters().join(", ")
            ),
        }
    }

    /// Finds an exercise; otherwise says which of `names` is most like what was asked for, if any.
    fn find_or<'a>(
        &self,
        wanted: &str,
        names: impl Iterator<Item = &'a str>,
        what: &str,
    ) -> Result<&Exercise> {
        let asked = Asked::new(wanted);
        let found: Vec<&Exercise> = self.exercises.iter().filter(|one| asked.means(one)).collect();
        match found[..] {
            [exercise] => return Ok(exercise),
            [] => {}
            [first, ..] => {
                bail!("`{wanted}` is the name of {} exercises; say `{}`", found.len(), first.id())
            }
        }
        let number = asked.name.split_once('.').map(|(chapter, _)| chapter);
        let mut of_chapter =
            self.exercises.iter().filter(|one| number.is_some_and(|number| one.is_of(number)));
        if let Some(first) = of_chapter.next() {
            let (first, last) = (first.id(), of_chapter.next_back().unwrap_or(first).id());
            bail!("there is no {what} `{wanted}`; that chapter has {first} to {last}");
        }
        match most_like(&asked.name, names) {
            Some(near) => bail!("there is no {what} `{wanted}`; did you mean `{near}`?"),
            None => bail!("there is no {what} `{wanted}`; see `cargo course list`"),
        }
    }
}

/// The name that is most like what was asked for, if one is like it at all.
pub(crate) fn most_like<'a>(asked: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |name: &str| strsim::jaro_winkler(asked, name);
    let nearest = names.max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    nearest.filter(|nearest| likeness(nearest) > 0.75)
}

#[cfg(test)]
mod tests {
    use crate::verify::fixture::project;

    #[test]
    fn an_exercise_has_many_names() {
        let (_folder, catalog) = project();
        for name in [
            "1.1",
            "one",
            "e1_one",
            "sums/e1_one",
            "sums/one",
            "01_sums/e1_one",
            "01_sums/one",
            "1/1",
            "1/one",
            "sums/e1",
            "e1",
            "E1-One",
            " one ",
            "e1_one.rs",
            "src/e1_one.rs",
            "exercises/01_sums/src/e1_one.rs",
            "/course/exercises/01_sums/tests/e1_one.rs",
        ] {
            assert_eq!(catalog.find(name).unwrap().target, "e1_one", "{name}");
            assert_eq!(catalog.find_all(name).unwrap().len(), 1, "{name}");
        }
        for name in ["1", "01", "sums", "Sums", "01_sums", "exercises/01_sums", "01_sums/"] {
            assert_eq!(catalog.find_all(name).unwrap().len(), 2, "{name}");
            catalog.find(name).unwrap_err();
        }
    }

    #[test]
    fn a_typo_gets_the_nearest_name() {
        let (_folder, catalog) = project();
        let one = |wanted| catalog.find(wanted).unwrap_err().to_string();
        let all = |wanted| catalog.find_all(wanted).unwrap_err().to_string();
        let said = [
            one("e1_onn"),
            one("01_sums/e1_onn"),
            one("other/e1_one"),
            one("smus"),
            all("smus"),
            all("1.9"),
            all("9.1"),
            all(""),
        ];
        insta::assert_snapshot!(said.join("\n"), @"
        there is no exercise `e1_onn`; did you mean `e1_one`?
        there is no exercise `01_sums/e1_onn`; did you mean `e1_one`?
        there is no exercise `other/e1_one`; did you mean `e1_one`?
        there is no exercise `smus`; see `cargo course list`
        there is no exercise or chapter `smus`; did you mean `sums`?
        there is no exercise or chapter `1.9`; that chapter has 1.1 to 1.2
        there is no exercise or chapter `9.1`; see `cargo course list`
        there is no exercise or chapter ``; see `cargo course list`
        ");
    }
}
