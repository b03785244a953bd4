//! Shrinks a case while it still shows the same.

use cors_core::Config;
use cors_core::browser::{Body, CredentialsMode, Fetch, Mode, RedirectMode};
use proptest::strategy::ValueTree;

use crate::case::{Asks, Case};

/// Shrinks the case with the generator, then removes each part that it does not need.
pub fn least(tree: &mut impl ValueTree<Value = Case>, shows: impl Fn(&Case) -> bool) -> Case {
    let mut best = tree.current();
    let mut changed = tree.simplify();
    for _ in 0..1_000 {
        if !changed {
            break;
        }
        let case = tree.current();
        changed = if shows(&case) {
            best = case;
            tree.simplify()
        } else {
            tree.complicate()
        };
    }
    loop {
        let mut smaller = without_one(&best).into_iter();
        match smaller.find(|case| shows(case)) {
            Some(case) => best = case,
            None => return best,
        }
    }
}

/// All cases that lack exactly one part of this one.
fn without_one(case: &Case) -> Vec<Case> {
    let configs = configs(&case.config).into_iter();
    let configs = configs.map(|config| Case { config, ..case.clone() });
    let asks: Vec<Asks> = match &case.asks {
        Asks::Script(fetch) => fetches(fetch).into_iter().map(Asks::Script).collect(),
        Asks::Anyone(request) => {
            let names = request.headers().keys();
            names
                .map(|name| {
                    let mut request = request.clone();
                    request.headers_mut().remove(name);
                    Asks::Anyone(request)
                })
                .collect()
        }
    };
    configs.chain(asks.into_iter().map(|asks| Case { asks, ..case.clone() })).collect()
}

fn configs(config: &Config) -> Vec<Config> {
    let Ok(table) = toml::Table::try_from(config) else { return Vec::new() };
    let default = toml::Table::try_from(Config::default()).unwrap_or_default();
    let mut smaller = Vec::new();
    for (key, value) in &table {
        if key != "allow_origins" && default.get(key) != Some(value) {
            let mut less = table.clone();
            less.remove(key);
            smaller.push(less);
        }
        match value {
            toml::Value::Array(list) if list.len() > 1 => {
                smaller.extend((0..list.len()).map(|index| {
                    let mut list = list.clone();
                    list.remove(index);
                    let mut less = table.clone();
                    less.insert(key.clone(), list.into());
                    less
                }));
            }
            toml::Value::Table(inner) => {
                let set = inner.iter().filter(|(_, value)| **value == toml::Value::Boolean(true));
                smaller.extend(set.map(|(inner_key, _)| {
                    let mut inner = inner.clone();
                    inner.remove(inner_key);
                    let mut less = table.clone();
                    less.insert(key.clone(), inner.into());
                    less
                }));
            }
            _ => {}
        }
    }
    smaller.into_iter().filter_map(|table| table.try_into().ok()).collect()
}

fn fetches(fetch: &Fetch) -> Vec<Fetch> {
    let mut plain = vec![];
    for index in 0..fetch.headers.len() {
        let mut less = fetch.clone();
        less.headers.remove(index);
        plain.push(less);
    }
    let changes: [fn(&mut Fetch); 6] = [
        |fetch| fetch.method = "GET".to_owned(),
        |fetch| fetch.mode = Mode::Cors,
        |fetch| fetch.credentials = CredentialsMode::SameOrigin,
        |fetch| fetch.redirect = RedirectMode::Follow,
        |fetch| fetch.body = Body::None,
        |fetch| fetch.upload_listener = false,
    ];
    for change in changes {
        let mut less = fetch.clone();
        change(&mut less);
        plain.push(less);
    }
    plain.retain(|less| less != fetch);
    plain
}
