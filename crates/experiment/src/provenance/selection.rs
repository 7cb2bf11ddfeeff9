//! Statements about what was selected, and by what.

use afterimage_run::provenance::{Statement, TestItems};
use afterimage_statistics::counted;

use super::{Known, state};

/// Of epochs or penalties, and of samples.
pub(super) fn of(known: &Known) -> [Statement; 3] {
    [weights(known), transductive(known), samples(known)]
}

fn weights(known: &Known) -> Statement {
    let about = "Selection of weights";
    let items = counted(known.manifest.data.validation_items, "validation item");
    if known.manifest.baseline.is_some() {
        let said = "Penalties were chosen by cross-validation within the training items.";
        return state(about, said, TestItems::Excluded);
    }
    let experiment = &known.experiment;
    let stops = [experiment.encoder.schedule(), experiment.decoder.schedule()].map(|of| of.early_stopping > 0);
    let said = match (stops, known.manifest.data.validation_items) {
        (_, 0) | ([false, false], _) => "The weights of the last epoch are kept; no epoch was selected.".to_owned(),
        ([true, true], _) => format!("The epochs of encoder and decoder with the least loss on {items} are kept."),
        ([encoder, _], _) => {
            let [by_loss, last] = if encoder { ["encoder", "decoder"] } else { ["decoder", "encoder"] };
            format!("The epoch of the {by_loss} with the least loss on {items} is kept, and the last of the {last}.")
        }
    };
    let fits_ridge = experiment.decoder.linear.pixels > 0
        || experiment.decoder.photographs.images > 0
        || experiment.encoder.fields.levels > 0;
    let penalties = if fits_ridge {
        " Penalties of ridge regressions were chosen by cross-validation within the training items."
    } else {
        ""
    };
    state(
        about,
        format!("{said}{penalties} Test items have a type of their own in the program that selection does not accept."),
        TestItems::Excluded,
    )
}

/// Use of test responses in training, which only one option makes.
fn transductive(known: &Known) -> Statement {
    let about = "Test responses in training";
    match known.manifest.warnings.iter().find(|warning| warning.starts_with("transductive")) {
        Some(warning) => state(about, format!("{warning}."), TestItems::Present),
        None => state(about, "None: neither network was trained on test responses.", TestItems::Excluded),
    }
}

fn samples(known: &Known) -> Statement {
    let how = if known.manifest.baseline.is_some() { "method" } else { "decoder" };
    let said = format!("The {how} gives one image for a response; no best of several samples was chosen.");
    state("Selection among samples", said, TestItems::Excluded)
}

/// What no run folder can say.
pub(super) fn not_known(known: &Known) -> Statement {
    let changes = known.manifest.changes.len();
    let changed = match changes {
        0 => "No setting was changed after the run was begun".to_owned(),
        n => format!(
            "Settings of this run were changed {} after it was begun (run.json lists them)",
            if n == 1 { "once".into() } else { format!("{n} times") }
        ),
    };
    let said = format!(
        "{changed}. Not known: how many other settings were tried and scored on these test items before; whether voxels or trials \
         were selected with test trials before the import; and what the people who chose the settings had seen."
    );
    state("What is not known", said, TestItems::Unknown)
}
