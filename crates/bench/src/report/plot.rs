//! The plot: a small panel of bars for each figure that the goals speak of.

use std::fmt::Write;

use porthole_bench::figures::number;

use super::{Report, Row};
use crate::peers::PORTHOLE;

/// What is drawn, and whether more is better.
const PANELS: [(&str, bool); 8] = [
    ("s→c bulk: CPU", false),
    ("s→c, 8 viewers: rate", true),
    ("c→s bulk: CPU", false),
    ("64 KiB frame: CPU", false),
    ("echo: p50", false),
    ("update beside bulk: p99", false),
    ("new viewers: rate", true),
    ("idle viewer of 1,000: PSS", false),
];
const COLUMNS: usize = 2;
const WIDTH: usize = 440;
const BAR: usize = 20;
/// Where bars begin, right of the peers' names, and how long the longest is.
const LEFT: usize = 150;
const LONGEST: f64 = 210.0;

impl Report {
    /// An SVG that can be read on light and on dark pages.
    pub fn plot(&self) -> String {
        let rows: Vec<_> = PANELS
            .iter()
            .filter_map(|(metric, more)| Some((self.rows.iter().find(|row| row.metric == *metric)?, *more)))
            .collect();
        let height = 44 + BAR * self.peers.len();
        let (all_width, all_height) = (WIDTH * COLUMNS, height * rows.len().div_ceil(COLUMNS));
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {all_width} {all_height}\" \
             font-family=\"system-ui, sans-serif\" font-size=\"12\">\n\
             <style>svg {{ background: #fff; color: #1c2430 }} text {{ fill: currentColor }} .other {{ fill: #9aa7b8 }} \
             .own {{ fill: #2f6fde }} @media (prefers-color-scheme: dark) {{ svg {{ background: #12161c; color: #e6ebf2 }} \
             .other {{ fill: #5b6878 }} .own {{ fill: #6ea0ff }} }}</style>\n"
        );
        for (index, (row, more)) in rows.iter().enumerate() {
            let (x, y) = (index % COLUMNS * WIDTH, index / COLUMNS * height);
            let _ = self.panel(&mut svg, row, *more, x, y);
        }
        svg.push_str("</svg>\n");
        svg
    }

    fn panel(&self, svg: &mut String, row: &Row, more: bool, x: usize, y: usize) -> std::fmt::Result {
        let better = if more { "more is better" } else { "less is better" };
        writeln!(svg, "<g transform=\"translate({x} {y})\">")?;
        writeln!(
            svg,
            "<text x=\"12\" y=\"24\" font-weight=\"600\">{}, {} ({better})</text>",
            row.metric, row.unit
        )?;
        let longest = row.medians.values().copied().fold(f64::MIN_POSITIVE, f64::max);
        for (line, peer) in self.peers.iter().enumerate() {
            let y = 34 + line * BAR;
            let class = if peer.starts_with(PORTHOLE) {
                "own"
            } else {
                "other"
            };
            writeln!(
                svg,
                "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{peer}</text>",
                LEFT - 8,
                y + 14
            )?;
            let Some(value) = row.medians.get(peer) else {
                continue;
            };
            let length = value / longest * LONGEST;
            writeln!(
                svg,
                "<rect class=\"{class}\" x=\"{LEFT}\" y=\"{}\" width=\"{length:.1}\" height=\"{}\" rx=\"2\"/>",
                y + 3,
                BAR - 6
            )?;
            writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{}\">{}</text>",
                LEFT as f64 + length + 6.0,
                y + 14,
                number(*value)
            )?;
        }
        writeln!(svg, "</g>")
    }
}
