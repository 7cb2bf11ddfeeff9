//! A few images as shown and as every variant reconstructs them, spread evenly over the ranks of a score.

use std::collections::HashMap;

use afterimage_run::comparison::Comparison;
use afterimage_run::pictures::Pictures;
use afterimage_run::scores::{Score, ScoreFile};
use afterimage_run::{Artefact, RunFolder};
use maud::{Markup, html};

use super::reference;
use crate::number::plain;
use crate::pictures::{embed, spread};

/// Number of images.
const SHOWN: usize = 6;
/// Score by whose ranks they are chosen, and its short name.
const BY: (&str, &str) = ("image.pixcorr", "PixCorr");

/// One row as shown and one per variant; none if the images of the reference are not there.
pub(super) fn pictures(comparison: &Comparison, runs: &[RunFolder]) -> Option<Markup> {
    let read = |run: &RunFolder| Vec::<Pictures>::read_if_present(run).ok().flatten();
    let first = runs.first()?;
    let items = read(first)?;
    let values: Vec<HashMap<String, f64>> = runs.iter().map(values).collect();
    let mut order: Vec<&Pictures> = items.iter().collect();
    let value = |run: usize, item: &str| values[run].get(item).copied();
    let rank = |item: &str| value(0, item).unwrap_or(f64::NEG_INFINITY);
    order.sort_by(|a, b| rank(&b.name).total_cmp(&rank(&a.name)));
    let chosen: Vec<&Pictures> = spread(order.len(), SHOWN).into_iter().filter_map(|i| order.get(i).copied()).collect();
    if chosen.iter().all(|item| embed(first.root(), &item.shown).is_none()) {
        return None;
    }
    Some(html! {
        p { (chosen.len()) " of " (items.len()) " held-out images, spread evenly over the ranks of " (BY.1) " of "
            em { (reference(comparison)) } ", from its best to its worst; below each reconstruction its " (BY.1) "." }
        div.side style={ "--items: " (chosen.len()) } {
            p.row { b { "shown" } }
            @for item in &chosen { figure { (picture(first, &item.shown, &format!("shown image {}", item.name))) figcaption { (item.name) } } }
            @for (index, (variant, run)) in comparison.variants.iter().zip(runs).enumerate() {
                p.row { b { (variant.label) } }
                @let own = read(run).unwrap_or_default();
                @for item in &chosen { figure {
                    @let path = own.iter().find(|p| p.name == item.name).map_or("", |p| p.reconstruction.as_str());
                    (picture(run, path, &format!("{} as {} reconstructs it", item.name, variant.label)))
                    figcaption { (value(index, &item.name).map_or("–".into(), plain)) }
                } }
            }
        }
    })
}

/// Value of each item, as far as it is defined.
fn values(run: &RunFolder) -> HashMap<String, f64> {
    let file = ScoreFile::read_if_present(run).ok().flatten();
    let score = file.as_ref().and_then(|file| file.get(BY.0));
    let named = score.map(Score::by_item).unwrap_or_default();
    named.into_iter().map(|(item, value)| (item.to_owned(), value)).collect()
}

fn picture(run: &RunFolder, path: &str, words: &str) -> Markup {
    html! { @match embed(run.root(), path) {
        Some(uri) => { img src=(uri) alt=(words); },
        None => { div.blank role="img" aria-label={ (words) ": missing" } {} },
    } }
}
