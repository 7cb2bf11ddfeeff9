"""Golden values of resizing, MS-SSIM, LPIPS and the feature metrics for crates/eval/tests/it/networks.rs.

    pip install numpy torch torchvision scipy pytorch-msssim lpips tqdm
    python networks.py > networks.json

Images are formulas that the test repeats. The backbones of LPIPS and AlexNet have weights that are formulas too, since published
ones are too large to keep; LPIPS is also computed with the built-in weights of SqueezeNet, which are real though not
those its heads were fitted to. The networks of the feature metrics are the stand-ins of scripts/make_onnx_fixtures.py.
"""

import json
import pathlib
import struct
import sys

import lpips
import numpy as np
import pytorch_msssim
import torch
import torchvision
from scipy.spatial.distance import correlation
from torchvision.transforms import InterpolationMode, Normalize, Resize

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "scripts"))
from make_onnx_fixtures import NETWORKS, pattern, stand_in  # noqa: E402

ITEMS, SIDE = 6, 64


def resize(images, side):
    return Resize(side, interpolation=InterpolationMode.BILINEAR, antialias=True)(images)


def samples(image):
    """Every 37th value and the sum."""
    flat = image.double().flatten()
    return {"values": flat[::37][:200].tolist(), "sum": flat.sum().item()}


def resizing():
    for before, after in [(64, 425), (64, 342), (112, 255), (112, 224), (300, 224), (299, 256), (425, 224)]:
        image = torch.from_numpy(pattern(1, before)).double()[None]  # weights in double precision too
        yield {"from": before, "to": after, **samples(resize(image, after))}


def formula(name, shape):
    """Values of a parameter from its name, uniform with variance 2 / fan_in; biases within 0.1."""
    seed = 2166136261
    for byte in name.encode():
        seed = ((seed ^ byte) * 16777619) % 2**32
    with np.errstate(over="ignore"):
        x = np.arange(np.prod(shape), dtype=np.uint32) * np.uint32(2654435761) + np.uint32(seed)
        x ^= x >> np.uint32(16)
        x *= np.uint32(0x85EBCA6B)
        x ^= x >> np.uint32(13)
        x *= np.uint32(0xC2B2AE35)
        x ^= x >> np.uint32(16)
    unit = (x >> np.uint32(8)).astype(np.float64) / 2**24 * 2 - 1
    scale = 0.1 if len(shape) == 1 else (6 / np.prod(shape[1:])) ** 0.5
    return torch.from_numpy((unit * scale).astype(np.float32).reshape(shape))


def by_formula(network):
    with torch.no_grad():
        for name, value in network.features.named_parameters():
            value.copy_(formula(f"features.{name}", tuple(value.shape)))
    return network.eval()


def slices_of(measure):
    """The layers of a backbone within `lpips` in torchvision's order."""
    return [layer for part in measure.net.children() for layer in part]


def read_safetensors(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    for name, entry in header.items():
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        yield name, torch.from_numpy(np.frombuffer(data[start:end], "<f2").astype(np.float32).reshape(entry["shape"]))


class Caffe(torch.nn.Module):
    """Input of the built-in SqueezeNet, of images in -1..1 as `lpips` hands them on."""

    def forward(self, x):
        return ((x + 1) / 2).flip(1) * 255 - torch.tensor([103.939, 116.779, 123.68]).view(1, 3, 1, 1)


def lpips_of(net, network, shown, reconstructions, scaling=None):
    measure = lpips.LPIPS(net=net, pnet_rand=True, verbose=False)
    for position, layer in enumerate(slices_of(measure)):
        layer.load_state_dict(network.features[position].state_dict())
    if scaling is not None:
        measure.scaling_layer = scaling
    measure.double()
    with torch.no_grad():
        return [[measure(r[None], s[None], normalize=True).item() for s in shown.double()] for r in reconstructions.double()]


def comparison(of_shown, of_reconstructions):
    """Pairwise identification and correlation distance of each item."""
    r = np.corrcoef(of_shown, of_reconstructions)[:ITEMS, ITEMS:]  # [shown, reconstructions]
    pairwise = (r < np.diag(r)).sum(0) / (ITEMS - 1)
    return {
        "pairwise": pairwise.tolist(),
        "distance": [correlation(a, b) for a, b in zip(of_shown, of_reconstructions)],
    }


def main():
    torch.manual_seed(0)
    shown = torch.from_numpy(np.stack([pattern(n, SIDE) for n in range(ITEMS)]))
    reconstructions = 0.6 * shown + 0.4 * shown.roll(-3, 0)
    golden = {"versions": f"torch {torch.__version__}, torchvision {torchvision.__version__}, lpips 0.1.4"}
    golden["resize"] = list(resizing())

    direct = [torch.from_numpy(pattern(n, 200)[None, :, :190, :177]).double() for n in (1, 2)]
    direct[1] = 0.7 * direct[0] + 0.3 * direct[1]
    golden["ms_ssim_direct"] = pytorch_msssim.ms_ssim(*direct, data_range=1, size_average=False).tolist()
    large = [resize(images.double(), 425) for images in (reconstructions, shown)]
    golden["ms_ssim"] = pytorch_msssim.ms_ssim(*large, data_range=1, size_average=False).tolist()

    alexnet = by_formula(torchvision.models.alexnet(weights=None))
    vgg16 = by_formula(torchvision.models.vgg16(weights=None))
    squeezenet = by_formula(torchvision.models.squeezenet1_1(weights=None))
    built_in = torchvision.models.squeezenet1_1(weights=None)
    weights = ROOT / "crates/model/assets/squeezenet1_1.f16.safetensors"
    built_in.load_state_dict(dict(read_safetensors(weights)))
    golden["lpips"] = {
        "lpips-alex": lpips_of("alex", alexnet, shown, reconstructions),
        "lpips-vgg": lpips_of("vgg", vgg16, shown, reconstructions),
        "lpips-squeeze": lpips_of("squeeze", squeezenet, shown, reconstructions),
        "built-in": lpips_of("squeeze", built_in, shown, reconstructions, Caffe()),
    }

    golden["features"] = {}
    normalise = Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    for key, last in [("alexnet2", 4), ("alexnet5", 11)]:
        with torch.no_grad():
            a, b = (
                alexnet.features[: last + 1](normalise(resize(images, 256))).flatten(1).double().numpy()
                for images in (shown, reconstructions)
            )
        golden["features"][key] = comparison(a, b)
    keys = ["inception", "clip", "efficientnet-b1", "swav", "efficientnet-lite0"]
    for key, (side, length, normalisation) in zip(keys, NETWORKS.values()):
        a, b = (stand_in(resize(i, side).numpy(), side, length, normalisation) for i in (shown, reconstructions))
        golden["features"][key] = comparison(a, b)
    print(json.dumps(golden, separators=(",", ":")))


if __name__ == "__main__":
    main()
