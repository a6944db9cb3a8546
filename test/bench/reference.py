"""Training steps of the benchmark's workloads in PyTorch, as one would plainly write them.

Reads one JSON request a line, {"name", "shape", "threads", "steps"}, and answers with the seconds of each step, on the clock
and of processor time.
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional


class Mlp(nn.Module):
    def __init__(self, shape):
        super().__init__()
        sizes = [shape["inputs"], *shape["hidden"]]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        self.classifier = nn.Linear(sizes[-1], shape["classes"])

    def forward(self, pixels):
        x = pixels.flatten(1)
        for layer in self.layers:
            x = functional.relu(layer(x))
        return self.classifier(x)


class Cnn(nn.Module):
    def __init__(self, shape):
        super().__init__()
        channels = [1, *shape["channels"]]
        self.convolutions = nn.ModuleList(
            nn.Conv2d(a, b, 3, padding=1, bias=False) for a, b in zip(channels, channels[1:])
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(b) for b in channels[1:])
        side = 28 // 2 ** len(shape["channels"])
        self.dense = nn.Linear(side * side * channels[-1], shape["dense"])
        self.classifier = nn.Linear(shape["dense"], shape["classes"])

    def forward(self, pixels):
        x = pixels
        for convolution, norm in zip(self.convolutions, self.norms):
            x = functional.max_pool2d(functional.relu(norm(convolution(x))), 2)
        return self.classifier(functional.relu(self.dense(x.flatten(1))))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.queries, self.keys, self.values, self.output = (nn.Linear(width, width) for _ in range(4))
        self.after_attention = nn.LayerNorm(width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.after_feed_forward = nn.LayerNorm(width)

    def forward(self, x, bias):
        batch, length, width = x.shape

        def split(projected):
            return projected.view(batch, length, self.heads, width // self.heads).transpose(1, 2)

        mixed = functional.scaled_dot_product_attention(
            split(self.queries(x)), split(self.keys(x)), split(self.values(x)), attn_mask=bias
        )
        x = self.after_attention(x + self.output(mixed.transpose(1, 2).reshape(batch, length, width)))
        return self.after_feed_forward(x + self.down(functional.gelu(self.up(x))))


class Encoder(nn.Module):
    def __init__(self, shape):
        super().__init__()
        width = shape["width"]
        self.tokens = nn.Embedding(shape["vocabulary"], width)
        self.positions = nn.Embedding(shape["length"], width)
        self.blocks = nn.ModuleList(Block(width, shape["heads"]) for _ in range(shape["layers"]))
        self.classifier = nn.Linear(width, shape["classes"])

    def forward(self, ids, mask):
        bias = mask[:, None, None, :]
        x = self.tokens(ids) + self.positions.weight
        for block in self.blocks:
            x = block(x, bias)
        return self.classifier(x[:, 0])


def inputs(name, shape):
    if name == "transformer":
        size = (shape["batch"], shape["length"])
        return torch.randint(shape["vocabulary"], size), torch.ones(size, dtype=torch.bool)
    return (torch.rand(shape["batch"], 1, 28, 28),)


class Workload:
    def __init__(self, name, shape):
        self.model = {"mlp": Mlp, "cnn": Cnn, "transformer": Encoder}[name](shape)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-4)
        self.inputs = inputs(name, shape)
        self.labels = torch.randint(shape["classes"], (shape["batch"],))

    def step(self):
        self.optimizer.zero_grad()
        loss = functional.cross_entropy(self.model(*self.inputs), self.labels)
        loss.backward()
        self.optimizer.step()


def main():
    print(json.dumps({"version": torch.__version__}), flush=True)
    workloads = {}
    for line in sys.stdin:
        request = json.loads(line)
        torch.set_num_threads(request["threads"])
        name = request["name"]
        if name not in workloads:
            workloads[name] = Workload(name, request["shape"])
        times = []
        for _ in range(request["steps"]):
            start, processor = time.perf_counter(), time.process_time()
            workloads[name].step()
            times.append([time.perf_counter() - start, time.process_time() - processor])
        print(json.dumps({"seconds": times}), flush=True)


if __name__ == "__main__":
    main()
