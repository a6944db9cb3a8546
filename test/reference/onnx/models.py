"""Models as common exporters write them, and what PyTorch computes with them. Run with any Python that has torch,
transformers, onnx and onnxscript:

python3 test/reference/onnx/models.py [NAME...]
    writes test/fixtures/onnx/NAME/: model.onnx, config.json where transformers has one, and reference.json: inputs, logits,
    the values of named hidden states, and the gradient of the loss Σ logits · sin(index) for each weight, by the name that
    the exported file gives it. Weights that an exporter transposed have their gradients transposed alike.
"""

import json
import shutil
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
import transformers
from onnx import numpy_helper
from torch import nn

from samples import Logits, bert, convnext, deberta, gpt2, gru, keras_network, mixer, mobilenet, qwen3, resnet, t5, vit

warnings.filterwarnings("ignore")
transformers.logging.set_verbosity_error()
torch.set_num_threads(1)

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "onnx"


# name: model, whether the newer exporter writes it, opset
MODELS = {
    "bert": (bert, False, 14),
    "deberta": (deberta, True, 18),
    "t5": (t5, True, 18),
    "gpt2": (gpt2, True, 18),
    "qwen3": (qwen3, True, 20),
    "vit": (vit, True, 18),
    "mobilenet": (mobilenet, False, 11),
    "resnet": (resnet, False, 13),
    "convnext": (convnext, True, 20),
    "mixer": (mixer, False, 17),
    "keras": (keras_network, False, 18),
    "gru": (gru, False, 14),
}


def export(name):
    build, dynamo, opset = MODELS[name]
    torch.manual_seed(7)
    model, inputs, config = build()
    model.eval()
    with torch.no_grad():
        # Away from what initializers leave: zero biases, unit scales, equal statistics.
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.05)
        for key, buffer in model.named_buffers():
            if key.endswith("running_mean"):
                buffer.add_(torch.randn_like(buffer) * 0.1)
            if key.endswith("running_var"):
                buffer.mul_(1 + 0.3 * torch.rand_like(buffer))
    folder = FIXTURES / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    file = folder / "model.onnx"
    text = "input_ids" in inputs
    names = list(inputs)
    arguments = tuple(inputs.values())
    if dynamo:
        batch = torch.export.Dim("batch", min=1, max=64)
        length = torch.export.Dim("length", min=2, max=16)
        axes = {0: batch, 1: length} if text else {0: batch}
        dynamic = tuple(axes for _ in names)
        if isinstance(model, Logits):
            dynamic = (dynamic,)
        program = torch.onnx.export(
            model, arguments, dynamo=True, input_names=names, output_names=["logits"], opset_version=opset,
            dynamic_shapes=dynamic, verbose=False, external_data=False,
        )
        program.save(str(file), external_data=False)
    elif hasattr(model, "export_model"):
        model.export_model(file)
    else:
        axes = {0: "batch", 1: "length"} if text else {0: "batch"}
        torch.onnx.export(
            model, arguments, str(file), dynamo=False, input_names=names, output_names=["logits"], opset_version=opset,
            dynamic_axes={**{key: axes for key in names}, "logits": {0: "batch"}},
            training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False,
        )
    written = onnx.load(str(file))
    for node in written.graph.node:
        node.ClearField("doc_string")
        node.ClearField("metadata_props")
    for value in list(written.graph.value_info):
        value.ClearField("metadata_props")
    written.ClearField("metadata_props")
    onnx.save(written, str(file))
    if config is not None:
        config.save_pretrained(folder)
    (folder / "reference.json").write_text(json.dumps(reference(model, inputs, written)))
    print(name, file.stat().st_size, sorted({node.op_type for node in written.graph.node}))


def listed(tensor):
    values = np.asarray(tensor.detach().numpy() if isinstance(tensor, torch.Tensor) else tensor)
    flat = values.reshape(-1).tolist()
    return {"shape": list(values.shape), "data": [float(f"{value:.7g}") if isinstance(value, float) else value for value in flat]}


def loss_of(logits):
    weights = torch.sin(torch.arange(logits.numel(), dtype=torch.float32)).reshape(logits.shape)
    return (logits * weights).sum()


def gradients(model, inputs, written, training):
    model.train(training)
    buffers = {key: value.clone() for key, value in model.named_buffers()}
    model.zero_grad()
    logits = model(*inputs.values())
    loss_of(logits).backward()
    found = {}
    own = {key: value for key, value in model.named_parameters()}
    for tensor in written.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32:
            continue
        for parameter in own.values():
            if parameter.grad is None:
                continue
            mine = parameter.detach().numpy()
            if mine.shape == values.shape and np.array_equal(mine, values):
                found[tensor.name] = listed(parameter.grad)
                continue
            # A matrix may be written turned; Keras has the places of kernels first.
            turns = [(1, 0)] if mine.ndim == 2 else [(3, 2, 0, 1), (2, 3, 0, 1)] if mine.ndim == 4 else []
            for axes in turns:
                turned = mine.transpose(axes)
                if turned.shape == values.shape and np.array_equal(turned, values):
                    found[tensor.name] = listed(parameter.grad.permute(axes))
    statistics = {key: listed(value) for key, value in model.named_buffers() if "running_" in key}
    with torch.no_grad():
        for key, value in model.named_buffers():
            value.copy_(buffers[key])
    model.eval()
    return {"logits": listed(logits), "gradients": found, **({"statistics": statistics} if statistics and training else {})}


def hidden_states(model, inputs):
    inner = getattr(model, "model", None)
    if inner is None:
        return {}
    try:
        states = inner(**inputs, output_hidden_states=True).hidden_states
    except TypeError:
        return {}
    # Of images the layers are told apart otherwise than in transformers.
    return {str(index): listed(state) for index, state in enumerate(states)} if states[0].ndim == 3 else {}


def reference(model, inputs, written):
    evaluated = gradients(model, inputs, written, False)
    batch_norm = any(isinstance(module, nn.BatchNorm2d) for module in model.modules())
    return {
        "inputs": {key: listed(value) for key, value in inputs.items()},
        **evaluated,
        "hidden": hidden_states(model, inputs),
        **({"training": gradients(model, inputs, written, True)} if batch_norm else {}),
    }


if __name__ == "__main__":
    for name in sys.argv[1:] or MODELS:
        try:
            export(name)
        except Exception as error:
            print(name, "FAILED", type(error).__name__, str(error)[:600])
