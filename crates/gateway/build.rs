//! The viewer is embedded at compile time: when its build changes, so does this crate.

fn main() {
    let dist = "../../novnc-vendor/dist";
    println!("cargo::rerun-if-changed={dist}");
    if !std::path::Path::new(dist).join("v.html").exists() {
        println!(
            "cargo::warning=the viewer is not built, so its pages will not be found: `npm run build` makes it"
        );
    }
}
