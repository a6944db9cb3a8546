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
    ids = tokenizer(given["texts"])["input_ids"]
    if (folder / "tokenization_student.py").exists():
        trusted = transformers.AutoTokenizer.from_pretrained(folder, trust_remote_code=True)
        assert ids == trusted(given["texts"])["input_ids"], student["name"]
    cut = [] if student["causal"] else tokenizer(given["texts"], truncation=True)["input_ids"]
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
# As one text: written piece by piece, so many numbers take seconds.
sys.stdout.write(json.dumps(answers))
