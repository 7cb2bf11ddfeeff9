//! Whether the images of the data set have the size that networks work on.

use afterimage_config::Experiment;
use afterimage_data::DataSet;
use afterimage_train::Observer;

/// Says that images are enlarged, which adds no detail to them.
pub(super) fn note_enlarged(data: &DataSet, experiment: &Experiment, observer: &dyn Observer) {
    let (stored, side) = (data.header().size, experiment.image.side);
    if data.header().has_images() && stored < side {
        observer.note(&format!(
            "warning: the images of the data set are {stored} x {stored} pixels and are enlarged to image.side = {side}, which adds no \
             detail: import with images of {side} pixels or more, or set image.side lower if it can be"
        ));
    }
}
