//! Runs the inputs of `tests/corpus` through the fuzz targets.

use std::fs;
use std::path::Path;

use cors_cli::fuzz::TARGETS;

#[test]
fn the_corpus_upholds_the_laws() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut names: Vec<_> = fs::read_dir(&corpus)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let targets: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, targets, "a folder for each target, both in alphabetical order");
    for (name, target) in TARGETS {
        let files: Vec<_> = fs::read_dir(corpus.join(name)).unwrap().collect();
        assert!(!files.is_empty(), "{name} has no input");
        for file in files {
            let path = file.unwrap().path();
            // Printed only if the target panics.
            println!("{}", path.display());
            target(&fs::read(path).unwrap());
        }
    }
}
