//! Builds the Rust listings, all at once.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use cargo_metadata::Message;

use crate::manifest::package_name;
use crate::project::Project;

/// The programs, by the name of their source from the root.
pub type Programs = BTreeMap<String, String>;

/// Builds the examples of every package under listings/, into the target folder that the overlays
/// use: nothing here waits for the builds of the user.
///
/// # Errors
///
/// Fails where Cargo cannot be started or an example does not compile; the message has its errors.
pub fn build(project: &Project) -> Result<Programs> {
    let manifests =
        project.texts(|file| file.starts_with("listings/") && file.ends_with("/Cargo.toml"));
    let packages = manifests.iter().filter_map(|(_, text)| package_name(text));
    let packages: Vec<String> = packages.map(|name| format!("--package={name}")).collect();
    if packages.is_empty() {
        return Ok(Programs::new());
    }

    let output = Command::new("cargo")
        .args(["build", "--examples", "--quiet", "--message-format=json"])
        .args(packages)
        .current_dir(&project.catalog.root)
        .env("CARGO_TARGET_DIR", project.catalog.target.join("overlay/target"))
        .stdin(Stdio::null())
        .output()
        .context("cannot start cargo")?;
    let (mut programs, mut errors) = (Programs::new(), String::new());
    for message in Message::parse_stream(output.stdout.as_slice()) {
        match message.context("cannot read what cargo says")? {
            Message::CompilerArtifact(artifact) => {
                if let Some(program) = artifact.executable {
                    let source = project.relative(artifact.target.src_path.as_std_path());
                    programs.insert(source, program.into_string());
                }
            }
            Message::CompilerMessage(message) => {
                errors.extend(message.message.rendered);
            }
            _ => {}
        }
    }
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "a listing does not compile\n{errors}{said}");
    Ok(programs)
}
