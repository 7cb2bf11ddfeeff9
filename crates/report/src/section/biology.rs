//! Receptive fields, sizes, hierarchy, and recovery of a known truth.

mod measures;

use maud::html;

use super::{Part, not_computed};
use crate::{figure::figures, number::many, source::Source};

/// Figures, then the numbers about all voxels in groups; those about regions are in the tables.
pub(crate) fn biology(source: &Source) -> Part {
    let more = source.unit().plural();
    let Some(found) = &source.biology else {
        return match source.manifest.baseline {
            Some(_) => Part::without("Receptive fields:", "a baseline has no encoder network to look for them in."),
            None => {
                Part::missing("The encoder's receptive fields have not been estimated yet.", "afterimage biology RUN")
            }
        };
    };
    Part::shown(html! {
        p { "Position and size of the receptive field of each of the " (many(found.voxels.len())) " " (more) ", and the depth of the \
             network that it prefers (0 the first of the encoder's layers, 1 the last): from the encoder's weights, and "
            "from its predictions for small patches of noise (“stimulation”). These are properties of the model of a \
             response, not of the tissue: "
            "if prediction is poor, so are they."
            @if source.prediction_parts.is_some() { " They are those of the encoder network alone; accuracy is that of the combined predictions." } }
        div.plots { @for figure in figures(found, source.unit()) { figure.wide[figure.name == "fields"] { figcaption { (figure.caption) } (figure.svg) } } }
        (measures::groups(found, source.unit()))
        p.note { "Each figure is a separate file in " code { "figures/" } ", with its numbers as a table; all \
                  measures, by region too, in " code { "biology/measures.csv" } "." }
    })
    .lacking(found.not_computed.iter().map(not_computed))
}
