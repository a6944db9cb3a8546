"""Makes strategies.golden.json: losses and gradients of every strategy, computed by PyTorch in float64.

    python test/reference/strategies.py

Written to be obvious rather than fast, and to share nothing with src/: library losses where PyTorch has them, loops
over samples and positions where it has not. Inputs are multiples of 1/64, so that float32 holds them exactly.
"""

import json
from pathlib import Path

import torch
from strategy_cases import batch_of, cases, divergences, labels5, ones, ragged, record, response, same, sequence
from strategy_losses import angle_term, distance_term, distinct, draw, FORWARD, hard, hidden, IGNORED, leaf, linear, plain, soft


def parameters_of(prefix, kind, source, target):
    if kind == "feature":
        return {
            f"{prefix}projector.0.0.weight": draw(target, source, scale=0.5),
            f"{prefix}projector.0.0.bias": draw(target, scale=0.25),
            f"{prefix}projector.0.2.weight": draw(target, target, scale=0.5),
            f"{prefix}projector.0.2.bias": draw(target, scale=0.25),
        }
    if source == target:
        return {}
    return {f"{prefix}projector.0.weight": draw(target, source, scale=0.5), f"{prefix}projector.0.bias": draw(target, scale=0.25)}


def hidden_case(name, kind, states, teacher_states, labels, weights, mask=None, response_weight=0.0, classes=3, totals=None):
    """One pair of layers: the second state of the student with the first of the teacher; other states are there to be left alone."""
    logits = leaf(draw(len(weights), classes))
    own = [leaf(s) for s in states]
    parameters = {n: leaf(p) for n, p in parameters_of("" if kind == "feature" and response_weight == 0 else "term-1.", kind, states[1].shape[-1], teacher_states[1].shape[-1]).items()}
    prefix = "" if kind == "feature" and response_weight == 0 else "term-1."

    def project(x):
        if kind == "feature":
            return linear(torch.relu(linear(x, parameters, f"{prefix}projector.0.0")), parameters, f"{prefix}projector.0.2")
        return linear(x, parameters, f"{prefix}projector.0") if parameters else x

    teacher_logits = draw(len(weights), classes)
    given = batch_of(
        labels,
        weights,
        mask,
        totals=totals,
        teacher={"logits": plain(teacher_logits), "hidden": [plain(s) for s in teacher_states]},
    )
    counts = given["totals"]
    positions = counts["tokens"] if states[1].dim() == 3 and mask is not None else counts["samples"]
    value = hidden(kind, own[1], teacher_states[1], project, mask, weights, positions)
    hard_value = hard(logits, labels, weights, counts["targets"], 0.0)
    layers = [{"student": 1, "teacher": 1}]
    if kind == "feature":
        strategy = {"kind": "feature", "layers": layers, "weight": 0.5, "responseWeight": response_weight, "temperature": 4.0}
        terms = {"labels": (1, hard_value), "feature": (0.5, value)}
        if response_weight:
            terms["response"] = (response_weight, soft(FORWARD, teacher_logits, logits, labels, weights, counts["samples"], 4.0))
    else:
        # DistilBERT: labels, soft targets and the direction of hidden states.
        strategy = {
            "kind": "combined",
            "labelWeight": 2.0,
            "terms": [
                {"kind": "cosine", "weight": 1.0, "layers": layers},
                {"kind": "response", "weight": 5.0, "temperature": 2.0},
            ],
        }
        terms = {
            "labels": (2, hard_value),
            "cosine": (1, value),
            "response": (5, soft(FORWARD, teacher_logits, logits, labels, weights, counts["samples"], 2.0)),
        }
    leaves = {"logits": logits, **{f"hidden.{i}": s for i, s in enumerate(own)}, **{f"parameters.{n}": p for n, p in parameters.items()}}
    record(name, strategy, terms, leaves, given)


labels3 = torch.tensor([1, 0, 2])
mask3 = torch.tensor([[1.0, 1, 1, 1], [1, 1, 0, 0], [1, 1, 1, 0]])
for kind in ("feature", "cosine"):
    hidden_case(f"{kind}: vectors", kind, [draw(3, 4), draw(3, 5)], [draw(3, 6), draw(3, 7)], labels3, ones(3))
    hidden_case(f"{kind}: equal widths", kind, [draw(3, 4), draw(3, 5)], [draw(3, 6), draw(3, 5)], labels3, ones(3))
    hidden_case(f"{kind}: text, ragged mask", kind, [draw(3, 4, 2), draw(3, 4, 3)], [draw(3, 4, 5), draw(3, 4, 4)], labels3, torch.tensor([1.0, 1, 0]), mask3)
    hidden_case(f"{kind}: text, zero valid tokens", kind, [draw(3, 4, 2), draw(3, 4, 3)], [draw(3, 4, 5), draw(3, 4, 4)], labels3, torch.zeros(3), mask3)
    hidden_case(f"{kind}: a share of a larger step", kind, [draw(3, 4, 2), draw(3, 4, 3)], [draw(3, 4, 5), draw(3, 4, 4)], labels3, ones(3), mask3, totals={"samples": 8, "tokens": 40, "targets": 8})
    hidden_case(f"{kind}: feature maps of one size", kind, [draw(2, 4, 4, 2), draw(2, 3, 3, 3)], [draw(2, 4, 4, 2), draw(2, 3, 3, 5)], labels3[:2], torch.tensor([1.0, 0]))
    hidden_case(f"{kind}: feature maps of different size", kind, [draw(2, 4, 4, 2), draw(2, 5, 3, 3)], [draw(2, 4, 4, 2), draw(2, 3, 6, 4)], labels3[:2], ones(2))
hidden_case("feature: with response", "feature", [draw(3, 4), draw(3, 5)], [draw(3, 6), draw(3, 7)], labels3, ones(3), response_weight=0.5)
zeros_in = draw(3, 5)
zeros_in[1] = 0
zeros_teacher = draw(3, 5)
zeros_teacher[2] = 0
alike = draw(3, 5)
hidden_case("cosine: teacher and student alike", "cosine", [draw(3, 4), alike], [draw(3, 6), alike], labels3, ones(3))
hidden_case("cosine: a zero vector of the teacher", "cosine", [draw(3, 4), draw(3, 5)], [draw(3, 6), zeros_teacher], labels3, ones(3))


def relation(name, student, teacher, weights, totals=None, labels=None):
    count = len(weights)
    labels = torch.arange(count) % 3 if labels is None else labels
    logits = leaf(draw(count, 3))
    state = leaf(student)
    given = batch_of(labels, weights, totals=totals, teacher={"hidden": [plain(draw(count, 2)), plain(teacher)]})
    share = float(weights.sum()) / max(given["totals"]["samples"], 1)
    terms = {
        "labels": (1, hard(logits, labels, weights, given["totals"]["targets"], 0.0)),
        "distance": (25, share * distance_term(state, teacher, weights)),
        "angle": (50, share * angle_term(state, teacher, weights)),
    }
    record(name, {"kind": "relation"}, terms, {"logits": logits, "hidden.0": leaf(draw(count, 2)), "hidden.1": state}, given)


relation("relation: plain", draw(5, 3), draw(5, 4), ones(5))
relation("relation: ragged", draw(5, 3), draw(5, 4), ragged)
twins = draw(5, 3)
twins[3] = twins[1]
relation("relation: equal samples of the student", twins, draw(5, 4), ones(5))
twins_teacher = draw(5, 4)
twins_teacher[2] = twins_teacher[0]
relation("relation: equal samples of the teacher", draw(5, 3), twins_teacher, ones(5))
relation("relation: all samples equal", torch.ones(5, 3), draw(5, 4), ones(5))
relation("relation: a batch of one", draw(1, 3), draw(1, 4), ones(1))
relation("relation: one valid sample", draw(5, 3), draw(5, 4), torch.tensor([0.0, 0, 0, 1, 0]))
relation("relation: two valid samples", draw(5, 3), draw(5, 4), torch.tensor([0.0, 1, 0, 1, 0]))
relation("relation: zero valid samples", draw(5, 3), draw(5, 4), torch.zeros(5))
relation("relation: far from the origin", draw(5, 3) + 100, draw(5, 4) + 1000, ones(5))
relation("relation: alike", alike, alike, ones(3))
relation("relation: a share of a larger step", draw(5, 3), draw(5, 4), ragged, totals={"samples": 12, "tokens": 0, "targets": 12})


def options(weight, label_weight, scaled):
    """What differs from the defaults of self and online."""
    given = {"weight": weight, "labelWeight": label_weight, "scaleByTemperature": scaled}
    return {} if given == {"weight": 1.0, "labelWeight": 1.0, "scaleByTemperature": True} else given


def self_case(name, weights, exits, exit_layers, layer_count, temperature=3.0, logits=None, weight=1.0, label_weight=1.0, scaled=True):
    count = len(weights)
    labels = torch.arange(count) % 3
    deepest = leaf(draw(count, 3) if logits is None else logits)
    widths = [4, 5, 2, 3, 6, 4, 5, 3, 2][: layer_count + 1]
    states = [leaf(draw(count, w)) for w in widths]
    given = batch_of(labels, weights)
    samples = given["totals"]["samples"]
    parameters, terms = {}, {}
    share = 1 / (len(exit_layers) + 1)
    terms["labels"] = (share * label_weight, hard(deepest, labels, weights, samples, 0.0))
    for layer in exit_layers:
        parameters[f"exit-{layer}.weight"] = leaf(draw(3, widths[layer], scale=0.5))
        parameters[f"exit-{layer}.bias"] = leaf(draw(3, scale=0.25))
        own = linear(states[layer], parameters, f"exit-{layer}")
        terms[f"exit-{layer}.labels"] = (share * label_weight, hard(own, labels, weights, samples, 0.0))
        terms[f"exit-{layer}.self"] = (share * weight, soft(FORWARD, deepest.detach(), own, labels, weights, samples, temperature, scaled=scaled))
    leaves = {"logits": deepest, **{f"hidden.{i}": s for i, s in enumerate(states)}, **{f"parameters.{n}": p for n, p in parameters.items()}}
    strategy = {"kind": "self", "exits": exits, "temperature": temperature}
    record(name, strategy | options(weight, label_weight, scaled), terms, leaves, given)


self_case("self: four exits of eight layers", ragged, 4, [2, 4, 6], 8)
self_case("self: more exits than layers", ragged, 4, [1, 2], 3)
self_case("self: two exits", ones(4), 2, [2], 4, temperature=1.0)
self_case("self: zero valid samples", torch.zeros(4), 4, [1, 2, 3], 4)
self_case("self: huge logits", ragged, 4, [1, 2, 3], 4, logits=draw(5, 3, scale=4000))


def online(name, answers, labels, weights, temperature=4.0, weight=1.0, label_weight=1.0, scaled=True):
    answers = [leaf(a) for a in answers]
    given = batch_of(labels, weights)
    samples = given["totals"]["samples"]
    terms = {}
    for i, own in enumerate(answers):
        prefix = "" if i == 0 else f"peer-{i + 1}."
        others = [a.detach() for j, a in enumerate(answers) if j != i]
        terms[f"{prefix}labels"] = (label_weight, hard(own, labels, weights, samples, 0.0))
        lessons = [soft(FORWARD, o, own, labels, weights, samples, temperature, scaled=scaled) for o in others]
        terms[f"{prefix}mutual"] = (weight, sum(lessons) / len(others))
    leaves = {"logits": answers[0], **{f"peer-{i + 1}": a for i, a in enumerate(answers) if i > 0}}
    strategy = {"kind": "online", "peers": len(answers), "temperature": temperature}
    record(name, strategy | options(weight, label_weight, scaled), terms, leaves, given)


online("online: two peers", [draw(5, 4), draw(5, 4)], labels5, ragged)
online("online: three peers", [draw(5, 4), draw(5, 4), draw(5, 4)], labels5, ones(5))
online("online: peers alike", [same, same], labels5, ragged)
online("online: huge logits", [draw(5, 4, scale=4000), draw(5, 4, scale=4000)], labels5, ragged)
online("online: zero valid samples", [draw(5, 4), draw(5, 4)], labels5, torch.zeros(5))


def combined_relation(name):
    """Two terms of one kind, and one that makes two values."""
    count = 4
    labels = torch.tensor([0, 1, 2, 0])
    weights = torch.tensor([1.0, 1, 1, 0])
    logits, first, second = leaf(draw(count, 3)), leaf(draw(count, 2)), leaf(draw(count, 3))
    teacher_logits = draw(count, 3)
    teacher_states = [draw(count, 3), draw(count, 4)]
    given = batch_of(labels, weights, teacher={"logits": plain(teacher_logits), "hidden": [plain(s) for s in teacher_states]})
    terms = {
        "labels": (0.5, hard(logits, labels, weights, 3, 0.0)),
        "response": (0.25, soft(FORWARD, teacher_logits, logits, labels, weights, 3, 1.0)),
        "distance": (2 * 3, distance_term(second, teacher_states[1], weights)),
        "angle": (2 * 4, angle_term(second, teacher_states[1], weights)),
        "response-2": (0.125, soft(FORWARD, teacher_logits, logits, labels, weights, 3, 8.0)),
    }
    strategy = {
        "kind": "combined",
        "labelWeight": 0.5,
        "terms": [
            {"kind": "response", "weight": 0.25, "temperature": 1.0},
            {"kind": "relation", "weight": 2.0, "distance": 3.0, "angle": 4.0},
            {"kind": "response", "weight": 0.125, "temperature": 8.0},
        ],
    }
    record(name, strategy, terms, {"logits": logits, "hidden.0": first, "hidden.1": second}, given)


combined_relation("combined: response twice and relation")

# The mutual loss as articles write it: no T^2, and weights of their own for both parts.
online("online: without T², weighted", [draw(5, 4), draw(5, 4), draw(5, 4)], labels5, ragged, temperature=3.0, weight=0.25, label_weight=0.75, scaled=False)
online("online: weighted", [draw(5, 4), draw(5, 4)], labels5, ragged, weight=2.0, label_weight=0.5)
self_case("self: without T², weighted", ragged, 4, [1, 2, 3], 4, weight=0.25, label_weight=0.75, scaled=False)
self_case("self: weighted", ragged, 2, [2], 4, weight=2.0, label_weight=0.5)

# Kept answers: one token, all but one and all, at every temperature; teachers that are sure, and logits that are equal.
kept_labels = torch.tensor([[1, 2, 3, 4], [IGNORED, IGNORED, 0, 2]])
five = ("forward-kl", "reverse-kl", "jsd", "skew-kl", "skew-reverse-kl")


def sure(*shape):
    """Tokens beyond the second have less than 1e-9 of the probability between them."""
    return distinct(*shape) - 24.0 * (torch.arange(shape[-1]) > 1)


def kept_case(label, what, student, teacher, top_k, temperature):
    name = f"sequence, {label}: top {top_k} of {teacher.shape[-1]}, T {temperature:g}{what}"
    sequence(name, student, teacher, kept_labels, ones(2), divergences[label], temperature=temperature, top_k=top_k)


for label in five:
    for temperature in (1.0, 2.0, 4.0):
        for top_k in (1, 5, 6):
            kept_case(label, "", draw(2, 4, 6), distinct(2, 4, 6), top_k, temperature)
        kept_case(label, ", a sure teacher", draw(2, 4, 6), sure(2, 4, 6), 2, temperature)
    kept_case(label, ", a teacher and a student that are sure", sure(2, 4, 6), sure(2, 4, 6), 2, 1.0)
    kept_case(label, ", equal logits", torch.round(draw(2, 4, 6)), torch.round(draw(2, 4, 6, scale=1.0)), 3, 2.0)
    kept_case(label, ", all logits equal", draw(2, 4, 6), torch.zeros(2, 4, 6), 3, 1.0)
    kept_case(label, ", huge logits", draw(2, 4, 6, scale=200), 400.0 * distinct(2, 4, 6), 3, 2.0)

# Samples without labels: the labels' term is the mean over those that have one, the teacher's terms over all of them.
some = torch.tensor([2, IGNORED, IGNORED, 0, IGNORED])
none = torch.full((5,), IGNORED)
response("response: some without labels", draw(5, 4), draw(5, 4), some, ones(5))
response("response: some without labels, smoothing", draw(5, 4), draw(5, 4), some, torch.tensor([1.0, 1, 1, 1, 0]), smoothing=0.125)
response("response: none with a label", draw(5, 4), draw(5, 4), none, ones(5))
response("response: none with a label in a share of a larger step", draw(5, 4), draw(5, 4), none, ones(5), totals={"samples": 12, "tokens": 0, "targets": 3})
hidden_case("feature: some without labels", "feature", [draw(5, 4), draw(5, 5)], [draw(5, 6), draw(5, 7)], some, ragged, response_weight=0.5)
hidden_case("cosine: text, some without labels", "cosine", [draw(3, 4, 2), draw(3, 4, 3)], [draw(3, 4, 5), draw(3, 4, 4)], torch.tensor([IGNORED, 0, IGNORED]), ones(3), mask3)
relation("relation: some without labels", draw(5, 3), draw(5, 4), ones(5), labels=torch.tensor([1, IGNORED, IGNORED, 2, IGNORED]))

target = Path(__file__).with_suffix(".golden.json")
target.write_text("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n")
print(f"{len(cases)} cases in {target.name}, {target.stat().st_size // 1024} KiB")
