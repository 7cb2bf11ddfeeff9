//! Reconstructions next to their nearest training image, on demand.

use std::collections::HashMap;

use afterimage_run::validity::{Item, Validity};
use maud::{Markup, html};

use crate::number::plain;
use crate::pictures::{embed, spread};
use crate::source::Source;

/// Most items with pictures.
const MOST: usize = 24;

/// Shown image, reconstruction and nearest training image of items spread evenly over the distance to it, folded away.
pub(super) fn pictures(source: &Source, found: &Validity) -> Markup {
    let pictures: HashMap<&str, _> = source.pictures.iter().map(|p| (p.name.as_str(), p)).collect();
    let mut items: Vec<&Item> = found.items.iter().filter(|item| item.nearest.picture.is_some()).collect();
    items.sort_by(|a, b| a.nearest.distance.total_cmp(&b.nearest.distance));
    let shown: Vec<&Item> = spread(items.len(), MOST).into_iter().map(|place| items[place]).collect();
    let root = source.run.root();
    let image = |path: Option<&str>, alt: &str, caption: &str| {
        html! { figure {
            @match path.and_then(|path| embed(root, path)) { Some(uri) => img src=(uri) alt=(alt) decoding="async";, None => span.blank { "no image" } }
            figcaption { (caption) }
        } }
    };
    html! { @if !shown.is_empty() { details {
        summary { "Reconstructions next to their nearest training image" }
        p { "From the reconstruction that is nearest to a training image to the one that is farthest, " (shown.len()) " of " (items.len()) "." }
        ol.gallery { @for item in shown { li.card.pick.few {
            @let of = pictures.get(item.name.as_str());
            div.trio {
                (image(of.map(|p| p.shown.as_str()), &format!("shown: {}", item.name), "shown"))
                (image(of.map(|p| p.reconstruction.as_str()), &format!("reconstruction of {}", item.name), "reconstructed"))
                (image(item.nearest.picture.as_deref(), &format!("training image {}", item.nearest.name), "nearest training image"))
            }
            p.caption { (item.name) " " span.score { (plain(item.nearest.distance)) " to " (item.nearest.name) ", " (plain(item.to_shown)) " to the shown image" } }
        } } }
    } } }
}
