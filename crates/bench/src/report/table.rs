//! The tables, in Markdown: medians, and in brackets how Porthole's compares.

use std::fmt::Write;

use porthole_bench::figures::number;

use super::{Report, Row};
use crate::peers::PORTHOLE;

impl Report {
    /// All figures, then the goals.
    pub fn table(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        let machine = &self.machine;
        writeln!(
            text,
            "{}, {} cores, {}; medians of {} rounds; load average at the end {}",
            machine.processor, machine.cores, machine.system, self.rounds, machine.load
        )?;
        for why in &self.left_out {
            writeln!(text, "Left out: {why}")?;
        }
        writeln!(text, "In brackets: Porthole's figure divided by the peer's.\n")?;
        writeln!(text, "| | {} |", self.peers.join(" | "))?;
        writeln!(text, "|---|{}", "---:|".repeat(self.peers.len()))?;
        for row in &self.rows {
            let cells: Vec<_> = self.peers.iter().map(|peer| row.cell(peer)).collect();
            writeln!(text, "| {}, {} | {} |", row.metric, row.unit, cells.join(" | "))?;
        }
        if !self.goals.is_empty() {
            writeln!(
                text,
                "\n| | of | against | goal | measured | |\n|---|---|---|---|---:|---|"
            )?;
        }
        for goal in &self.goals {
            writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} |",
                goal.metric,
                goal.of,
                goal.against,
                goal.goal,
                number(goal.value),
                if goal.reached {
                    "reached"
                } else {
                    "**not reached**"
                }
            )?;
        }
        Ok(())
    }
}

impl Row {
    fn cell(&self, peer: &str) -> String {
        let Some(value) = self.medians.get(peer) else {
            return "–".into();
        };
        match self.medians.get(PORTHOLE) {
            Some(own) if peer != PORTHOLE => format!("{} ({:.2})", number(*value), own / value),
            _ => number(*value),
        }
    }
}
