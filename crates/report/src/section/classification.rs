//! Which of many classes the reconstructions show: accuracy against their number, each image, and confusion of
//! superclasses.

use afterimage_run::classification::{Class, Classification, Confusion, Item};
use maud::{Markup, html};

use super::{Part, scores::legend, wide};
use crate::{
    number::{many, of, plain, value},
    plot::{self, Line, Lines},
    source::Source,
};

/// Most images that are listed.
const MOST: usize = 60;

/// The section; without classification, how to obtain it.
pub(crate) fn classification(source: &Source) -> Part {
    match &source.classification {
        None => Part {
            content: None,
            missing: vec![html! {
                "The reconstructions were not compared with classes of images. Name some in "
                code { "evaluation.classification.classes" } ": "
                code { "afterimage evaluate RUN --set evaluation.classification.classes='[\"PHOTOS\"]'" }
                ", where the folder PHOTOS has a subfolder for each class."
            }],
        },
        Some(found) => Part::shown(html! {
            (question(found))
            div.plots {
                @if let Some(curve) = curve(found) { figure {
                    figcaption { "Nearest class right, against the number of classes" } (curve)
                    (legend(&[("a", "reconstructions"), ("b", "the shown images themselves"), ("chance", "chance")]))
                } }
                @if let Some(confusion) = &found.confusion { figure { figcaption { "Superclasses: rows the true one, columns that of the nearest class" } (matrix(confusion)) } }
            }
            (items(found))
        }),
    }
}

fn question(found: &Classification) -> Markup {
    let images: usize = found.classes.iter().map(|class| class.images).sum();
    html! {
        p { "Each class is represented by the mean features of its images: "
            (of(found.classes.len(), "class", "classes")) ", " (of(images, "image", "images")) ". A reconstruction is given the class whose representative is nearest to it. "
            "No class label was used in training, and the images of the classes do not contain shown images." }
        @if found.protocol.ends_with("pseudo") {
            p.note { "The classes of the shown images are unknown. What counts as true here is the class nearest to \
                      the shown image, by the same features: "
                "the numbers measure whether a reconstruction is assigned to the same class as its image, not whether \
                 either is recognised." }
        }
        (seen_classes(found))
    }
}

/// Number of true classes that training could have seen.
fn seen_classes(found: &Classification) -> Markup {
    let own: Vec<&Class> = found.classes.iter().filter(|class| found.items.iter().any(|i| is(i, class))).collect();
    let met = own.iter().filter(|class| !class.seen_in.is_empty()).count();
    html! {
        p { "Of the " (of(own.len(), "class", "classes")) " that count as true, " (many(own.len() - met))
            " never occur in training or among the unpaired images, as far as those have labels." }
    }
}

fn is(item: &Item, class: &Class) -> bool {
    item.truth.as_deref() == Some(&class.name)
}

fn curve(found: &Classification) -> Option<Markup> {
    let at = |classes: usize| classes as f64;
    let reconstructions = Line {
        class: "a",
        points: found.curve.iter().map(|p| (at(p.classes), p.top1)).collect(),
        band: found.curve.iter().filter_map(|p| p.interval.as_ref().map(|i| (at(p.classes), i.low, i.high))).collect(),
        dots: true,
    };
    let line = |class, y: fn(&afterimage_run::classification::Point) -> f64| Line {
        class,
        points: found.curve.iter().map(|p| (at(p.classes), y(p))).collect(),
        band: Vec::new(),
        dots: false,
    };
    let words = found.curve.iter().map(|p| format!("{} classes {}", p.classes, value(p.top1, "fraction")));
    plot::lines(&Lines {
        size: (420.0, 230.0),
        x_title: "number of classes",
        y_title: "nearest class is the true one",
        label: &format!("Top-1 classification against the number of classes: {}", words.collect::<Vec<_>>().join(", ")),
        x_log: true,
        y_log: false,
        y_range: Some((0.0, 1.0)),
        lines: vec![line("chance", |p| p.chance), line("b", |p| p.shown), reconstructions],
    })
}

/// Counts by true superclass (row) and nearest one (column), shaded by the share of the row.
fn matrix(confusion: &Confusion) -> Markup {
    let share = |row: &[usize], count: usize| 100 * count / row.iter().sum::<usize>().max(1);
    wide(
        "Superclasses: true against nearest",
        &html! {
            table.confusion {
                thead { tr { td {} @for name in &confusion.superclasses { th scope="col" { (name) } } } }
                tbody { @for (name, row) in confusion.superclasses.iter().zip(&confusion.counts) {
                    tr { th scope="row" { (name) } @for &count in row { td style={ "--share:" (share(row, count)) "%" } { @if count > 0 { (many(count)) } } } }
                } }
            }
        },
    )
}

/// Each image with its rank and nearest classes.
fn items(found: &Classification) -> Markup {
    let unseen = |item: &Item| found.classes.iter().any(|class| is(item, class) && class.seen_in.is_empty());
    html! {
        details {
            summary { "Every image" }
            div.wide tabindex="0" role="region" aria-label="Every image with its class" {
            table.classified {
                thead { tr { th scope="col" { "Image" } th scope="col" { "Its class" } th scope="col" { "Rank" } th scope="col" { "Nearest classes" } } }
                tbody { @for item in found.items.iter().take(MOST) { tr {
                    th scope="row" { (item.name) }
                    td { (item.truth.as_deref().unwrap_or("–")) @if unseen(item) { " " span.badge { "never seen" } } }
                    td.number { (item.rank.map_or("–".into(), plain)) }
                    td { (item.nearest.join(", ")) }
                } } }
            }
            }
            @if found.items.len() > MOST { p.note { "The first " (many(MOST)) " of " (many(found.items.len())) "; all are in classification.json." } }
        }
    }
}
