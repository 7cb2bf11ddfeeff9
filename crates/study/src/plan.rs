//! The trials of a participant, as a function only of the design, the images and the participant's position.
//!
//! # Counterbalancing
//! The judged items are shuffled once into a deck of I, which is dealt on and on: place p takes cards `p T` to
//! `p T + T - 1`. Card number s lies at position `s mod I` of round `s div I` and shows the reconstruction by run `(position +
//! round) mod R`. So a participant sees an item at most once, the runs equally often to within one for each round of
//! the deck, and every R rounds fill each cell of items and runs once. The wrong candidates of an item are drawn again
//! for every R rounds and are the same within them, so that runs are judged among the same candidates. The right image
//! stands at each position equally often, to within one.

use afterimage_statistics::draws::{Stream, below, shuffle};
use serde::{Deserialize, Serialize};

use crate::draws::{Purpose, stream};
use crate::{Design, Stimuli};

/// Kind of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Practice before the test, with feedback.
    Practice,
    /// A reconstruction.
    Main,
    /// An attention check: an undistorted image.
    Attention,
}

impl Kind {
    /// The word that is stored.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Practice => "practice",
            Kind::Main => "main",
            Kind::Attention => "attention",
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Kind::Practice, Kind::Main, Kind::Attention].into_iter().find(|kind| kind.name() == name)
    }
}

/// One trial.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// What it is for.
    pub kind: Kind,
    /// The item that is shown.
    pub item: usize,
    /// The run whose reconstruction is shown, of a main trial.
    pub run: Option<usize>,
    /// File of the image above.
    pub picture: String,
    /// Items to choose among, in the order of the page.
    pub options: Vec<usize>,
    /// Where the right one stands among them.
    pub right: usize,
}

/// The trials of the participant at `place`: practice, then reconstructions with attention checks among them.
pub fn plan(design: &Design, stimuli: &Stimuli, place: usize) -> Vec<Trial> {
    let mut main = main_trials(design, stimuli, place);
    shuffle(&mut stream(design.seed, Purpose::Order, place, 0), &mut main);
    let checks = copies(design, stimuli, place, Kind::Attention);
    let mut trials = copies(design, stimuli, place, Kind::Practice);
    trials.extend(interleave(design, place, main, checks));
    trials
}

fn main_trials(design: &Design, stimuli: &Stimuli, place: usize) -> Vec<Trial> {
    let mut deck = stimuli.judged.clone();
    shuffle(&mut stream(design.seed, Purpose::Deck, 0, 0), &mut deck);
    let (cards, runs) = (deck.len(), stimuli.runs.len());
    let positions = positions(design, place, Kind::Main, design.trials);
    let trial = |(k, right): (usize, usize)| {
        let dealt = place * design.trials + k;
        let (position, round) = (dealt % cards, dealt / cards);
        let (item, run) = (deck[position], (position + round) % runs);
        let mut rng = stream(design.seed, Purpose::Candidates, item, round / runs);
        let options = options(&mut rng, design.ways, stimuli, item, right);
        let picture = stimuli.items[item].reconstructions[run].file.clone();
        Trial { kind: Kind::Main, item, run: Some(run), picture, options, right }
    };
    positions.into_iter().enumerate().map(trial).collect()
}

/// Practice or attention checks.
fn copies(design: &Design, stimuli: &Stimuli, place: usize, kind: Kind) -> Vec<Trial> {
    let (copies, purpose) = match kind {
        Kind::Practice => (&stimuli.practice, Purpose::Practice),
        _ => (&stimuli.attention, Purpose::Attention),
    };
    let mut rng = stream(design.seed, purpose, place, 0);
    let positions = positions(design, place, kind, copies.len());
    let trial = |(copied, right): (&crate::Copied, usize)| Trial {
        kind,
        item: copied.item,
        run: None,
        picture: copied.picture.file.clone(),
        options: options(&mut rng, design.ways, stimuli, copied.item, right),
        right,
    };
    let mut trials: Vec<Trial> = copies.iter().zip(positions).map(trial).collect();
    if kind == Kind::Attention {
        shuffle(&mut rng, &mut trials);
    }
    trials
}

/// Positions of the correct image: equally often to within one, in random order.
fn positions(design: &Design, place: usize, kind: Kind, trials: usize) -> Vec<usize> {
    let mut rng = stream(design.seed, Purpose::Positions, place, kind as usize);
    let first = below(&mut rng, design.ways);
    let mut positions: Vec<usize> = (0..trials).map(|k| (first + k) % design.ways).collect();
    shuffle(&mut rng, &mut positions);
    positions
}

/// The item among `ways - 1` others of the test set, all with different pixels.
///
/// [`crate::create`] ensures that there are enough.
fn options(rng: &mut Stream, ways: usize, stimuli: &Stimuli, item: usize, right: usize) -> Vec<usize> {
    let pixels = |i: usize| &stimuli.items[i].shown.pixels;
    let mut chosen = vec![item];
    while chosen.len() < ways {
        let candidate = below(rng, stimuli.items.len());
        if chosen.iter().all(|&c| pixels(c) != pixels(candidate)) {
            chosen.push(candidate);
        }
    }
    let mut options = chosen.split_off(1);
    options.insert(right, item);
    options
}

/// One check somewhere in each of as many equal stretches of the main trials, never before the first of them.
fn interleave(design: &Design, place: usize, main: Vec<Trial>, checks: Vec<Trial>) -> Vec<Trial> {
    let mut rng = stream(design.seed, Purpose::Attention, place, 1);
    let (trials, count) = (main.len(), checks.len());
    let mut after: Vec<usize> = (0..count)
        .map(|k| {
            let (from, to) = (k * trials / count, ((k + 1) * trials / count).max(k * trials / count + 1));
            from + below(&mut rng, to - from)
        })
        .collect();
    after.reverse();
    let mut checks = checks.into_iter();
    let mut all = Vec::with_capacity(trials + count);
    for (k, trial) in main.into_iter().enumerate() {
        all.push(trial);
        while after.last() == Some(&k) {
            after.pop();
            all.extend(checks.next());
        }
    }
    all.extend(checks);
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::design::tests::design;
    use crate::stimuli::tests::stimuli;

    fn mains(trials: &[Trial]) -> impl Iterator<Item = &Trial> {
        trials.iter().filter(|trial| trial.kind == Kind::Main)
    }

    #[test]
    fn a_participant_sees_each_item_once_and_the_right_picture_everywhere_alike() {
        let stimuli = stimuli(30, 2);
        for place in 0..20 {
            let trials = plan(&design(), &stimuli, place);
            assert_eq!(trials.len(), 17);
            let mut items: Vec<usize> = mains(&trials).map(|t| t.item).collect();
            items.sort_unstable();
            items.dedup();
            assert_eq!(items.len(), 12);
            let mut right = [0; 5];
            for trial in &trials {
                assert_eq!(trial.options[trial.right], trial.item);
                let mut options = trial.options.clone();
                options.sort_unstable();
                options.dedup();
                assert_eq!(options.len(), 5);
            }
            mains(&trials).for_each(|t| right[t.right] += 1);
            assert!(right.iter().all(|n| (2..=3).contains(n)), "{right:?}");
        }
    }

    #[test]
    fn every_item_is_judged_under_every_run_equally_often_and_among_the_same_candidates() {
        let stimuli = stimuli(15, 3);
        let mut cells: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let mut candidates: BTreeMap<usize, Vec<Vec<usize>>> = BTreeMap::new();
        // 15 participants of 12 trials deal the 15 cards 12 times.
        for place in 0..15 {
            for trial in mains(&plan(&design(), &stimuli, place)) {
                *cells.entry((trial.item, trial.run.unwrap())).or_default() += 1;
                let mut options = trial.options.clone();
                options.sort_unstable();
                candidates.entry(trial.item).or_default().push(options);
            }
        }
        assert_eq!(cells.len(), 45);
        assert!(cells.values().all(|n| *n == 4), "{cells:?}");
        for of_item in candidates.values() {
            assert!(of_item.chunks(3).all(|round| round.iter().all(|options| *options == round[0])));
            assert_ne!(of_item[0], of_item[3]);
        }
    }

    #[test]
    fn checks_lie_among_the_trials_and_practice_before_them() {
        let stimuli = stimuli(30, 1);
        let mut first = Vec::new();
        for place in 0..30 {
            let kinds: Vec<Kind> = plan(&design(), &stimuli, place).iter().map(|t| t.kind).collect();
            assert_eq!(kinds[..3], [Kind::Practice, Kind::Practice, Kind::Main]);
            assert_eq!(kinds.iter().filter(|k| **k == Kind::Attention).count(), 3);
            first.push(kinds.iter().position(|k| *k == Kind::Attention).unwrap());
        }
        first.sort_unstable();
        first.dedup();
        assert!(first.len() > 2, "checks always at {first:?}");
    }

    #[test]
    fn same_seed_gives_the_same_trials_and_equal_pictures_are_never_both_there() {
        let mut stimuli = stimuli(8, 1);
        stimuli.items[3].shown.pixels = stimuli.items[5].shown.pixels.clone();
        let mut few = design();
        few.trials = 8;
        assert_eq!(plan(&few, &stimuli, 4), plan(&few, &stimuli, 4));
        assert_ne!(plan(&few, &stimuli, 4), plan(&few, &stimuli, 5));
        for place in 0..50 {
            for trial in plan(&few, &stimuli, place) {
                assert!(!(trial.options.contains(&3) && trial.options.contains(&5)));
            }
        }
    }
}
