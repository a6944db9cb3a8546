"""Opens students with AutoTokenizer and prints the ids of texts: used by test/models/transformers/student-tokenizers.test.ts.

python3 test/reference/open-tokenizers.py FOLDER INPUT
INPUT is {"students": [{"name", "causal"}], "texts": [...], "prompts": [...]}; the output is one JSON object by name.
With prompts, causal students go on with them by `generate`.
"""

import json
import sys
from pathlib import Path

import transformers

transformers.logging.set_verbosity_error()
given = json.loads(Path(sys.argv[2]).read_text())
answers = {}
for student in given["students"]:
    folder = Path(sys.argv[1]) / student["name"]
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    trusted = transformers.AutoTokenizer.from_pretrained(folder, trust_remote_code=True) if (folder / "tokenization_student.py").exists() else tokenizer
    ids = [tokenizer(text)["input_ids"] for text in given["texts"]]
    assert ids == [trusted(text)["input_ids"] for text in given["texts"]], student["name"]
    cut = [] if student["causal"] else [tokenizer(text, truncation=True)["input_ids"] for text in given["texts"]]
    greedy = []
    if student["causal"] and given["prompts"]:
        model = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
        for prompt in given["prompts"]:
            inputs = tokenizer(prompt, return_tensors="pt")
            room = tokenizer.model_max_length - inputs["input_ids"].shape[1]
            if room <= 0:
                greedy.append(inputs["input_ids"][0].tolist())
                continue
            greedy.append(model.generate(**inputs, do_sample=False, max_new_tokens=min(6, room))[0].tolist())
    answers[student["name"]] = {"ids": ids, "cut": cut, "greedy": greedy, "length": tokenizer.model_max_length}
json.dump(answers, sys.stdout)
