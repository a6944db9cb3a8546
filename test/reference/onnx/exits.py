"""Exits on models of models.py, self-distilled by PyTorch. Run with any Python that has torch, transformers, onnx and
onnxscript:

PYTHONPATH=test/reference/onnx python3 test/reference/onnx/exits.py
    writes test/fixtures/onnx/NAME/exits.json: the weights of the exits, the terms of the loss (Zhang et al. 2019), and the
    gradient of their sum for the weights of exits and of the student, by the names that the exported file gives them.
"""

import json

import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper
from torch import nn

from models import FIXTURES, MODELS, listed

TEMPERATURE = 3.0
LABELS = torch.tensor([2, 0])


class Tokens(nn.Module):
    """A linear layer on the mean of the real tokens."""

    def __init__(self, width, classes):
        super().__init__()
        self.classifier = nn.Linear(width, classes)

    def forward(self, state, mask):
        weights = mask.float() / mask.sum(1, keepdim=True).clamp(min=1)
        return self.classifier((state * weights.unsqueeze(-1)).sum(1))


class Separable(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.depthwise = nn.Conv2d(inputs, inputs, 3, stride=2, padding=1, groups=inputs, bias=False)
        self.pointwise = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, maps):
        return torch.relu(self.norm(self.pointwise(self.depthwise(maps))))


class Maps(nn.Module):
    """A linear layer on averaged maps, which go through a bottleneck before."""

    def __init__(self, channels, classes):
        super().__init__()
        self.bottleneck = nn.ModuleList(Separable(one, other) for one, other in zip(channels, channels[1:]))
        self.classifier = nn.Linear(channels[-1], classes)

    def forward(self, maps, _mask):
        for layer in self.bottleneck:
            maps = layer(maps)
        return self.classifier(maps.mean((2, 3)))


# name: whether it is trained with the statistics of the batch, the layers or values exits stand after, and for each the
# module that makes its state, and its classifier
EXITS = {
    "bert": (
        False,
        [1, "*encoder/layer.1/attention/output/LayerNorm/*Add_1_output_0"],
        lambda bert: [bert.model.bert.encoder.layer[0], bert.model.bert.encoder.layer[1].attention.output],
        [lambda: Tokens(16, 3), lambda: Tokens(16, 3)],
    ),
    "resnet": (
        True,
        [1, 3],
        lambda resnet: [resnet.model.resnet.encoder.stages[0].layers[0], resnet.model.resnet.encoder.stages[1].layers[0]],
        [lambda: Maps([8, 12], 4), lambda: Maps([12], 4)],
    ),
}


def reference(name):
    training, layers, modules, classifiers = EXITS[name]
    torch.manual_seed(7)
    model, inputs, _ = MODELS[name][0]()
    model.eval()
    written = onnx.load(str(FIXTURES / name / "model.onnx"))
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in written.graph.initializer}
    own = dict(model.named_parameters())
    recorded = json.loads((FIXTURES / name / "reference.json").read_text())
    inputs = {key: torch.tensor(recorded["inputs"][key]["data"]).reshape(recorded["inputs"][key]["shape"]) for key in inputs}
    with torch.no_grad():
        for parameter in own.values():
            parameter.add_(torch.randn_like(parameter) * 0.05)
        for key, buffer in model.named_buffers():
            if key.endswith("running_mean"):
                buffer.add_(torch.randn_like(buffer) * 0.1)
            if key.endswith("running_var"):
                buffer.mul_(1 + 0.3 * torch.rand_like(buffer))
        logits = model(*inputs.values())
        expected = torch.tensor(recorded["logits"]["data"]).reshape(logits.shape)
        assert torch.allclose(logits, expected, atol=1e-5), "these are no longer the weights of the file"
    states = []
    for module in modules(model):
        module.register_forward_hook(lambda _module, _inputs, output: states.append(output[0] if isinstance(output, tuple) else output))
    torch.manual_seed(11)
    exits = [build() for build in classifiers]
    begun = [{key: listed(value) for key, value in exit.state_dict().items() if "num_batches" not in key} for exit in exits]
    model.train(training)
    deepest = model(*inputs.values())
    mask = inputs.get("attention_mask")
    share = 1 / (len(exits) + 1)
    terms = {"labels": F.cross_entropy(deepest, LABELS)}
    for at, (exit, state) in enumerate(zip(exits, states)):
        answer = exit(state, mask)
        terms[f"{at}.labels"] = F.cross_entropy(answer, LABELS)
        target = F.softmax(deepest.detach() / TEMPERATURE, -1)
        divergence = F.kl_div(F.log_softmax(answer / TEMPERATURE, -1), target, reduction="batchmean")
        terms[f"{at}.self"] = TEMPERATURE**2 * divergence
    (share * sum(terms.values())).backward()
    gradients = {}
    for tensor, values in stored.items():
        for parameter in own.values():
            if parameter.grad is None or parameter.shape[::-1] != values.shape and parameter.shape != values.shape:
                continue
            for turned in (False, True) if parameter.ndim == 2 else (False,):
                mine = parameter.detach().T if turned else parameter.detach()
                if mine.shape == values.shape and torch.equal(mine, torch.tensor(values)):
                    gradients[tensor] = listed(parameter.grad.T if turned else parameter.grad)
    found = {
        "layers": layers,
        "labels": LABELS.tolist(),
        "temperature": TEMPERATURE,
        "training": training,
        "terms": {key: value.item() for key, value in terms.items()},
        "exits": [
            {
                "weights": weights,
                "gradients": {key: listed(value.grad) for key, value in exit.named_parameters()},
                "statistics": {key: listed(value) for key, value in exit.named_buffers() if "running" in key},
            }
            for exit, weights in zip(exits, begun)
        ],
        "gradients": gradients,
    }
    (FIXTURES / name / "exits.json").write_text(json.dumps(found))
    print(name, len(gradients), "of", len(own), terms)


if __name__ == "__main__":
    for name in EXITS:
        reference(name)
