"""Quantizes graphs of test/fixtures/onnx as users of ONNX Runtime do, and records what its Python package answers.

    python test/reference/onnx/quantized.py

Needs onnx, onnxruntime and onnx_ir. It writes model_quantized.onnx (or model_q4.onnx) beside the graph it was made from,
and quantized.json with the logits and hidden states for the inputs of reference.json.
"""

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

fixtures = Path(__file__).resolve().parents[2] / "fixtures" / "onnx"


def inputs_of(folder: Path) -> dict[str, np.ndarray]:
    described = json.loads((folder / "reference.json").read_text())["inputs"]
    session = ort.InferenceSession(folder / "model.onnx")
    types = {"tensor(int64)": np.int64, "tensor(int32)": np.int32, "tensor(float)": np.float32}
    feeds = {}
    for value in session.get_inputs():
        found = described.get(value.name)
        if found is None:
            any_shape = next(iter(described.values()))["shape"]
            feeds[value.name] = np.zeros(any_shape, types[value.type])
            continue
        feeds[value.name] = np.array(found["data"], types[value.type]).reshape(found["shape"])
    return feeds


class Samples(CalibrationDataReader):
    """Few batches of numbers as the inputs have them, from a fixed seed."""

    def __init__(self, feeds: dict[str, np.ndarray]):
        generator = np.random.default_rng(5)
        self.batches = iter(
            [
                {name: (value + generator.normal(0, 0.1, value.shape)).astype(value.dtype) for name, value in feeds.items()}
                for _ in range(4)
            ]
        )

    def get_next(self):
        return next(self.batches, None)


def record(folder: Path, file: str, hidden: list[str]) -> None:
    model = onnx.load(folder / file)
    answer = model.graph.output[0].name
    known = {output.name for output in model.graph.output}
    for name in hidden:
        if name not in known:
            model.graph.output.append(onnx.ValueInfoProto(name=name))
    session = ort.InferenceSession(model.SerializeToString())
    values = session.run([answer, *hidden], inputs_of(folder))
    numbers = lambda value: {"shape": list(value.shape), "data": [round(float(x), 6) for x in value.ravel()]}
    content = {"logits": numbers(values[0]), "hidden": {name: numbers(value) for name, value in zip(hidden, values[1:])}}
    (folder / "quantized.json").write_text(json.dumps(content))
    print(folder.name, file, (folder / file).stat().st_size, "bytes")


def main() -> None:
    bert = fixtures / "bert"
    quantize_dynamic(
        bert / "model.onnx", bert / "model_quantized.onnx", per_channel=True, weight_type=QuantType.QInt8
    )
    record(bert, "model_quantized.onnx", [f"/model/bert/encoder/layer.{k}/output/LayerNorm/Add_1_output_0" for k in (0, 1)])

    resnet = fixtures / "resnet"
    quantize_static(
        resnet / "model.onnx",
        resnet / "model_quantized.onnx",
        Samples(inputs_of(resnet)),
        quant_format=QuantFormat.QDQ,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
    )
    record(resnet, "model_quantized.onnx", [f"/model/resnet/encoder/stages.0/layers.{k}/activation/Relu_output_0_DequantizeLinear_Output" for k in (0, 1)])

    qwen3 = fixtures / "qwen3"
    quantizer = MatMulNBitsQuantizer(onnx.load(qwen3 / "model.onnx"), block_size=16, is_symmetric=True)
    quantizer.process()
    quantizer.model.save_model_to_file(str(qwen3 / "model_q4.onnx"))
    record(qwen3, "model_q4.onnx", ["add_11", "add_20"])


if __name__ == "__main__":
    main()
