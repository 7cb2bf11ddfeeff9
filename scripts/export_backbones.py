"""Export the reference of the backbone parity test: narrow random networks and their activations, from PyTorch.

    pip install torch
    python scripts/export_backbones.py crates/model/tests/parity

Every number of channels is the published one divided by 16 (VGG: 32), so that the files stay small; layers, strides,
padding and names are torchvision's. For each network three files are written: `NAME.safetensors` and `NAME.pth` with the
weights in half precision and `NAME.expected.safetensors` with the activations in single precision: at each tap the last
3x3 positions of every channel, and the sum over all. The image is a formula that the test repeats.
"""

import json
import pathlib
import struct
import sys

import torch
from torch import nn

DIVISOR = 16
DIVISOR_VGG = 32
VGG = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}


def conv(inputs, outputs, kernel, **options):
    return [nn.Conv2d(inputs, outputs, kernel, **options), nn.ReLU()]


def vgg(convolutions):
    """Layers, and the tap read after each of some positions."""
    layers, taps, inputs = [], {}, 3
    for block, (count, channels) in enumerate(zip(convolutions, (64, 128, 256, 512, 512)), start=1):
        for _ in range(count):
            layers += conv(inputs, channels // DIVISOR_VGG, 3, padding=1)
            inputs = channels // DIVISOR_VGG
        taps[len(layers) - 1] = f"relu{block}_{count}"
        layers.append(nn.MaxPool2d(2))
        taps[len(layers) - 1] = f"pool{block}"
    return nn.Sequential(*layers), taps


def alexnet():
    c = [n // DIVISOR for n in (64, 192, 384, 256, 256)]
    layers = conv(3, c[0], 11, stride=4, padding=2) + [nn.MaxPool2d(3, 2)]
    layers += conv(c[0], c[1], 5, padding=2) + [nn.MaxPool2d(3, 2)]
    layers += conv(c[1], c[2], 3, padding=1) + conv(c[2], c[3], 3, padding=1) + conv(c[3], c[4], 3, padding=1)
    layers += [nn.MaxPool2d(3, 2)]
    names = {1: "relu1", 2: "pool1", 4: "relu2", 5: "pool2", 7: "relu3", 9: "relu4", 11: "relu5", 12: "pool5"}
    return nn.Sequential(*layers), names


class Fire(nn.Module):
    def __init__(self, inputs, squeeze, expand):
        super().__init__()
        self.squeeze = nn.Conv2d(inputs, squeeze, 1)
        self.expand1x1 = nn.Conv2d(squeeze, expand, 1)
        self.expand3x3 = nn.Conv2d(squeeze, expand, 3, padding=1)

    def forward(self, x):
        x = torch.relu(self.squeeze(x))
        return torch.relu(torch.cat([self.expand1x1(x), self.expand3x3(x)], 1))


def squeezenet():
    def pool():
        return nn.MaxPool2d(3, 2, ceil_mode=True)

    def fire(inputs, squeeze, expand):
        return Fire(inputs // DIVISOR, squeeze // DIVISOR, expand // DIVISOR)

    layers = conv(3, 64 // DIVISOR, 3, stride=2) + [pool(), fire(64, 16, 64), fire(128, 16, 64), pool()]
    layers += [fire(128, 32, 128), fire(256, 32, 128), pool(), fire(256, 48, 192), fire(384, 48, 192)]
    layers += [fire(384, 64, 256), fire(512, 64, 256)]
    names = ["relu1", "pool1", "fire2", "fire3", "pool3", "fire4", "fire5", "pool5", "fire6", "fire7", "fire8", "fire9"]
    return nn.Sequential(*layers), dict(enumerate(names, start=1))


def test_image(height, width):
    c, y, x = torch.meshgrid(torch.arange(3), torch.arange(height), torch.arange(width), indexing="ij")
    return ((37 * c + 11 * y + 7 * x + x * y) % 101)[None] / 100


def normalise(name, images):
    if name == "squeezenet1_1":
        bgr = images.flip(1) * 255
        return bgr - torch.tensor([103.939, 116.779, 123.68]).view(1, 3, 1, 1)
    mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
    return (images - mean) / torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)


def state(name, layers):
    """Half-precision weights under torchvision's names, which the layers then hold as well."""
    with torch.no_grad():
        for parameter in layers.parameters():
            fan_in = parameter[0].numel()
            sd = (2 / fan_in) ** 0.5 if parameter.dim() > 1 else 0.1
            parameter.copy_((torch.randn(parameter.shape) * sd).half().float())
    weights = {f"features.{key}": value.half().contiguous() for key, value in layers.state_dict().items()}
    if name.startswith("squeezenet1_1"):
        weights["classifier.1.weight"] = torch.randn(1000 // DIVISOR, 512 // DIVISOR, 1, 1).half()
        weights["classifier.1.bias"] = torch.randn(1000 // DIVISOR).half()
    else:
        # Present in real files, and to be passed over.
        weights["classifier.0.weight"] = torch.zeros(2, 2).half()
    return weights


def write_safetensors(path, tensors):
    header, blobs, offset = {}, [], 0
    for name, tensor in tensors.items():
        blob = bytes(tensor.contiguous().flatten().view(torch.uint8).tolist())
        kind = {torch.float16: "F16", torch.float32: "F32"}[tensor.dtype]
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def export(folder, name, layers, taps):
    weights = state(name, layers)
    write_safetensors(folder / f"{name}.safetensors", weights)
    torch.save(weights, folder / f"{name}.pth")
    expected, x = {}, normalise(name, test_image(*((64, 72) if name == "alexnet" else (44, 52))))
    with torch.no_grad():
        for position, layer in enumerate(layers):
            x = layer(x)
            if position in taps:
                expected[taps[position]] = x[:, :, -3:, -3:].contiguous()
                expected[taps[position] + ".sum"] = x.double().sum((0, 2, 3)).float()
    write_safetensors(folder / f"{name}.expected.safetensors", expected)


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    networks = {name: vgg(convolutions) for name, convolutions in VGG.items()}
    networks |= {"alexnet": alexnet(), "squeezenet1_1": squeezenet(), "squeezenet1_1-torchvision": squeezenet()}
    for name, (layers, taps) in networks.items():
        export(folder, name, layers, taps)


if __name__ == "__main__":
    main()
