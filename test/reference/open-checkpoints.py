"""Opens checkpoints with transformers and prints their logits: used by test/models/transformers/transformers.test.ts.

python3 test/reference/open-checkpoints.py FOLDER < input.json
The input is {"names": [...], "ids": [[...]], "mask": [[...]]}; the output is one JSON object by name.
"""

import json
import sys
from pathlib import Path

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification

transformers.logging.set_verbosity_error()
given = json.load(sys.stdin)
ids, mask = torch.tensor(given["ids"]), torch.tensor(given["mask"])
answers = {}
for name in given["names"]:
    folder = Path(sys.argv[1]) / name
    kind = json.loads((folder / "config.json").read_text())["architectures"][0]
    auto = AutoModelForSequenceClassification if "Classification" in kind else AutoModelForCausalLM
    model, loading = auto.from_pretrained(folder, output_loading_info=True)
    logits = model.eval()(input_ids=ids, attention_mask=mask).logits
    answers[name] = {
        "logits": logits.flatten().tolist(),
        "class": type(model).__name__,
        "labels": {str(key): value for key, value in model.config.id2label.items()},
        "wrong": {key: sorted(map(str, value)) for key, value in loading.items() if value},
    }
json.dump(answers, sys.stdout)
