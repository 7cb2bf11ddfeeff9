//! Weights that can be fetched.

use crate::backbone::BackboneKind;

/// A file of weights on the Hugging Face hub, and the same weights elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The network.
    pub kind: BackboneKind,
    /// Repository on the hub.
    pub repository: &'static str,
    /// File in it.
    pub file: &'static str,
    /// The file that torchvision downloads, which is read as well.
    pub torchvision: &'static str,
    /// What is known of the licence.
    pub licence: &'static str,
}

const LICENCE: &str =
    "weights of torchvision (BSD-3-Clause); trained on ImageNet, whose images are for non-commercial research";

/// Every file that [`get`](super::get) can download.
pub const REGISTRY: &[Entry] = &[
    Entry {
        kind: BackboneKind::Vgg16,
        repository: "timm/vgg16.tv_in1k",
        file: "model.safetensors",
        torchvision: "https://download.pytorch.org/models/vgg16-397923af.pth",
        licence: LICENCE,
    },
    Entry {
        kind: BackboneKind::Vgg19,
        repository: "timm/vgg19.tv_in1k",
        file: "model.safetensors",
        torchvision: "https://download.pytorch.org/models/vgg19-dcbb9e9d.pth",
        licence: LICENCE,
    },
    Entry {
        kind: BackboneKind::AlexNet,
        repository: "timm/alexnet.tv_in1k",
        file: "model.safetensors",
        torchvision: "https://download.pytorch.org/models/alexnet-owt-7be5be79.pth",
        licence: LICENCE,
    },
];

/// The entry of a backbone; `None` for SqueezeNet, which is built in.
pub fn entry(kind: BackboneKind) -> Option<&'static Entry> {
    REGISTRY.iter().find(|entry| entry.kind == kind)
}

impl Entry {
    /// Page of the file on the hub.
    pub fn url(&self) -> String {
        format!("https://huggingface.co/{}/resolve/main/{}", self.repository, self.file)
    }

    /// What a user without the weights can do, with and without internet.
    pub fn mend(&self) -> String {
        let name = self.kind.name();
        format!(
            "run `afterimage weights get {name}`; without internet, fetch {} or {} elsewhere and run `afterimage weights get {name} --from FILE`",
            self.url(),
            self.torchvision,
        )
    }
}
