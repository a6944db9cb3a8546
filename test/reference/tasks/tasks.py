"""Makes tasks.golden.json: metrics and losses of tasks, by scikit-learn, SciPy and PyTorch in float64.

    python test/reference/tasks/tasks.py [FILE]

Needs torch, scikit-learn and scipy.
"""

import json
import sys
from pathlib import Path

import numpy
import torch
import torch.nn.functional as F
from scipy import stats
from sklearn import metrics
from sklearn.utils.class_weight import compute_class_weight

torch.manual_seed(5)
torch.set_default_dtype(torch.float64)


def draw(*shape):
    # As 32 bits hold them, so that both sides compute with the same numbers.
    return torch.randn(*shape).float().double()


def gradients(loss, *leaves):
    """The value of a loss, and its gradients by what it was computed of."""
    return {"value": loss.item(), "gradients": [g.tolist() for g in torch.autograd.grad(loss, leaves)]}


def regression(answers, targets):
    return {
        "answers": answers,
        "targets": targets,
        "scores": {
            "r2": metrics.r2_score(targets, answers),
            "pearson": float(stats.pearsonr(answers, targets)[0]),
            "spearman": float(stats.spearmanr(answers, targets)[0]),
            "mse": metrics.mean_squared_error(targets, answers),
            "mae": metrics.mean_absolute_error(targets, answers),
        },
    }


def regression_cases():
    targets = draw(40) * 2 + 3
    near = (targets + draw(40)).tolist()
    ties = [float(round(value)) for value in near]
    return [
        regression(near, targets.tolist()),
        regression(ties, [float(round(value)) for value in targets.tolist()]),
        regression((draw(40) * 100).tolist(), targets.tolist()),
    ]


def regression_losses():
    answers, teacher, labels = draw(6, 1).requires_grad_(), draw(6, 1), draw(6)
    return {
        "answers": answers.tolist(),
        "teacher": teacher.tolist(),
        "labels": labels.tolist(),
        "hard": gradients(F.mse_loss(answers.squeeze(1), labels), answers),
        "soft": gradients(F.mse_loss(answers, teacher), answers),
    }


def multi_label(logits, labels):
    named = [[int(z > 0) for z in row] for row in logits]
    probabilities = torch.tensor(logits).sigmoid()
    return {
        "logits": logits,
        "labels": labels,
        "loss": F.binary_cross_entropy_with_logits(torch.tensor(logits), torch.tensor(labels).double()).item(),
        "accuracy": metrics.accuracy_score(labels, named),
        "macroF1": metrics.f1_score(labels, named, average="macro", zero_division=0),
        "scores": {
            "microF1": metrics.f1_score(labels, named, average="micro", zero_division=0),
            "averagePrecision": metrics.average_precision_score(labels, probabilities.numpy(), average="macro"),
            "hammingLoss": metrics.hamming_loss(labels, named),
        },
    }


def multi_label_cases():
    logits = draw(30, 4) * 2
    near = (torch.sigmoid(logits) + draw(30, 4) * 0.3 > 0.5).long()
    ties = (logits * 2).round() / 2
    rare = near.clone()
    rare[:, 1] = 0
    ties[:, 1] = -1
    return [multi_label(logits.tolist(), near.tolist()), multi_label(ties.tolist(), rare.tolist())]


def binary_divergence(teacher, student, temperature):
    p, q = (torch.sigmoid(z / temperature) for z in (teacher, student))
    return (p * (p / q).log() + (1 - p) * ((1 - p) / (1 - q)).log()).mean() * temperature**2


def multi_label_losses():
    student, teacher, labels = draw(5, 3).requires_grad_(), draw(5, 3) * 2, (draw(5, 3) > 0).double()
    smooth = labels * 0.8 + 0.1
    return {
        "student": student.tolist(),
        "teacher": teacher.tolist(),
        "labels": labels.tolist(),
        "hard": gradients(F.binary_cross_entropy_with_logits(student, labels), student),
        "smooth": gradients(F.binary_cross_entropy_with_logits(student, smooth), student),
        "soft": gradients(binary_divergence(teacher, student, 3.0), student),
    }


def class_weights():
    logits, labels = draw(7, 3).requires_grad_(), torch.tensor([0, 0, 0, 0, 1, 1, 2])
    weights = compute_class_weight("balanced", classes=numpy.arange(3), y=labels.numpy())
    loss = F.cross_entropy(logits, labels, weight=torch.tensor(weights))
    return {
        "logits": logits.tolist(),
        "labels": labels.tolist(),
        "weights": weights.tolist(),
        "hard": gradients(loss, logits),
    }


golden = {
    "regression": {"metrics": regression_cases(), "losses": regression_losses()},
    "multiLabel": {"metrics": multi_label_cases(), "losses": multi_label_losses()},
    "classWeights": class_weights(),
}
file = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("tasks.golden.json")
file.write_text(json.dumps(golden) + "\n")
