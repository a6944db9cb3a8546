"""What transformers computes for ModernBERT. Run with any Python that has torch and transformers.

python3 test/reference/modernbert.py
    writes test/fixtures/checkpoints/modernbert/: a tiny checkpoint as transformers saves it, and reference.json: texts,
    logits, hidden states and gradients of the loss Σ logits · sin(index), all without dropout.

python3 test/reference/modernbert.py FOLDER < texts.json
    opens the checkpoint in FOLDER and prints its logits for {"ids": [[...]], "mask": [[...]]}.
"""

import json
import shutil
import sys
from pathlib import Path

import torch
import transformers
from transformers import AutoModelForSequenceClassification, ModernBertConfig, ModernBertForSequenceClassification

transformers.logging.set_verbosity_error()


def numbers(tensor):
    return {"shape": list(tensor.shape), "data": [float(f"{v:.7g}") for v in tensor.detach().flatten().tolist()]}


def make():
    torch.manual_seed(11)
    folder = Path(__file__).parent.parent / "fixtures" / "checkpoints" / "modernbert"
    shutil.rmtree(folder, ignore_errors=True)
    model = ModernBertForSequenceClassification(
        ModernBertConfig(
            vocab_size=40,
            hidden_size=16,
            intermediate_size=20,
            num_hidden_layers=4,
            num_attention_heads=2,
            max_position_embeddings=24,
            local_attention=4,
            classifier_pooling="mean",
            pad_token_id=0,
            bos_token_id=1,
            eos_token_id=2,
            cls_token_id=1,
            sep_token_id=2,
            id2label={0: "cat", 1: "dog", 2: "other"},
            label2id={"cat": 0, "dog": 1, "other": 2},
        )
    )
    with torch.no_grad():
        for name, value in model.named_parameters():
            centre = 1 if "norm" in name and name.endswith("weight") else 0
            value.copy_(centre + 0.3 * torch.randn_like(value))
    model.save_pretrained(folder)
    model = ModernBertForSequenceClassification.from_pretrained(folder, attn_implementation="eager").eval()
    mask = torch.tensor([[1] * 12, [1] * 7 + [0] * 5, [1] * 3 + [0] * 9])
    ids = torch.randint(3, 40, mask.shape) * mask
    # Versions differ in whether the last hidden state is normalised; what comes into the normalisation is the same.
    last = []
    model.model.final_norm.register_forward_pre_hook(lambda _, inputs: last.append(inputs[0]))
    output = model(input_ids=ids, attention_mask=mask, output_hidden_states=True)
    logits = output.logits
    (logits * torch.sin(torch.arange(logits.numel(), dtype=torch.float32)).reshape(logits.shape)).sum().backward()
    model.config.classifier_pooling = "cls"
    first = model(input_ids=ids, attention_mask=mask).logits
    reference = {
        "transformers": transformers.__version__,
        "ids": ids.tolist(),
        "mask": mask.tolist(),
        "logits": numbers(logits),
        "firstTokenLogits": numbers(first),
        "hiddenStates": [numbers(state) for state in [*output.hidden_states[:-1], last[0]]],
        "gradients": {
            n: {
                "norm": float(p.grad.norm()),
                "sum": float(p.grad.sum()),
                "first": p.grad.flatten()[:4].tolist(),
            }
            for n, p in model.named_parameters()
        },
    }
    (folder / "reference.json").write_text(json.dumps(reference, separators=(",", ":")) + "\n")
    print(sorted(path.name for path in folder.iterdir()), sum(p.stat().st_size for p in folder.iterdir()))


def open_checkpoint(folder):
    given = json.load(sys.stdin)
    ids, mask = torch.tensor(given["ids"]), torch.tensor(given["mask"])
    model, loading = AutoModelForSequenceClassification.from_pretrained(folder, output_loading_info=True)
    answer = {
        "class": type(model).__name__,
        "logits": model.eval()(input_ids=ids, attention_mask=mask).logits.flatten().tolist(),
        "labels": {str(key): value for key, value in model.config.id2label.items()},
        "wrong": {key: sorted(map(str, value)) for key, value in loading.items() if value},
    }
    json.dump(answer, sys.stdout)


if len(sys.argv) > 1:
    open_checkpoint(sys.argv[1])
else:
    make()
