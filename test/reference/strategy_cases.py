"""The cases of strategies.py, how one is recorded, and those of strategies that learn from logits alone.

Each draws its inputs as it is read, so that their order decides what they are.
"""

import math

import torch
from strategy_losses import distinct, draw, FORWARD, hard, IGNORED, leaf, plain, soft

cases = []


def totals_of(labels, weights, mask):
    keep = weights == 1
    return {
        "samples": int(keep.sum()),
        "tokens": 0 if mask is None else int(mask[keep].sum()),
        "targets": int(((labels if labels.dim() == 1 else labels[:, 1:])[keep] != IGNORED).sum()),
    }


def record(name, strategy, terms, leaves, given):
    total = sum(weight * value for weight, value in terms.values())
    gradients = {}
    names = list(leaves)
    found = torch.autograd.grad(total, [leaves[n] for n in names], allow_unused=True) if total.requires_grad else [None] * len(names)
    for n, g in zip(names, found):
        gradients[n] = plain(torch.zeros_like(leaves[n]) if g is None else g)
    cases.append(
        {
            "name": name,
            "strategy": strategy,
            **given,
            "leaves": {n: plain(leaves[n]) for n in names},
            "expected": {
                "terms": {n: {"weight": float(w), "value": float(v.detach())} for n, (w, v) in terms.items()},
                "gradients": gradients,
            },
        }
    )


def batch_of(labels, weights, mask=None, smoothing=0.0, totals=None, teacher=None):
    given = {
        "labels": {"shape": list(labels.shape), "data": labels.flatten().tolist()},
        "weights": weights.tolist(),
        "labelSmoothing": smoothing,
        "totals": totals or totals_of(labels, weights, mask),
    }
    if mask is not None:
        given["mask"] = plain(mask)
    if teacher:
        given["teacher"] = teacher
    return given


ones = torch.ones
ragged = torch.tensor([1.0, 1.0, 1.0, 0.0, 0.0])
labels5 = torch.tensor([2, 0, 3, 0, 0])
text_labels = torch.tensor([[1, 2, 3, 4, 5, 6], [IGNORED, IGNORED, 0, 2, IGNORED, IGNORED], [3, IGNORED, IGNORED, IGNORED, IGNORED, 1], [0, 1, 2, 3, 4, 5]])
text_weights = torch.tensor([1.0, 1.0, 1.0, 0.0])


def direct(name, logits, labels, weights, smoothing=0.0, totals=None):
    logits = leaf(logits)
    given = batch_of(labels, weights, smoothing=smoothing, totals=totals)
    value = hard(logits, labels, weights, given["totals"]["targets"], smoothing)
    record(name, {"kind": "direct"}, {"labels": (1, value)}, {"logits": logits}, given)


direct("direct: plain", draw(4, 6), torch.tensor([0, 5, 2, 2]), ones(4))
direct("direct: ragged", draw(5, 4), labels5, ragged)
direct("direct: label smoothing", draw(5, 4), labels5, ragged, smoothing=0.125)
direct("direct: huge logits", draw(5, 4, scale=10000), labels5, ragged)
direct("direct: one valid sample", draw(5, 4), labels5, torch.tensor([0.0, 1, 0, 0, 0]))
direct("direct: zero valid samples", draw(5, 4), labels5, torch.zeros(5))
direct("direct: an ignored label", draw(5, 4), torch.tensor([2, IGNORED, 3, 0, 0]), ragged)
direct("direct: a share of a larger step", draw(5, 4), labels5, ragged, totals={"samples": 11, "tokens": 0, "targets": 11})
direct("direct: language model", draw(4, 6, 7), text_labels, text_weights)
direct("direct: language model, smoothing", draw(4, 6, 7), text_labels, text_weights, smoothing=0.25)
direct("direct: language model, zero valid tokens", draw(4, 6, 7), torch.full((4, 6), IGNORED), ones(4))


def response(name, student, teacher, labels, weights, temperature=4.0, alpha=0.7, smoothing=0.0, totals=None):
    logits = leaf(student)
    given = batch_of(labels, weights, smoothing=smoothing, totals=totals, teacher={"logits": plain(teacher)})
    count = given["totals"]["samples" if labels.dim() == 1 else "targets"]
    terms = {
        "labels": (1 - alpha, hard(logits, labels, weights, given["totals"]["targets"], smoothing)),
        "response": (alpha, soft(FORWARD, teacher, logits, labels, weights, count, temperature)),
    }
    record(name, {"kind": "response", "temperature": temperature, "alpha": alpha}, terms, {"logits": logits}, given)


for temperature in (0.25, 1.0, 4.0, 20.0):
    response(f"response: T {temperature}", draw(5, 4, scale=4), draw(5, 4, scale=4), labels5, ragged, temperature)
response("response: alpha 0", draw(5, 4), draw(5, 4), labels5, ragged, alpha=0.0)
response("response: alpha 1", draw(5, 4), draw(5, 4), labels5, ragged, alpha=1.0)
response("response: label smoothing", draw(5, 4), draw(5, 4), labels5, ragged, smoothing=0.125)
same = draw(5, 4)
response("response: teacher and student alike", same, same, labels5, ragged)
response("response: huge logits", draw(5, 4, scale=4000), draw(5, 4, scale=4000), labels5, ragged)
response("response: one valid sample", draw(5, 4), draw(5, 4), labels5, torch.tensor([0.0, 0, 1, 0, 0]))
response("response: zero valid samples", draw(5, 4), draw(5, 4), labels5, torch.zeros(5))
response("response: a share of a larger step", draw(5, 4), draw(5, 4), labels5, ragged, totals={"samples": 9, "tokens": 0, "targets": 9})
forbidding = draw(5, 4)
forbidding[0, 1] = forbidding[2, 0] = forbidding[4, 2] = -math.inf
response("response: a teacher that forbids classes", draw(5, 4), forbidding, labels5, ragged)
response("response: language model", draw(4, 6, 7), draw(4, 6, 7), text_labels, text_weights)
response("response: many classes", draw(3, 200), draw(3, 200), torch.tensor([7, 199, 0]), ones(3))


def sequence(name, student, teacher, labels, weights, config, temperature=2.0, weight=0.5, totals=None, top_k=None):
    logits = leaf(student)
    given = batch_of(labels, weights, totals=totals, teacher={"logits": plain(teacher)})
    targets = given["totals"]["targets"]
    terms = {
        "labels": (1 - weight, hard(logits, labels, weights, targets, 0.0)),
        "divergence": (weight, soft(config, teacher, logits, labels, weights, targets, temperature, top_k)),
    }
    strategy = {"kind": "sequence", "temperature": temperature, "weight": weight, "topK": top_k, **config}
    record(name, strategy, terms, {"logits": logits}, given)


divergences = {
    "forward-kl": {"divergence": "forward-kl"},
    "reverse-kl": {"divergence": "reverse-kl"},
    "jsd": {"divergence": "jsd", "beta": 0.5},
    "jsd, beta 0.1": {"divergence": "jsd", "beta": 0.1},
    "jsd, beta 0": {"divergence": "jsd", "beta": 0.0},
    "jsd, beta 1": {"divergence": "jsd", "beta": 1.0},
    "skew-kl": {"divergence": "skew-kl", "lambda": 0.1},
    "skew-reverse-kl": {"divergence": "skew-reverse-kl", "lambda": 0.1},
    "skew-kl, lambda 0": {"divergence": "skew-kl", "lambda": 0.0},
    "skew-reverse-kl, lambda 0": {"divergence": "skew-reverse-kl", "lambda": 0.0},
}
same_text = draw(4, 6, 7)
for label, config in divergences.items():
    sequence(f"sequence, {label}: ragged", draw(4, 6, 7), draw(4, 6, 7), text_labels, text_weights, config)
    sequence(f"sequence, {label}: low temperature", draw(4, 6, 7), draw(4, 6, 7), text_labels, text_weights, config, temperature=0.25)
    sequence(f"sequence, {label}: teacher and student alike", same_text, same_text, text_labels, text_weights, config)
    sequence(f"sequence, {label}: zero valid tokens", draw(2, 3, 4), draw(2, 3, 4), torch.full((2, 3), IGNORED), ones(2), config)
    sequence(f"sequence, {label}: huge logits", draw(2, 3, 4, scale=50), draw(2, 3, 4, scale=50), torch.tensor([[1, 2, 3], [0, IGNORED, 1]]), ones(2), config)
    sequence(f"sequence, {label}: top 3", draw(4, 6, 7), distinct(4, 6, 7), text_labels, text_weights, config, top_k=3)
sequence("sequence: a share of a larger step", draw(4, 6, 7), draw(4, 6, 7), text_labels, text_weights, divergences["forward-kl"], totals={"samples": 20, "tokens": 0, "targets": 1000})
sequence("sequence: one valid token", draw(2, 3, 4), draw(2, 3, 4), torch.tensor([[1, IGNORED, IGNORED], [0, IGNORED, 1]]), ones(2), divergences["jsd"])
sequence("sequence: weight 1", draw(4, 6, 7), draw(4, 6, 7), text_labels, text_weights, divergences["skew-kl"], weight=1.0)
