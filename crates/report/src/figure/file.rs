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
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{head}>{about}{rest}\n")
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
    fn text_of_eleven_units_has_seven_points() {
        assert!((11.0 * UNIT_MM - 7.0 * 25.4 / 72.0).abs() < 1e-12);
    }
}
