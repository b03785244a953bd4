//! What the samples of some slices say.

use std::time::Duration;

use serde::Serialize;

use super::SAMPLE;
use super::serving::{Sample, Served};

/// Requests in a sample, over all slices.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Figures {
    pub median: usize,
    pub lowest: usize,
    /// The most samples one after the other that are under half the control's median.
    pub longest_dip: usize,
    /// The request that took longest, in nanoseconds.
    pub slowest: f64,
    /// Of the time, for how many in a hundred others had the processor.
    pub waited: f64,
}

impl Figures {
    pub fn of(slices: &[Served], half: f64) -> Self {
        let samples = || slices.iter().flat_map(|served| &served.samples);
        let dips = slices.iter().map(|served| longest_dip(half, &served.samples));
        let slowest = slices.iter().map(|served| served.slowest).max();
        let waited: Duration = samples().map(|sample| sample.waited).sum();
        let whole = SAMPLE * samples().count().max(1) as u32;
        Self {
            median: median(slices),
            lowest: samples().map(|sample| sample.requests).min().unwrap_or(0),
            longest_dip: dips.max().unwrap_or(0),
            slowest: slowest.unwrap_or_default().as_nanos() as f64,
            waited: 100.0 * waited.div_duration_f64(whole),
        }
    }
}

/// Of all samples; 0 where there is none.
pub fn median(slices: &[Served]) -> usize {
    let samples = slices.iter().flat_map(|served| &served.samples);
    let mut samples: Vec<_> = samples.map(|sample| sample.requests).collect();
    samples.sort_unstable();
    samples.get(samples.len() / 2).copied().unwrap_or(0)
}

fn longest_dip(least: f64, samples: &[Sample]) -> usize {
    let runs = samples.split(|sample| !sample.dips_under(least));
    runs.map(<[Sample]>::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(requests: &[usize]) -> Vec<Sample> {
        requests
            .iter()
            .map(|requests| Sample { requests: *requests, ..Sample::default() })
            .collect()
    }

    #[test]
    fn dips() {
        for (requests, longest) in [
            (&[] as &[usize], 0),
            (&[5, 6, 7], 0),
            (&[4], 1),
            (&[4, 5, 4, 4, 9, 0], 2),
            (&[9, 0, 0, 0], 3),
        ] {
            assert_eq!(longest_dip(5.0, &samples(requests)), longest, "{requests:?}");
        }
    }

    #[test]
    fn what_others_took_is_no_dip() {
        for (requests, waited, dips) in [(2, 0, true), (2, 5, true), (3, 5, false), (0, 10, false)]
        {
            let waited = Duration::from_millis(waited);
            assert_eq!(Sample { requests, waited }.dips_under(5.0), dips, "{requests} {waited:?}");
        }
    }

    #[test]
    fn a_dip_does_not_go_on_in_the_next_slice() {
        let slice = |requests: &[usize], slowest| Served {
            samples: samples(requests),
            slowest: Duration::from_millis(slowest),
            ..Served::default()
        };
        let mut slices = [slice(&[10, 10, 1], 7), slice(&[2, 9, 12], 3)];
        slices[1].samples[1].waited = SAMPLE / 2;
        let figures = Figures::of(&slices, 5.0);
        let Figures { median, lowest, longest_dip, slowest, waited } = figures;
        assert_eq!((median, lowest, longest_dip, slowest), (10, 1, 1, 7e6));
        assert!((waited - 100.0 / 12.0).abs() < 1e-9, "{waited}");
    }
}
