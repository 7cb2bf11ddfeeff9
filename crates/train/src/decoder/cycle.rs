//! The responses of the third cycle: from responses to an image and back.

use afterimage_data::{HeldOutPairs, TrainingPairs};
use ndarray::{Array2, Axis};

/// Responses that the third cycle passes through decoder and encoder; their images are not used.
#[derive(Debug, Clone)]
pub struct ResponseCycle {
    responses: Array2<f32>,
}

impl ResponseCycle {
    /// A cycle on the training responses.
    ///
    /// ```compile_fail,E0308
    /// # use afterimage_data::HeldOutPairs;
    /// # use afterimage_train::decoder::ResponseCycle;
    /// # fn leak(test: &HeldOutPairs) {
    /// ResponseCycle::on_training(test); // expected `&TrainingPairs`, found `&HeldOutPairs`
    /// # }
    /// ```
    /// ```no_run
    /// # use afterimage_data::TrainingPairs;
    /// # use afterimage_train::decoder::ResponseCycle;
    /// # fn no_leak(training: &TrainingPairs) {
    /// ResponseCycle::on_training(training);
    /// # }
    /// ```
    pub fn on_training(training: &TrainingPairs) -> Self {
        Self { responses: training.responses().to_owned() }
    }

    /// A cycle on the test responses (`decoder.response_cycle_on = "test"`): the only use of held-out data in training.
    /// It makes every score transductive; the caller must write this next to the scores.
    pub fn transductive_on_test(test: &HeldOutPairs) -> Self {
        Self { responses: test.responses().to_owned() }
    }

    pub(super) fn len(&self) -> usize {
        self.responses.nrows()
    }

    /// Returns the responses of `items`, `[items, voxels]`.
    pub(super) fn select(&self, items: &[usize]) -> Array2<f32> {
        self.responses.select(Axis(0), items)
    }
}
