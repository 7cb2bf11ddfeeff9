//! The information and consent page: Markdown to static HTML.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

/// Initial consent page of a study.
pub(crate) fn template(language: &str) -> &'static str {
    match language {
        "de" => include_str!("../assets/consent.de.md"),
        _ => include_str!("../assets/consent.en.md"),
    }
}

/// Words of the line for the contact person until it is replaced, in each built-in language.
const PLACEHOLDERS: [&str; 2] = ["replace this line with name", "Name, Einrichtung, Anschrift"];

/// Returns whether the text still has the line that is to be replaced by contact person and ethics approval.
pub(crate) fn has_placeholder(markdown: &str) -> bool {
    let words = markdown.split_whitespace().collect::<Vec<_>>().join(" ");
    PLACEHOLDERS.iter().any(|placeholder| words.contains(placeholder))
}

/// Returns the text with each `{questions: TEXT}` replaced by TEXT if age band and eyesight are asked for, and by nothing if not:
/// it states only what is stored.
///
/// ```
/// let text = "Your answers{questions: and your age group}.";
/// assert_eq!(afterimage_study::consent::fill(text, true), "Your answers and your age group.");
/// assert_eq!(afterimage_study::consent::fill(text, false), "Your answers.");
/// ```
pub fn fill(markdown: &str, questions: bool) -> String {
    const START: &str = "{questions:";
    let mut out = String::new();
    let mut rest = markdown;
    while let Some((before, after)) = rest.split_once(START) {
        let Some((text, later)) = after.split_once('}') else { break };
        out.push_str(before);
        if questions {
            out.push_str(text);
        }
        rest = later;
    }
    out.push_str(rest);
    out
}

/// Markdown (CommonMark with tables and strikethrough) as HTML.
///
/// HTML in it is shown as text. Images become their description, since the page loads nothing from other servers. Only
/// links to `https`, `http` and `mailto` addresses are kept; others become text.
///
/// ```
/// let html = afterimage_study::consent::render("Hello <script>x</script> *you*, [go](javascript:x)");
/// assert_eq!(html, "<p>Hello &lt;script&gt;x&lt;/script&gt; <em>you</em>, go</p>\n");
/// ```
pub fn render(markdown: &str) -> String {
    let mut dropped = Vec::new();
    let safe = Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH).filter_map(|event| {
        Some(match event {
            Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => return None,
            Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
            Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
            Event::Start(Tag::Link { link_type, dest_url, id, .. }) => {
                dropped.push(!leads_somewhere_safe(&dest_url));
                if dropped.last() == Some(&true) {
                    return None;
                }
                Event::Start(Tag::Link { link_type, dest_url, title: CowStr::Borrowed(""), id })
            }
            Event::End(TagEnd::Link) if dropped.pop() == Some(true) => return None,
            other => other,
        })
    });
    let mut out = String::new();
    html::push_html(&mut out, safe);
    out
}

fn leads_somewhere_safe(url: &str) -> bool {
    let lower = url.trim().to_ascii_lowercase();
    ["https://", "http://", "mailto:"].iter().any(|scheme| lower.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_active_comes_through() {
        for hostile in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "![x](https://elsewhere.example/p.png)",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x](data:text/html,y)",
            "<javascript:alert(1)>",
            "[x]: javascript:y\n\n[x]",
            "<div\nonclick=\"x\">\n\n</div>",
            "[a![b](c)](javascript:d)",
        ] {
            let html = render(hostile);
            for tag in ["<script", "<img", "<div", "href=\"j", "href=\"J", "href=\"d", "<iframe"] {
                assert!(!html.contains(tag), "{hostile}: {html}");
            }
        }
    }

    #[test]
    fn ordinary_markdown_is_rendered() {
        let html = render("# Title\n\n- one\n- **two**\n\n[mail](mailto:a@b.example) [site](https://c.example)\n");
        for part in
            ["<h1>Title</h1>", "<strong>two</strong>", "href=\"mailto:a@b.example\"", "href=\"https://c.example\""]
        {
            assert!(html.contains(part), "{part}: {html}");
        }
    }

    #[test]
    fn templates_render_and_state_only_what_is_stored() {
        for (language, age) in [("en", "age group"), ("de", "Altersgruppe"), ("fr", "age group")] {
            let [with, without] = [true, false].map(|questions| render(&fill(template(language), questions)));
            assert!(with.contains("<h2>") && with.contains(age) && !without.contains(age), "{without}");
            assert!(!with.contains('{') && !without.contains('{'));
            assert!(has_placeholder(template(language)));
        }
        assert!(!has_placeholder("**Contact:** A. Person"));
        assert_eq!(fill("open {questions: never closed", true), "open {questions: never closed");
    }
}
