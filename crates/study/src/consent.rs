//! The information and consent page: Markdown to static HTML.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

/// Initial consent page of a study.
pub(crate) fn template(language: &str) -> &'static str {
    match language {
        "de" => include_str!("../assets/consent.de.md"),
        _ => include_str!("../assets/consent.en.md"),
    }
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
    fn templates_render() {
        for language in ["en", "de", "fr"] {
            assert!(render(template(language)).contains("<h2>"));
        }
    }
}
