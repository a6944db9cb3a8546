"""Writes rope.golden.json: rotary wavelengths as transformers makes them of settings in a config.json.

python3 test/reference/rope.py
Each case holds the config.json of a Llama, the radians a position of each pair of coordinates, and what transformers
multiplies cosines and sines by. Versions 4 and 5 of transformers write the same.
"""

import json
from pathlib import Path

from transformers import LlamaConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

sizes = {
    "model_type": "llama",
    "vocab_size": 8,
    "hidden_size": 64,
    "intermediate_size": 8,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "max_position_embeddings": 4096,
}
yarn = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 1024}
cases = {
    "linear": (1e4, {"type": "linear", "factor": 3.0}),
    "llama3": (
        5e5,
        {
            "rope_type": "llama3",
            "factor": 8.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 512,
        },
    ),
    "dynamic": (1e4, {"type": "dynamic", "factor": 2.0}),
    "yarn": (1e4, yarn),
    "yarn, its kind by the old name": (1e6, {"type": "yarn", **{k: v for k, v in yarn.items() if k != "rope_type"}}),
    "yarn without original positions": (1e4, {"rope_type": "yarn", "factor": 2.0}),
    "yarn that stretches nothing": (1e4, {**yarn, "factor": 1.0}),
    "yarn with other bounds": (1e4, {**yarn, "beta_fast": 64.0, "beta_slow": 2.0}),
    "yarn with bounds between waves": (1e4, {**yarn, "truncate": False}),
    "yarn with bounds that are one": (1e4, {**yarn, "beta_fast": 4.0, "beta_slow": 4.0, "truncate": False}),
    "yarn with bounds beyond the waves": (20.0, {**yarn, "beta_fast": 1e6, "beta_slow": 0.001}),
    "yarn with its factor of attention": (1e4, {**yarn, "attention_factor": 0.75}),
    "yarn with two scales": (1e4, {**yarn, "mscale": 0.707, "mscale_all_dim": 1.5}),
    "yarn with one scale, which counts for nothing": (1e4, {**yarn, "mscale": 0.707}),
    "yarn with a scale of 0, which counts for nothing": (1e4, {**yarn, "mscale": 0.707, "mscale_all_dim": 0.0}),
    "yarn with a factor and two scales": (1e4, {**yarn, "attention_factor": 1.25, "mscale": 2.0, "mscale_all_dim": 1.5}),
}
golden = {}
for name, (theta, scaling) in cases.items():
    written = {**sizes, "rope_theta": theta, "rope_scaling": scaling}
    config = LlamaConfig(**json.loads(json.dumps(written)))
    kind = scaling.get("rope_type") or scaling["type"]
    frequencies, factor = ROPE_INIT_FUNCTIONS[kind](config, "cpu")
    golden[name] = {
        "config": written,
        "frequencies": [float(f"{value:.7g}") for value in frequencies.tolist()],
        "factor": float(f"{factor:.9g}"),
    }
(Path(__file__).parent / "rope.golden.json").write_text(json.dumps(golden, indent=1) + "\n")
