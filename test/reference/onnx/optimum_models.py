"""Exports two of the models of models.py by Optimum, as it does by itself: BERT for classification, and GPT-2 with inputs
for past keys and values. Writes optimum-bert and optimum-gpt2 of test/fixtures/onnx.

python test/reference/onnx/optimum_models.py

Needs what models.py needs, but transformers 4, and optimum with optimum-onnx.
"""

import json
import shutil
import tempfile
from pathlib import Path

import onnx
import torch
from models import FIXTURES, reference
from optimum.exporters.onnx import main_export
from samples import bert, gpt2


def export(name, build, task):
    torch.manual_seed(7)
    model, inputs, _ = build()
    model.eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.05)
    folder = FIXTURES / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as source, tempfile.TemporaryDirectory() as target:
        model.model.save_pretrained(source)
        main_export(source, target, task=task)
        for file in ("model.onnx", "config.json"):
            shutil.copy(Path(target) / file, folder / file)
    written = onnx.load(folder / "model.onnx")
    (folder / "reference.json").write_text(json.dumps(reference(model, inputs, written)))
    print(name, (folder / "model.onnx").stat().st_size, [value.name for value in written.graph.input])


if __name__ == "__main__":
    export("optimum-bert", bert, "text-classification")
    export("optimum-gpt2", gpt2, "text-generation-with-past")
