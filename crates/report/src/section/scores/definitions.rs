//! Definitions of the scores of a group, behind one click and printed as a compact list.
//!
//! Scores that differ only in a number, such as that of candidates, share one entry; methods of intervals and tests
//! stand once.

use afterimage_run::scores::Score;
use afterimage_statistics::RecordedUnit;
use maud::{Markup, html};

use crate::number::{many, value};

/// What is to be said about one score.
pub(crate) struct Definition {
    pub(crate) title: String,
    /// What it is.
    pub(crate) text: String,
    /// How it is measured; may be empty.
    pub(crate) measure: String,
    /// Methods of interval and p.
    pub(crate) methods: [Option<String>; 2],
    pub(crate) notes: Vec<String>,
    /// What a guess and what the mean training image score, as far as that is known.
    pub(crate) levels: [Option<String>; 2],
    /// Its name in the files.
    pub(crate) name: String,
}

impl Definition {
    /// That of a score.
    pub(crate) fn of(score: &Score, unit: RecordedUnit) -> Self {
        let mut notes = score.notes.clone();
        if let (Some(_), Some(candidates)) = (score.ways, score.candidates) {
            notes.push(format!("wrong candidates drawn from {}", many(candidates)));
        }
        Self {
            title: score.title.clone(),
            text: score.definition.clone(),
            measure: unit.in_text(&score.metric),
            methods: [score.interval.as_ref().map(|i| i.method.clone()), score.p.as_ref().map(|p| p.method.clone())],
            notes,
            levels: [score.guess, score.mean_image].map(|level| Some(value(level?, &score.unit))),
            name: score.name.clone(),
        }
    }

    /// The text without its numbers and the names of regions: what is equal differs only in them.
    fn template(&self) -> (Vec<String>, &str) {
        let is_region = |word: &str| word.chars().filter(char::is_ascii_uppercase).count() > 1;
        let words = self.text.split(' ').filter(|word| !is_region(word));
        let bare = words.map(|word| word.chars().filter(|c| !c.is_ascii_digit()).collect::<String>());
        let text = bare.filter(|word| !word.is_empty() && *word != "V").collect();
        (text, &self.measure)
    }
}

/// The list, folded; each entry once for scores that differ only in a number.
pub(crate) fn definitions(all: &[Definition]) -> Markup {
    let mut families: Vec<Vec<&Definition>> = Vec::new();
    for one in all {
        match families.iter_mut().find(|f| f[0].template() == one.template()) {
            Some(family) => family.push(one),
            None => families.push(vec![one]),
        }
    }
    html! {
        details.definitions {
            summary { "Definitions" }
            dl { @for family in &families { (entry(family)) } }
            @if all.iter().any(|d| ["relu", "fire", "conv"].iter().any(|layer| d.measure.contains(layer))) {
                p.note { "In a measure, names such as relu1, fire5 or conv2 are layers of the network named before them." }
            }
            (methods("Interval", all.iter().filter_map(|d| d.methods[0].as_deref())))
            (methods("p", all.iter().filter_map(|d| d.methods[1].as_deref())))
        }
    }
}

fn entry(family: &[&Definition]) -> Markup {
    let first = family[0];
    let mut notes: Vec<&str> = Vec::new();
    for note in family.iter().flat_map(|d| &d.notes) {
        if !notes.contains(&note.as_str()) {
            notes.push(note);
        }
    }
    html! { div {
        dt { (titles(family)) }
        dd {
            (first.text)
            @if !first.measure.is_empty() { " " span.hint { "Measure: " (first.measure) "." } }
            (levels("A guess scores", family, 0)) (levels("The mean training image scores", family, 1))
            @if !notes.is_empty() { " " span.hint.remarks { "Notes: " (notes.join("; ")) "." } }
            " " span.names { @for d in family { code { (d.name) } " " } }
        }
    } }
}

/// A level of each score of a family, in their order.
fn levels(what: &str, family: &[&Definition], which: usize) -> Markup {
    let mut all: Vec<&str> = family.iter().filter_map(|d| d.levels[which].as_deref()).collect();
    all.dedup();
    html! { @if !all.is_empty() { " " span.hint { (what) " " (all.join(", ")) "." } } }
}

/// The titles of a family; the parts that they all begin with stand once.
fn titles(family: &[&Definition]) -> String {
    let all: Vec<Vec<&str>> = family.iter().map(|d| d.title.split(", ").collect()).collect();
    let shortest = all.iter().map(Vec::len).min().unwrap_or(0);
    let same = (0..shortest).take_while(|&i| all.iter().all(|parts| parts[i] == all[0][i])).count();
    let rests: Vec<String> = all.iter().map(|parts| parts[same..].join(", ")).filter(|rest| !rest.is_empty()).collect();
    match (same, rests.len()) {
        (0, _) => rests.join("; "),
        (_, 0) => all[0].join(", "),
        _ => format!("{}: {}", all[0][..same].join(", "), rests.join("; ")),
    }
}

/// Each method once, with how many scores it is for if there are several.
fn methods<'a>(what: &str, of: impl Iterator<Item = &'a str>) -> Markup {
    let mut counted: Vec<(&str, usize)> = Vec::new();
    for method in of {
        match counted.iter_mut().find(|(known, _)| *known == method) {
            Some((_, n)) => *n += 1,
            None => counted.push((method, 1)),
        }
    }
    html! { @if !counted.is_empty() { p.note {
        (what) ": "
        @for (i, (method, n)) in counted.iter().enumerate() {
            @if i > 0 { "; " } (method) @if counted.len() > 1 { " (" (many(*n)) ")" }
        }
        "."
    } } }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definition(ways: usize) -> Definition {
        Definition {
            title: format!("{ways}-way"),
            text: format!("nearest among the truth and {} others", ways - 1),
            measure: "m".into(),
            methods: [Some("bootstrap".into()), None],
            notes: vec!["a note".into()],
            levels: [Some(format!("1/{ways}")), None],
            name: format!("name.{ways}way"),
        }
    }

    #[test]
    fn what_titles_begin_with_stands_once() {
        let of = |title: &str| Definition { title: title.into(), ..definition(2) };
        let all = ["Centre, weights, all", "Centre, weights, high SNR"].map(of);
        assert_eq!(titles(&all.iter().collect::<Vec<_>>()), "Centre, weights: all; high SNR");
        assert_eq!(titles(&[&of("2-way, a")]), "2-way, a");
        assert_eq!(titles(&[&of("2-way"), &of("5-way")]), "2-way; 5-way");
    }

    #[test]
    fn scores_that_differ_in_a_number_share_an_entry_and_all_names_are_there() {
        let text = definitions(&[definition(2), definition(50)]).into_string();
        assert_eq!(text.matches("<dt>").count(), 1, "{text}");
        assert!(text.contains("2-way; 50-way") && text.contains("name.2way") && text.contains("name.50way"));
        assert_eq!(text.matches("a note").count(), 1);
        assert!(text.contains("Interval: bootstrap.") && text.contains("A guess scores 1/2, 1/50."), "{text}");
    }
}
