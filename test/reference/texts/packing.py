"""Losses and gradients of documents, each read alone: used by test/models/packed-documents.test.ts.

python3 test/reference/texts/packing.py < input.json
The input is {"models": {NAME: FOLDER}, "documents": [[ids …] …]}; the output has, for each model, the mean of the
cross-entropies of all tokens but the first of each document, and its gradients.
"""

import json
import sys

import torch
import transformers
from transformers import AutoModelForCausalLM

transformers.logging.set_verbosity_error()
given = json.load(sys.stdin)
answers = {}
for name, folder in given["models"].items():
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    total = sum(len(document) - 1 for document in given["documents"])
    loss = torch.zeros(())
    for document in given["documents"]:
        ids = torch.tensor([document])
        logits = model(input_ids=ids).logits[0, :-1]
        loss = loss + torch.nn.functional.cross_entropy(logits, ids[0, 1:], reduction="sum") / total
    loss.backward()
    answers[name] = {
        "loss": loss.item(),
        "gradients": {key: value.grad.flatten().tolist() for key, value in model.named_parameters()},
    }
json.dump(answers, sys.stdout)
