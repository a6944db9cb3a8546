"""What transformers computes for vision transformers. Run with any Python that has torch and transformers.

python3 test/reference/vit.py
    writes test/fixtures/checkpoints/vit/: a tiny checkpoint as transformers saves it, and reference.json: pixels, logits,
    hidden states and gradients of the loss Σ logits · sin(index), all without dropout.

python3 test/reference/vit.py FOLDER < pixels.json
    opens the checkpoint in FOLDER and prints its logits for {"shape": [...], "data": [...]}, the channels last.
"""

import json
import re
import shutil
import sys
from pathlib import Path

import torch
import transformers
from transformers import AutoModelForImageClassification, ViTConfig, ViTForImageClassification

transformers.logging.set_verbosity_error()

# Since version 5 the modules are named otherwise than what is saved of them.
SAVED_NAMES = {
    r"^vit\.layers\.": "vit.encoder.layer.",
    r"attention\.q_proj": "attention.attention.query",
    r"attention\.k_proj": "attention.attention.key",
    r"attention\.v_proj": "attention.attention.value",
    r"attention\.o_proj": "attention.output.dense",
    r"mlp\.fc1": "intermediate.dense",
    r"mlp\.fc2": "output.dense",
}


def saved_name(name):
    for pattern, replacement in SAVED_NAMES.items():
        name = re.sub(pattern, replacement, name)
    return name


def numbers(tensor):
    return {"shape": list(tensor.shape), "data": [float(f"{v:.7g}") for v in tensor.detach().flatten().tolist()]}


def make():
    torch.manual_seed(11)
    folder = Path(__file__).parent.parent / "fixtures" / "checkpoints" / "vit"
    shutil.rmtree(folder, ignore_errors=True)
    model = ViTForImageClassification(
        ViTConfig(
            image_size=[6, 9],
            patch_size=3,
            num_channels=2,
            hidden_size=16,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=24,
            id2label={0: "cat", 1: "dog", 2: "other"},
            label2id={"cat": 0, "dog": 1, "other": 2},
        )
    )
    with torch.no_grad():
        for name, value in model.named_parameters():
            centre = 1 if "norm" in name and name.endswith("weight") else 0
            value.copy_(centre + 0.3 * torch.randn_like(value))
    model.save_pretrained(folder)
    model = ViTForImageClassification.from_pretrained(folder, attn_implementation="eager").eval()
    pixels = torch.randn(3, 2, 6, 9)
    output = model(pixel_values=pixels, output_hidden_states=True)
    logits = output.logits
    (logits * torch.sin(torch.arange(logits.numel(), dtype=torch.float32)).reshape(logits.shape)).sum().backward()
    reference = {
        "transformers": transformers.__version__,
        "pixels": numbers(pixels.permute(0, 2, 3, 1)),
        "logits": numbers(logits),
        "hiddenStates": [numbers(state) for state in output.hidden_states],
        "gradients": {
            saved_name(n): {
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
    pixels = torch.tensor(given["data"]).reshape(given["shape"]).permute(0, 3, 1, 2)
    model, loading = AutoModelForImageClassification.from_pretrained(folder, output_loading_info=True)
    answer = {
        "class": type(model).__name__,
        "logits": model.eval()(pixel_values=pixels).logits.flatten().tolist(),
        "labels": {str(key): value for key, value in model.config.id2label.items()},
        "wrong": {key: sorted(map(str, value)) for key, value in loading.items() if value},
    }
    json.dump(answer, sys.stdout)


if len(sys.argv) > 1:
    open_checkpoint(sys.argv[1])
else:
    make()
