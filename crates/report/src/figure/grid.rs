//! Shown images above their reconstructions, and above the photographs that these took fine structure from, if any; spread evenly
//! over the ranks of a score, so that the figure shows the whole range and not the best only.

mod photographs;

use afterimage_run::scores::Score;
use maud::{Markup, html};

use photographs::Photographs;

use super::{Figure, cell, row};
use crate::number::{plain, px};
use crate::pictures::{embed, spread};
use crate::source::Source;
use crate::{ReportError, Result};

/// Room of the names of the rows, which stand upright.
const LEFT: f64 = 16.0;
/// Room between images, and of the value below a pair.
const GAP: f64 = 3.0;
const VALUE: f64 = 15.0;
/// Least width of an image that is chosen without being asked for.
const NARROW: f64 = 69.0;
/// Letters of a name of a row, by their width: the name is not longer than the image is high.
const NAME_LETTER: f64 = 5.8;

/// Which images the grid of shown and reconstructed images has.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// Name of the score by whose ranks images are chosen; it has a value per image.
    pub score: String,
    /// Number of images; as many as fit into one row if it is not given.
    pub images: Option<usize>,
    /// Images per row; as many as are easily seen if it is not given.
    pub columns: Option<usize>,
}

impl Default for Grid {
    fn default() -> Self {
        Self { score: "image.pixcorr".into(), images: None, columns: None }
    }
}

/// An item of the grid.
struct Item<'a> {
    name: &'a str,
    /// Rank among all items with a value, 1 is the best.
    rank: usize,
    value: f64,
    shown: Option<String>,
    reconstruction: Option<String>,
    /// The photograph that it took fine structure from.
    photograph: Option<String>,
    photograph_name: Option<&'a str>,
}

/// The grid; none for a run without scored images.
///
/// # Errors
/// [`ReportError::NoSuchScore`] if the score has no values of the images and is not the default, which a run may lack.
pub(super) fn grid(source: &Source, wanted: &Grid, width: f64) -> Result<Option<Figure>> {
    let Some(score) = score(source, &wanted.score)? else { return Ok(None) };
    let columns = wanted.columns.unwrap_or_else(|| (((width - LEFT) / (NARROW + GAP)) as usize).max(1)).max(1);
    let photographs = Photographs::of(source);
    let (items, of) = choose(source, photographs.as_ref(), score, wanted.images.unwrap_or(columns));
    if items.is_empty() {
        return Ok(None);
    }
    // Fewer images than columns are not enlarged beyond the size that columns give.
    let side = (width - LEFT) / columns as f64 - GAP;
    let lines = if photographs.is_some() { 3.0 } else { 2.0 };
    let block = lines * (side + GAP) + VALUE;
    let rows = items.len().div_ceil(columns);
    let size = (width, rows as f64 * block);
    let and = if photographs.is_some() { ", and the photographs used" } else { "" };
    let label = format!("{} images as shown and as reconstructed{and}", items.len());
    let svg = html! {
        svg.chart viewBox={ "0 0 " (px(size.0)) " " (px(size.1)) } role="img" aria-label=(label) {
            @for (index, item) in items.iter().enumerate() {
                @let (x, y) = (LEFT + (index % columns) as f64 * (side + GAP), (index / columns) as f64 * block);
                @if index % columns == 0 {
                    (name("shown", y + side / 2.0, side)) (name("reconstructed", y + side * 1.5 + GAP, side))
                    @if photographs.is_some() { (name("photograph used", y + side * 2.5 + 2.0 * GAP, side)) }
                }
                (picture(item.shown.as_deref(), x, y, side))
                (picture(item.reconstruction.as_deref(), x, y + side + GAP, side))
                @if photographs.is_some() { (picture(item.photograph.as_deref(), x, y + 2.0 * (side + GAP), side)) }
                text x=(px(x + side / 2.0)) y=(px(y + lines * (side + GAP) - GAP + 11.0)) font-size="10" text-anchor="middle" fill="#1B2226" { (plain(item.value)) }
            }
        }
    };
    let heads = ["row", "column", "image", "rank", "of", &wanted.score, "photograph"];
    let mut table = vec![row(&heads[..heads.len() - usize::from(photographs.is_none())])];
    for (index, item) in items.iter().enumerate() {
        let place = [index / columns + 1, index % columns + 1].map(|n| n.to_string()).to_vec();
        let ranks = vec![item.name.to_owned(), item.rank.to_string(), of.to_string(), cell(item.value)];
        let photograph = photographs.is_some().then(|| item.photograph_name.unwrap_or_default().to_owned());
        table.push([place, ranks, photograph.into_iter().collect()].concat());
    }
    let mut caption = format!(
        "Held-out images as shown and as reconstructed, {} of {of}, spread evenly over the ranks from the best to the \
         worst; below each pair its value ({}).",
        items.len(),
        score.title
    );
    if photographs.is_some() {
        caption += " Last row: the photograph that each reconstruction took fine structure from, which was not shown.";
    }
    if let Some(parts) = &source.reconstruction_parts {
        caption += &format!(" {parts}");
    }
    Ok(Some(Figure { name: "reconstructions".into(), caption, svg, size, table }))
}

/// The score of that name, if it has a value per image.
fn score<'a>(source: &'a Source, name: &str) -> Result<Option<&'a Score>> {
    let Some(file) = source.scores.as_ref().filter(|_| !source.pictures.is_empty()) else { return Ok(None) };
    let usable = || file.of_images().filter(|s| s.items.len() == s.per_item.len() && !s.items.is_empty());
    let found = usable().find(|s| s.name == name);
    if found.is_none() && name != Grid::default().score {
        let known = by_group(&usable().map(|s| s.name.as_str()).collect::<Vec<_>>());
        return Err(ReportError::NoSuchScore { score: name.to_owned(), known });
    }
    Ok(found)
}

/// Names in groups of those that differ in their last part only, one group per line: `image.: pixcorr, ssim`.
fn by_group(names: &[&str]) -> String {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for name in names {
        let (group, last) = name.rsplit_once('.').unwrap_or(("", name));
        match groups.iter_mut().find(|(known, _)| *known == group) {
            Some((_, members)) => members.push(last),
            None => groups.push((group, vec![last])),
        }
    }
    let line = |(group, members): &(&str, Vec<&str>)| match members.as_slice() {
        [only] if group.is_empty() => format!("\n  {only}"),
        [only] => format!("\n  {group}.{only}"),
        _ => format!("\n  {group}.{{{}}}", members.join(", ")),
    };
    groups.iter().map(line).collect()
}

/// The items with a value, best first and evenly spaced, and the number of all.
fn choose<'a>(
    source: &'a Source,
    photographs: Option<&Photographs>,
    score: &Score,
    count: usize,
) -> (Vec<Item<'a>>, usize) {
    let values = score.by_item();
    let mut known: Vec<_> = source.pictures.iter().filter_map(|p| Some((p, *values.get(p.name.as_str())?))).collect();
    known.sort_by(|a, b| if score.higher_is_better { b.1.total_cmp(&a.1) } else { a.1.total_cmp(&b.1) });
    let root = source.run.root();
    let item = |rank: usize| {
        let (pictures, value) = known[rank];
        let (shown, reconstruction) = (embed(root, &pictures.shown), embed(root, &pictures.reconstruction));
        let photograph = photographs.and_then(|photographs| photographs.of_item(pictures));
        let photograph_name = pictures.photograph.as_deref();
        Item { name: &pictures.name, rank: rank + 1, value, shown, reconstruction, photograph, photograph_name }
    };
    let places = if known.is_empty() { Vec::new() } else { spread(known.len(), count.max(1)) };
    (places.into_iter().map(item).collect(), known.len())
}

fn picture(uri: Option<&str>, x: f64, y: f64, side: f64) -> Markup {
    html! { @match uri {
        Some(uri) => { image x=(px(x)) y=(px(y)) width=(px(side)) height=(px(side)) preserveAspectRatio="none" xlink:href=(uri) {} },
        None => { rect x=(px(x)) y=(px(y)) width=(px(side)) height=(px(side)) fill="none" stroke="#6B7780" {} },
    } }
}

/// The name of a row, upright, with its middle at `y`.
fn name(words: &str, y: f64, side: f64) -> Markup {
    let letters = (11.0 * side / (NAME_LETTER * words.chars().count() as f64)).min(11.0);
    html! {
        text x="11" y=(px(y)) font-size=(px(letters)) text-anchor="middle" fill="#1B2226" transform={ "rotate(-90 11 " (px(y)) ")" } { (words) }
    }
}
