//! Every listing runs, prints what the book says it prints, and is shown by a page.

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;
use std::{env, fs};

use rules::examples::{self, Programs};
use rules::listing::{self, Kind, Listing};
use rules::project::{note, strict};
use rules::snapshot::{Order, compare};
use rules::{Finding, assert_none, process, project};

/// Longer than any listing takes, also on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);
/// How often a listing is run: what varies rarely shows at the first time.
const RUNS: usize = 2;

#[test]
fn every_rust_listing_prints_what_is_recorded() {
    static PROGRAMS: LazyLock<Result<Programs, String>> =
        LazyLock::new(|| examples::build(project()).map_err(|error| format!("{error:#}")));
    let programs = PROGRAMS.as_ref().unwrap_or_else(|error| panic!("{error}"));
    assert_none(listings(Kind::Rust).iter().filter_map(
        |listing| match programs.get(&listing.file) {
            Some(program) => prints_what_is_recorded(listing, || Command::new(program)),
            None => {
                let mend = "is the package of the chapter a member of the workspace?";
                Some(Finding::new(&listing.file, "cargo did not build it", mend).to_string())
            }
        },
    ));
}

#[test]
fn every_python_listing_prints_what_is_recorded() {
    let listings = listings(Kind::Python);
    let python = Command::new("python3").arg("--version").output();
    if !listings.is_empty() && python.is_err() {
        assert!(!strict(), "python3 is not installed; the listings in Python need it");
        return note("skipped, for python3 is not installed: the listings in Python");
    }
    assert_none(listings.iter().filter_map(|listing| {
        prints_what_is_recorded(listing, || {
            let mut command = Command::new("python3");
            // As on a terminal, where lines are printed at once.
            command.arg("-u").arg(root().join(&listing.file));
            command
        })
    }));
}

#[test]
fn what_must_not_compile_does_not_and_says_what_is_recorded() {
    assert_none(listings(Kind::CompileFail).iter().filter_map(|listing| {
        let (compiles, said) = compile(&root().join(&listing.file));
        if compiles {
            let reason = "it compiles";
            return Some(Finding::new(&listing.file, reason, "make it wrong again").to_string());
        }
        let recorded = listing.beside("err");
        // The words of an error belong to one version of the compiler, its code to all.
        if strict() || env::var_os("SNAPSHOTS").is_some() {
            return compare(root(), &recorded, &said, Order::Fixed).err();
        }
        let expected = fs::read_to_string(root().join(&recorded)).unwrap_or_default();
        (codes(&expected) != codes(&said)).then(|| {
            let reason = format!("it fails with {:?}, not {:?}", codes(&said), codes(&expected));
            Finding::new(&listing.file, reason, "mend it, or record it anew").to_string()
        })
    }));
}

#[test]
fn every_listing_is_short_and_shown() {
    let project = project();
    let listings = Listing::all(&project.files);
    assert_none(listings.iter().filter_map(|l| listing::is_short(&l.file, &project.read(&l.file))));
    assert_none(listing::are_shown(&listings, &project.pages()));
}

#[test]
fn every_listing_has_one_record_and_a_name_of_its_own() {
    let listings = Listing::all(&project().files);
    assert_none(listing::have_records(&listings, &project().files));
    assert_none(listing::have_own_names(&listings));
}

fn root() -> &'static Path {
    &project().catalog.root
}

fn listings(kind: Kind) -> Vec<Listing> {
    Listing::all(&project().files).into_iter().filter(|listing| listing.kind == kind).collect()
}

fn prints_what_is_recorded(listing: &Listing, program: impl Fn() -> Command) -> Option<String> {
    (0..RUNS).find_map(|_| {
        let ended = match process::run(program(), LIMIT) {
            Ok(ended) => ended,
            Err(error) => return Some(format!("{}: {error:#}", listing.file)),
        };
        if !ended.status.success() {
            let reason = format!("it ends with {}\n{}", ended.status, ended.printed);
            return Some(Finding::new(&listing.file, reason, "a listing must succeed").to_string());
        }
        if let Some(finding) = listing::varies(listing, &ended.printed, ended.pid) {
            return Some(finding.to_string());
        }
        let unordered = listing.beside("unordered");
        let outcome = if project().files.contains(&unordered) {
            compare(root(), &unordered, &ended.printed, Order::Any)
        } else {
            compare(root(), &listing.beside("out"), &ended.printed, Order::Fixed)
        };
        outcome.err()
    })
}

/// Whether a file compiles, and what the compiler says up to the first note: notes name places in
/// the standard library, and these lie elsewhere on another machine.
fn compile(file: &Path) -> (bool, String) {
    let folder = file.parent().expect("a file lies in a folder");
    let name = file.file_name().expect("a file has a name");
    let output = Command::new("rustc")
        .args(["--edition=2024", "--emit=metadata", "-o", "/dev/null"])
        .arg(name)
        .current_dir(folder)
        .output()
        .expect("rustc can be started");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let lines: Vec<&str> = said.lines().take_while(|line| !line.contains("note: ")).collect();
    (output.status.success(), lines.join("\n").trim_end().to_owned() + "\n")
}

/// The codes of the errors in what the compiler says.
fn codes(said: &str) -> Vec<&str> {
    said.lines().filter_map(|line| line.strip_prefix("error[")?.split(']').next()).collect()
}
