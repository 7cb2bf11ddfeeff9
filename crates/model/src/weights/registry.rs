//! Weights that can be fetched.

use crate::backbone::BackboneKind;

/// A file of weights that torchvision publishes, and its copy on the Hugging Face hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The network.
    pub kind: BackboneKind,
    /// Repository and file on the hub; `None` where the hub has no copy known here.
    pub hub: Option<(&'static str, &'static str)>,
    /// The file that torchvision downloads, which is read as well.
    pub torchvision: &'static str,
    /// What is known of the licence.
    pub licence: &'static str,
}

const LICENCE: &str =
    "weights of torchvision (BSD-3-Clause); trained on ImageNet, whose images are for non-commercial research";

/// Every file that [`get`](super::get) can install.
pub const REGISTRY: &[Entry] = &[
    Entry {
        kind: BackboneKind::Vgg16,
        hub: Some(("timm/vgg16.tv_in1k", "model.safetensors")),
        torchvision: "https://download.pytorch.org/models/vgg16-397923af.pth",
        licence: LICENCE,
    },
    Entry {
        kind: BackboneKind::Vgg19,
        hub: Some(("timm/vgg19.tv_in1k", "model.safetensors")),
        torchvision: "https://download.pytorch.org/models/vgg19-dcbb9e9d.pth",
        licence: LICENCE,
    },
    Entry {
        kind: BackboneKind::AlexNet,
        hub: Some(("timm/alexnet.tv_in1k", "model.safetensors")),
        torchvision: "https://download.pytorch.org/models/alexnet-owt-7be5be79.pth",
        licence: LICENCE,
    },
    Entry {
        kind: BackboneKind::SqueezeNet11Torchvision,
        hub: None,
        torchvision: "https://download.pytorch.org/models/squeezenet1_1-b8a52dc0.pth",
        licence: LICENCE,
    },
];

/// The entry of a backbone; `None` for Caffe's SqueezeNet, which is built in.
pub fn entry(kind: BackboneKind) -> Option<&'static Entry> {
    REGISTRY.iter().find(|entry| entry.kind == kind)
}

impl Entry {
    /// Where the file lies: on the hub, or with torchvision.
    pub fn url(&self) -> String {
        self.hub.map_or_else(
            || self.torchvision.to_owned(),
            |(repository, file)| format!("https://huggingface.co/{repository}/resolve/main/{file}"),
        )
    }

    /// What a user without the weights can do, with and without internet.
    pub fn mend(&self) -> String {
        let name = self.kind.name();
        if self.hub.is_none() {
            return format!("fetch {} and run `afterimage weights get {name} --from FILE`", self.torchvision);
        }
        format!(
            "run `afterimage weights get {name}`; without internet, fetch {} or {} elsewhere and run `afterimage weights get {name} --from FILE`",
            self.url(),
            self.torchvision,
        )
    }
}
