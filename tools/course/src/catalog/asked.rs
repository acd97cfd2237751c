//! What a learner means by a name: any form of it that can mean one thing only.

use super::Exercise;

/// What a learner asks for.
pub(super) struct Asked {
    /// The chapter, if it is named.
    pub home: Option<String>,
    pub name: String,
}

impl Asked {
    pub fn new(wanted: &str) -> Asked {
        let plain = wanted.trim().to_lowercase().replace([' ', '-'], "_");
        let path = plain.rsplit("exercises/").next().unwrap_or_default();
        let mut parts: Vec<&str> = path.split('/').collect();
        let last = parts.pop().unwrap_or_default();
        let name = last.strip_suffix(".rs").unwrap_or(last).to_owned();
        parts.retain(|part| !["", ".", "..", "src", "tests"].contains(part));
        let home = (!parts.is_empty()).then(|| parts.join("/"));
        // `02_lifecycle/`, as a shell completes it.
        if name.is_empty() {
            Asked { home: None, name: home.unwrap_or_default() }
        } else {
            Asked { home, name }
        }
    }

    pub fn means(&self, exercise: &Exercise) -> bool {
        let Asked { home, name } = self;
        let is_name = *name == exercise.target
            || name == exercise.name()
            || *name == format!("e{}", exercise.number);
        match home {
            Some(home) => exercise.is_of(home) && (is_name || name.parse() == Ok(exercise.number)),
            None => is_name || *name == exercise.id(),
        }
    }
}

impl Exercise {
    /// Whether this is a name of its chapter.
    pub(super) fn is_of(&self, chapter: &str) -> bool {
        chapter == self.chapter
            || chapter == self.package
            || chapter.parse() == Ok(self.chapter_number)
    }
}
