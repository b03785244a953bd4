//! The frameworks, and who contends in each.

pub mod actix;
pub mod axum;
pub mod core;
pub mod tower;
pub mod warp;

mod layers;

use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

use crate::contender::{Contend, Contender, Serve, Who};
use crate::rows::{Handler, PolicyKind, Row};

/// What the contenders are wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To be run.
    Run,
    /// To be run by valgrind, some fifty times as slow.
    Count,
}

/// Someone who contends, or the reason why not.
pub type Entered = (Who, Result<Box<dyn Contend>, &'static str>);

/// Where the layers are worn.
pub trait Framework {
    /// Who contends in the row: the bare service first, then the floor, then ours.
    fn contenders(&mut self, row: &Row, purpose: Purpose) -> Vec<Entered>;
}

/// Every framework's name.
pub const NAMES: [&str; 6] = ["core", "tower", "tower-cloned", "axum", "actix", "warp"];

/// Makes the framework of this name.
pub fn open(name: &str) -> Option<Box<dyn Framework>> {
    Some(match name {
        "core" => Box::new(core::Core),
        "tower" => Box::new(tower::Tower::by_reference()),
        "tower-cloned" => Box::new(tower::Tower::cloned()),
        "axum" => Box::new(axum::Axum::default()),
        "actix" => Box::new(actix::Actix::default()),
        "warp" => Box::new(warp::Warp::default()),
        _ => return None,
    })
}

/// Services that stay for further rows: some take seconds to make.
struct Kept<Q>(HashMap<(Who, PolicyKind, Handler), Rc<dyn Serve<Q>>>);

impl<Q> Default for Kept<Q> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<Q> Kept<Q> {
    fn get(
        &mut self,
        who: Who,
        row: &Row,
        make: impl FnOnce() -> Rc<dyn Serve<Q>>,
    ) -> Rc<dyn Serve<Q>> {
        Rc::clone(self.0.entry((who, row.policy, row.handler)).or_insert_with(make))
    }
}

impl<Q> fmt::Debug for Kept<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

/// Who contends, with the requests that all of them serve.
fn enter<Q: 'static>(
    request: &Rc<dyn Fn() -> Q>,
    services: impl IntoIterator<Item = (Who, Result<Rc<dyn Serve<Q>>, &'static str>)>,
) -> Vec<Entered> {
    let enter = |(who, service): (Who, Result<Rc<dyn Serve<Q>>, _>)| -> Entered {
        let contender = |service| Box::new(Contender::new(Rc::clone(request), service)) as _;
        (who, service.map(contender))
    };
    services.into_iter().map(enter).collect()
}

/// The service of the peer, unless it would take minutes under valgrind to make it or to call it.
fn peer<Q>(
    row: &Row,
    purpose: Purpose,
    make: impl FnOnce() -> Result<Rc<dyn Serve<Q>>, &'static str>,
) -> Result<Rc<dyn Serve<Q>>, &'static str> {
    if purpose == Purpose::Count && row.is_long() { Err("its list is too long") } else { make() }
}

#[cfg(test)]
mod tests;
