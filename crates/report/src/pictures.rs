//! The items to show, in order, with their images as `data:` URIs.

use std::collections::HashMap;
use std::fs;
use std::path::{Component, Path};

use afterimage_run::{
    pictures::Pictures,
    scores::{Score, ScoreFile},
};
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::source::Source;

/// Most items whose images are embedded.
pub const MAX_ITEMS: usize = 200;
/// Most bytes of PNG that are embedded; the report is about a third larger, as base64 is.
pub const MAX_PICTURE_BYTES: u64 = 16 << 20;
/// A single image above this size is left out.
const MAX_ONE_PICTURE: u64 = 1 << 20;
/// Scores by which the images are sorted first, in order of preference; prefixes of names.
const SORT_BY: [&str; 5] = [
    "identification.external.perceptual.5way",
    "identification.external.perceptual.",
    "identification.pairwise.",
    "identification.external.",
    "image.pixcorr",
];
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The items to show, best first.
pub(crate) struct Shown<'a> {
    /// Scores with a value per item; the first is the one `items` is sorted by.
    pub(crate) scores: Vec<&'a Score>,
    /// The shown items.
    pub(crate) items: Vec<Item<'a>>,
    /// Number of items in the run.
    pub(crate) total: usize,
}

/// One item.
pub(crate) struct Item<'a> {
    pub(crate) pictures: &'a Pictures,
    /// Rank among all items of the run, from 1, by the first score.
    pub(crate) rank: usize,
    /// Position in the order of the data set.
    pub(crate) order: usize,
    /// Values in the order of [`Shown::scores`].
    pub(crate) values: Vec<Option<f64>>,
    /// Data URIs; `None` if an image is missing or cannot be embedded.
    pub(crate) shown: Option<String>,
    pub(crate) reconstruction: Option<String>,
    pub(crate) rival: Option<String>,
}

/// Sorts, samples and embeds the images of a run.
pub(crate) fn select(source: &Source) -> Shown<'_> {
    let scores = source.scores.as_ref().map(|s| item_scores(s, &source.pictures)).unwrap_or_default();
    let values = values_per_item(&scores, &source.pictures);
    let mut order: Vec<usize> = (0..source.pictures.len()).collect();
    order.sort_by(|&a, &b| compare(&scores, &values[a], &values[b]).then(a.cmp(&b)));
    let room = room(source);
    let items = spread(order.len(), room)
        .into_iter()
        .map(|rank| {
            let at = order[rank];
            let pictures = &source.pictures[at];
            Item {
                pictures,
                rank: rank + 1,
                order: at,
                values: values[at].clone(),
                shown: embed(source.run.root(), &pictures.shown),
                reconstruction: embed(source.run.root(), &pictures.reconstruction),
                rival: pictures.rival.as_deref().and_then(|p| embed(source.run.root(), p)),
            }
        })
        .collect();
    Shown { scores, items, total: source.pictures.len() }
}

/// The scores that have a value for the items with images, the one to sort by first.
fn item_scores<'a>(file: &'a ScoreFile, pictures: &[Pictures]) -> Vec<&'a Score> {
    let named: HashMap<&str, ()> = pictures.iter().map(|p| (p.name.as_str(), ())).collect();
    let mut scores: Vec<&Score> = file
        .of_images()
        .filter(|s| s.items.len() == s.per_item.len())
        .filter(|s| s.items.iter().zip(&s.per_item).any(|(i, v)| v.is_some() && named.contains_key(i.as_str())))
        .collect();
    let first = SORT_BY.iter().find_map(|prefix| scores.iter().position(|s| s.name.starts_with(prefix)));
    if let Some(first) = first {
        scores[..=first].rotate_right(1);
    }
    scores
}

fn values_per_item(scores: &[&Score], pictures: &[Pictures]) -> Vec<Vec<Option<f64>>> {
    let tables: Vec<HashMap<&str, Option<f64>>> =
        scores.iter().map(|s| s.items.iter().map(String::as_str).zip(s.per_item.iter().copied()).collect()).collect();
    pictures
        .iter()
        .map(|p| tables.iter().map(|t| t.get(p.name.as_str()).copied().flatten().filter(|v| v.is_finite())).collect())
        .collect()
}

/// Better items first by the first score; ties by the next ones, undefined values last.
fn compare(scores: &[&Score], a: &[Option<f64>], b: &[Option<f64>]) -> std::cmp::Ordering {
    let mut places: Vec<usize> = (0..scores.len()).collect();
    // An identification score has few distinct values; pixel correlation is a better tie-break.
    places.sort_by_key(|&i| (i != 0, scores[i].name != "image.pixcorr", i));
    for i in places {
        let order = match (a[i], b[i]) {
            (Some(x), Some(y)) if scores[i].higher_is_better => y.total_cmp(&x),
            (Some(x), Some(y)) => x.total_cmp(&y),
            (x, y) => x.is_none().cmp(&y.is_none()),
        };
        if order.is_ne() {
            return order;
        }
    }
    std::cmp::Ordering::Equal
}

/// Number of items within the limits.
fn room(source: &Source) -> usize {
    let count = source.pictures.len();
    let paths = source.pictures.iter().flat_map(|p| [Some(&p.shown), Some(&p.reconstruction), p.rival.as_ref()]);
    let bytes: u64 = paths.flatten().map(|p| size(source.run.root(), p)).sum();
    let by_size = if bytes <= MAX_PICTURE_BYTES { count } else { (count as u64 * MAX_PICTURE_BYTES / bytes) as usize };
    by_size.clamp(1, MAX_ITEMS)
}

fn size(root: &Path, relative: &str) -> u64 {
    inside(root, relative).and_then(|p| fs::metadata(p).ok()).map_or(0, |m| m.len()).min(MAX_ONE_PICTURE)
}

/// Indices of `take` of `count` items, evenly spaced, including the first and the last.
fn spread(count: usize, take: usize) -> Vec<usize> {
    match (count, take) {
        (count, take) if count <= take => (0..count).collect(),
        (_, 0 | 1) => vec![count / 2],
        (count, take) => (0..take).map(|k| (k * (count - 1) + (take - 1) / 2) / (take - 1)).collect(),
    }
}

/// A path of `pictures.json` in the experiment folder, unless it would leave the folder.
fn inside(root: &Path, relative: &str) -> Option<std::path::PathBuf> {
    let path = Path::new(relative);
    path.components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir)).then(|| root.join(path))
}

fn embed(root: &Path, relative: &str) -> Option<String> {
    let path = inside(root, relative)?;
    if fs::metadata(&path).ok()?.len() > MAX_ONE_PICTURE {
        return None;
    }
    uri(&fs::read(path).ok()?)
}

/// A PNG as a `data:` URI; none for anything else.
pub(crate) fn uri(bytes: &[u8]) -> Option<String> {
    bytes.starts_with(PNG).then(|| format!("data:image/png;base64,{}", STANDARD.encode(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_sample_has_both_ends_and_no_place_twice() {
        let places = spread(1000, 200);
        assert_eq!((places.len(), places[0], places[199]), (200, 0, 999));
        assert!(places.windows(2).all(|w| w[0] < w[1]));
        assert_eq!(spread(5, 200), [0, 1, 2, 3, 4]);
        assert_eq!(spread(0, 1), [] as [usize; 0]);
    }

    #[test]
    fn paths_that_leave_the_run_folder_are_refused() {
        let root = Path::new("run");
        assert!(inside(root, "../secret.png").is_none());
        assert!(inside(root, "/etc/passwd").is_none());
        assert!(inside(root, "shown/0001.png").is_some());
    }
}
