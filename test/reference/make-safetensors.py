"""Writes test/fixtures/safetensors/python.safetensors with Python's safetensors: one tensor of each type we read.

Run with any Python that has torch and safetensors: python3 test/reference/make-safetensors.py
"""

from pathlib import Path

import torch
from safetensors.torch import save_file

halves = [0.0, -0.0, 1.0, -2.5, 0.1, 65504.0, 6e-8, float("inf")]
tensors = {
    "floats": torch.tensor([[1.5, -2.25, 3e-20], [float("inf"), 0.1, -0.0]]),
    "halves": torch.tensor(halves, dtype=torch.float16),
    "brains": torch.tensor([0.0, 1.0, -3.140625, 1e30, 1e-30], dtype=torch.bfloat16),
    "bytes": torch.tensor([[0, 128, 255]], dtype=torch.uint8),
    "small": torch.tensor([-128, 0, 127], dtype=torch.int8),
    "integers": torch.tensor([-(2**31), 2**31 - 1], dtype=torch.int32),
    "long": torch.tensor([-(2**63), 2**63 - 1, 42], dtype=torch.int64),
    "scalar": torch.tensor(7.0),
    "empty": torch.zeros(0, 3),
}
target = Path(__file__).parent.parent / "fixtures" / "safetensors" / "python.safetensors"
target.parent.mkdir(parents=True, exist_ok=True)
save_file(tensors, target, metadata={"format": "pt", "written by": "Python"})
print(target, target.stat().st_size, "bytes")
