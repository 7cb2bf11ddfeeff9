//! Next to the items: the networks to ask, and receptive fields.

use maud::{Markup, html};

use crate::{Catalog, Run};

/// The area to drop an image or responses on.
pub(super) fn ask(catalog: &Catalog) -> Markup {
    let asked: Vec<&Run> = catalog.runs.iter().filter(|run| run.networks).collect();
    html! {
        @if !asked.is_empty() {
            details.ask #ask hidden {
                summary { h2 { "Ask the networks" } }
                p.note { "Drop an image anywhere to see the responses that the encoder predicts, or responses (.csv or .npy) to see the images that the decoder makes of them: one row per trial, one column per " (asked[0].unit) "." }
                @for run in &asked { p.note {
                    "Recorded responses of " strong { (run.label) } ": "
                    @if let Some(units) = &run.units { (units) } @else { "unit not stated by its data set; they must be as those that it was trained on" }
                    "."
                } }
                label.units { "Responses in the file are" select name="units" {
                    option value="recorded" { "recorded: in the unit of the run's data set" }
                    option value="standardised" { "standardised: by mean and standard deviation of training" }
                } }
                label.drop #drop { span { "Choose or drop an image, .csv or .npy" } input type="file" accept="image/png,image/jpeg,image/bmp,image/tiff,.csv,.npy"; }
                p.error role="alert" #failed hidden {}
                div.answers #answers aria-live="polite" {}
            }
        }
    }
}

/// Receptive fields of a run's voxels over the image.
pub(super) fn fields(catalog: &Catalog) -> Markup {
    let unit = catalog.runs.iter().find(|run| !run.voxels.is_empty()).map_or("voxel", |run| run.unit);
    html! {
        details.fields #fields hidden {
            summary { h2 { "Receptive fields" } }
            div.row {
                label { "Run" select name="fields-run" {
                    @for (r, run) in catalog.runs.iter().enumerate() { @if !run.voxels.is_empty() { option value=(r) { (run.label) } } }
                } }
                label { "Region" select name="region" { option value="" { "all" } } }
                label { "Coloured by" select name="colour" { option value="r" { "correlation of predicted and measured" } option value="predicted" disabled { "response predicted to the dropped image" } } }
            }
            div.map {
                svg #map role="application" aria-label={ "Centres of receptive fields on the image; arrow keys go from " (unit) " to " (unit) } tabindex="0" {}
                div { p #voxel role="status" { "Point at a " (unit) ": its receptive field is drawn here and over every image, one standard deviation wide." } div #scale {} }
            }
        }
    }
}
