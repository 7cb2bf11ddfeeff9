//! An SVG document as PDF and PNG, set in the built-in typeface, so that both are the same on every machine.

use std::sync::{Arc, OnceLock};

use krilla::{Document, geom::Size, page::PageSettings};
use krilla_svg::{SurfaceExt, SvgSettings};
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb::Database};

use crate::{ReportError, Result};

/// Arimo, which has the widths of Arial and Helvetica.
static FONT: &[u8] = include_bytes!("../../assets/arimo/Arimo-Regular.subset.ttf");
/// Its family, which stands for all names of fonts.
const FAMILY: &str = "Arimo";
/// Dots per inch of a `px` of CSS.
const CSS_DPI: f64 = 96.0;
/// Most pixels of a PNG: they take a GiB of memory.
const MOST_PIXELS: u64 = 1 << 28;
/// Points of a `px` of CSS.
const POINTS: f32 = 0.75;

/// A document that was read, to be written in other formats.
pub(super) struct Drawing<'a> {
    name: &'a str,
    tree: Tree,
}

impl<'a> Drawing<'a> {
    /// Reads the document of the figure of that name.
    ///
    /// # Errors
    /// [`ReportError::Figure`] if it is not SVG.
    fn read(name: &'a str, svg: &str) -> Result<Self> {
        static FONTS: OnceLock<Arc<Database>> = OnceLock::new();
        let fontdb = FONTS.get_or_init(|| {
            let mut fonts = Database::new();
            fonts.load_font_data(FONT.to_vec());
            fonts.set_sans_serif_family(FAMILY);
            Arc::new(fonts)
        });
        let options = Options { fontdb: fontdb.clone(), font_family: FAMILY.into(), ..Options::default() };
        let tree = Tree::from_str(svg, &options)
            .map_err(|error| ReportError::Figure { name: name.to_owned(), reason: error.to_string() })?;
        Ok(Self { name, tree })
    }

    /// The drawing that was read before, or else reads it.
    ///
    /// # Errors
    /// See [`Drawing::read`].
    pub(super) fn once<'d>(read: &'d mut Option<Self>, name: &'a str, svg: &str) -> Result<&'d Self> {
        Ok(match read {
            Some(drawing) => drawing,
            none => none.insert(Self::read(name, svg)?),
        })
    }

    /// One page of PDF of its size; text stays text, its font is embedded.
    ///
    /// # Errors
    /// [`ReportError::Figure`] if it cannot be written.
    pub(super) fn pdf(&self) -> Result<Vec<u8>> {
        let size = self.tree.size();
        let size = Size::from_wh(size.width() * POINTS, size.height() * POINTS);
        let size = size.ok_or_else(|| self.refusal("it has no size".into()))?;
        let mut document = Document::new();
        let mut page = document.start_page_with(PageSettings::new(size));
        let mut surface = page.surface();
        let drawn = surface.draw_svg(&self.tree, size, SvgSettings::default());
        drawn.ok_or_else(|| self.refusal("it cannot be drawn".into()))?;
        surface.finish();
        page.finish();
        document.finish().map_err(|error| self.refusal(format!("{error:?}")))
    }

    /// PNG on white, with so many dots per inch, which the file states.
    ///
    /// # Errors
    /// [`ReportError::Figure`] if it is too large at this resolution.
    pub(super) fn png(&self, dpi: f64) -> Result<Vec<u8>> {
        let scale = (dpi / CSS_DPI) as f32;
        let pixels = |length: f32| (length * scale).round().max(1.0) as u32;
        let (width, height) = (pixels(self.tree.size().width()), pixels(self.tree.size().height()));
        let too_many = || self.refusal(format!("{width}x{height} pixels are too many: choose fewer dots per inch"));
        if u64::from(width) * u64::from(height) > MOST_PIXELS {
            return Err(too_many());
        }
        let mut canvas = Pixmap::new(width, height).ok_or_else(too_many)?;
        canvas.fill(Color::WHITE);
        resvg::render(&self.tree, Transform::from_scale(scale, scale), &mut canvas.as_mut());
        let bytes = canvas.encode_png().map_err(|error| self.refusal(error.to_string()))?;
        Ok(with_resolution(bytes, dpi))
    }

    fn refusal(&self, reason: String) -> ReportError {
        ReportError::Figure { name: self.name.to_owned(), reason }
    }
}

/// Adds the chunk `pHYs`, by which programs place the image at its size, behind the header.
fn with_resolution(png: Vec<u8>, dpi: f64) -> Vec<u8> {
    /// Signature and header chunk of a PNG.
    const HEAD: usize = 8 + 25;
    let per_metre = (dpi / 0.0254).round() as u32;
    let mut chunk = b"pHYs".to_vec();
    chunk.extend(per_metre.to_be_bytes());
    chunk.extend(per_metre.to_be_bytes());
    chunk.push(1);
    let (head, rest) = png.split_at(HEAD.min(png.len()));
    let length = (chunk.len() - 4) as u32;
    [head, &length.to_be_bytes(), &chunk, &crc32fast::hash(&chunk).to_be_bytes(), rest].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"25.4mm\" height=\"12.7mm\" viewBox=\"0 0 80 40\">\
        <style>text{font-family:Arial,sans-serif}</style><rect width=\"80\" height=\"20\" fill=\"#ff0000\"/>\
        <text x=\"4\" y=\"36\" font-size=\"12\">σ 10⁻⁴ −1</text></svg>";

    #[test]
    fn a_png_has_its_size_its_resolution_and_text_on_white() {
        let bytes = Drawing::read("a", SVG).unwrap().png(300.0).unwrap();
        let image = image::load_from_memory(&bytes).unwrap().to_rgb8();
        assert_eq!(image.dimensions(), (300, 150));
        assert_eq!((image.get_pixel(150, 30).0, image.get_pixel(299, 149).0), ([255, 0, 0], [255; 3]));
        let dark = image.pixels().filter(|p| p.0.iter().all(|v| *v < 100)).count();
        assert!(dark > 200, "{dark} dark pixels of text");
        let place = bytes.windows(4).position(|w| w == b"pHYs").unwrap();
        assert_eq!(&bytes[place + 4..place + 13], [0, 0, 0x2e, 0x23, 0, 0, 0x2e, 0x23, 1]);
    }

    #[test]
    fn a_pdf_is_one_page_of_the_size_with_its_font() {
        let bytes = Drawing::read("a", SVG).unwrap().pdf().unwrap();
        assert!(bytes.starts_with(b"%PDF-1."));
        let has = |text: &str| bytes.windows(text.len()).any(|w| w == text.as_bytes());
        assert!(
            has("/MediaBox [0 0 72 36]") || has("/MediaBox[0 0 72 36]"),
            "{}",
            String::from_utf8_lossy(&bytes[..400])
        );
        assert!(has("Arimo") && has("/ToUnicode"));
    }

    #[test]
    fn a_drawing_that_is_no_svg_is_refused_by_name() {
        let error = Drawing::read("fields", "no drawing").err().unwrap().to_string();
        assert!(error.contains("fields"), "{error}");
        assert!(Drawing::read("fields", SVG).unwrap().png(1e7).unwrap_err().to_string().contains("dots per inch"));
    }
}
