//! The headless shell.

fn main() {}
