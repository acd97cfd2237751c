//! The pages that are served: all of them in memory, so that a request never touches the disk. What
//! was not loaded from the output folder cannot be asked for.

use std::collections::HashMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};

use crate::check::files::files;

/// A rendered book.
#[derive(Debug, Default)]
pub struct Pages {
    /// The content of each file, by its path with `/` between folders.
    files: HashMap<String, Vec<u8>>,
    /// Differs where any file differs.
    version: u64,
}

impl Pages {
    /// Reads all files below `folder`; symbolic links are left out.
    ///
    /// # Errors
    ///
    /// Fails where a file cannot be read.
    pub fn load(folder: &Path) -> Result<Pages> {
        let mut pages = Pages::default();
        let mut hasher = DefaultHasher::new();
        for file in files(folder)? {
            let name = file.strip_prefix(folder).unwrap_or(&file).to_string_lossy().into_owned();
            let content =
                fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
            (&name, &content).hash(&mut hasher);
            pages.files.insert(name, content);
        }
        pages.version = hasher.finish();
        Ok(pages)
    }

    /// The file `name`.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Vec::as_slice)
    }
}

/// What is served now.
#[derive(Debug, Clone, Default)]
pub struct Now {
    /// The last good pages; there are none before the first.
    pub pages: Option<Arc<Pages>>,
    /// Why the sources as they are now cannot be rendered.
    pub error: Option<Arc<str>>,
}

impl Now {
    /// Differs where the pages differ.
    pub fn version(&self) -> String {
        self.pages.as_ref().map_or_else(|| "none".to_owned(), |p| format!("{:016x}", p.version))
    }
}

/// Holds what is served now, for those who render and those who serve.
#[derive(Debug, Default)]
pub struct Shelf(Mutex<Now>);

impl Shelf {
    /// Serves `pages` from now on; says whether that changes anything.
    pub fn put(&self, pages: Pages) -> bool {
        let mut now = self.lock();
        let same = now.pages.as_ref().is_some_and(|old| old.version == pages.version);
        let changes = !same || now.error.is_some();
        *now = Now { pages: Some(Arc::new(pages)), error: None };
        changes
    }

    /// Keeps the pages, and tells their readers why there are no newer ones.
    pub fn fail(&self, error: String) {
        self.lock().error = Some(error.into());
    }

    pub fn now(&self) -> Now {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
