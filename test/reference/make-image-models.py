"""Writes test/fixtures/models/image-models.json: what PyTorch computes for the networks of src/models: mlp.ts, cnn.ts, resnet.ts.

Run with any Python that has torch: python3 test/reference/make-image-models.py
Weights are rounded to multiples of 1/64, so that the file says exactly which numbers were used. Everything is computed
in float64.
"""

import json
from pathlib import Path

import torch
from torch import nn

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)

HEIGHT, WIDTH, CHANNELS, CLASSES, BATCH = 7, 6, 2, 3, 5


def nhwc(x):
    return x.permute(0, 2, 3, 1) if x.dim() == 4 else x


class Mlp(nn.Module):
    def __init__(self, hidden, normalization):
        super().__init__()
        sizes = [HEIGHT * WIDTH * CHANNELS, *hidden]
        self.layers = nn.ModuleList(
            nn.Linear(a, b, bias=normalization != "batch") for a, b in zip(sizes, sizes[1:])
        )
        norm = {"none": None, "batch": nn.BatchNorm1d, "layer": nn.LayerNorm}[normalization]
        if norm:
            self.norms = nn.ModuleList(norm(size) for size in hidden)
        self.norm = norm
        self.classifier = nn.Linear(hidden[-1], CLASSES)

    def forward(self, pixels):
        x = nhwc(pixels).flatten(1)
        states = [x]
        for index, layer in enumerate(self.layers):
            x = layer(x)
            if self.norm:
                x = self.norms[index](x)
            x = torch.relu(x)
            states.append(x)
        return self.classifier(x), states


class Separable(nn.Module):
    def __init__(self, before, channels, normalization):
        super().__init__()
        self.depthwise = nn.Conv2d(before, before, 3, 2, 1, groups=before, bias=False)
        self.pointwise = nn.Conv2d(before, channels, 1, bias=normalization != "batch")
        if normalization == "batch":
            self.norm = nn.BatchNorm2d(channels)
        elif normalization == "layer":
            self.norm = nn.GroupNorm(1, channels)

    def forward(self, x):
        x = self.pointwise(self.depthwise(x))
        return torch.relu(self.norm(x) if hasattr(self, "norm") else x)


def separables(before, bottleneck, normalization):
    sizes = [before, *bottleneck]
    return nn.ModuleList(Separable(a, b, normalization) for a, b in zip(sizes, sizes[1:]))


class Stage(nn.Module):
    def __init__(self, before, channels, normalization):
        super().__init__()
        self.conv = nn.Conv2d(before, channels, 3, padding=1, bias=normalization != "batch")
        if normalization == "batch":
            self.norm = nn.BatchNorm2d(channels)
        elif normalization == "layer":
            self.norm = nn.GroupNorm(1, channels)

    def forward(self, x):
        x = self.conv(x)
        if hasattr(self, "norm"):
            x = self.norm(x)
        return torch.max_pool2d(torch.relu(x), 2)


class Cnn(nn.Module):
    def __init__(self, channels, dense, normalization, pooling, bottleneck=()):
        super().__init__()
        self.pooling = pooling
        sizes = [CHANNELS, *channels]
        self.stages = nn.ModuleList(Stage(a, b, normalization) for a, b in zip(sizes, sizes[1:]))
        self.bottleneck = separables(channels[-1], bottleneck, normalization)
        shrink = 2 ** len(channels)
        height, width = HEIGHT // shrink, WIDTH // shrink
        for _ in bottleneck:
            height, width = (height + 1) // 2, (width + 1) // 2
        places = 1 if pooling == "average" else height * width
        features = places * [*channels, *bottleneck][-1]
        self.dense = nn.Linear(features, dense) if dense else None
        self.classifier = nn.Linear(dense or features, CLASSES)

    def forward(self, pixels):
        x = pixels
        states = [nhwc(x)]
        for stage in self.stages:
            x = stage(x)
            states.append(nhwc(x))
        for layer in self.bottleneck:
            x = layer(x)
        x = x.mean((2, 3)) if self.pooling == "average" else nhwc(x).flatten(1)
        if self.dense:
            x = torch.relu(self.dense(x))
            states.append(x)
        return self.classifier(x), states


class Block(nn.Module):
    def __init__(self, before, channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(before, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if stride != 1 or before != channels:
            self.downsample = nn.Sequential(
                nn.Conv2d(before, channels, 1, stride, bias=False), nn.BatchNorm2d(channels)
            )

    def forward(self, x):
        y = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(y)) + (self.downsample(x) if self.downsample else x))


class Resnet(nn.Module):
    def __init__(self, depth, width, blocks=None, bottleneck=()):
        super().__init__()
        left = blocks or (depth - 2) // 2
        sizes = [round(width * channels) for channels in (16, 32, 64)]
        self.conv1 = nn.Conv2d(CHANNELS, sizes[0], 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(sizes[0])
        before = sizes[0]
        for group, channels in enumerate(sizes):
            layer = nn.ModuleList()
            for index in range(min(left, (depth - 2) // 6)):
                layer.append(Block(before, channels, 2 if group and not index else 1))
                before = channels
                left -= 1
            setattr(self, f"layer{group + 1}", layer)
        self.bottleneck = separables(before, bottleneck, "batch")
        self.fc = nn.Linear([before, *bottleneck][-1], CLASSES)

    def forward(self, pixels):
        x = torch.relu(self.bn1(self.conv1(pixels)))
        states = [nhwc(x)]
        for block in [*self.layer1, *self.layer2, *self.layer3]:
            x = block(x)
            states.append(nhwc(x))
        for layer in self.bottleneck:
            x = layer(x)
        return self.fc(x.mean((2, 3))), states


def numbers(tensor):
    return {"shape": list(tensor.shape), "data": [float(f"{v:.9g}") for v in tensor.detach().flatten().tolist()]}


def case(model, config):
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if "num_batches" in name:
                continue
            low, high = (0.5, 2) if "running_var" in name else (-0.5, 0.5)
            centre = 1 if value.dim() == 1 and name.endswith("weight") else 0
            drawn = centre + low + (high - low) * torch.rand_like(value)
            value.copy_((drawn * 64).round() / 64)
    weights = {name: numbers(value) for name, value in model.state_dict().items() if "num_batches" not in name}
    pixels = ((torch.randn(BATCH, CHANNELS, HEIGHT, WIDTH)) * 64).round() / 64
    labels = torch.tensor([0, 1, 2, 1, 0])

    model.eval()
    logits, states = model(pixels)
    evaluated = {"logits": numbers(logits), "hiddenStates": [numbers(state) for state in states]}

    model.train()
    logits, _ = model(pixels)
    loss = nn.functional.cross_entropy(logits, labels)
    loss.backward()
    trained = {
        "logits": numbers(logits),
        "loss": loss.item(),
        "gradients": {name: numbers(p.grad) for name, p in model.named_parameters()},
        "buffers": {name: numbers(b) for name, b in model.named_buffers() if "num_batches" not in name},
    }
    return {
        "config": config,
        "weights": weights,
        "pixels": numbers(nhwc(pixels)),
        "labels": labels.tolist(),
        "evaluated": evaluated,
        "trained": trained,
    }


def mlp(hidden, normalization):
    return case(
        Mlp(hidden, normalization), {"architecture": "mlp", "hidden": hidden, "normalization": normalization}
    )


def cnn(channels, dense, normalization, pooling="flatten", bottleneck=None):
    config = {"architecture": "cnn", "channels": channels, "normalization": normalization, "pooling": pooling}
    extra = ({"dense": dense} if dense else {}) | ({"bottleneck": bottleneck} if bottleneck else {})
    return case(Cnn(channels, dense, normalization, pooling, bottleneck or ()), config | extra)


def resnet(depth, width, **extra):
    config = {"architecture": "resnet", "depth": depth, "width": width}
    return case(Resnet(depth, width, **extra), config | extra)


reference = {
    "task": {"classes": CLASSES, "image": [HEIGHT, WIDTH, CHANNELS]},
    "cases": [
        mlp([5, 4], "none"),
        mlp([4], "batch"),
        mlp([4, 3], "layer"),
        cnn([3, 4], 5, "batch"),
        cnn([3], None, "layer"),
        cnn([2, 3], None, "none"),
        cnn([3], 4, "batch", "average"),
        resnet(14, 0.125),
        cnn([3], None, "batch", "flatten", [4]),
        cnn([2], 4, "layer", "average", [3, 2]),
        resnet(8, 0.125, blocks=1, bottleneck=[3, 4]),
    ],
}
target = Path(__file__).parent.parent / "fixtures" / "models" / "image-models.json"
target.parent.mkdir(parents=True, exist_ok=True)
target.write_text(json.dumps(reference, separators=(",", ":")) + "\n")
print(target, target.stat().st_size, "bytes")
