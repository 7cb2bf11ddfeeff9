"""Golden values of PixCorr and SSIM for crates/eval/tests/it/golden.rs.

Needs numpy, pillow, scikit-image. Run: python similarity.py > similarity.json
"""

import json

import numpy as np
import PIL
import skimage
from PIL import Image
from skimage.color import rgb2gray
from skimage.metrics import structural_similarity


def resize(image, side):
    """Bilinear, antialiased, without rounding: one float plane at a time."""
    planes = [Image.fromarray(image[..., c].astype(np.float32), mode="F") for c in range(3)]
    planes = [p.resize((side, side), Image.Resampling.BILINEAR) for p in planes]
    return np.stack([np.asarray(p, dtype=np.float64) for p in planes], axis=-1)


def ssim(a, b):
    return structural_similarity(
        rgb2gray(a), rgb2gray(b), gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1.0
    )


def pixcorr(a, b):
    return np.corrcoef(a.ravel(), b.ravel())[0, 1]


rng = np.random.default_rng(20)
cases = []
for height, width, noise in [(24, 24, 10), (20, 28, 60), (24, 24, 200)]:
    y, x = np.mgrid[:height, :width]
    planes = [127 + 100 * np.sin(0.4 * x + 0.3 * (c + 1) * y + c) for c in range(3)]
    shown = np.clip(np.stack(planes, -1) + rng.normal(0, 12, (height, width, 3)), 0, 255).astype(np.uint8)
    other = np.clip(shown + rng.normal(0, noise, shown.shape), 0, 255).astype(np.uint8)
    a, b = shown / 255.0, other / 255.0
    large_a, large_b, small_a, small_b = (resize(i, s) for s in (425, 13) for i in (a, b))
    cases.append(
        {
            "height": height,
            "width": width,
            "shown": shown.ravel().tolist(),
            "reconstruction": other.ravel().tolist(),
            "ssim_native": ssim(a, b),
            "ssim_425": ssim(large_a, large_b),
            "ssim_13": ssim(small_a, small_b),
            "pixcorr_native": pixcorr(a, b),
            "pixcorr_425": pixcorr(large_a, large_b),
            "pixcorr_13": pixcorr(small_a, small_b),
        }
    )
versions = f"scikit-image {skimage.__version__}, numpy {np.__version__}, pillow {PIL.__version__}"
print(json.dumps({"versions": versions, "cases": cases}, separators=(",", ":")))
