//! Derives the manifest of an overlay from the manifest of the project.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use toml::{Table, Value};

use super::mirror;

/// The lock file of the project as it was when the overlay's own was copied from it. Cargo drops
/// from its own what the one member does not need.
const LOCK_COPIED: &str = "Cargo.lock.copied";

/// Makes `folder` a workspace with the one member `member`, a folder named from `root`; the rest
/// is as in the workspace at `root`, but the version ends in `+kind`.
///
/// Cargo tells packages apart by name, version and the path inside of their workspace. Without the
/// ending, two overlays of a chapter would be one package to it, and it would run tests of the one
/// that it had built for the other.
///
/// # Errors
///
/// Fails where the files of `root` cannot be read, those of `folder` cannot be written, or the
/// member has a version of its own.
pub fn lay(root: &Path, member: &Path, kind: &str, folder: &Path) -> Result<()> {
    let manifest = read(&root.join("Cargo.toml"))?;
    let manifest = derive(&manifest, root, member, kind)
        .with_context(|| format!("in {}", root.join("Cargo.toml").display()))?;
    let own = root.join(member).join("Cargo.toml");
    inherits_version(&read(&own)?).with_context(|| format!("in {}", own.display()))?;
    mirror::write(&folder.join("Cargo.toml"), manifest)?;

    let lock = read(&root.join("Cargo.lock"))?;
    if fs::read_to_string(folder.join(LOCK_COPIED)).is_ok_and(|copied| copied == lock) {
        return Ok(());
    }
    mirror::write(&folder.join("Cargo.lock"), &lock)?;
    mirror::write(&folder.join(LOCK_COPIED), lock)
}

/// The text of the overlay's manifest.
fn derive(manifest: &str, root: &Path, member: &Path, kind: &str) -> Result<String> {
    let mut manifest: Table = manifest.parse().context("this is not a manifest")?;
    let workspace = manifest
        .get_mut("workspace")
        .and_then(Value::as_table_mut)
        .context("there is no [workspace]")?;

    let member = member.to_str().context("the name of the chapter is not UTF-8")?;
    workspace.insert("members".into(), vec![member].into());
    workspace.remove("default-members");
    workspace.remove("exclude");
    make_paths_absolute(workspace, root)?;
    end_version(workspace, kind)?;
    deny_warnings(workspace)?;
    forget_profiles_of_packages(&mut manifest);
    Ok(manifest.to_string())
}

/// Cargo warns of a profile for a package that is not there. Those for all packages stay.
fn forget_profiles_of_packages(manifest: &mut Table) {
    let profiles = manifest.get_mut("profile").and_then(Value::as_table_mut);
    for (_, profile) in profiles.into_iter().flat_map(|profiles| profiles.iter_mut()) {
        if let Some(Value::Table(packages)) = profile.get_mut("package") {
            packages.retain(|package, _| package == "*");
        }
    }
}

fn make_paths_absolute(workspace: &mut Table, root: &Path) -> Result<()> {
    let dependencies = workspace.get_mut("dependencies").and_then(Value::as_table_mut);
    for dependency in dependencies.into_iter().flat_map(|table| table.iter_mut()) {
        if let Some(Value::String(path)) = dependency.1.get_mut("path") {
            let absolute = root.join(path.as_str());
            *path = absolute.to_str().context("the path of the project is not UTF-8")?.to_owned();
        }
    }
    Ok(())
}

fn end_version(workspace: &mut Table, kind: &str) -> Result<()> {
    let version = workspace.get_mut("package").and_then(|package| package.get_mut("version"));
    match version {
        Some(Value::String(version)) => {
            *version = format!("{version}+{kind}");
            Ok(())
        }
        _ => bail!("there is no version in [workspace.package]"),
    }
}

fn inherits_version(member: &str) -> Result<()> {
    let member: Table = member.parse().context("this is not a manifest")?;
    let version = member.get("package").and_then(|package| package.get("version"));
    let inherits = version.and_then(|version| version.get("workspace")).and_then(Value::as_bool);
    ensure!(
        inherits == Some(true),
        "say `version.workspace = true`: the copies under target/ are told apart by it"
    );
    Ok(())
}

/// A lint level reaches the members alone. Flags for the compiler would reach the dependencies,
/// and have them built a second time.
fn deny_warnings(workspace: &mut Table) -> Result<()> {
    let mut level = Table::new();
    level.insert("level".into(), "deny".into());
    level.insert("priority".into(), (-1).into());
    table(table(workspace, "lints")?, "rust")?.insert("warnings".into(), level.into());
    Ok(())
}

fn table<'a>(parent: &'a mut Table, name: &str) -> Result<&'a mut Table> {
    let child = parent.entry(name).or_insert_with(|| Table::new().into());
    child.as_table_mut().with_context(|| format!("`{name}` is not a table"))
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overlay_has_one_member_absolute_paths_and_denies_warnings() {
        let project = r#"
            [workspace]
            resolver = "3"
            members = ["tools/*", "exercises/*"]
            default-members = ["tools/*"]

            [workspace.package]
            version = "0.1.0"

            [workspace.dependencies]
            nix = { version = "0.31", default-features = false }
            grade = { path = "tools/grade" }

            [workspace.lints.rust]
            unused_must_use = "deny"

            [profile.dev.package."*"]
            debug = false

            [profile.dev.package.not_there]
            opt-level = 3
        "#;
        let derived =
            derive(project, Path::new("/course"), Path::new("exercises/02_lifecycle"), "shipped")
                .unwrap();
        insta::assert_snapshot!(derived, @r#"
        [profile.dev.package."*"]
        debug = false

        [workspace]
        members = ["exercises/02_lifecycle"]
        resolver = "3"

        [workspace.dependencies.grade]
        path = "/course/tools/grade"

        [workspace.dependencies.nix]
        default-features = false
        version = "0.31"

        [workspace.lints.rust]
        unused_must_use = "deny"

        [workspace.lints.rust.warnings]
        level = "deny"
        priority = -1

        [workspace.package]
        version = "0.1.0+shipped"
        "#);
    }

    #[test]
    fn a_project_without_a_workspace_is_an_error() {
        let error =
            derive("[package]", Path::new("/course"), Path::new("x"), "shipped").unwrap_err();
        assert_eq!(error.to_string(), "there is no [workspace]");
    }

    #[test]
    fn a_member_with_a_version_of_its_own_is_refused() {
        assert!(inherits_version("[package]\nversion.workspace = true").is_ok());
        let error = inherits_version("[package]\nversion = \"1.0.0\"").unwrap_err();
        insta::assert_snapshot!(error, @"say `version.workspace = true`: the copies under target/ are told apart by it");
    }
}
