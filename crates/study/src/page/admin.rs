//! The progress page.

use maud::{Markup, html};

use super::Page;
use crate::Design;
use crate::store::Overview;

fn around(design: &Design, content: &Markup) -> Markup {
    let page = Page { language: "en", direction: "ltr", title: &design.title, heading: "Progress", class: "reading" };
    page.around(content)
}

/// Asks for the token.
pub(crate) fn admin_form(design: &Design, wrong: bool) -> Markup {
    around(
        design,
        &html! {
            p.kicker { (design.title) }
            h1 tabindex="-1" { "Progress of the study" }
            form method="post" action="/admin" {
                @if wrong { p.error #wrong role="alert" { "That is not the admin token of this study." } }
                label.line { "Admin token" input type="password" name="token" required autocomplete="off" aria-describedby=[wrong.then_some("wrong")]; }
                button.button type="submit" { "Show" }
            }
        },
    )
}

/// Only numbers.
pub(crate) fn admin(design: &Design, overview: &Overview) -> Markup {
    let minutes = overview.median_secs.map_or("–".into(), |secs| format!("{:.1} minutes", secs / 60.0));
    around(
        design,
        &html! {
            p.kicker { (design.title) }
            h1 tabindex="-1" { "Progress of the study" }
            dl {
                dt { "Participants that began" } dd { (overview.started) }
                dt { "finished" } dd { (overview.finished) }
                dt { "Answers stored" } dd { (overview.answers) " of " (overview.started * design.trials_in_all()) }
                dt { "Median time to the end" } dd { (minutes) }
            }
        },
    )
}
