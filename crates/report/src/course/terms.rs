//! The terms of the objectives in words: their names in the log are those of configuration keys and of layers.

use afterimage_run::log::{COMPARABLE, TOTAL};

/// What a term is, for readers; unknown names are shown as they are.
pub(crate) fn words(name: &str) -> String {
    let (images, term) = match name.split_once('.') {
        Some(("paired", term)) => (", pairs", term),
        Some(("cycle", term)) => (", unpaired images", term),
        _ => ("", name),
    };
    let text = match term.strip_prefix("perceptual.") {
        Some(layer) => format!("features of layer {layer}"),
        None => plain(term).map_or_else(|| term.replace(['_', '.'], " "), str::to_owned),
    };
    format!("{text}{images}")
}

fn plain(term: &str) -> Option<&'static str> {
    Some(match term {
        COMPARABLE => "loss, the terms that validation has too",
        TOTAL => "sum of all terms",
        "mse" => "squared error of responses",
        "cosine" => "cosine distance of responses",
        "median_r" => "median r over voxels, not in the sum",
        "encoder_conv_l1" | "decoder_conv_l1" => "size of convolution weights",
        "map_l1" => "size of the spatial maps",
        "map_smooth" => "roughness of the spatial maps",
        "map_compact" => "extent of the spatial maps",
        "channel_l1" => "size of the channel weights",
        "branch_l1" => "size of the branch weights",
        "linear_l1" => "size of the linear layer",
        "linear_group" => "linear layer, grouped by position",
        "pixel" => "pixels",
        "variation" => "total variation",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_words_and_unknown_ones_stay() {
        assert_eq!(words("cycle.perceptual.fire5"), "features of layer fire5, unpaired images");
        assert_eq!(words("paired.pixel"), "pixels, pairs");
        assert_eq!(words("branch_l1"), "size of the branch weights");
        assert_eq!(words("something_new"), "something new");
    }
}
