//! `representative`: the class whose mean embedding is nearest to that of the reconstruction.

use afterimage_run::classification::{Confusion, Item, Point};
use afterimage_run::scores::{NotComputed, Score};
use afterimage_statistics::{defined, fraction_interval, mean, pairing_test};
use ndarray::{Array2, ArrayView2, Axis};

use super::among::{ClassRanks, ClassWords, accuracy, class_scores, refuse_alike};
use crate::score::{Draft, is_fraction, with_test};
use crate::{Context, Result};

/// Numbers of classes of the curve; those beyond the number of classes are replaced by that number.
const CURVE: [usize; 13] = [2, 3, 5, 10, 20, 50, 100, 200, 300, 500, 700, 1000, usize::MAX];
/// Nearest classes that are named for each item.
const NAMED: usize = 5;

/// Distances of reconstructions and of shown images to class representatives, `[items, classes]`.
#[derive(Debug, Clone)]
pub struct Representatives<'a> {
    /// Names of the classes.
    pub names: &'a [String],
    /// Of the reconstructions.
    pub reconstructed: ArrayView2<'a, f64>,
    /// Of the shown images.
    pub shown: ArrayView2<'a, f64>,
    /// Class of each item; `None` if it is not known.
    pub truth: Vec<Option<usize>>,
    /// True if the truth is only the class nearest to the shown image.
    pub pseudo: bool,
    /// The distance with its exact settings.
    pub metric: String,
}

impl<'a> Representatives<'a> {
    /// With the class nearest to each shown image as its truth, where the classes of the shown images are not known.
    pub fn with_pseudo_truth(mut self) -> Self {
        self.truth = self.shown.outer_iter().map(|row| nearest(row.iter().copied(), 1).first().copied()).collect();
        self.pseudo = true;
        self
    }

    /// Name of the protocol: `representative`, or `representative.pseudo`.
    pub fn protocol(&self) -> &'static str {
        if self.pseudo { "representative.pseudo" } else { "representative" }
    }

    fn words(&self) -> ClassWords<'_> {
        ClassWords {
            protocol: self.protocol(),
            prefix: if self.pseudo { "identification.representative.pseudo" } else { "identification.representative" },
            title: if self.pseudo {
                "class representatives, by what the shown image is nearest to"
            } else {
                "class representatives"
            },
            metric: &self.metric,
            rule: "the representative of the true class is nearest to the reconstruction",
            truth: if self.pseudo {
                "No class of the shown images is known: the truth is the class whose representative is nearest to the shown image."
            } else {
                "The truth is the class of the shown image."
            },
        }
    }
}

/// Top-1 at each of `ways` and at all classes, top-5, mean and median rank, and top-1 among the test images' own
/// classes.
///
/// Of C classes, r are nearer than the true one: the closed form of [`crate::identification`] over its C - 1 wrong candidates.
/// Each score notes what the shown images themselves reach by the same distance. Names:
/// `identification.representative.50way`, `….1000way.top5`, `….rank`, `….rank.median`, `….own`.
///
/// # Errors
/// See [`ClassRanks::new`]; [`crate::EvalError::Undefined`] if all shown images have the same distances.
///
/// Source: Gaziv et al., NeuroImage 254, 2022, large-scale semantic classification.
pub fn representative_scores(
    of: &Representatives,
    ways: &[usize],
    ctx: &Context,
) -> Result<(Vec<Score>, Vec<NotComputed>)> {
    let words = of.words();
    refuse_alike(of.shown, "class representatives")?;
    let ranks = ClassRanks::new(of.reconstructed, &of.truth, ctx)?;
    let (mut scores, missing) = class_scores(&ranks, ways, &words, ctx)?;
    let (of_shown, _) = class_scores(&ClassRanks::new(of.shown, &of.truth, ctx)?, ways, &words, ctx)?;
    let (own, own_shown) = (own_classes(of, of.reconstructed, ctx)?, own_classes(of, of.shown, ctx)?);
    scores.extend(own);
    for (score, shown) in scores.iter_mut().zip(of_shown.into_iter().chain(own_shown)) {
        let value =
            if is_fraction(score) { format!("{:.1} %", 100.0 * shown.value) } else { format!("{:.1}", shown.value) };
        score.notes.push(format!("the shown images themselves score {value}"));
    }
    Ok((scores, missing))
}

/// Top-1 where only the classes of the test images are candidates.
fn own_classes(of: &Representatives, distances: ArrayView2<f64>, ctx: &Context) -> Result<Option<Score>> {
    let mut classes: Vec<usize> = of.truth.iter().flatten().copied().collect();
    classes.sort_unstable();
    classes.dedup();
    if classes.len() < 2 || of.pseudo {
        return Ok(None);
    }
    let truth: Vec<_> =
        of.truth.iter().map(|class| class.and_then(|class| classes.binary_search(&class).ok())).collect();
    let ranks = ClassRanks::new(distances.select(Axis(1), &classes).view(), &truth, ctx)?;
    let words = ClassWords {
        title: "class representatives, those of the test images alone",
        metric: &format!("{}, classes of the test images alone", of.metric),
        ..of.words()
    };
    let mut score = accuracy(&ranks, classes.len(), 1, &words, ctx)?;
    score.name = format!("{}.own", words.prefix);
    Ok(Some(score))
}

/// Accuracy of reconstructions and of shown images against the number of classes.
///
/// # Errors
/// See [`ClassRanks::new`].
pub fn classification_curve(of: &Representatives, ctx: &Context) -> Result<Vec<Point>> {
    let (ranks, shown) =
        (ClassRanks::new(of.reconstructed, &of.truth, ctx)?, ClassRanks::new(of.shown, &of.truth, ctx)?);
    let mut numbers: Vec<usize> = CURVE.iter().map(|&n| n.min(ranks.classes())).collect();
    numbers.dedup();
    let point = |classes: usize| {
        let values = defined(ranks.accuracy(classes, 1, ctx)?);
        Ok(Point {
            classes,
            top1: mean(&values),
            interval: fraction_interval(&values, "image"),
            shown: mean(&defined(shown.accuracy(classes, 1, ctx)?)),
            chance: ranks.shuffled(classes, 1)?,
        })
    };
    numbers.into_iter().map(point).collect()
}

/// Truth, rank and nearest classes of each item.
///
/// # Errors
/// See [`ClassRanks::new`].
pub fn classified_items(of: &Representatives, ctx: &Context) -> Result<Vec<Item>> {
    let ranks = ClassRanks::new(of.reconstructed, &of.truth, ctx)?.own(ctx);
    let item = |i: usize| Item {
        name: ctx.held_out.names()[i].clone(),
        truth: of.truth[i].map(|class| of.names[class].clone()),
        rank: ranks[i].map(|rank| rank.place()),
        nearest: nearest(of.reconstructed.row(i).iter().copied(), NAMED)
            .into_iter()
            .map(|class| of.names[class].clone())
            .collect(),
    };
    Ok((0..ctx.len()).map(item).collect())
}

/// Share of items whose nearest class is of the true class's superclass, and which superclass is taken for which.
///
/// `superclasses` has one entry per class. An item counts where its class has a superclass; of equally near classes
/// each counts for its share. Chance is what a class drawn at random would reach. `None` if no item counts.
pub fn superclass_score(
    of: &Representatives,
    superclasses: &[Option<String>],
    ctx: &Context,
) -> Option<(Score, Confusion)> {
    let own = |item: usize| of.truth[item].and_then(|class| superclasses[class].as_deref());
    let items: Vec<usize> = (0..ctx.len()).filter(|&item| own(item).is_some()).collect();
    if items.is_empty() {
        return None;
    }
    let share = |item: usize, wanted: Option<&str>| {
        let first = of.reconstructed.row(item).iter().copied().fold(f64::INFINITY, f64::min);
        let tied = of.reconstructed.row(item).into_iter().zip(superclasses).filter(|(d, _)| **d == first);
        let (all, right) =
            tied.fold((0, 0), |(all, right), (_, s)| (all + 1, right + usize::from(s.as_deref() == wanted)));
        f64::from(right as u32) / f64::from(all as u32)
    };
    let table = Array2::from_shape_fn((items.len(), items.len()), |(i, j)| share(items[i], own(items[j])));
    let mut values = vec![f64::NAN; ctx.len()];
    items.iter().zip(table.diag()).for_each(|(&item, &value)| values[item] = value);
    let frequency = |wanted: Option<&str>| superclasses.iter().filter(|s| s.as_deref() == wanted).count() as f64;
    let chance = items.iter().map(|&i| frequency(own(i)) / superclasses.len() as f64).sum::<f64>() / items.len() as f64;
    let words = of.words();
    let draft = Draft {
        name: format!("{}.superclass", words.prefix),
        title: format!("Superclass of the nearest of {} classes", of.names.len()),
        protocol: words.protocol,
        metric: format!("{}, superclass", of.metric),
        definition: format!(
            "Share of reconstructions whose nearest class has the superclass of the true one; equally near classes count for their share. {}",
            words.truth
        ),
        unit: "fraction",
        higher_is_better: true,
        chance: Some(chance),
    };
    let score = draft.mean_over_images(&values, ctx);
    let score = with_test(score, pairing_test(table.view(), ctx.permutations, ctx.seed), 1.0);
    Some((score, confusion(of, superclasses, &items)))
}

fn confusion(of: &Representatives, superclasses: &[Option<String>], items: &[usize]) -> Confusion {
    const NONE: &str = "(none)";
    let named = |class: usize| superclasses[class].as_deref().unwrap_or(NONE);
    let pairs: Vec<(&str, &str)> = items
        .iter()
        .filter_map(|&item| {
            let guess = *nearest(of.reconstructed.row(item).iter().copied(), 1).first()?;
            Some((named(of.truth[item]?), named(guess)))
        })
        .collect();
    let mut all: Vec<&str> = pairs.iter().flat_map(|&(a, b)| [a, b]).collect();
    all.sort_unstable();
    all.dedup();
    let mut counts = vec![vec![0; all.len()]; all.len()];
    for (truth, guess) in pairs {
        if let (Ok(row), Ok(column)) = (all.binary_search(&truth), all.binary_search(&guess)) {
            counts[row][column] += 1;
        }
    }
    Confusion { superclasses: all.into_iter().map(str::to_owned).collect(), counts }
}

/// The `count` smallest distances, the smallest first; of equal ones the first in the bank.
fn nearest(distances: impl Iterator<Item = f64>, count: usize) -> Vec<usize> {
    let mut order: Vec<(f64, usize)> = distances.enumerate().map(|(class, distance)| (distance, class)).collect();
    order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    order.into_iter().take(count).map(|(_, class)| class).collect()
}
