//! What `class` and `representative` share: items whose truth is one of many classes, the same for all of them.

use afterimage_run::scores::{NotComputed, Score};
use afterimage_statistics::{bootstrap_median, mean, median, pairing_test};
use ndarray::{Array2, ArrayView2};

use crate::error::{shape, undefined};
use crate::identification::{Accuracy, Rank};
use crate::score::{Draft, with_test};
use crate::{Context, EvalError, Result};

/// The best few that count as a hit besides the best one.
const TOP: usize = 5;

/// Distances of items to classes, with the class that each item belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassRanks {
    /// Items that have a class, as rows of the context's.
    items: Vec<usize>,
    /// Rank of the class of item j for item i, `[items with a class, the same]`.
    table: Array2<Rank>,
    classes: usize,
}

impl ClassRanks {
    /// Ranks by distances `[items, classes]`; items without a class are left out.
    ///
    /// # Errors
    /// [`EvalError::Shape`] if the arrays do not fit; [`EvalError::NotFinite`] for an undefined distance;
    /// [`EvalError::TooFewItems`] with fewer than two classes, or no item that has one.
    pub fn new(distances: ArrayView2<f64>, truth: &[Option<usize>], ctx: &Context) -> Result<Self> {
        let classes = distances.ncols();
        if distances.nrows() != ctx.len() || truth.len() != ctx.len() {
            return Err(shape("distances to classes", distances.shape(), format!("[{}, classes]", ctx.len())));
        }
        if classes < 2 {
            return Err(EvalError::TooFewItems { what: "classification".into(), got: classes, needed: 2 });
        }
        if let Some(item) = distances.outer_iter().position(|row| row.iter().any(|d| !d.is_finite())) {
            return Err(EvalError::NotFinite { what: "the row of distances to classes".into(), item });
        }
        if truth.iter().flatten().any(|&class| class >= classes) {
            return Err(shape("the list of true classes", &[truth.len()], format!("numbers below {classes}")));
        }
        let items: Vec<usize> = (0..truth.len()).filter(|&item| truth[item].is_some()).collect();
        if items.is_empty() {
            return Err(EvalError::TooFewItems { what: "classification".into(), got: 0, needed: 1 });
        }
        let true_class: Vec<usize> = truth.iter().flatten().copied().collect();
        let table = Array2::from_shape_fn((items.len(), items.len()), |(i, j)| {
            rank(distances.row(items[i]).iter().copied(), distances[[items[i], true_class[j]]])
        });
        Ok(Self { items, table, classes })
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Rank of each item's own class; `None` for items without one.
    pub fn own(&self, ctx: &Context) -> Vec<Option<Rank>> {
        let mut own = vec![None; ctx.len()];
        self.items.iter().zip(self.table.diag()).for_each(|(&item, &rank)| own[item] = Some(rank));
        own
    }

    /// Expected accuracy per item among `ways` classes; NaN for items without a class.
    ///
    /// # Errors
    /// [`EvalError::Ways`] for more classes than there are.
    pub fn accuracy(&self, ways: usize, top: usize, ctx: &Context) -> Result<Vec<f64>> {
        let accuracy = Accuracy::new(self.classes - 1, ways, top)?;
        Ok(self.spread(&self.table.diag().map(|&rank| accuracy.of(rank)).to_vec(), ctx))
    }

    /// Mean accuracy over all pairings of an item with the class of an item: what shuffled pairings score.
    ///
    /// # Errors
    /// See [`ClassRanks::accuracy`].
    pub fn shuffled(&self, ways: usize, top: usize) -> Result<f64> {
        let accuracy = Accuracy::new(self.classes - 1, ways, top)?;
        Ok(mean(&self.table.iter().map(|&rank| accuracy.of(rank)).collect::<Vec<_>>()))
    }

    fn spread(&self, values: &[f64], ctx: &Context) -> Vec<f64> {
        let mut all = vec![f64::NAN; ctx.len()];
        self.items.iter().zip(values).for_each(|(&item, &value)| all[item] = value);
        all
    }
}

/// Classes that are nearer than the truth, and those as near beside it.
fn rank(distances: impl Iterator<Item = f64>, truth: f64) -> Rank {
    let mut rank = Rank::default();
    for distance in distances {
        rank.nearer += usize::from(distance < truth);
        rank.tied += usize::from(distance == truth);
    }
    rank.tied -= 1; // The truth itself.
    rank
}

/// Refuses tables `[items, classes]` in which every shown image has the same row: such features put all images into one
/// class, and every reconstruction would be right.
pub(super) fn refuse_alike(shown: ArrayView2<f64>, what: &str) -> Result<()> {
    let mut rows = shown.outer_iter();
    let Some(first) = rows.next().filter(|_| shown.nrows() > 1) else { return Ok(()) };
    if first.iter().all(|v| *v == first[0]) {
        // Everything is tied, which is exactly chance.
        return Ok(());
    }
    let rounding = 1e-6 * first.iter().fold(0.0_f64, |most, v| most.max(v.abs()));
    if rows.any(|row| row.iter().zip(&first).any(|(a, b)| (a - b).abs() > rounding)) {
        return Ok(());
    }
    Err(undefined(what, format!("the features of all {} shown images are the same", shown.nrows())))
}

/// The words of a protocol.
pub(super) struct ClassWords<'a> {
    pub(super) protocol: &'a str,
    /// Such as `identification.representative`.
    pub(super) prefix: &'a str,
    /// What the numbers are of, such as "class representatives".
    pub(super) title: &'a str,
    pub(super) metric: &'a str,
    /// A sentence part: what makes a trial a hit at rank one.
    pub(super) rule: &'a str,
    /// A sentence: what the truth is.
    pub(super) truth: &'a str,
}

/// Top-1 at each of `ways` and at all classes, top-5 at all classes, mean and median rank; and the ways that were not
/// possible.
pub(super) fn class_scores(
    ranks: &ClassRanks,
    ways: &[usize],
    words: &ClassWords,
    ctx: &Context,
) -> Result<(Vec<Score>, Vec<NotComputed>)> {
    let all = ranks.classes;
    let mut possible: Vec<usize> = ways.iter().copied().filter(|&n| (2..=all).contains(&n)).chain([all]).collect();
    possible.sort_unstable();
    possible.dedup();
    let missing = ways.iter().filter(|&&n| n > all).map(|&n| NotComputed {
        name: format!("{}.{n}way", words.prefix),
        reason: format!("there are {all} classes: add others to evaluation.classification.classes"),
    });
    let mut scores = Vec::new();
    for &n in &possible {
        scores.push(accuracy(ranks, n, 1, words, ctx)?);
    }
    if all > TOP {
        scores.push(accuracy(ranks, all, TOP, words, ctx)?);
    }
    scores.extend(rank_scores(ranks, words, ctx));
    Ok((scores, missing.collect()))
}

pub(super) fn accuracy(
    ranks: &ClassRanks,
    ways: usize,
    top: usize,
    words: &ClassWords,
    ctx: &Context,
) -> Result<Score> {
    let table = Accuracy::new(ranks.classes - 1, ways, top)?;
    let values = ranks.table.map(|&rank| table.of(rank));
    let (best, suffix, hit) = match top {
        1 => ("Top-1".to_owned(), String::new(), words.rule.to_owned()),
        _ => (
            format!("Top-{top}"),
            format!(".top{top}"),
            format!("fewer than {top} classes are nearer than the true one"),
        ),
    };
    let draft = Draft {
        name: format!("{}.{ways}way{suffix}", words.prefix),
        title: format!("{best} among {ways} {}", words.title),
        protocol: words.protocol,
        metric: if top == 1 { words.metric.into() } else { format!("{}, best {top}", words.metric) },
        definition: format!(
            "Expected share of trials in which {hit}, among the true class and {} of {} others; exact over all draws, ties in random order. {}",
            ways - 1,
            ranks.classes - 1,
            words.truth,
        ),
        unit: "fraction",
        higher_is_better: true,
        chance: Some(top as f64 / ways as f64),
    };
    let score = draft.mean_over_images(&ranks.spread(&values.diag().to_vec(), ctx), ctx);
    let mut score = with_test(score, pairing_test(values.view(), ctx.permutations, ctx.seed), 1.0);
    score.ways = Some(ways);
    score.candidates = Some(ranks.classes - 1);
    Ok(score)
}

fn rank_scores(ranks: &ClassRanks, words: &ClassWords, ctx: &Context) -> [Score; 2] {
    let places = ranks.table.map(|rank| rank.place());
    let own = ranks.spread(&places.diag().to_vec(), ctx);
    let draft = |name: &str, kind: &str| Draft {
        name: format!("{}.{name}", words.prefix),
        title: format!("{kind} rank of the true class among {} {}", ranks.classes, words.title),
        protocol: words.protocol,
        metric: words.metric.into(),
        definition: format!(
            "{kind} rank of the true class among all {}, 1 the best; ties count half. {}",
            ranks.classes, words.truth
        ),
        unit: "rank",
        higher_is_better: false,
        chance: Some((ranks.classes + 1) as f64 / 2.0),
    };
    let average = draft("rank", "Mean").mean_over_images(&own, ctx);
    let average = with_test(average, pairing_test(places.mapv(|p| -p).view(), ctx.permutations, ctx.seed), -1.0);
    let mut middle = draft("rank.median", "Median").mean_over_images(&own, ctx);
    middle.value = median(&mut own.clone());
    middle.interval = bootstrap_median(&own, ctx.resamples, ctx.seed);
    middle.guess = middle.chance.replace(median(&mut places.iter().copied().collect()));
    middle.notes.push("the test is that of the mean rank; chance is the median over all pairings".into());
    let mut scores = [average, middle];
    scores.iter_mut().for_each(|score| score.candidates = Some(ranks.classes - 1));
    scores
}
