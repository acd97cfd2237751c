//! The head of a mistake: lines `name: value`.

use anyhow::{Context, Result, bail, ensure};

/// The lines `name: value` above the patch.
pub struct Header<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Header<'a> {
    /// Reads every line of `text`.
    ///
    /// # Errors
    ///
    /// Fails on a line of another form, on a name that comes twice, and on an empty value.
    pub fn parse(text: &'a str) -> Result<Header<'a>> {
        let mut fields: Vec<(&str, &str)> = Vec::new();
        for line in text.lines() {
            let (name, value) = line
                .split_once(": ")
                .with_context(|| format!("`{line}` in the header does not read `name: value`"))?;
            ensure!(!fields.iter().any(|field| field.0 == name), "the header says `{name}:` twice");
            ensure!(!value.trim().is_empty(), "the header says nothing after `{name}:`");
            fields.push((name, value.trim()));
        }
        Ok(Header(fields))
    }

    /// Takes the value of `name` out.
    ///
    /// # Errors
    ///
    /// Fails where there is none.
    pub fn take(&mut self, name: &str) -> Result<String> {
        let at = self.0.iter().position(|field| field.0 == name);
        let at = at.with_context(|| format!("the header has no line `{name}: `"))?;
        Ok(self.0.remove(at).1.to_owned())
    }

    /// Makes sure that all was taken.
    ///
    /// # Errors
    ///
    /// Fails where a line is left.
    pub fn finish(self) -> Result<()> {
        match self.0.first() {
            Some((name, _)) => bail!("the header says `{name}:`, which has no meaning here"),
            None => Ok(()),
        }
    }
}
