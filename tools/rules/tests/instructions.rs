//! The instructions that the page shows for each ordering are those of the compiler.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use rules::project::note;
use rules::snapshot::{Order, compare};
use rules::{assert_none, project};

/// The functions.
const SOURCE: &str = "tools/rules/instructions/orderings.rs";
/// Where their instructions are recorded.
const FOLDER: &str = "book/results/07_primitives/instructions";

#[test]
fn each_ordering_becomes_the_instructions_on_the_page() {
    // What `swap` becomes on aarch64 depends on the extension; those of today have it.
    let targets = [("x86_64", ""), ("aarch64", "+lse")];
    assert_none(targets.into_iter().filter_map(|(processor, features)| {
        let target = format!("{processor}-unknown-linux-gnu");
        if !is_installed(&target) {
            note(&format!("skipped, for the target is not installed: {FOLDER}/{processor}.txt"));
            return None;
        }
        let recorded = format!("{FOLDER}/{processor}.txt");
        let compiler = version();
        let before = project().read(&recorded);
        if !is_recording() && before.lines().next() != Some(&compiler) {
            note(&format!("skipped, for it comes from another compiler: {recorded}"));
            return None;
        }
        let printed = table(&compiler, &compile(&target, features));
        compare(&project().catalog.root, &recorded, &printed, Order::Fixed).err()
    }));
}

fn is_recording() -> bool {
    env::var_os("SNAPSHOTS").is_some()
}

/// Such as `rustc 1.95.0`.
fn version() -> String {
    let output = rustc().arg("--version").output().expect("cargo has started this test");
    let words = String::from_utf8_lossy(&output.stdout);
    words.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}

fn rustc() -> Command {
    Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
}

fn is_installed(target: &str) -> bool {
    let asked = rustc().args(["--print", "target-libdir", "--target", target]).output();
    let folder = asked.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    folder.is_ok_and(|folder| !folder.is_empty() && Path::new(&folder).is_dir())
}

/// The assembly of the functions.
fn compile(target: &str, features: &str) -> String {
    let folder = tempfile::tempdir().expect("the system has room for a folder");
    let file = folder.path().join("orderings.s");
    let source = project().catalog.root.join(SOURCE);
    let status = rustc()
        .args(["--edition", "2021", "-O", "--crate-type", "lib", "--emit", "asm"])
        .args(["--target", target, "-C", &format!("target-feature={features}"), "-o"])
        .arg(&file)
        .arg(source)
        .status();
    assert!(status.is_ok_and(|status| status.success()), "the orderings do not compile");
    fs::read_to_string(file).expect("the compiler has written it")
}

/// A line that names the compiler, and one for each function: its name, and its instructions but for
/// the return.
fn table(compiler: &str, assembly: &str) -> String {
    let mut functions: Vec<(String, Vec<String>)> = Vec::new();
    for line in assembly.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some(first) = words.first() else { continue };
        // Directives and comments.
        if [".", "#", "//"].iter().any(|mark| first.starts_with(mark)) {
            continue;
        }
        if let Some(name) = first.strip_suffix(':') {
            functions.push((name.to_owned(), Vec::new()));
        } else if let Some((_, instructions)) = functions.last_mut() {
            instructions.push(words.join(" "));
        }
    }
    // Compilers differ in the order of the functions.
    functions.sort();
    let lines = functions.into_iter().map(|(name, mut instructions)| {
        instructions.retain(|instruction| !instruction.starts_with("ret"));
        let all =
            if instructions.is_empty() { "(none)".to_owned() } else { instructions.join("; ") };
        format!("{name:13}  {all}\n")
    });
    format!("{compiler}\n\n{}", lines.collect::<String>())
}
