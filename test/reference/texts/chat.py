"""Writes conversations with transformers: used by test/data/text/chat/transformers.test.ts.

python3 test/reference/texts/chat.py < input.json
The input is {"cases": [{"tokenizer": FOLDER, "template": TEXT, "conversations": [[…]]}]}; the output has, for each case
and conversation, the text, its ids, and for each id whether the assistant says it. Where a template has no blocks of
generation, what the assistant says lies between the renderings of the conversation before and up to each of its turns.
"""

import json
import sys

import transformers
from transformers import PreTrainedTokenizerFast

transformers.logging.set_verbosity_error()


def by_prefixes(tokenizer, messages):
    text = tokenizer.apply_chat_template(messages, tokenize=False)
    spans = []
    for at, message in enumerate(messages):
        if message["role"] != "assistant":
            continue
        before = tokenizer.apply_chat_template(messages[:at], tokenize=False, add_generation_prompt=True)
        up_to = tokenizer.apply_chat_template(messages[: at + 1], tokenize=False)
        assert text.startswith(up_to) and up_to.startswith(before)
        spans.append((len(before), len(up_to)))
    encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    mask = [0] * len(encoded["input_ids"])
    for start, end in spans:
        for place in range(encoded.char_to_token(start), encoded.char_to_token(end - 1) + 1):
            mask[place] = 1
    return text, encoded["input_ids"], mask


answers = []
for case in json.load(sys.stdin)["cases"]:
    tokenizer = PreTrainedTokenizerFast.from_pretrained(case["tokenizer"])
    tokenizer.chat_template = case["template"]
    answers.append([])
    for messages in case["conversations"]:
        if "endgeneration" in case["template"]:
            made = tokenizer.apply_chat_template(messages, return_dict=True, return_assistant_tokens_mask=True)
            text = tokenizer.apply_chat_template(messages, tokenize=False)
            ids, mask = made["input_ids"], made["assistant_masks"]
        else:
            text, ids, mask = by_prefixes(tokenizer, messages)
        answers[-1].append({"text": text, "ids": ids, "mask": mask})
json.dump(answers, sys.stdout)
