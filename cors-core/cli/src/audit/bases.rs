//! The origins around which an audit looks: those that are meant to read, or guesses.

use cors_core::Origin;
use http::header::ACCESS_CONTROL_ALLOW_ORIGIN;

use super::Target;
use super::anyone::Anyone;
use super::prober::{ALL_REDIRECTS, Prober, Reading};

/// Where `--allow` has more origins, the rest is left out.
const MAX_ALLOWED: usize = 20;

/// What is not tried where requests run out.
const PART: &str = "what the origins that may read can read";

pub(super) struct Bases {
    /// What each of these can read. Empty if all are guesses.
    allowed: Vec<Reading>,
    /// Their near misses are tried.
    origins: Vec<String>,
    /// One that can read, for preflights and errors.
    reader: Option<Reading>,
}

impl Bases {
    pub(super) fn find(target: &Target, anyone: &Anyone, prober: &mut Prober<'_>) -> Self {
        let mut origins: Vec<String> = target.allow().iter().map(|text| instance(text)).collect();
        prober.allow(ALL_REDIRECTS + 1, PART);
        let mut allowed: Vec<Reading> =
            origins.iter().take(1).map(|origin| prober.read_to_the_end(origin)).collect();
        prober.allow(MAX_ALLOWED, PART);
        allowed.extend(origins.iter().skip(1).map(|origin| prober.read(origin)));
        let named = named(anyone, prober);
        let mut readings = allowed.clone();
        if allowed.is_empty() {
            origins = guesses(&target.own());
            origins.extend(named.clone());
            let own = target.own();
            let others = origins.iter().filter(|origin| **origin != own);
            readings.extend(others.map(|origin| prober.read(origin)));
        } else {
            readings.extend(named.map(|origin| prober.read(&origin)));
        }
        readings.push(anyone.any.clone());
        let mut unique = Vec::new();
        for origin in origins {
            if !unique.contains(&origin) {
                unique.push(origin);
            }
        }
        let is_cross_origin = |reading: &Reading| reading.origin != target.own();
        let reader = readings.into_iter().find(|r| r.passes() && is_cross_origin(r));
        if target.allow().is_empty() && reader.is_none() {
            prober.note_no_base();
        }
        Self { allowed, origins: unique, reader }
    }

    pub(super) fn allowed(&self) -> &[Reading] {
        &self.allowed
    }

    pub(super) fn origins(&self) -> &[String] {
        &self.origins
    }

    pub(super) fn reader(&self) -> Option<&Reading> {
        self.reader.as_ref()
    }
}

/// One origin that a pattern of `--allow` matches.
fn instance(pattern: &str) -> String {
    pattern.replacen("://*.", "://cors-audit.", 1).trim_end_matches(":*").replace("://*", "://a")
}

/// The URL's own origin, and that of its registrable domain.
fn guesses(own: &str) -> Vec<String> {
    let mut guesses = vec![own.to_owned()];
    guesses.extend(at_domain(own));
    guesses
}

/// The same scheme and port at the registrable domain. `None` if the origin is there already.
pub(super) fn at_domain(origin: &str) -> Option<String> {
    let parsed = Origin::parse(origin.as_bytes()).ok()?;
    let domain = parsed.registrable_domain().filter(|domain| *domain != parsed.host())?;
    Some(origin.replacen(parsed.host(), domain, 1))
}

/// The origin that the server names to those who are not it.
fn named(anyone: &Anyone, prober: &Prober<'_>) -> Option<String> {
    let answers = prober.exchanges().iter().map(|(_, response)| response);
    let mut values = answers.flat_map(|r| r.headers().get_all(ACCESS_CONTROL_ALLOW_ORIGIN));
    values.find_map(|value| {
        let origin = Origin::parse(value.as_bytes()).ok()?.as_str();
        (origin != anyone.any.origin).then(|| origin.to_owned())
    })
}
