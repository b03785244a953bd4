//! A new directory for a browser to live in: its profile, caches and sockets. It ends with its guard.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

/// The guard of the directory.
#[derive(Debug)]
pub struct Home(PathBuf);

impl Home {
    pub fn new() -> io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("cors-browsers-{}-{count}", process::id());
        let path = std::env::temp_dir().join(name);
        // What an earlier process of this id may have left.
        let _ = fs::remove_dir_all(&path);
        // `XDG_RUNTIME_DIR` must be its owner's alone.
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // A process that was killed may write for another moment.
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
