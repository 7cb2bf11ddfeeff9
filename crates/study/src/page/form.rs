//! Consent and questions.

use maud::{Markup, html};

use super::{Page, raw_html};
use crate::{Design, Strings};

/// Age bands to choose from; all are wide.
pub(crate) const AGES: [&str; 6] = ["18-24", "25-34", "35-44", "45-54", "55-64", "65+"];
/// Eyesight to choose from.
pub(crate) const VISIONS: [&str; 4] = ["normal", "corrected", "colour", "other"];

/// Information and consent.
pub(crate) fn consent(design: &Design, strings: &Strings, text: &str, proof: &str, must_agree: bool) -> Markup {
    let words = &strings.start;
    Page::new(design, strings, &words.heading, "reading").around(&html! {
        p.kicker { (words.heading) }
        h1 tabindex="-1" { (design.title) }
        div.consent { (raw_html(text)) }
        form method="post" {
            input type="hidden" name="proof" value=(proof);
            @if must_agree { p.error #agree-first role="alert" { (words.agree_first) } }
            label.tick {
                input type="checkbox" name="agree" value="yes" required aria-describedby=[must_agree.then_some("agree-first")];
                span { (words.agree) }
            }
            button.button type="submit" { (words.start) }
        }
    })
}

/// Age band and eyesight, both optional.
pub(crate) fn questions(design: &Design, strings: &Strings, token: &str, proof: &str) -> Markup {
    let words = &strings.questions;
    let sights = [&words.normal, &words.corrected, &words.colour, &words.other];
    let ages: Vec<(&str, String)> =
        AGES.iter().map(|age| (*age, format!("{} {}", age.replace('-', "–"), words.years))).collect();
    let visions: Vec<(&str, String)> = VISIONS.iter().zip(sights).map(|(value, text)| (*value, text.clone())).collect();
    Page::new(design, strings, &words.heading, "reading").around(&html! {
        p.kicker { (design.title) }
        h1 tabindex="-1" { (words.heading) }
        p { (words.note) }
        form method="post" action={ "/p/" (token) "/questions" } {
            input type="hidden" name="proof" value=(proof);
            (choice("age", &words.age, &ages, &words.open))
            (choice("vision", &words.vision, &visions, &words.open))
            button.button type="submit" { (words.next) }
        }
    })
}

fn choice(name: &str, legend: &str, values: &[(&str, String)], open: &str) -> Markup {
    html! {
        fieldset {
            legend { (legend) }
            @for (value, text) in values { label.tick { input type="radio" name=(name) value=(value); span { (text) } } }
            label.tick { input type="radio" name=(name) value="" checked; span { (open) } }
        }
    }
}
