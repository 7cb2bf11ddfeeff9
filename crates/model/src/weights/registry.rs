//! Weights that can be fetched, and the checksums under which they were published.

use afterimage_config::BackboneKind;

/// A file of weights as it was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// An address whose contents never change: it carries the file's hash or the revision of its repository.
    pub url: &'static str,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: &'static str,
    /// Who states that SHA-256.
    pub stated_by: &'static str,
}

/// The published files of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The network.
    pub kind: BackboneKind,
    /// Files with the same weights; the first is downloaded, any of them can be installed from disk.
    pub files: &'static [Published],
    /// What is known of the licence.
    pub licence: &'static str,
}

const LICENCE: &str =
    "weights of torchvision (BSD-3-Clause); trained on ImageNet, whose images are for non-commercial research";

/// Every network that [`get`](super::get) can install.
pub const REGISTRY: &[Entry] = &[
    Entry {
        kind: BackboneKind::Vgg16,
        files: &[
            Published {
                url: "https://download.pytorch.org/models/vgg16-397923af.pth",
                sha256: "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
                stated_by: "torchvision's file name (first 8 digits); docs/provenance/vgg.md of github.com/LibreYOLO/libreyolo",
            },
            Published {
                url: "https://huggingface.co/timm/vgg16.tv_in1k/resolve/b8d8aa2dd860af9233c8c67385a8097fd6c35d3f/model.safetensors",
                sha256: "57b026918159a6bf9faf8405c3a551903768e7138989d9c6224a14227203fad8",
                stated_by: "ferrotorch-hub/src/registry.rs of github.com/dollspace-gay/ferrotorch; LPIPS of github.com/AshishKumar4/dew, with the revision",
            },
        ],
        licence: LICENCE,
    },
    Entry {
        kind: BackboneKind::Vgg19,
        files: &[Published {
            url: "https://download.pytorch.org/models/vgg19-dcbb9e9d.pth",
            sha256: "dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44",
            stated_by: "torchvision's file name (first 8 digits); docs/provenance/vgg.md of github.com/LibreYOLO/libreyolo",
        }],
        licence: LICENCE,
    },
    Entry {
        kind: BackboneKind::AlexNet,
        files: &[Published {
            url: "https://download.pytorch.org/models/alexnet-owt-7be5be79.pth",
            sha256: "7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02",
            stated_by: "torchvision's file name (first 8 digits); ten public lists of checksums in repositories that compute LPIPS, all alike",
        }],
        licence: LICENCE,
    },
    Entry {
        kind: BackboneKind::SqueezeNet11Torchvision,
        files: &[Published {
            url: "https://download.pytorch.org/models/squeezenet1_1-b8a52dc0.pth",
            sha256: "b8a52dc049b60e4b6ab68ad0df457362afab8b6304b2febdc1650a5dab4d7e7b",
            stated_by: "torchvision's file name (first 8 digits); ten public lists of checksums in repositories that use the network, all alike",
        }],
        licence: LICENCE,
    },
];

/// The entry of a backbone; `None` for Caffe's SqueezeNet, which is built in.
pub fn entry(kind: BackboneKind) -> Option<&'static Entry> {
    REGISTRY.iter().find(|entry| entry.kind == kind)
}

/// The published file of a backbone's weights with that SHA-256; `None` if none is known.
pub fn published(kind: BackboneKind, sha256: &str) -> Option<&'static Published> {
    entry(kind)?.files.iter().find(|file| file.sha256 == sha256)
}

impl Published {
    /// Name of the file.
    pub fn name(&self) -> &'static str {
        self.url.rsplit('/').next().unwrap_or(self.url)
    }
}

impl Entry {
    /// The file that is downloaded.
    pub fn url(&self) -> &'static str {
        self.files[0].url
    }

    /// Every published file with its SHA-256, for messages.
    pub fn checksums(&self) -> String {
        let of = |file: &Published| format!("{} of {}", file.sha256, file.name());
        self.files.iter().map(of).collect::<Vec<_>>().join(" or ")
    }

    /// What a user without the weights can do, with and without internet.
    pub fn hint(&self) -> String {
        let name = self.kind.name();
        let urls: Vec<&str> = self.files.iter().map(|file| file.url).collect();
        format!(
            "run `afterimage weights get {name}`; without internet, fetch {} elsewhere and run `afterimage weights get {name} --from FILE`",
            urls.join(" or "),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_carry_the_hash_or_the_revision_of_what_they_give() {
        let hexadecimal =
            |text: &str, digits: usize| text.len() == digits && text.bytes().all(|b| b.is_ascii_hexdigit());
        for file in REGISTRY.iter().flat_map(|entry| entry.files) {
            assert!(hexadecimal(file.sha256, 64) && file.url.starts_with("https://"), "{file:?}");
            let pinned = match file.name().strip_suffix(".pth").and_then(|stem| stem.rsplit_once('-')) {
                Some((_, digits)) => hexadecimal(digits, 8) && file.sha256.starts_with(digits),
                None => file.url.split('/').any(|part| hexadecimal(part, 40)),
            };
            assert!(pinned, "{} names no fixed contents", file.url);
        }
    }
}
