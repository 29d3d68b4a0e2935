//! Tells Tauri which commands there are, so that each needs a permission: what is not named here and in
//! `capabilities/main.json` can be called by nobody.

fn main() {
    let commands = tauri_build::AppManifest::new().commands(&["snapshot", "dispatch"]);
    let attributes = tauri_build::Attributes::new().app_manifest(commands);
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}
