//! How to read the numbers.

use maud::{Markup, html};

use super::Part;
use crate::{
    number::{many, of},
    source::Source,
};

/// Below this many recorded channels the report says that they are few.
const FEW_VOXELS: usize = 200;
/// Below this many held-out items the report says so.
const FEW_ITEMS: usize = 50;

/// The notes, those that concern this run first.
pub(crate) fn reading(source: &Source) -> Part {
    let content = html! {
        ul.notes {
            (few_voxels(source))
            (few_items(source))
            (repeats(source))
            (seeds(source))
            (earlier_intervals(source))
            (general(source))
        }
    };
    Part::shown(content)
}

fn few_voxels(source: &Source) -> Markup {
    let n = source.manifest.data.voxels;
    let (one, more) = (source.unit().singular(), source.unit().plural());
    html! { @if n < FEW_VOXELS {
        li { b { (of(n, one, more)) " " @if n == 1 { "is" } @else { "are" } " few" } ": so few numbers cannot \
                                     determine an image. They constrain some colours, contrasts and shapes in the part \
                                     of the visual field that they cover; "
            "the rest of a reconstruction is filled in from what the decoder learned of images in general. Detail that \
             looks right need not have been read from the responses." }
    } }
}

fn few_items(source: &Source) -> Markup {
    let n = source.manifest.data.test_items;
    html! { @if n > 0 && n < FEW_ITEMS {
        li { b { (of(n, "held-out image is", "held-out images are")) " few" } ": the intervals are wide, and a \
                         difference between two models has to be tested on the same images before it means anything." }
    } }
}

fn repeats(source: &Source) -> Markup {
    let data = &source.manifest.data;
    let (low, high) = data.test_repeats;
    html! { @if data.test_items > 0 && high > 1 {
        li { b { "Averaged responses" } ": a held-out response is the mean of "
            @if low == high { (many(high as usize)) } @else { (many(low as usize)) " to " (many(high as usize)) }
            " presentations. Single presentations would score lower; compare only with results that average as many." }
    } }
}

fn seeds(source: &Source) -> Markup {
    html! { @if source.scores.is_some() {
        @if source.manifest.baseline.is_some() {
            li { b { "A baseline" } ": a trained decoder is informative only if it scores above this on the same \
                      images. The intervals do not contain the variation between subjects." }
        } @else { li { b { "One training run" } ": the intervals are over images or voxels of this run. They do not \
                            contain the variation between training runs with other seeds, nor between subjects." } }
    } }
}

fn earlier_intervals(source: &Source) -> Markup {
    let found = source.scores.as_ref().map_or(0, |scores| scores.earlier_intervals());
    html! { @if found > 0 {
        li { b { "Intervals of an earlier version" } ": the intervals of " (of(found, "fraction", "fractions")) " are \
            bootstraps over items, which are too narrow near 0 and 1. Runs scored today have Wilson's interval; \
            compare intervals only after " code { "afterimage evaluate RUN" } " has computed the scores of this run again." }
    } }
}

fn general(source: &Source) -> Markup {
    let more = source.unit().plural();
    html! {
        li { b { "Chance" } " is what the same reconstructions score if they are paired with the shown images at random. It \
                  can be far from a guess, which is right one time in n among n candidates: where the shown images \
                  differ from the candidates as a set, a grey image can beat the guess. p asks whether the true pairing \
                  scores above chance." }
        li { b { "Identification" } " asks whether a reconstruction is nearer to the shown image than to others. A \
                  high score shows that the reconstruction carries information about the image. It does not show that \
                  the image is recognisable, and it depends on the candidates: "
            "among images that differ only in colour, matching colour is enough. Names of protocols are never \
             interchangeable: " em { "external" } " draws candidates from images outside the data set, \
             " em { "pairwise" } " from the other held-out images, "
            em { "encoding" } " uses the encoder and the responses and no reconstruction at all, " em { "class" } " \
                  asks a classifier whether it gives the reconstruction the class that it gives the shown image, "
            em { "representative" } " compares the reconstruction with the mean features of whole classes." }
        li { b { "Pixel correlation and SSIM" } " reward blur and the average image: a decoder that gives much the \
                  same image each time can score well on them. Look at the images, at how different they are from each \
                  other, and at identification." }
        li { b { "The wrong candidate" } " next to each reconstruction is the nearest of the others, by the distance \
                  of the identification. If it looks as similar to you as the shown image, the item is worth less than \
                  its score." }
        li { b { "Encoder correlation" } " has a ceiling below one, as responses vary from one presentation to the next; without repeats the ceiling is unknown. A median hides " (more) " that are not predicted at all: see the histogram." }
        li { b { "Several scores" } " are several chances to find something. The p-values are of single tests and are not corrected over the table." }
    }
}
