//! A course of one exercise, copied to a folder where a test may change it.

use std::fs;
use std::path::{Path, PathBuf};

use book::check::files::files;
use book::render::render;
use tempfile::TempDir;

/// The copy; it is gone when this is dropped.
pub struct Little {
    folder: TempDir,
}

impl Little {
    pub fn copy() -> Little {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/little");
        let little = Little { folder: tempfile::tempdir().unwrap() };
        for file in files(&from).unwrap() {
            let name = file.strip_prefix(&from).unwrap();
            little.write(name.to_str().unwrap(), &fs::read_to_string(&file).unwrap());
        }
        little
    }

    /// The folder, without links on the way to it: that is how Cargo names it.
    pub fn root(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    pub fn write(&self, name: &str, text: &str) {
        let file = self.folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    pub fn add(&self, name: &str, text: &str) {
        let before = fs::read_to_string(self.folder.path().join(name)).unwrap();
        self.write(name, &(before + text));
    }

    /// Writes the page of the chapter: its title, then `text` from line 3 on.
    pub fn write_page(&self, text: &str) {
        self.write("book/03_threads.md", &format!("# Threads\n\n{text}\n"));
    }

    pub fn remove(&self, name: &str) {
        fs::remove_file(self.folder.path().join(name)).unwrap();
    }

    /// What rendering fails with.
    pub fn error(&self) -> String {
        format!("{:#}", render(&self.root()).unwrap_err())
    }

    /// The text of the rendered page `name`, without what surrounds it on every page.
    pub fn page(&self, name: &str) -> String {
        let rendered = render(&self.root()).unwrap();
        let page = fs::read_to_string(rendered.folder().join(name)).unwrap();
        let (_, page) = page.split_once("<main>").unwrap();
        let (page, _) = page.split_once("</main>").unwrap();
        page.trim().to_owned()
    }
}
