"""Opens heads of several tasks with AutoModelForSequenceClassification: used by test/models/transformers/heads.test.ts.

python3 test/reference/tasks/open-heads.py FOLDER INPUT
INPUT is {"models": [name, ...], "ids": [...]}; the output is one JSON object by name. Each model is saved again as NAME-again.
"""

import json
import sys
from pathlib import Path

import torch
import transformers

transformers.logging.set_verbosity_error()
given = json.loads(Path(sys.argv[2]).read_text())
answers = {}
for name in given["models"]:
    folder = Path(sys.argv[1]) / name
    model = transformers.AutoModelForSequenceClassification.from_pretrained(folder).eval()
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([given["ids"]])).logits
        labels = torch.zeros_like(logits) if model.config.problem_type == "multi_label_classification" else torch.zeros(1)
        loss = model(input_ids=torch.tensor([given["ids"]]), labels=labels).loss
    model.save_pretrained(folder.with_name(f"{name}-again"))
    config = model.config
    answers[name] = {
        "problem": config.problem_type,
        "labels": config.num_labels,
        "logits": logits.flatten().tolist(),
        "loss": loss.item(),
    }
print(json.dumps(answers))
