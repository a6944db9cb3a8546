"""Response distillation as one would plainly write it in PyTorch: the teacher's forward pass in every step without
gradients, every text padded to the longest, AdamW.

The first argument is a JSON file: the recipe, token ids and labels. Prints what it took.
"""

import json
import sys
import time

import torch
from reference import Encoder
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset


def padded(samples, length):
    ids = torch.zeros(len(samples), length, dtype=torch.long)
    mask = torch.zeros(len(samples), length, dtype=torch.bool)
    for row, sample in enumerate(samples):
        ids[row, : len(sample)] = torch.tensor(sample)
        mask[row, : len(sample)] = True
    return ids, mask


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        request = json.load(file)
    torch.set_num_threads(request["threads"])
    torch.manual_seed(1)
    length = max(map(len, request["samples"]))

    def encoder(shape):
        return Encoder({**shape, "length": length, "vocabulary": request["vocabulary"], "classes": request["classes"]})

    teacher, student = encoder(request["teacher"]).eval(), encoder(request["student"]).train()
    for model in (teacher, student):
        for table in (model.tokens, model.positions):
            torch.nn.init.normal_(table.weight, std=0.02)
    temperature, alpha = request["temperature"], request["alpha"]

    started, processor = time.perf_counter(), time.process_time()
    data = TensorDataset(*padded(request["samples"], length), torch.tensor(request["labels"]))
    loader = DataLoader(data, batch_size=request["batch"], shuffle=True)
    optimizer = torch.optim.AdamW(student.parameters(), lr=request["learningRate"])
    for _ in range(request["epochs"]):
        losses = []
        for ids, mask, labels in loader:
            with torch.no_grad():
                targets = teacher(ids, mask)
            answers = student(ids, mask)
            soft = functional.kl_div(
                functional.log_softmax(answers / temperature, dim=-1),
                functional.softmax(targets / temperature, dim=-1),
                reduction="batchmean",
            )
            loss = alpha * temperature**2 * soft + (1 - alpha) * functional.cross_entropy(answers, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    outcome = {
        "elapsed": time.perf_counter() - started,
        "processor": time.process_time() - processor,
        "loss": sum(losses) / len(losses),
    }
    print(json.dumps(outcome))


main()
