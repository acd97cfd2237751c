//! Which exercises a list shows.

use anyhow::{Result, bail};

use crate::catalog::{Catalog, Exercise, Track};

/// What an exercise must be; nothing means: any.
#[derive(Debug, Default, Clone, clap::Args)]
pub struct Selection {
    /// Only this chapter: such as 2, lifecycle or 02_lifecycle
    #[arg(long)]
    chapter: Option<String>,
    /// Only this part of the book: its number or a word of its title
    #[arg(long)]
    part: Option<String>,
    /// Only what the core course has
    #[arg(long)]
    core: bool,
}

impl Selection {
    /// The exercises that are meant, in reading order.
    ///
    /// # Errors
    ///
    /// Fails where there is no such chapter or part.
    pub fn of<'a>(&self, catalog: &'a Catalog) -> Result<Vec<&'a Exercise>> {
        let chapter = self.chapter.as_deref().map(|name| catalog.chapter(name)).transpose()?;
        let part = self.part.as_deref().map(|name| part(catalog, name)).transpose()?;
        let is_meant = |exercise: &&Exercise| {
            chapter.is_none_or(|chapter| chapter == exercise.chapter)
                && part.as_ref().is_none_or(|part| part.contains(&exercise.chapter))
                && (!self.core || exercise.facts.track == Track::Core)
        };
        Ok(catalog.exercises.iter().filter(is_meant).collect())
    }
}

/// The chapters of a part.
fn part(catalog: &Catalog, wanted: &str) -> Result<Vec<String>> {
    let parts = catalog.parts()?;
    let lower = wanted.to_lowercase();
    let by_number = wanted.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    let position = by_number
        .filter(|position| *position < parts.len())
        .or_else(|| parts.iter().position(|part| part.title.to_lowercase().contains(&lower)));
    let Some(position) = position else {
        let titles: Vec<&str> = parts.iter().map(|part| part.title.as_str()).collect();
        bail!("there is no part `{wanted}`; the parts are: {}", titles.join(", "));
    };
    Ok(parts.into_iter().nth(position).map(|part| part.chapters).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::fixture::project;
    use crate::verify::mirror;

    fn ids(catalog: &Catalog, selection: &Selection) -> Result<Vec<String>> {
        Ok(selection.of(catalog)?.into_iter().map(Exercise::id).collect())
    }

    #[test]
    fn chapters_parts_and_the_core_are_selected() {
        let (_folder, mut catalog) = project();
        catalog.exercises[1].facts.track = Track::Stretch;
        let summary = "# Summary\n\n# Numbers\n\n- [Sums](01_sums.md)\n\n# Letters\n";
        mirror::write(&catalog.root.join("book/SUMMARY.md"), summary).unwrap();

        let all = Selection::default();
        assert_eq!(ids(&catalog, &all).unwrap(), ["1.1", "1.2"]);
        let core = Selection { core: true, ..all.clone() };
        assert_eq!(ids(&catalog, &core).unwrap(), ["1.1"]);
        for name in ["1", "01", "sums", "01_sums"] {
            let chapter = Selection { chapter: Some(name.to_owned()), ..all.clone() };
            assert_eq!(ids(&catalog, &chapter).unwrap().len(), 2, "{name}");
        }
        let part = |name: &str| Selection { part: Some(name.to_owned()), ..all.clone() };
        assert_eq!(ids(&catalog, &part("1")).unwrap().len(), 2);
        assert_eq!(ids(&catalog, &part("numb")).unwrap().len(), 2);
        assert_eq!(ids(&catalog, &part("2")).unwrap().len(), 0);
        let error = ids(&catalog, &part("3")).unwrap_err().to_string();
        assert_eq!(error, "there is no part `3`; the parts are: Numbers, Letters");
        let no_chapter = Selection { chapter: Some("sumz".to_owned()), ..all };
        let error = ids(&catalog, &no_chapter).unwrap_err().to_string();
        assert_eq!(error, "there is no chapter `sumz` with exercises; there are: 01_sums");
    }
}
