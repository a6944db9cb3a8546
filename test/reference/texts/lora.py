"""Opens adapters with PEFT and prints what they answer: used by test/models/lora/peft.test.ts.

python3 test/reference/texts/lora.py < input.json
The input is {"models": [{"name", "base", "adapter"}], "ids": [[...]], "mask": [[...]]}; the output is one JSON object by
name, with logits, the gradients of the loss Σ logits · sin(index) of all that PEFT trains, and the logits after merging.
"""

import json
import sys
from pathlib import Path

import torch
import transformers
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification

transformers.logging.set_verbosity_error()
given = json.load(sys.stdin)
ids, mask = torch.tensor(given["ids"]), torch.tensor(given["mask"])
answers = {}
for one in given["models"]:
    kind = json.loads((Path(one["base"]) / "config.json").read_text())["architectures"][0]
    auto = AutoModelForSequenceClassification if "Classification" in kind else AutoModelForCausalLM
    base = auto.from_pretrained(one["base"], dtype=torch.float32)
    model = PeftModel.from_pretrained(base, one["adapter"], is_trainable=True).eval()
    logits = model(input_ids=ids, attention_mask=mask).logits
    (logits * torch.sin(torch.arange(logits.numel())).reshape(logits.shape)).sum().backward()
    gradients = {
        name.removeprefix("base_model.model.").replace(".default", "").replace(".modules_to_save", ""): value.grad
        for name, value in model.named_parameters()
        if value.requires_grad
    }
    answers[one["name"]] = {
        "logits": logits.flatten().tolist(),
        "gradients": {name: grad.flatten().tolist() for name, grad in gradients.items()},
        "merged": model.merge_and_unload()(input_ids=ids, attention_mask=mask).logits.flatten().tolist(),
    }
json.dump(answers, sys.stdout)
