"""Write stand-ins for the networks of the feature metrics, a few hundred bytes each, and what they give.

    pip install numpy onnx
    python scripts/make_onnx_fixtures.py crates/model/tests/onnx

A stand-in has the input and output of the network of its name. It averages 3x3 pixels at six or seven places of each
row and column and multiplies them with a matrix that the graph computes from integers, so that no weights need be kept.
It shows that the right images arrive, resized and normalised, not how good the real network is. `expected.json` is
computed with NumPy from the definition, not by an ONNX runtime.
"""

import json
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# Name: side, length, mean and standard deviation, as crates/model/src/foreign/registry.rs has them.
IMAGENET = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
OPENAI = ([0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711])
HALF = ([0.5] * 3, [0.5] * 3)
NETWORKS = {
    "inception_v3": (342, 2048, IMAGENET),
    "clip_vit_l14": (224, 768, OPENAI),
    "efficientnet_b1": (255, 1280, IMAGENET),
    "swav_resnet50": (224, 2048, IMAGENET),
    "efficientnet_lite0": (224, 1280, HALF),
}


def grid(side):
    """Distance between the places, and their number in a row."""
    return side // 6, (side - 3) // (side // 6) + 1


def graph(side, length, batch="batch"):
    stride, places = grid(side)
    count = 3 * places * places
    integers = {"zero": 0, "one": 1, "seven": 7, "thirteen": 13, "modulus": 31, "count": count, "length": length}
    constants = [numpy_helper.from_array(np.array(v, np.int64), k) for k, v in integers.items()]
    constants += [
        numpy_helper.from_array(np.array([count, 1], np.int64), "column"),
        numpy_helper.from_array(np.array([1, length], np.int64), "row"),
        numpy_helper.from_array(np.array(31, np.float32), "divisor"),
        numpy_helper.from_array(np.array(0.5, np.float32), "half"),
    ]
    node = helper.make_node
    nodes = [
        node("AveragePool", ["images"], ["places"], kernel_shape=[3, 3], strides=[stride, stride]),
        node("Flatten", ["places"], ["flat"], axis=1),
        node("Range", ["zero", "count", "one"], ["i0"]),
        node("Range", ["zero", "length", "one"], ["j0"]),
        node("Reshape", ["i0", "column"], ["i"]),
        node("Reshape", ["j0", "row"], ["j"]),
        node("Mul", ["i", "seven"], ["i7"]),
        node("Mul", ["j", "thirteen"], ["j13"]),
        node("Mul", ["i", "j"], ["ij"]),
        node("Add", ["i7", "j13"], ["sum"]),
        node("Add", ["sum", "ij"], ["integers"]),
        node("Mod", ["integers", "modulus"], ["rest"]),
        node("Cast", ["rest"], ["float"], to=TensorProto.FLOAT),
        node("Div", ["float", "divisor"], ["fraction"]),
        node("Sub", ["fraction", "half"], ["weight"]),
        node("MatMul", ["flat", "weight"], ["product"]),
        node("Relu", ["product"], ["features"]),
    ]
    images = helper.make_tensor_value_info("images", TensorProto.FLOAT, [batch, 3, side, side])
    features = helper.make_tensor_value_info("features", TensorProto.FLOAT, [batch, length])
    made = helper.make_graph(nodes, "stand-in", [images], [features], constants)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    return model


def stand_in(images, side, length, normalisation):
    """The same in NumPy, of images in 0..1."""
    mean, sd = (np.array(v, np.float64).reshape(1, 3, 1, 1) for v in normalisation)
    x = (images.astype(np.float64) - mean) / sd
    stride, places = grid(side)
    at = [stride * p for p in range(places)]
    flat = np.stack([x[:, :, y : y + 3, z : z + 3].mean((2, 3)) for y in at for z in at], -1).reshape(len(x), -1)
    i, j = np.arange(flat.shape[1])[:, None], np.arange(length)[None]
    return np.maximum(flat @ (((7 * i + 13 * j + i * j) % 31) / 31 - 0.5), 0)


def pattern(number, side):
    """Image `number` of the tests, `[3, side, side]`."""
    c, y, x = np.meshgrid(np.arange(3), np.arange(side), np.arange(side), indexing="ij")
    return (((5 + number) * y * x + 37 * c + 11 * y + 7 * x) % 101).astype(np.float32) / np.float32(100)


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    expected = {}
    for name, (side, length, normalisation) in NETWORKS.items():
        onnx.save(graph(side, length), folder / f"{name}.onnx")
        features = stand_in(np.stack([pattern(n, side) for n in range(2)]), side, length, normalisation)
        expected[name] = {"first": features[:, :6].tolist(), "sum": features.sum(1).tolist()}
    onnx.save(graph(224, 768, batch=1), folder / "fixed_batch.onnx")
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
