//! Links as pictures.

use std::fmt::Write;

use qrcode::{Color, EcLevel, QrCode};

use crate::QrView;

/// What has to stay light around the code, in modules (ISO/IEC 18004 §9.1).
const QUIET_ZONE: usize = 4;

/// `text` as a QR code; one of size 0 if it is too long for that.
pub(crate) fn qr(text: &str) -> QrView {
    let code = QrCode::with_error_correction_level(text, EcLevel::M);
    let Ok(code) = code.or_else(|_| QrCode::with_error_correction_level(text, EcLevel::L)) else {
        return QrView {
            size: 0,
            path: String::new(),
        };
    };
    let width = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|one, other| one == other) {
            let length = run.len();
            if run[0] == Color::Dark {
                let (x, y) = (x + QUIET_ZONE, y + QUIET_ZONE);
                // To write into a text cannot fail.
                let _ = write!(path, "M{x} {y}h{length}v1h-{length}z");
            }
            x += length;
        }
    }
    QrView {
        size: (width + 2 * QUIET_ZONE) as u32,
        path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The modules of a path made of runs.
    fn drawn(view: &QrView) -> Vec<Vec<bool>> {
        let size = view.size as usize;
        let mut modules = vec![vec![false; size]; size];
        for run in view.path.split_terminator('z') {
            let numbers: Vec<usize> = run
                .split(|c: char| !c.is_ascii_digit())
                .filter_map(|number| number.parse().ok())
                .collect();
            let [x, y, length, 1, back] = numbers[..] else {
                panic!("{run}")
            };
            assert_eq!(length, back);
            modules[y][x..x + length].fill(true);
        }
        modules
    }

    #[test]
    fn a_scanner_reads_the_link() {
        let links = [
            "http://192.168.7.5:6080/v#AAAAAAAAAAAAAAAAAAAAAA",
            "https://[2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]:65535/novnc/v#abcdefghijklmnopqrstuv",
        ];
        for link in links {
            let view = qr(link);
            let modules = drawn(&view);
            let size = modules.len();
            let quiet = |at: usize| at < QUIET_ZONE || at >= size - QUIET_ZONE;
            for (y, row) in modules.iter().enumerate() {
                for (x, dark) in row.iter().enumerate() {
                    assert!(!dark || !(quiet(x) || quiet(y)), "{x} {y}");
                }
            }
            let inner = size - 2 * QUIET_ZONE;
            let grid = rqrr::SimpleGrid::from_func(inner, |x, y| modules[y + QUIET_ZONE][x + QUIET_ZONE]);
            let (_, text) = rqrr::Grid::new(grid).decode().unwrap();
            assert_eq!(text, link);
        }
    }

    #[test]
    fn what_is_too_long_has_no_picture() {
        assert_eq!(qr(&"x".repeat(3000)).size, 0);
        assert!(qr(&"x".repeat(2600)).size > 0, "with less to correct errors");
    }
}
