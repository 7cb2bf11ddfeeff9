//! The pages of a study: plain forms that work without JavaScript, by keyboard and by screen reader.

mod admin;
mod form;
mod trial;

use afterimage_web::asset::path;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{Design, Strings};

pub(crate) use admin::{admin, admin_form};
pub(crate) use form::{AGES, VISIONS, consent, questions};
pub(crate) use trial::{Shown, solution, trial};

pub(crate) const STYLE: &str = include_str!("../assets/study.css");
pub(crate) const SCRIPT: &str = include_str!("../assets/study.js");

/// Variable parts of a page.
struct Page<'a> {
    language: &'a str,
    direction: &'a str,
    title: &'a str,
    heading: &'a str,
    class: &'a str,
}

impl<'a> Page<'a> {
    fn new(design: &'a Design, strings: &'a Strings, heading: &'a str, class: &'a str) -> Self {
        let direction = strings.direction.name();
        Self { language: &strings.language, direction, title: &design.title, heading, class }
    }

    fn around(&self, content: &Markup) -> Markup {
        html! {
            (DOCTYPE)
            html lang=(self.language) dir=(self.direction) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="robots" content="noindex";
                    title { (self.heading) " – " (self.title) }
                    link rel="stylesheet" href=(path("/static/study.css", STYLE));
                    script src=(path("/static/study.js", SCRIPT)) defer {}
                }
                body class=(self.class) { main #main { (content) } }
            }
        }
    }
}

/// The end.
pub(crate) fn done(design: &Design, strings: &Strings, code: &str) -> Markup {
    let words = &strings.done;
    Page::new(design, strings, &words.heading, "reading").around(&html! {
        p.kicker { (design.title) }
        h1 tabindex="-1" { (words.heading) }
        p { (words.text) }
        @if !design.completion_code.is_empty() {
            p.code { span { (words.completion) } code #completion { (design.completion_code) } }
        }
        p.code { span { (words.code) } code #participant { (code) } }
        p.note { (words.code_note) }
    })
}

/// Error page, with a link to continue if there is one.
pub(crate) fn problem(design: &Design, strings: &Strings, text: &str, back: Option<&str>) -> Markup {
    let words = &strings.problem;
    Page::new(design, strings, &words.heading, "reading").around(&html! {
        p.kicker { (design.title) }
        h1 tabindex="-1" { (words.heading) }
        p role="alert" { (text) }
        @if let Some(path) = back { p { a.button href=(path) { (words.back) } } }
    })
}

/// Consent text rendered by [`crate::consent::render`].
fn raw_html(html: &str) -> PreEscaped<&str> {
    PreEscaped(html)
}
