//! A new directory for a browser's profile, caches and sockets. Dropping its guard removes it.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

/// Removes the directory when dropped.
#[derive(Debug)]
pub struct Home(PathBuf);

impl Home {
    pub fn new() -> io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("cors-browsers-{}-{count}", process::id());
        let path = std::env::temp_dir().join(name);
        // An earlier process with the same id may have left one.
        let _ = fs::remove_dir_all(&path);
        // Only its owner may have access to `XDG_RUNTIME_DIR`.
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // A killed process may still write for a moment.
        for _ in 0..20 {
            match fs::remove_dir_all(&self.0) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    thread::sleep(Duration::from_millis(50));
                }
                _ => return,
            }
        }
    }
}
