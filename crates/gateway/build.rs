//! The viewer is embedded at compile time: when its build changes, so does this crate.

fn main() {
    println!("cargo::rerun-if-changed=../../novnc-vendor/dist");
}
