"""Makes optimizers.golden.json: weights after steps of PyTorch's AdamW and SGD, with clipping by global norm.

    python optimizers.py > optimizers.golden.json
"""

import json

import torch

STEPS = 6
SHAPES = {"matrix": (3, 4), "vector": (4,)}


def trajectory(make_optimizer, clip, decoupled_decay=0.0):
    generator = torch.Generator().manual_seed(7)
    draw = lambda shape: torch.randn(shape, generator=generator)
    weights = {name: torch.nn.Parameter(draw(shape)) for name, shape in SHAPES.items()}
    start = {name: weight.tolist() for name, weight in weights.items()}
    optimizer = make_optimizer(weights)
    gradients, rates, result = [], [], []
    for step in range(STEPS):
        rate = 0.1 / (step + 1)
        # Steps on both sides of the clipping limit, and far from each other.
        scale = [1.0, 0.01, 5.0, 0.1, 1e-4, 2.0][step]
        for weight in weights.values():
            weight.grad = draw(weight.shape) * scale
        gradients.append({name: weight.grad.tolist() for name, weight in weights.items()})
        if clip is not None:
            torch.nn.utils.clip_grad_norm_(list(weights.values()), clip)
        for group in optimizer.param_groups:
            group["lr"] = rate
        with torch.no_grad():
            weights["matrix"].mul_(1 - rate * decoupled_decay)
        optimizer.step()
        rates.append(rate)
        result.append({name: weight.tolist() for name, weight in weights.items()})
    return {"clip": clip, "start": start, "gradients": gradients, "rates": rates, "weights": result}


def adamw(weight_decay):
    # As in every trainer, the vector has no weight decay.
    return lambda weights: torch.optim.AdamW(
        [
            {"params": [weights["matrix"]], "weight_decay": weight_decay},
            {"params": [weights["vector"]], "weight_decay": 0.0},
        ],
        betas=(0.9, 0.99),
        eps=1e-6,
    )


def sgd(momentum, coupled_decay=0.0):
    return lambda weights: torch.optim.SGD(
        [
            {"params": [weights["matrix"]], "weight_decay": coupled_decay},
            {"params": [weights["vector"]], "weight_decay": 0.0},
        ],
        lr=1.0,
        momentum=momentum,
    )


print(
    json.dumps(
        {
            "adamw": trajectory(adamw(0.1), None),
            "adamw clipped": trajectory(adamw(0.1), 1.0),
            "adamw without decay": trajectory(adamw(0.0), 1.0),
            # PyTorch's SGD couples weight decay with the gradient; decoupled it is applied apart.
            "sgd": trajectory(sgd(0.9), None, 0.1),
            "sgd clipped": trajectory(sgd(0.9), 1.0, 0.1),
            "sgd coupled": trajectory(sgd(0.9, 0.1), None),
            "sgd coupled, clipped": trajectory(sgd(0.9, 0.1), 1.0),
            "sgd coupled, without momentum": trajectory(sgd(0.0, 0.1), 1.0),
            "sgd without momentum": trajectory(sgd(0.0), 1.0),
        }
    )
)
