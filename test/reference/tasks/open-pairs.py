"""Joins pairs of texts with AutoTokenizer and asks models about them: used by test/models/transformers/text-pairs.test.ts.

python3 test/reference/tasks/open-pairs.py FOLDER INPUT
INPUT is {"students": [name, ...], "pairs": [[first, second], ...]}; the output is one JSON object by name: of every pair the
ids and, where the tokenizer gives them, the token types, cut by `truncation=True`; and the logits of the model.
"""

import importlib.util
import json
import sys
from pathlib import Path

import transformers

transformers.logging.set_verbosity_error()
given = json.loads(Path(sys.argv[2]).read_text())
first, second = ([pair[side] for pair in given["pairs"]] for side in (0, 1))
answers = {}
for name in given["students"]:
    folder = Path(sys.argv[1]) / name
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    encoded = tokenizer(first, second, truncation=True)
    answers[name] = {"ids": encoded["input_ids"], "types": encoded.get("token_type_ids")}
    if importlib.util.find_spec("torch"):
        import torch

        model = transformers.AutoModelForSequenceClassification.from_pretrained(folder).eval()
        logits = []
        with torch.no_grad():
            # One by one: not every tokenizer has a token to pad with.
            for pair in given["pairs"][:8]:
                logits += model(**tokenizer(*pair, truncation=True, return_tensors="pt")).logits.flatten().tolist()
        answers[name]["logits"] = logits
sys.stdout.write(json.dumps(answers))
