//! A drawing as a file: its size in millimetres, its description and its own style.

use maud::html;

use super::{Figure, UNIT_MM};

/// Width of one column of a journal's page, mm.
pub const ONE_COLUMN_MM: f64 = 89.0;
/// Width of two columns of a journal's page, mm.
pub const TWO_COLUMNS_MM: f64 = 183.0;

/// Fonts of a text that stays text, in the order in which a program looks for them; all have the same widths. Black,
/// as journals ask. No variables: drawing programs know none.
const STYLE: &str =
    "text{font-family:Arial,Helvetica,'Liberation Sans',Arimo,sans-serif;fill:#000}.plot text{font-size:11px}";

/// Units of a drawing that is so many millimetres wide.
pub(super) fn units(mm: f64) -> f64 {
    mm / UNIT_MM
}

/// The figure as an SVG document that needs no other file but fonts.
pub(super) fn document(figure: &Figure) -> String {
    let text = figure.svg.clone().into_string();
    let about =
        html! { title { (figure.name) } desc { (figure.caption) } style { (maud::PreEscaped(STYLE)) } }.into_string();
    let (width, height) = (mm(figure.size.0), mm(figure.size.1));
    let names = "xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\"";
    let (head, rest) = text.split_once('>').unwrap_or((&text, ""));
    let head = head.replacen("<svg", &format!("<svg {names} width=\"{width}\" height=\"{height}\""), 1);
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{head}>{about}{}\n", plain_opacity(rest))
}

/// The opacity of each mark as that of its fill and its line: as that of the mark itself, every mark is a group of its own
/// in a PDF.
fn plain_opacity(drawing: &str) -> String {
    let mut parts = drawing.split(" opacity=\"");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (value, rest) = part.split_once('"').unwrap_or((part, ""));
        text += &format!(" fill-opacity=\"{value}\" stroke-opacity=\"{value}\"{rest}");
    }
    text
}

fn mm(units: f64) -> String {
    let text = format!("{:.2}", units * UNIT_MM);
    format!("{}mm", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_its_size_in_millimetres_its_name_space_and_its_style() {
        let svg = html! { svg.plot viewBox="0 0 1 1" { text { "a < b" } } };
        let size = (units(ONE_COLUMN_MM), units(50.5));
        let text = document(&Figure { name: "size".into(), caption: "x < y".into(), svg, size, table: Vec::new() });
        assert!(text.starts_with("<?xml") && text.contains("<svg xmlns=\"http://www.w3.org/2000/svg\""), "{text}");
        assert!(text.contains("width=\"89mm\" height=\"50.5mm\" class=\"plot\""), "{text}");
        assert!(text.contains("<style>text{") && text.contains("a &lt; b") && !text.contains("var("));
        assert!(text.contains("<desc>x &lt; y</desc>"));
    }

    #[test]
    fn text_has_six_to_eight_points() {
        let points = |units: f64| units * UNIT_MM / 25.4 * 72.0;
        // The smallest text is that of the plotting library, the largest the names of charts.
        assert!(points(11.0 / 1.24) > 6.0 && points(11.0) < 8.0);
    }

    #[test]
    fn transparency_is_that_of_fill_and_line_and_not_of_a_group() {
        let svg = html! { svg.chart viewBox="0 0 1 1" { circle r="1" opacity="0.5" fill="#000" {} } };
        let text =
            document(&Figure { name: "a".into(), caption: String::new(), svg, size: (1.0, 1.0), table: Vec::new() });
        assert!(text.contains(" fill-opacity=\"0.5\" stroke-opacity=\"0.5\"") && !text.contains(" opacity="), "{text}");
    }
}
