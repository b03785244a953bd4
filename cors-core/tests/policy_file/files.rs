//! Policies from files.

use cors_core::Policy;
use cors_core::file::read_file;
use std::fs;
use std::path::{Path, PathBuf};

fn file(name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_policy_from_a_file() {
    let toml = file("from_file.toml", "\u{feff}allow_origins = 'https://a.test'\n");
    let json = file("from_file.json", "{\"allow_origins\": \"https://a.test\"}");
    let wanted = Policy::builder().allow_origins(["https://a.test"]).build().unwrap();
    assert_eq!(Policy::from_file(toml).unwrap(), wanted);
    assert_eq!(Policy::from_file(json).unwrap(), wanted);
}

#[test]
fn every_fault_is_printed_with_its_line() {
    let path =
        file("from_file_bad.toml", "allow_origins = '*'\n\nmax_age = -1\ncredentials = true\n");
    let shown = path.display();
    let error = Policy::from_file(&path).unwrap_err();
    let wanted = format!(
        "{shown}:3: max_age = -1: the key takes whole seconds, 0 to 86400; write 0\n\
         {shown}:4: credentials = true: no such key; write allow_credentials"
    );
    assert_eq!(error.to_string(), wanted);
    assert_eq!(format!("{error:?}"), wanted);
    // Only the first are printed.
    let path =
        file("from_file_worse.toml", "allow_origins = '*'\n".to_owned() + &"a = 1\n".repeat(2000));
    let error = Policy::from_file(&path).unwrap_err().to_string();
    let (printed, rest) = error.rsplit_once('\n').unwrap();
    assert_eq!(rest, format!("and {} more", 2000 - printed.lines().count()));
}

#[test]
fn what_is_not_a_text_file() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let latin1 = file("latin1.toml", b"\n\n# caf\xe9");
    let mut rows = vec![
        (folder.to_owned(), "1: a directory, not a regular file; "),
        (folder.join("no such file"), "1: there is no such file; "),
        (latin1, "3: not UTF-8 from here on; "),
    ];
    let huge = folder.join("huge.toml");
    fs::File::create(&huge).unwrap().set_len(256 * 1024 * 1024 + 1).unwrap();
    rows.push((huge.clone(), "1: longer than 268435456 bytes"));
    #[cfg(unix)]
    {
        let pipe = folder.join("pipe.toml");
        let _ = fs::remove_file(&pipe);
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let link = folder.join("link.toml");
        let _ = fs::remove_file(&link);
        std::os::unix::fs::symlink(&pipe, &link).unwrap();
        rows.push((pipe, "1: a pipe, not a regular file; "));
        rows.push((link, "1: a pipe, not a regular file; "));
        rows.push(("/dev/zero".into(), "1: a device, not a regular file; "));
    }
    for (path, wanted) in rows {
        let error = read_file(&path).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{}:{wanted}", path.display())), "{error}");
        assert_eq!(Policy::from_file(&path).unwrap_err().to_string(), error);
    }
    fs::remove_file(huge).unwrap();
}
