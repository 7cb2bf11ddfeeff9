//! VGG16 and VGG19 without batch normalisation.

use super::input::Input;
use super::kind::Tap;
use super::plan::{Layer, Plan, Step};

/// Convolutions in each of VGG16's five blocks.
pub(super) const CONVOLUTIONS_16: [usize; 5] = [2, 2, 3, 3, 3];
/// Convolutions in each of VGG19's five blocks.
pub(super) const CONVOLUTIONS_19: [usize; 5] = [2, 2, 4, 4, 4];
const CHANNELS: [usize; 5] = [64, 128, 256, 512, 512];

pub(super) const TAPS_16: &[Tap] = &taps(["relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3"]);
pub(super) const TAPS_19: &[Tap] = &taps(["relu1_2", "relu2_2", "relu3_4", "relu4_4", "relu5_4"]);

const fn taps(last: [&'static str; 5]) -> [Tap; 10] {
    const POOLS: [&str; 5] = ["pool1", "pool2", "pool3", "pool4", "pool5"];
    let mut taps = [Tap { name: "", channels: 0, stride: 0 }; 10];
    let mut block = 0;
    while block < 5 {
        taps[2 * block] = Tap { name: last[block], channels: CHANNELS[block], stride: 1 << block };
        taps[2 * block + 1] = Tap { name: POOLS[block], channels: CHANNELS[block], stride: 2 << block };
        block += 1;
    }
    taps
}

/// The layers, named as torchvision and timm name them: positions in one list of convolutions, ReLUs and pools.
pub(super) fn plan(convolutions: [usize; 5], taps: &'static [Tap]) -> Plan {
    let (mut steps, mut index) = (Vec::new(), 0);
    for (block, &count) in convolutions.iter().enumerate() {
        for position in 1..=count {
            let tap = (position == count).then_some(taps[2 * block].name);
            steps.push(Step { layer: Layer::conv3(format!("features.{index}"), CHANNELS[block]), tap });
            index += 2;
        }
        let pool = Layer::Pool { kernel: 2, stride: 2, ceil: false };
        steps.push(Step::tapped(pool, taps[2 * block + 1].name));
        index += 1;
    }
    Plan { input: Input::Torchvision, steps, classifier: None }
}
