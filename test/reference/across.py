"""Makes across.golden.json: losses across tokenizers and their gradients, computed by PyTorch in float64.

    python test/reference/across.py

Written to be obvious: span by span, with probabilities and not their logarithms, and PyTorch's own sort and autograd.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from strategy_losses import draw, leaf, plain

cases = []


def merged(probabilities, span):
    """What is answered where a span begins, times the probabilities of its further tokens."""
    rows, tokens = span
    answer = probabilities[rows[0]]
    for row, token in zip(rows[1:], tokens[1:]):
        answer = answer * probabilities[row, token]
    return answer


def uld(p, q, most=None):
    p, q = p.sort(descending=True).values, q.sort(descending=True).values
    size = max(len(p), len(q))
    p, q = F.pad(p, (0, size - len(p))), F.pad(q, (0, size - len(q)))
    if most is not None and most < size:
        p = torch.cat([p[:most], p[most:].sum().reshape(1)])
        q = torch.cat([q[:most], q[most:].sum().reshape(1)])
    return F.l1_loss(q, p, reduction="sum")


def generalized_kl(a, b):
    """sum a log(a/b) - a + b of measures that need not add up to 1."""
    return (a * (a / b).log() - a + b).sum()


def divergence(config, p, q):
    kind, beta, skew = config["divergence"], config.get("beta", 0.5), config.get("lambda", 0.1)
    if kind == "jsd" and beta in (0, 1):
        kind = "reverse-kl" if beta else "forward-kl"
    if kind == "forward-kl":
        return generalized_kl(p, q)
    if kind == "reverse-kl":
        return generalized_kl(q, p)
    if kind == "jsd":
        m = beta * p + (1 - beta) * q
        return beta * (p * (p / m).log()).sum() + (1 - beta) * (q * (q / m).log()).sum()
    if kind == "skew-kl":
        return generalized_kl(p, skew * p + (1 - skew) * q)
    return generalized_kl(q, (1 - skew) * p + skew * q)


def gold(config, pairs, p, q, most=None):
    share = len(pairs) / len(p)
    ours, theirs = [s for s, _ in pairs], [t for _, t in pairs]
    value = share * divergence(config, p[theirs], q[ours]) if pairs else torch.zeros(())
    rest_p = [t for t in range(len(p)) if t not in theirs]
    rest_q = [s for s in range(len(q)) if s not in ours]
    if rest_p or rest_q:
        value = value + (1 - share) * uld(p[rest_p], q[rest_q], most)
    return value


def case(name, strategy, sizes, pairs, spans, total=None, rows=(6, 8)):
    strategy = {"divergence": "forward-kl", **strategy}
    student, teacher = leaf(draw(rows[0], sizes[0])), draw(rows[1], sizes[1])
    temperature = strategy.get("temperature", 2)
    q, p = F.softmax(student / temperature, -1), F.softmax(teacher / temperature, -1)
    most = strategy.get("topK")
    value = torch.zeros(())
    for ours, theirs in spans:
        a, b = merged(p, theirs), merged(q, ours)
        value = value + (uld(a, b, most) if strategy["across"] == "uld" else gold(strategy, pairs, a, b, most))
    value = temperature**2 * value / (total or len(spans))
    (gradient,) = torch.autograd.grad(value, student)
    cases.append(
        {
            "name": name, "strategy": strategy, "student": plain(student), "teacher": plain(teacher), "pairs": pairs,
            "spans": spans, "total": total or len(spans), "value": float(value.detach()), "gradient": plain(gradient),
        }
    )


one = [([[0], [3]], [[0], [1]]), ([[1], [2]], [[1], [4]]), ([[2], [0]], [[2], [3]])]
# One to many, many to one, many to many.
many = [([[0], [3]], [[0, 1, 2], [1, 4, 2]]), ([[1, 2], [2, 1]], [[3], [4]]), ([[3, 4, 5], [0, 1, 2]], [[4, 6], [3, 5]])]
some = [[0, 2], [3, 1], [4, 5]]
for across in ("uld", "gold"):
    for kind, spans in (("1:1", one), ("several tokens", many)):
        case(f"{across}, {kind}, student smaller", {"across": across, "temperature": 2}, (5, 9), some, spans)
        case(f"{across}, {kind}, student larger", {"across": across, "temperature": 1}, (11, 7), some, spans)
    case(f"{across}, spans of other batches count", {"across": across, "temperature": 2}, (5, 9), some, one, total=9)
    case(f"{across}, the largest few", {"across": across, "topK": 3}, (10, 9), some, many)
for config in ({"divergence": "reverse-kl"}, {"divergence": "jsd", "beta": 0.3}, {"divergence": "jsd", "beta": 1}, {"divergence": "skew-kl", "lambda": 0.2}, {"divergence": "skew-reverse-kl", "lambda": 0.2}):
    case(f"gold, {config}", {"across": "gold", **config}, (6, 9), some, many)
case("gold, nothing in common", {"across": "gold"}, (5, 9), [], many)
case("gold, the student has all and more", {"across": "gold"}, (8, 6), [[7 - i, i] for i in range(6)], many)
case("gold, the teacher has all and more", {"across": "gold"}, (5, 9), [[4 - i, 2 * i] for i in range(5)], many)

(Path(__file__).parent / "across.golden.json").write_text(json.dumps(cases) + "\n")
print(len(cases))
