//! What the manifests say: versions and lints are set once, and exercise crates are lean.

use std::process::Command;

use cargo_metadata::semver::Version;
use toml::{Table, Value};

use crate::finding::Finding;

/// What a member takes over from the workspace.
const INHERITED: [&str; 5] = ["version", "edition", "rust-version", "license", "publish"];
const DEPENDENCIES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// What is wrong with the manifest of the workspace.
pub fn workspace(file: &str, text: &str) -> Option<Finding> {
    let manifest = match parse(file, text) {
        Ok(manifest) => manifest,
        Err(finding) => return Some(finding),
    };
    let default = at(&manifest, &["workspace", "default-members"]);
    (default != Some(&Value::from(vec!["tools/*"]))).then(|| {
        let reason = "a plain `cargo test` does not test the tools, or it tests more";
        Finding::new(file, reason, "say `default-members = [\"tools/*\"]`")
    })
}

/// What is wrong with the manifest of a member.
pub fn member(file: &str, text: &str) -> Vec<Finding> {
    let manifest = match parse(file, text) {
        Ok(manifest) => manifest,
        Err(finding) => return vec![finding],
    };
    let inherits = |path: &[&str]| {
        at(&manifest, path).and_then(|value| value.get("workspace")) == Some(&Value::Boolean(true))
    };
    let mut wanted: Vec<Vec<&str>> = INHERITED.iter().map(|key| vec!["package", key]).collect();
    wanted.push(vec!["lints"]);
    for kind in DEPENDENCIES {
        let dependencies = at(&manifest, &[kind]).and_then(Value::as_table);
        wanted.extend(dependencies.into_iter().flat_map(Table::keys).map(|name| vec![kind, name]));
    }
    let wrong = wanted.into_iter().filter(|path| !inherits(path));
    wrong
        .map(|path| {
            let path = path.join(".");
            let reason = format!("it does not take `{path}` from the workspace");
            Finding::new(file, reason, format!("say `{path}.workspace = true`"))
        })
        .collect()
}

/// What makes the crate of a chapter's exercises heavier, or its reference unreachable.
pub fn exercises(file: &str, text: &str) -> Vec<Finding> {
    let manifest = match parse(file, text) {
        Ok(manifest) => manifest,
        Err(finding) => return vec![finding],
    };
    let wanted: [(&[&str], Value, &str); 3] = [
        (&["lib", "test"], false.into(), "an empty test binary is built for each verdict"),
        (&["lib", "doctest"], false.into(), "doc-tests are looked for at each verdict"),
        (&["features", "solution"], Value::Array(Vec::new()), "the reference cannot be graded"),
    ];
    let wrong = wanted.into_iter().filter(|(path, value, _)| at(&manifest, path) != Some(value));
    wrong
        .map(|(path, value, reason)| {
            Finding::new(file, reason, format!("say `{} = {value}`", path.join(".")))
        })
        .collect()
}

/// What is wrong with `said`, the oldest Rust that the workspace promises to work with, when
/// `demanded` are the packages and what they demand.
pub fn rust_version<'a>(
    said: &Version,
    demanded: impl IntoIterator<Item = (&'a str, &'a Version)>,
) -> Option<Finding> {
    let (name, highest) = demanded.into_iter().max_by_key(|(_, version)| *version)?;
    let reason = match said.cmp(highest) {
        std::cmp::Ordering::Equal => return None,
        std::cmp::Ordering::Less => format!("{name} needs Rust {highest}, {said} is promised"),
        std::cmp::Ordering::Greater => {
            format!("Rust {said} is demanded, and no package needs more than {name}: {highest}")
        }
    };
    let mend = format!("say `rust-version = \"{}.{}\"`", highest.major, highest.minor);
    Some(Finding::new("Cargo.toml", reason, mend))
}

/// The name of the package in a manifest.
pub fn package_name(text: &str) -> Option<String> {
    let manifest: Table = text.parse().ok()?;
    at(&manifest, &["package", "name"]).and_then(Value::as_str).map(str::to_owned)
}

/// What Cargo calls the machine that this runs on, such as `x86_64-unknown-linux-gnu`.
///
/// # Panics
///
/// Panics where the compiler cannot be asked.
pub fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().expect("rustc can be started");
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("rustc names its host").to_owned()
}

fn parse(file: &str, text: &str) -> Result<Table, Finding> {
    let unreadable = |error: toml::de::Error| {
        Finding::new(file, format!("it cannot be read ({})", error.message()), "mend the TOML")
    };
    text.parse().map_err(unreadable)
}

fn at<'a>(manifest: &'a Table, path: &[&str]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(manifest.get(*first)?, |value, key| value.get(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(findings: &[Finding]) -> String {
        findings.iter().map(Finding::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn default_members_are_the_tools() {
        let right = "[workspace]\ndefault-members = [\"tools/*\"]\n";
        assert_eq!(workspace("Cargo.toml", right), None);
        insta::assert_snapshot!(workspace("Cargo.toml", "[workspace]\n").unwrap(), @r#"Cargo.toml: a plain `cargo test` does not test the tools, or it tests more; say `default-members = ["tools/*"]`"#);
    }

    #[test]
    fn a_member_that_sets_versions_or_lints_is_found() {
        let wrong = "[package]\nname = \"a\"\nversion = \"1.0.0\"\nedition.workspace = true\n\
                     rust-version.workspace = true\nlicense.workspace = true\npublish.workspace = true\n\
                     [dependencies]\nnix = \"0.31\"\nlibc.workspace = true\n";
        insta::assert_snapshot!(text(&member("a/Cargo.toml", wrong)), @r"
        a/Cargo.toml: it does not take `package.version` from the workspace; say `package.version.workspace = true`
        a/Cargo.toml: it does not take `lints` from the workspace; say `lints.workspace = true`
        a/Cargo.toml: it does not take `dependencies.nix` from the workspace; say `dependencies.nix.workspace = true`
        ");
    }

    #[test]
    fn a_heavy_exercise_crate_is_found() {
        let right = "[lib]\ntest = false\ndoctest = false\n[features]\nsolution = []\n";
        assert_eq!(exercises("a/Cargo.toml", right), []);
        insta::assert_snapshot!(text(&exercises("a/Cargo.toml", "[lib]\ntest = true\n")), @r"
        a/Cargo.toml: an empty test binary is built for each verdict; say `lib.test = false`
        a/Cargo.toml: doc-tests are looked for at each verdict; say `lib.doctest = false`
        a/Cargo.toml: the reference cannot be graded; say `features.solution = []`
        ");
    }

    #[test]
    fn the_promised_rust_is_the_oldest_that_works() {
        let (old, new) = (Version::new(1, 85, 0), Version::new(1, 88, 0));
        let demanded = [("a", &old), ("b", &new)];
        assert_eq!(rust_version(&new, demanded), None);
        insta::assert_snapshot!(rust_version(&old, demanded).unwrap(), @r#"Cargo.toml: b needs Rust 1.88.0, 1.85.0 is promised; say `rust-version = "1.88"`"#);
        let newer = Version::new(1, 90, 0);
        insta::assert_snapshot!(rust_version(&newer, demanded).unwrap(), @r#"Cargo.toml: Rust 1.90.0 is demanded, and no package needs more than b: 1.88.0; say `rust-version = "1.88"`"#);
    }
}
