//! The registry: names, examples and documentation of all importers, and what their declarations refuse.

use std::collections::BTreeSet;
use std::path::Path;

use afterimage_data::importer::{Count, Given, Importer};
use afterimage_data::{Error, IMPORTERS};

/// Reads an example by the declaration of its importer; what is left over belongs to the program, as `--out` does.
fn given(importer: &Importer) -> (Given, Vec<&'static str>) {
    let (mut given, mut rest) = (Given::new(), Vec::new());
    let mut places = importer.arguments().filter(|argument| argument.place.is_some());
    let mut words = importer.example.split(' ').skip(1).peekable();
    while let Some(word) = words.next() {
        let is_option = |word: &&str| word.starts_with("--");
        let named = |option: &str| {
            importer.arguments().find(|argument| {
                argument.place.is_none()
                    && argument.option.map_or(argument.name.replace('_', "-"), str::to_owned) == option
            })
        };
        let argument = word.strip_prefix("--").map_or_else(|| places.next(), named);
        let mut texts: Vec<&str> =
            if is_option(&word) { words.next_if(|word| !is_option(word)).into_iter().collect() } else { vec![word] };
        let Some(argument) = argument else {
            rest.push(word);
            continue;
        };
        match argument.count {
            Count::One | Count::Optional => (),
            Count::Several => texts.extend(std::iter::from_fn(|| words.next_if(|word| !is_option(word)))),
            Count::List => texts = texts.iter().flat_map(|text| text.split(',')).collect(),
        }
        given.insert(argument.name.to_owned(), texts.into_iter().map(Into::into).collect());
    }
    (given, rest)
}

fn refusal(name: &str, change: impl Fn(&mut Given)) -> String {
    let importer = IMPORTERS.iter().find(|importer| importer.name == name).unwrap();
    let mut given = given(importer).0;
    change(&mut given);
    importer.import(&given, Path::new("nowhere.afterimage"), false, &mut |_| ()).unwrap_err().to_string()
}

#[test]
fn every_importer_has_a_name_of_its_own_an_example_it_takes_and_a_place_in_the_docs() {
    let page = include_str!("../../../../docs/imports.md");
    let names: BTreeSet<&str> = IMPORTERS.iter().map(|importer| importer.name).collect();
    assert_eq!(names.len(), IMPORTERS.len());
    for importer in IMPORTERS {
        let name = importer.name;
        let arguments: BTreeSet<&str> = importer.arguments().map(|argument| argument.name).collect();
        assert_eq!(arguments.len(), importer.arguments().count(), "{name}: an argument is declared twice");
        assert!(page.contains(&format!("| **`{name}`**")), "docs/imports.md does not describe {name}");
        assert_eq!(importer.example.split(' ').next(), Some(name));
        let (given, rest) = given(importer);
        assert_eq!(rest, ["--out"], "{name}: its example");
        // The files do not exist, and are opened only after all arguments were read.
        let error = importer.import(&given, Path::new("nowhere.afterimage"), false, &mut |_| ()).unwrap_err();
        assert!(!matches!(error, Error::Argument { .. }), "{error}");
    }
}

#[test]
fn arguments_against_the_declaration_are_refused() {
    let set = |name: &'static str, text: &'static str| {
        move |given: &mut Given| _ = given.insert(name.into(), vec![text.into()])
    };
    for (message, expected) in [
        (
            refusal("nsd", set("subject", "9")),
            "import nsd: argument \"subject\" is \"9\", expected a whole number from 1 to 8",
        ),
        (refusal("nsd", |given| _ = given.remove("design")), "argument \"design\" is missing"),
        (refusal("nsd", set("region_threshold", "0.5")), "\"region_threshold\" needs \"regions\" too"),
        (refusal("ssr", set("pictures", "x")), "\"pictures\" does not exist: the arguments are file, images, roi"),
        (refusal("ssr", set("validation", "-1")), "\"validation\" is \"-1\", expected a whole number"),
        (refusal("bold5000", set("order", "sorted")), "\"order\" is \"sorted\", expected natural or bytes"),
        (
            refusal("miyawaki", |given| {
                given.extend([("test_figures".into(), vec!["1".into()]), ("test".into(), vec!["3".into()])])
            }),
            "\"test_figures\" cannot be used with \"test\"",
        ),
        (refusal("nifti", set("detrend", "maybe")), "\"detrend\" is \"maybe\", expected true or false"),
    ] {
        assert!(message.contains(expected), "{message}");
    }
}
