//! What the manifests promise.

use cargo_metadata::MetadataCommand;
use rules::{assert_none, manifest, places, project};

#[test]
fn a_plain_cargo_test_tests_the_tools() {
    assert_none(manifest::workspace("Cargo.toml", &project().read("Cargo.toml")));
}

#[test]
fn versions_and_lints_are_set_once() {
    let project = project();
    let metadata = MetadataCommand::new().current_dir(&project.catalog.root).no_deps().exec();
    let members = metadata.expect("cargo knows the members").packages;
    assert_none(members.iter().flat_map(|package| {
        let file = project.relative(package.manifest_path.as_std_path());
        manifest::member(&file, &project.read(&file))
    }));
}

#[test]
fn exercise_crates_are_lean() {
    let crates =
        project().texts(|file| file.starts_with("exercises/") && file.ends_with("/Cargo.toml"));
    assert_none(crates.iter().flat_map(|(file, text)| manifest::exercises(file, text)));
}

#[test]
fn crates_come_from_where_everybody_gets_them() {
    assert_none(places::crate_sources("Cargo.lock", &project().read("Cargo.lock")));
}

#[test]
fn the_promised_rust_is_the_oldest_that_the_dependencies_allow() {
    let root = &project().catalog.root;
    let host = manifest::host();
    let metadata = MetadataCommand::new()
        .current_dir(root)
        .other_options(["--filter-platform".to_owned(), host, "--locked".to_owned()])
        .exec()
        .expect("cargo knows the dependencies");

    let (ours, theirs): (Vec<_>, Vec<_>) =
        metadata.packages.iter().partition(|package| package.source.is_none());
    let said = ours.first().and_then(|package| package.rust_version.as_ref());
    let said = said.expect("the members take `rust-version` from the workspace");
    // The graph, not the list: the list has packages that no platform of ours needs.
    let resolve = metadata.resolve.as_ref().expect("cargo resolved the dependencies");
    let needed = theirs.iter().filter(|p| resolve.nodes.iter().any(|node| node.id == p.id));
    let demanded = needed.filter_map(|p| Some((p.name.as_str(), p.rust_version.as_ref()?)));
    assert_none(manifest::rust_version(said, demanded));
}
