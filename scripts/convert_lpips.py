"""Convert the linear heads of LPIPS v0.1 from the PyPI package `lpips` into plain float32 files.

    pip download --no-deps lpips==0.1.4
    python scripts/convert_lpips.py lpips-0.1.4-py3-none-any.whl crates/eval/assets

Needs PyTorch. A file holds the channel weights of all taps one after another, little-endian, from the image inwards.
"""

import hashlib
import io
import pathlib
import sys
import zipfile

import torch

CHANNELS = {
    "alex": [64, 192, 384, 256, 256],
    "vgg": [64, 128, 256, 512, 512],
    "squeeze": [64, 128, 256, 384, 384, 512, 512],
}


def main():
    wheel, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    for name, channels in CHANNELS.items():
        data = zipfile.ZipFile(wheel).read(f"lpips/weights/v0.1/{name}.pth")
        state = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
        heads = [state[f"lin{tap}.model.1.weight"].flatten().float() for tap in range(len(channels))]
        if [h.numel() for h in heads] != channels or len(state) != len(channels) or min(h.min() for h in heads) < 0:
            raise SystemExit(f"{name}: these are not the heads of LPIPS v0.1")
        path = folder / f"lpips_{name}.f32"
        path.write_bytes(torch.cat(heads).numpy().astype("<f4").tobytes())
        print(path, hashlib.sha256(path.read_bytes()).hexdigest(), "from", hashlib.sha256(data).hexdigest())


if __name__ == "__main__":
    main()
