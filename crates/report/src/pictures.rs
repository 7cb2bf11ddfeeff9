//! The items to show, in order, with their images as `data:` URIs.

use std::collections::{HashMap, HashSet};
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
/// Images that are in view before the reader unfolds the rest.
pub(crate) const UNFOLDED: usize = 24;
/// Those on a narrow screen.
pub(crate) const FEW: usize = 12;
/// Scores by which the images are sorted first, in order of preference; prefixes of names. Saturated ones are passed over.
const SORT_BY: [&str; 6] = [
    "identification.external.perceptual.50way",
    "identification.pairwise.perceptual",
    "identification.external.perceptual.5way",
    "image.pixcorr",
    "image.",
    "identification.",
];
/// A score is saturated if more than this share of the images has its most frequent value: it does not order them.
const SATURATED: f64 = 0.25;
/// Scores that stand in front in the panel of one image, after the one sorted by; prefixes of names.
const MAIN: [&str; 5] = [
    "identification.external.perceptual.50way",
    "identification.pairwise.perceptual",
    "image.pixcorr",
    "image.ssim",
    "image.lpips",
];
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The items to show, best first.
pub(crate) struct Shown<'a> {
    /// Scores with a value per item; the first is the one `items` is sorted by, and the first `main` are the main ones.
    pub(crate) scores: Vec<&'a Score>,
    /// Number of main scores.
    pub(crate) main: usize,
    /// False if no item has a picture of a wrong candidate: then there is no column for it.
    pub(crate) candidates: bool,
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
    let (scores, main) = source.scores.as_ref().map(|s| item_scores(s, &source.pictures)).unwrap_or_default();
    let values = values_per_item(&scores, &source.pictures);
    let mut order: Vec<usize> = (0..source.pictures.len()).collect();
    order.sort_by(|&a, &b| compare(&scores, &values[a], &values[b]).then(a.cmp(&b)));
    let room = room(source);
    let items: Vec<Item> = spread(order.len(), room)
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
    let candidates = items.iter().any(|item| item.rival.is_some());
    Shown { scores, main, candidates, items, total: source.pictures.len() }
}

/// The scores that have a value for the items with images, the one to sort by first, then the other main ones; and the
/// number of main ones.
fn item_scores<'a>(file: &'a ScoreFile, pictures: &[Pictures]) -> (Vec<&'a Score>, usize) {
    let named: HashSet<&str> = pictures.iter().map(|p| p.name.as_str()).collect();
    let mut rest: Vec<&Score> = file
        .of_images()
        .filter(|s| s.items.len() == s.per_item.len())
        .filter(|s| s.items.iter().zip(&s.per_item).any(|(i, v)| v.is_some() && named.contains(i.as_str())))
        .collect();
    let first = |scores: &[&Score], fit: &dyn Fn(&Score) -> bool| {
        SORT_BY.iter().find_map(|prefix| scores.iter().position(|s| s.name.starts_with(prefix) && fit(s)))
    };
    let chosen = first(&rest, &|s| !is_flat(s)).or_else(|| first(&rest, &|_| true));
    let mut scores: Vec<&Score> = chosen.map(|at| rest.remove(at)).into_iter().collect();
    for prefix in MAIN {
        scores.extend(rest.iter().position(|s| s.name.starts_with(prefix)).map(|at| rest.remove(at)));
    }
    let main = scores.len();
    scores.extend(rest);
    (scores, main)
}

/// True if a score hardly orders the images, because many of them share one value.
pub(crate) fn is_flat(score: &Score) -> bool {
    let mut values: Vec<f64> = score.per_item.iter().copied().flatten().filter(|v| v.is_finite()).collect();
    values.sort_by(f64::total_cmp);
    let most = values.chunk_by(|a, b| a == b).map(<[f64]>::len).max().unwrap_or(0);
    values.len() > 3 && most as f64 > SATURATED * values.len() as f64
}

fn values_per_item(scores: &[&Score], pictures: &[Pictures]) -> Vec<Vec<Option<f64>>> {
    let tables: Vec<HashMap<&str, f64>> = scores.iter().map(|s| s.by_item()).collect();
    pictures.iter().map(|p| tables.iter().map(|t| t.get(p.name.as_str()).copied()).collect()).collect()
}

/// Better items first by the first score; ties by the next ones, undefined values last.
fn compare(scores: &[&Score], a: &[Option<f64>], b: &[Option<f64>]) -> std::cmp::Ordering {
    let mut places: Vec<usize> = (0..scores.len()).collect();
    // An identification score has few distinct values; pixel correlation is a better tie-break.
    places.sort_by_key(|&i| (i != 0, !scores[i].name.starts_with("image.pixcorr"), i));
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
pub(crate) fn spread(count: usize, take: usize) -> Vec<usize> {
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

/// A PNG of the run as a `data:` URI; none if it is missing, outside the folder or too large.
pub(crate) fn embed(root: &Path, relative: &str) -> Option<String> {
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

    fn score(values: &[f64]) -> Score {
        let text = r#"{"name":"a","title":"A","protocol":"image","metric":"m","definition":"d","unit":"fraction",
            "higher_is_better":true,"value":0.2,"interval":null,"chance":null,"p":null,"n":1,"item_kind":"image","ways":null,
            "candidates":null,"repeats_averaged":null,"seed":0,"items":[],"per_item":[],"notes":[]}"#;
        let score: Score = serde_json::from_str(text).unwrap();
        Score { per_item: values.iter().copied().map(Some).collect(), ..score }
    }

    #[test]
    fn a_score_with_one_value_for_many_images_is_saturated() {
        assert!(is_flat(&score(&[1.0, 1.0, 1.0, 0.5, 0.2])));
        assert!(!is_flat(&score(&[1.0, 0.9, 0.8, 0.5, 0.2])));
        assert!(!is_flat(&score(&[1.0, 1.0])), "too few to tell");
    }

    #[test]
    fn paths_that_leave_the_run_folder_are_refused() {
        let root = Path::new("run");
        assert!(inside(root, "../secret.png").is_none());
        assert!(inside(root, "/etc/passwd").is_none());
        assert!(inside(root, "shown/0001.png").is_some());
    }
}
