"""What strategies.py computes with: losses in PyTorch, float64, each written to be obvious."""

import math

import torch
import torch.nn.functional as F

torch.manual_seed(20260101)
torch.set_default_dtype(torch.float64)
IGNORED = -100


def draw(*shape, scale=2.0):
    return torch.round(torch.randn(*shape) * scale * 64) / 64


def plain(tensor):
    tensor = tensor.detach()
    return {
        "shape": list(tensor.shape),
        "data": [x if math.isfinite(x) else str(x) for x in (float(f"{v:.12g}") for v in tensor.flatten().tolist())],
    }


def leaf(tensor):
    return tensor.clone().requires_grad_(True)


def hard(logits, labels, weights, total, smoothing):
    """Cross-entropy over everything that has a label; a language model predicts the next one."""
    value = torch.zeros(())
    for sample in range(len(weights)):
        if weights[sample] == 0:
            continue
        if labels.dim() == 1:
            z, y = logits[sample : sample + 1], labels[sample : sample + 1]
        else:
            z, y = logits[sample, :-1], labels[sample, 1:]
        if (y != IGNORED).any():
            value = value + F.cross_entropy(z, y, ignore_index=IGNORED, label_smoothing=smoothing, reduction="sum")
    return value / max(total, 1)


def kl(log_a, log_b):
    """KL(a || b) of one position."""
    return F.kl_div(log_b, log_a, log_target=True, reduction="sum")


def one_divergence(config, log_p, log_q):
    p, q = log_p.exp(), log_q.exp()
    kind = config["divergence"]
    if kind == "forward-kl":
        return kl(log_p, log_q)
    if kind == "reverse-kl":
        return kl(log_q, log_p)
    if kind == "jsd":
        beta = config["beta"]
        if beta == 0:
            return kl(log_p, log_q)
        if beta == 1:
            return kl(log_q, log_p)
        log_m = torch.logaddexp(log_p + math.log(beta), log_q + math.log(1 - beta))
        return beta * kl(log_p, log_m) + (1 - beta) * kl(log_q, log_m)
    skew = config["lambda"]
    if kind == "skew-kl":
        return kl(log_p, torch.log(skew * p + (1 - skew) * q))
    return kl(log_q, torch.log((1 - skew) * p + skew * q))


def with_rest(log_probabilities, kept):
    """The kept tokens by themselves, and all others as one more; of equal logits the first are kept."""
    others = [c for c in range(len(log_probabilities)) if c not in kept]
    parts = [log_probabilities[c] for c in kept]
    if others:
        parts.append(torch.logsumexp(log_probabilities[others], dim=0))
    return torch.stack(parts)


def soft(config, teacher, student, labels, weights, total, temperature, top_k=None, scaled=True):
    """T^2 * D(teacher, student), summed over classes, divided once by what counts in the whole step."""
    value = torch.zeros(())
    finite = teacher.clone()
    finite[finite == -math.inf] = -1e300
    for sample in range(len(weights)):
        if weights[sample] == 0:
            continue
        positions = [()] if labels.dim() == 1 else [(t,) for t in range(labels.shape[1] - 1) if labels[sample, t + 1] != IGNORED]
        for at in positions:
            log_p = F.log_softmax(finite[(sample, *at)].detach() / temperature, dim=-1)
            log_q = F.log_softmax(student[(sample, *at)] / temperature, dim=-1)
            if top_k is not None:
                kept = torch.argsort(finite[(sample, *at)], descending=True, stable=True)[:top_k].tolist()
                log_p, log_q = with_rest(log_p, kept), with_rest(log_q, kept)
            value = value + one_divergence(config, log_p, log_q)
    return (temperature**2 if scaled else 1) * value / max(total, 1)


FORWARD = {"divergence": "forward-kl"}


def distinct(*shape):
    """No two logits of a position are equal, so that there is one answer to which are the largest."""
    steps = torch.stack([torch.randperm(shape[-1]) for _ in range(math.prod(shape[:-1]))])
    return (steps.reshape(shape) - shape[-1] // 2) + torch.round(torch.rand(shape) * 32) / 64


def valid_vectors(state, mask, weights):
    """Every vector of a state that counts, as indices."""
    out = []
    for sample in range(len(weights)):
        if weights[sample] == 0:
            continue
        if state.dim() == 2:
            out.append((sample,))
        elif state.dim() == 3:
            out += [(sample, t) for t in range(state.shape[1]) if mask is None or mask[sample, t] == 1]
        else:
            out += [(sample, y, x) for y in range(state.shape[1]) for x in range(state.shape[2])]
    return out


def pool_to(state, height, width):
    return F.adaptive_avg_pool2d(state.permute(0, 3, 1, 2), (height, width)).permute(0, 2, 3, 1)


def hidden(kind, student, teacher, project, mask, weights, total):
    if student.dim() == 4:
        height, width = min(student.shape[1], teacher.shape[1]), min(student.shape[2], teacher.shape[2])
        student, teacher = pool_to(student, height, width), pool_to(teacher, height, width)
        total = total * height * width
    value = torch.zeros(())
    for at in valid_vectors(student, mask, weights):
        u, t = project(student[at]), teacher[at]
        if kind == "feature":
            value = value + (F.normalize(u, dim=-1) - F.normalize(t, dim=-1)).pow(2).sum()
        else:
            value = value + 1 - F.cosine_similarity(u, t, dim=-1)
    return value / max(total, 1)


def distance_term(student, teacher, weights):
    real = [i for i in range(len(weights)) if weights[i] == 1]
    if not real:
        return torch.zeros(())

    def relative(x):
        rows, positive = [], []
        for i in real:
            for j in real:
                d = (x[i] - x[j]).norm() if i != j and not torch.equal(x[i], x[j]) else torch.zeros(())
                rows.append(d)
                if d > 0:
                    positive.append(d)
        mean = torch.stack(positive).mean() if positive else torch.ones(())
        return torch.stack(rows) / mean

    return F.smooth_l1_loss(relative(student), relative(teacher), reduction="mean")


def angle_term(student, teacher, weights):
    real = [i for i in range(len(weights)) if weights[i] == 1]
    if not real:
        return torch.zeros(())

    def angles(x):
        def unit(i, j):
            return torch.zeros_like(x[i]) if torch.equal(x[i], x[j]) else F.normalize(x[j] - x[i], dim=0)

        return torch.stack([unit(i, j) @ unit(i, k) for i in real for j in real for k in real])

    return F.smooth_l1_loss(angles(student), angles(teacher), reduction="mean")


def linear(x, parameters, name):
    return F.linear(x, parameters[f"{name}.weight"], parameters[f"{name}.bias"])
