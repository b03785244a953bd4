//! A server in a thread.

use std::net::{SocketAddr, TcpListener};
use std::pin::pin;
use std::thread::{self, JoinHandle};

use futures_util::future::select;
use tokio::sync::oneshot;

/// A server that runs until it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Resolves when the server must stop.
pub type Stopped = oneshot::Receiver<()>;

impl Server {
    /// Calls `serve` in a thread of its own. It must return once `Stopped` resolves.
    pub fn start(serve: impl FnOnce(TcpListener, Stopped) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let thread = Some(thread::spawn(move || serve(listener, stopped)));
        Self { address, stop: Some(stop), thread }
    }

    /// Runs the future of `serve` on a tokio runtime of its own.
    pub fn on_tokio<F: Future>(
        serve: impl FnOnce(tokio::net::TcpListener) -> F + Send + 'static,
    ) -> Self {
        Self::start(|listener, stopped| {
            let mut runtime = tokio::runtime::Builder::new_multi_thread();
            let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
            listener.set_nonblocking(true).unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                select(pin!(serve(listener)), stopped).await;
            });
            runtime.shutdown_background();
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(thread::panicking() || matches!(ended, Some(Ok(()))), "the server panicked");
    }
}
