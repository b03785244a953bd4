//! The figures as a chart: instructions of a request over those of the bare service, on a scale of
//! powers of ten, in SVG that is read on light paper and on dark.

use std::fmt::Write;

use crate::contender::Who;
use crate::difference::Work;
use crate::figures::{Contender, FrameworkFigures, RowFigures};
use crate::machine::{Machine, versioned};
use crate::rows::thousands;

/// The rows that tell the most.
const ROWS: [&str; 8] = [
    "allowed, last of 1",
    "allowed, last of 100",
    "allowed, last of 10,000",
    "allowed, last of 1,000,000",
    "preflight, of 100",
    "header list, 60 KiB of distinct names",
    "10,000 subdomains, hit",
    "ten own headers and Vary",
];

/// The frameworks that have a peer of their own.
const FRAMEWORKS: [&str; 3] = ["axum", "actix", "warp"];

const WIDTH: f64 = 900.0;
const LEFT: f64 = 230.0;
const RIGHT: f64 = 90.0;
const BAR: f64 = 9.0;
const ROW: f64 = 2.0 * BAR + 12.0;
const TITLE: f64 = 34.0;
const TOP: f64 = 44.0;

/// Colours and letters; the second half is for dark paper.
const STYLE: &str = "\
text{font:12px system-ui,sans-serif;fill:#24292f}\
.title{font-weight:600;font-size:14px}\
.small,.axis{font-size:11px;fill:#57606a}\
.axis{text-anchor:middle}\
.ours{fill:#0a7d4f}\
.peer{fill:#c8741a}\
.floor{stroke:#24292f;stroke-width:2}\
.grid{stroke:#d0d7de}\
@media(prefers-color-scheme:dark){\
text{fill:#e6edf3}\
.small,.axis{fill:#9198a1}\
.ours{fill:#3fb984}\
.peer{fill:#e39a4c}\
.floor{stroke:#e6edf3}\
.grid{stroke:#3d444d}\
}";

/// The least and the most that is drawn, as powers of ten.
struct Scale {
    least: i32,
    most: i32,
}

impl Scale {
    fn of(rows: &[Drawn<'_>]) -> Self {
        let values = || {
            let whos = [Who::Floor, Who::Ours, Who::Peer];
            rows.iter().flat_map(move |row| whos.into_iter().filter_map(|who| row.value(who)))
        };
        let least = values().fold(f64::INFINITY, f64::min).log10().floor();
        let most = values().fold(1.0, f64::max).log10().ceil();
        Self { least: least.min(most - 1.0) as i32, most: most as i32 }
    }

    fn x(&self, value: f64) -> f64 {
        let share = (value.log10() - f64::from(self.least)) / f64::from(self.most - self.least);
        LEFT + share.max(0.0) * (WIDTH - LEFT - RIGHT)
    }
}

/// A row in a framework.
struct Drawn<'a> {
    framework: &'a FrameworkFigures,
    row: &'a RowFigures,
}

impl Drawn<'_> {
    /// On a scale of powers of ten there is no place for what costs nothing.
    fn value(&self, who: Who) -> Option<f64> {
        self.row.instructions(who).filter(|value| *value >= 1.0)
    }
}

fn drawn(frameworks: &[FrameworkFigures]) -> Vec<Drawn<'_>> {
    let mut rows = Vec::new();
    for name in FRAMEWORKS {
        let found = frameworks.iter().filter(|framework| framework.framework == name);
        for framework in found {
            let there = ROWS.iter().filter_map(|row| framework.row(row));
            let counted = there.map(|row| Drawn { framework, row });
            rows.extend(counted.filter(|row| row.value(Who::Ours).is_some()));
        }
    }
    rows
}

/// The chart; an error if nothing was counted that it shows.
pub fn svg(machine: &Machine, frameworks: &[FrameworkFigures]) -> Result<String, String> {
    let rows = drawn(frameworks);
    if rows.is_empty() {
        return Err("nothing was counted that the chart shows".to_owned());
    }
    let scale = Scale::of(&rows);
    let (mut body, mut y) = (String::new(), TOP);
    let mut last = "";
    for row in &rows {
        if row.framework.framework != last {
            last = &row.framework.framework;
            y += TITLE;
            text(&mut body, 8.0, y - 10.0, "title", &row.framework.title());
        }
        bars(&mut body, &scale, row, y);
        y += ROW;
    }
    let bottom = y + 4.0;
    let mut svg = String::new();
    let height = bottom + 62.0;
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\" role=\"img\">\n<title>What CORS costs a request</title>\n<style>{STYLE}</style>\n"
    );
    legend(&mut svg);
    for power in scale.least..=scale.most {
        let x = scale.x(10f64.powi(power));
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{TOP}\" y2=\"{bottom:.1}\"/>"
        );
        let label = thousands(10usize.pow(power.max(0) as u32));
        text(&mut svg, x, bottom + 14.0, "axis", &label);
    }
    svg += &body;
    for (i, line) in caption(machine).iter().enumerate() {
        text(&mut svg, 8.0, bottom + 34.0 + 15.0 * i as f64, "small", line);
    }
    svg += "</svg>\n";
    Ok(svg)
}

fn bars(body: &mut String, scale: &Scale, row: &Drawn<'_>, y: f64) {
    text(body, 8.0, y + BAR + 4.0, "", &row.row.row);
    for (i, who) in [Who::Ours, Who::Peer].into_iter().enumerate() {
        let y = y + i as f64 * (BAR + 1.0);
        let contender = row.row.contenders.get(&who);
        let Some(value) = row.value(who) else {
            text(body, LEFT + 4.0, y + BAR, "small", &why_not(contender));
            continue;
        };
        let width = scale.x(value) - LEFT;
        let _ = writeln!(
            body,
            "<rect class=\"{who}\" x=\"{LEFT}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{BAR}\"/>"
        );
        let otherwise = match contender.and_then(|contender| contender.difference.as_ref()) {
            Some(difference) if difference.work == Work::Less => ", does less",
            Some(difference) if difference.work == Work::Other => ", answers otherwise",
            _ => "",
        };
        let label = format!("{}{otherwise}", thousands(value.round() as usize));
        text(body, LEFT + width + 4.0, y + BAR, "small", &label);
    }
    if let Some(floor) = row.value(Who::Floor) {
        let (x, top, bottom) = (scale.x(floor), y - 2.0, y + 2.0 * BAR + 3.0);
        let _ = writeln!(
            body,
            "<line class=\"floor\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{top:.1}\" y2=\"{bottom:.1}\"/>"
        );
    }
}

/// Why there is no bar.
fn why_not(contender: Option<&Contender>) -> String {
    match contender {
        Some(Contender { time: Some(time), .. }) => {
            let time = thousands(time.over_bare.median.max(0.0).round() as usize);
            format!("not counted, but timed: {time} ns")
        }
        _ => "it has no such policy".to_owned(),
    }
}

fn legend(svg: &mut String) {
    text(svg, 8.0, 18.0, "title", "Instructions that CORS adds to a request");
    let _ = writeln!(svg, "<rect class=\"ours\" x=\"8\" y=\"29\" width=\"14\" height=\"{BAR}\"/>");
    text(svg, 27.0, 38.0, "small", "this project");
    let _ =
        writeln!(svg, "<rect class=\"peer\" x=\"108\" y=\"29\" width=\"14\" height=\"{BAR}\"/>");
    text(svg, 127.0, 38.0, "small", "the other library");
    let _ = writeln!(svg, "<line class=\"floor\" x1=\"240\" x2=\"240\" y1=\"26\" y2=\"41\"/>");
    text(svg, 248.0, 38.0, "small", "the floor: the same headers, written by hand, with no policy");
}

fn caption(machine: &Machine) -> [String; 2] {
    let peers = ["tower-http", "actix-cors", "warp"].map(versioned).join(", ");
    let counted = machine.valgrind.as_deref().unwrap_or("valgrind");
    [
        format!("{peers}; counted by {counted} on {}, {}", machine.date, machine.rustc),
        format!(
            "{}, {}; less is better; from line to line it is ten times as much",
            machine.processor, machine.system
        ),
    ]
}

fn text(svg: &mut String, x: f64, y: f64, class: &str, text: &str) {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\">{escaped}</text>");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::made_up::{self, differing};
    use crate::rows::Kind;

    fn machine() -> Machine {
        Machine {
            processor: "A & B <processor>".to_owned(),
            processors: 2,
            system: "linux x86_64".to_owned(),
            rustc: "rustc 1.88.0".to_owned(),
            valgrind: Some("valgrind-3.19.0".to_owned()),
            date: "06 Nov 1994".to_owned(),
        }
    }

    /// Every tag is closed by its own name, and nothing else stands in angle brackets.
    fn assert_balanced(svg: &str) {
        let mut open = Vec::new();
        for (i, _) in svg.match_indices('<') {
            let tag = &svg[i + 1..i + svg[i..].find('>').unwrap()];
            if let Some(name) = tag.strip_prefix('/') {
                assert_eq!(open.pop(), Some(name), "{tag}");
            } else if !tag.ends_with('/') {
                open.push(tag.split_whitespace().next().unwrap());
            }
            assert!(tag.matches('"').count().is_multiple_of(2), "{tag}");
        }
        assert!(open.is_empty(), "{open:?}");
        assert!(!svg.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "").contains('&'));
    }

    fn bars(svg: &str, class: &str) -> Vec<f64> {
        let bars = svg.lines().filter(|line| line.contains(&format!("class=\"{class}\"")));
        let width = |line: &str| {
            let start = line.find("width=\"")? + 7;
            line[start..start + line[start..].find('"')?].parse().ok()
        };
        // The first is that of the legend.
        bars.skip(1).map(|line| width(line).unwrap_or(0.0)).collect()
    }

    #[test]
    fn a_bar_for_each_figure() {
        let whos = [Who::Floor, Who::Ours, Who::Peer];
        let row = |name: &str, values: [f64; 3]| {
            made_up::row(
                name,
                Kind::Handled,
                500.0,
                &whos.into_iter().zip(values).collect::<Vec<_>>(),
            )
        };
        let mut absent = row(ROWS[2], [1000.0, 1200.0, 0.0]);
        absent.contenders.entry(Who::Peer).and_modify(|peer| *peer = Contender::default());
        let mut timed = row(ROWS[3], [1000.0, 1200.0, 50_000.0]);
        timed.contenders.entry(Who::Peer).and_modify(|peer| peer.instructions = None);
        let rows = vec![
            differing(row(ROWS[0], [1000.0, 1200.0, 10_000.0]), Work::Less, &[]),
            row(ROWS[1], [1000.0, 2000.0, 1_000_000.0]),
            absent,
            timed,
            row("no row of the chart", [1000.0, 1000.0, 1000.0]),
        ];
        let frameworks =
            [made_up::framework("axum", rows.clone()), made_up::framework("core", rows)];
        let svg = svg(&machine(), &frameworks).unwrap();
        assert_balanced(&svg);

        let (ours, peer) = (bars(&svg, "ours"), bars(&svg, "peer"));
        assert_eq!((ours.len(), peer.len(), bars(&svg, "floor").len()), (4, 2, 4));
        assert!(ours[0] < ours[1] && ours[1] < peer[0] && peer[0] < peer[1]);
        // Ten times and a thousand times the floor's thousand.
        let ten = peer[1] - peer[0];
        assert!(
            (2.0 * (peer[0] - Scale::of(&drawn(&frameworks)).x(1000.0) + LEFT) - ten).abs() < 0.5
        );
        for text in [
            "axum, beside other 1.0",
            ">1,200<",
            "10,000, does less",
            "it has no such policy",
            "not counted, but timed: 5,000 ns",
            "A &amp; B &lt;processor&gt;",
            "rustc 1.88.0",
            "06 Nov 1994",
            "tower-http 0.7.",
            "prefers-color-scheme:dark",
        ] {
            assert!(svg.contains(text), "{text}");
        }
    }

    #[test]
    fn nothing_to_draw() {
        let row = made_up::row("no row of the chart", Kind::Handled, 500.0, &[(Who::Ours, 1.0)]);
        assert!(svg(&machine(), &[made_up::framework("axum", vec![row])]).is_err());
    }
}
