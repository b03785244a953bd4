//! Near misses of origins: which of them can read, and which mistake that shows.

use cors_core::Origin;
use cors_core::browser::{NearMissKind as Kind, near_misses};

use super::Target;
use super::anyone::Anyone;
use super::bases::{Bases, at_domain};
use super::finding::{Finding, Id, Severity, lines_for};
use super::prober::{MAX_REQUESTS, Prober, Reading};

pub(super) fn judge(
    target: &Target,
    bases: &Bases,
    anyone: &Anyone,
    prober: &mut Prober<'_>,
    findings: &mut Vec<Finding>,
) {
    // Everybody reads everything, so these do too.
    if anyone.any.passes_with() {
        return;
    }
    prober.allow(MAX_REQUESTS, "near misses");
    let bases: Vec<Base> =
        bases.origins().iter().filter_map(|origin| Base::of(origin, target)).collect();
    // Should the requests not be enough, then the likely mistakes of all come before the others.
    for round in 0.. {
        let mut probes = bases.iter().filter_map(|base| base.in_order().nth(round)).peekable();
        if probes.peek().is_none() {
            break;
        }
        for origin in probes.filter(|origin| **origin != target.own()) {
            prober.read(origin);
        }
    }
    let mut search = Search { target, anyone, prober, findings };
    for base in &bases {
        search.around(base);
    }
}

/// An origin and its near misses, those of its registrable domain too.
struct Base {
    origin: String,
    host: String,
    domain: Option<String>,
    /// At the domain, then at the host.
    substrings: Vec<String>,
    suffixes: Vec<String>,
    subdomains: Vec<String>,
    prefix: Vec<String>,
    dots: Vec<String>,
    insecure: Vec<String>,
    port: Vec<String>,
}

impl Base {
    fn of(origin: &str, target: &Target) -> Option<Self> {
        let parsed = Origin::parse(origin.as_bytes()).ok()?;
        let at_domain = at_domain(origin);
        let misses = near_misses(origin);
        let of_kind = |kind| {
            let misses = misses.iter().filter(move |miss| miss.kind == kind);
            misses.map(|miss| miss.origin.clone())
        };
        let of_both = |kind| {
            let above = at_domain.iter().flat_map(|origin| near_misses(origin));
            let above = above.filter(|miss| miss.kind == kind).map(|miss| miss.origin).take(1);
            above.chain(of_kind(kind).take(1)).collect::<Vec<_>>()
        };
        // One that the user names says nothing about the others.
        let unnamed = |origin: String| match target.is_meant(&origin) {
            true => origin.replacen("://evil.", "://cors-audit.", 1),
            false => origin,
        };
        Some(Self {
            origin: origin.to_owned(),
            host: parsed.host().to_owned(),
            domain: at_domain.as_ref().and(parsed.registrable_domain()).map(str::to_owned),
            substrings: of_both(Kind::Substring),
            suffixes: of_both(Kind::Suffix),
            subdomains: of_both(Kind::Subdomain).into_iter().map(unnamed).collect(),
            prefix: of_kind(Kind::Prefix).take(1).collect(),
            dots: of_kind(Kind::UnescapedDot).take(3).collect(),
            insecure: of_kind(Kind::Scheme).filter(|other| is_insecure(other)).collect(),
            port: of_kind(Kind::Port).take(1).collect(),
        })
    }

    fn in_order(&self) -> impl Iterator<Item = &String> {
        let Self { substrings, suffixes, subdomains, prefix, dots, insecure, port, .. } = self;
        let first = suffixes.iter().take(1).chain(prefix).chain(insecure);
        let second = subdomains.iter().take(1).chain(dots.iter().take(1)).chain(port);
        let third = suffixes.iter().skip(1).chain(dots.iter().skip(1));
        first.chain(second).chain(third).chain(subdomains.iter().skip(1)).chain(substrings)
    }
}

struct Search<'s, 'a> {
    target: &'s Target,
    anyone: &'s Anyone,
    prober: &'s mut Prober<'a>,
    findings: &'s mut Vec<Finding>,
}

impl Search<'_, '_> {
    fn reads(&mut self, origin: &str) -> Option<(Reading, bool)> {
        if self.target.is_meant(origin) || origin == self.target.own() {
            return None;
        }
        let reading = self.prober.read(origin);
        self.anyone.reads_more(&reading).map(|credentials| (reading, credentials))
    }

    /// Each mistake that explains others comes before them.
    fn around(&mut self, base: &Base) {
        let Base { origin, host, domain, .. } = base;
        let whole = format!(
            "Compare the whole origin with your list, and send this to those on it alone:\n{}",
            lines_for(self.target.named_for(origin), true)
        );
        // Hosts of which an attacker can have one.
        let mut taken: Vec<String> = Vec::new();

        let texts: Vec<&str> = domain.iter().chain([host]).map(String::as_str).collect();
        let mut contained: Option<&str> = None;
        for (text, probe) in texts.iter().zip(&base.substrings) {
            if contained.is_none() && self.found(Id::SubstringMatch, probe, &whole) {
                contained = Some(text);
                taken.push(probe.clone());
            }
        }
        let has_text = |probe: &str| contained.is_some_and(|text| probe.contains(text));

        let sibling = domain.as_ref().and_then(|_| base.subdomains.first());
        let any_sibling = sibling.is_some_and(|probe| self.reads(probe).is_some());
        let is_sibling = |probe: &str| {
            any_sibling
                && domain.as_ref().is_some_and(|d| host_of(probe).ends_with(&format!(".{d}")))
        };
        let mut ending: Option<&str> = None;
        for (text, probe) in texts.iter().zip(&base.suffixes) {
            if ending.is_none()
                && !has_text(probe)
                && !is_sibling(probe)
                && self.found(Id::SuffixMatch, probe, &whole)
            {
                ending = Some(text);
                taken.push(probe.clone());
            }
        }
        let ends_alike = |probe: &str| ending.is_some_and(|text| host_of(probe).ends_with(text));

        for probe in base.prefix.iter().filter(|probe| !has_text(probe)) {
            if self.found(Id::PrefixMatch, probe, &whole) {
                taken.push(probe.clone());
            }
        }
        let explained = |probe: &&String| has_text(probe) || ends_alike(probe) || is_sibling(probe);
        if let Some(probe) = base
            .dots
            .iter()
            .filter(|probe| !explained(probe))
            .find(|probe| self.reads(probe).is_some())
        {
            let fix = format!("Write each dot of a regular expression as \\. {whole}");
            self.found(Id::UnescapedDot, probe, &fix);
        }
        let explained = |probe: &&String| has_text(probe) || ends_alike(probe);
        for probe in base.subdomains.iter().filter(|probe| !explained(probe)) {
            if self.found(Id::AnySubdomain, probe, &whole) {
                break;
            }
        }
        for (id, probes) in [(Id::InsecureScheme, &base.insecure), (Id::OtherPort, &base.port)] {
            for probe in probes {
                if self.reads(probe).is_some() && !self.is_explained(origin, probe, &taken) {
                    self.found(id, probe, &whole);
                }
            }
        }
    }

    /// Whether a mistake that was found looks neither at the scheme nor at the port, so that this
    /// is not another.
    fn is_explained(&mut self, base: &str, probe: &str, taken: &[String]) -> bool {
        let (Some(base), Some(probe)) = (split(base), split(probe)) else { return false };
        taken.iter().any(|origin| {
            split(origin).is_some_and(|(scheme, host, port)| {
                let scheme = if probe.0 == base.0 { scheme } else { probe.0 };
                let port = if probe.2 == base.2 { port } else { probe.2 };
                self.reads(&format!("{scheme}://{host}{port}")).is_some()
            })
        })
    }

    /// Reports the origin if it can read.
    fn found(&mut self, id: Id, origin: &str, fix: &str) -> bool {
        let Some((reading, credentials)) = self.reads(origin) else { return false };
        let is_known = !self.target.allow().is_empty();
        let severity = match id {
            Id::AnySubdomain | Id::OtherPort if credentials || is_known => Severity::Warning,
            Id::AnySubdomain | Id::OtherPort => Severity::Note,
            _ if credentials => Severity::Error,
            Id::InsecureScheme if !is_known => Severity::Note,
            _ => Severity::Warning,
        };
        let tried = reading.best();
        let finding = Finding::new(id, severity, origin, credentials);
        self.findings.push(finding.why(&tried.fetch, tried.says()).fix(fix));
        true
    }
}

fn is_insecure(origin: &str) -> bool {
    Origin::parse(origin.as_bytes()).is_ok_and(|origin| origin.is_insecure())
}

fn host_of(origin: &str) -> &str {
    split(origin).map_or("", |(_, host, _)| host)
}

/// Scheme, host, and the port with its colon.
fn split(origin: &str) -> Option<(&str, &str, &str)> {
    let parsed = Origin::parse(origin.as_bytes()).ok()?;
    let (scheme, host) = (parsed.scheme(), parsed.host());
    Some((scheme, host, &origin[scheme.len() + "://".len() + host.len()..]))
}
