//! For tests of the crates below the core: the English sentences, as the program has them.

use std::sync::LazyLock;

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use porthole_phrase::{Argument, Phrase};

static ENGLISH: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../core/texts/en/porthole.ftl");
    let text = std::fs::read_to_string(file).unwrap();
    let mut bundle = FluentBundle::new_concurrent(Vec::new());
    bundle.set_use_isolating(false);
    bundle
        .add_resource(FluentResource::try_new(text).unwrap())
        .unwrap();
    bundle
});

/// Has errors say whole sentences from now on.
pub fn speak() {
    porthole_phrase::speak_english(said);
}

fn said(phrase: &Phrase) -> String {
    let mut arguments = FluentArgs::new();
    for (name, argument) in &phrase.arguments {
        let value = match argument {
            Argument::Number(number) => FluentValue::from(*number),
            Argument::Text(text) => text.clone().into(),
            Argument::Phrase(phrase) => said(phrase).into(),
        };
        arguments.set(&**name, value);
    }
    let message = ENGLISH
        .get_message(&phrase.key)
        .and_then(|message| message.value());
    let pattern = message.unwrap_or_else(|| panic!("no sentence {}", phrase.key));
    ENGLISH
        .format_pattern(pattern, Some(&arguments), &mut Vec::new())
        .into()
}
