//! What benchmarks find: samples of subjects that were measured side by side, and how the first of them compares.

use std::{collections::BTreeMap, fmt::Write, path::Path};

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// A row of the table.
pub struct Figure {
    /// With its unit.
    pub name: &'static str,
    /// The samples that it is made from.
    pub samples: &'static str,
    /// The part of them that is below it (0.5: their median).
    pub part: f64,
}

/// The median of samples, under their own name.
#[must_use]
pub const fn median(samples: &'static str) -> Figure {
    Figure {
        name: samples,
        samples,
        part: 0.5,
    }
}

/// The sample that such a part of them is below (0.5: the median); `None` if there is none.
#[must_use]
pub fn quantile(samples: &[f64], part: f64) -> Option<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (sorted.len().saturating_sub(1) as f64 * part).round() as usize;
    sorted.get(at).copied()
}

/// All samples of all subjects.
pub struct Figures {
    subjects: Vec<&'static str>,
    samples: BTreeMap<(&'static str, &'static str), Vec<f64>>,
}

impl Figures {
    /// None yet, of these subjects. The first is the one that the others are compared with.
    #[must_use]
    pub fn new(subjects: &[&'static str]) -> Self {
        Self {
            subjects: subjects.to_vec(),
            samples: BTreeMap::new(),
        }
    }

    /// Adds samples of a subject.
    pub fn add(
        &mut self,
        samples: &'static str,
        subject: &'static str,
        values: impl IntoIterator<Item = f64>,
    ) {
        self.samples.entry((samples, subject)).or_default().extend(values);
    }

    /// A figure of a subject, if there are samples.
    #[must_use]
    pub fn value(&self, figure: &Figure, subject: &'static str) -> Option<f64> {
        quantile(self.samples.get(&(figure.samples, subject))?, figure.part)
    }

    /// The figures in Markdown; in brackets, the first subject's divided by this one's.
    #[must_use]
    pub fn table(&self, figures: &[Figure]) -> String {
        let mut table = format!("| | {} |\n|---|", self.subjects.join(" | "));
        table += &"---:|".repeat(self.subjects.len());
        for figure in figures {
            // Writing to a String cannot fail.
            let _ = write!(table, "\n| {} |", figure.name);
            for subject in &self.subjects {
                let _ = write!(table, " {} |", self.cell(figure, subject));
            }
        }
        table + "\n"
    }

    fn cell(&self, figure: &Figure, subject: &'static str) -> String {
        let Some(value) = self.value(figure, subject) else {
            return "–".into();
        };
        match self.subjects.first() {
            Some(first) if *first != subject => match self.value(figure, first) {
                Some(own) if value > 0.0 => format!("{} ({:.2})", number(value), own / value),
                _ => number(value),
            },
            _ => number(value),
        }
    }

    /// Writes the figures and all samples as JSON.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn write(&self, figures: &[Figure], file: &Path) -> Result<()> {
        let rows = figures.iter().map(|figure| {
            let of = |subject: &&'static str| ((*subject).to_owned(), json!(self.value(figure, subject)));
            let values: serde_json::Map<_, _> = self.subjects.iter().map(of).collect();
            json!({ "name": figure.name, "samples": figure.samples, "part": figure.part, "values": values })
        });
        let samples = self
            .samples
            .iter()
            .map(|((samples, subject), values)| json!({ "samples": samples, "subject": subject, "values": values }));
        let all = json!({ "figures": rows.collect::<Value>(), "samples": samples.collect::<Value>() });
        std::fs::write(file, serde_json::to_string_pretty(&all)?)
            .with_context(|| format!("cannot write {}", file.display()))
    }
}

/// Three digits that matter.
pub fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".into(),
        size if size < 1.0 => format!("{value:.3}"),
        size if size < 10.0 => format!("{value:.2}"),
        size if size < 100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_compared_with_the_others() {
        let mut figures = Figures::new(&["ours", "theirs", "nobody's"]);
        figures.add("time, ms", "ours", [3.0, 1.0, 2.0]);
        figures.add("time, ms", "theirs", [8.0, 8.0]);
        let last = Figure {
            name: "slowest, ms",
            samples: "time, ms",
            part: 1.0,
        };
        assert_eq!(
            figures.table(&[median("time, ms"), last]),
            "| | ours | theirs | nobody's |\n|---|---:|---:|---:|\n\
             | time, ms | 2.00 | 8.00 (0.25) | – |\n| slowest, ms | 3.00 | 8.00 (0.38) | – |\n"
        );
    }

    #[test]
    fn numbers_show_what_matters() {
        for (value, text) in [
            (0.0, "0"),
            (0.1234, "0.123"),
            (1.234, "1.23"),
            (12.34, "12.3"),
            (1234.5, "1234"),
        ] {
            assert_eq!(number(value), text);
        }
    }
}
