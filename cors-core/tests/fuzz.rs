//! Runs the inputs of `tests/corpus` through the fuzz targets.

use cors_core::fuzz::TARGETS;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The entries of a folder, by name.
fn entries(folder: &Path) -> BTreeMap<String, PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), path)).collect()
}

#[test]
fn the_corpus_upholds_the_laws() {
    let corpus = entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus"));
    let names: Vec<&str> = corpus.keys().map(String::as_str).collect();
    let targets: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, targets, "a folder for each target, both in alphabetical order");
    for (name, target) in TARGETS {
        let files = entries(&corpus[*name]);
        assert!(!files.is_empty(), "{name} has no input");
        for path in files.values() {
            // Printed only if the target panics.
            println!("{}", path.display());
            target(&fs::read(path).unwrap());
        }
    }
}
