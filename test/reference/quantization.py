"""Reference values of quantization arithmetic, by PyTorch. Writes test/fixtures/compression/quantization.json.

Run where torch is installed: python test/reference/quantization.py
"""

import json
import pathlib

import torch

torch.manual_seed(7)


def numbers(tensor):
    return tensor.flatten().tolist()


def rows(weight):
    """8 bits, symmetric, one scale per output channel, by torch's own quantizer."""
    scales = weight.abs().amax(dim=1) / 127
    scales = torch.where(scales > 0, scales, torch.ones_like(scales))
    zeros = torch.zeros(len(scales), dtype=torch.int64)
    quantized = torch.fake_quantize_per_channel_affine(weight, scales, zeros.to(torch.int32), 0, -127, 127)
    return {
        "rows": weight.shape[0],
        "weight": numbers(weight),
        "scales": numbers(scales),
        "values": numbers((quantized / scales[:, None]).round().to(torch.int64)),
        "dequantized": numbers(quantized),
    }


def groups(weight, size):
    """4 bits, symmetric, one scale per group of inputs."""
    outputs, inputs = weight.shape
    padded = torch.nn.functional.pad(weight, (0, -inputs % size)).reshape(-1, size)
    scales = padded.abs().amax(dim=1) / 7
    scales = torch.where(scales > 0, scales, torch.ones_like(scales))
    zeros = torch.zeros(len(scales), dtype=torch.int32)
    quantized = torch.fake_quantize_per_channel_affine(padded, scales, zeros, 0, -7, 7)
    unpadded = quantized.reshape(outputs, -1)[:, :inputs]
    values = (quantized / scales[:, None]).round().reshape(outputs, -1)[:, :inputs]
    return {
        "rows": outputs,
        "groupSize": size,
        "weight": numbers(weight),
        "scales": numbers(scales),
        "values": numbers(values.to(torch.int64)),
        "dequantized": numbers(unpadded),
    }


def activation(low, high):
    """Unsigned 8 bits over a range, scale and zero point by torch's observer."""
    observer = torch.ao.quantization.MinMaxObserver(dtype=torch.quint8, quant_min=0, quant_max=255)
    observer(torch.tensor([low, high]))
    scale, zero = observer.calculate_qparams()
    return {"low": low, "high": high, "scale": scale.item(), "zeroPoint": int(zero.item())}


weight = torch.randn(5, 50)
weight[3] = 0
weight[4, 0] = 40.0
result = {
    "rows": rows(weight),
    "groups": [groups(weight, 16), groups(weight, 32)],
    "activations": [
        activation(low, high) for low, high in [(0.0, 6.0), (-1.5, 2.5), (0.25, 3.0), (-4.0, -1.0)]
    ],
    "halves": {
        "values": [0.1, -65504.0, 6.1e-5, 1e-7, 3.14159265, 2049.0],
        "rounded": torch.tensor([0.1, -65504.0, 6.1e-5, 1e-7, 3.14159265, 2049.0]).half().float().tolist(),
    },
}
target = pathlib.Path(__file__).parent.parent / "fixtures" / "compression" / "quantization.json"
target.parent.mkdir(parents=True, exist_ok=True)
target.write_text(json.dumps(result) + "\n")
