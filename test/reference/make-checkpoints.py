"""Writes test/fixtures/checkpoints/<name>/: tiny checkpoints as transformers saves them, and what transformers computes.

Run with any Python that has torch and transformers: python3 test/reference/make-checkpoints.py [NAME ...]
Names pick checkpoints, so that others need not be made anew.

Each folder holds config.json and model.safetensors (or shards), and reference.json: token ids, mask, logits, hidden
states and gradients of the loss Σ logits · sin(index), all without dropout.
"""

import json
import shutil
import sys
from pathlib import Path

import torch
import transformers
from transformers import (
    AlbertConfig,
    AlbertForSequenceClassification,
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    CamembertConfig,
    CamembertForSequenceClassification,
    DistilBertConfig,
    DistilBertForSequenceClassification,
    ElectraConfig,
    ElectraForSequenceClassification,
    Gemma3ForCausalLM,
    Gemma3TextConfig,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    MPNetConfig,
    MPNetForSequenceClassification,
    MPNetModel,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
    RobertaConfig,
    RobertaForSequenceClassification,
    XLMRobertaConfig,
    XLMRobertaForSequenceClassification,
)

transformers.logging.set_verbosity_error()
torch.manual_seed(11)
root = Path(__file__).parent.parent / "fixtures" / "checkpoints"
VOCABULARY, LENGTH, PAD = 40, 7, 1
labels = {"id2label": {0: "ham", 1: "spam", 2: "other"}, "label2id": {"ham": 0, "spam": 1, "other": 2}}


def numbers(tensor):
    return {"shape": list(tensor.shape), "data": [float(f"{v:.7g}") for v in tensor.detach().flatten().tolist()]}


def write(name, model, classification, dtype=torch.float32, **options):
    if sys.argv[1:] and name not in sys.argv[1:]:
        return
    folder = root / name
    shutil.rmtree(folder, ignore_errors=True)
    with torch.no_grad():
        for parameter_name, value in model.named_parameters():
            norm = "norm" in parameter_name.lower() or "ln_" in parameter_name
            # Gemma stores what a scale differs from 1.
            centre = 1 if norm and parameter_name.endswith("weight") and "gemma" not in name else 0
            value.copy_(centre + 0.3 * torch.randn_like(value))
    model.to(dtype).save_pretrained(folder, **options)
    for extra in ("generation_config.json", "README.md"):
        (folder / extra).unlink(missing_ok=True)
    model = type(model).from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()

    ids = torch.randint(2, VOCABULARY, (3, LENGTH))
    mask = torch.ones(3, LENGTH, dtype=torch.long)
    mask[1, 5:] = 0
    mask[2, 3:] = 0
    ids[mask == 0] = PAD
    output = model(input_ids=ids, attention_mask=mask, output_hidden_states=True)
    reference = {
        "transformers": transformers.__version__,
        "ids": ids.tolist(),
        "mask": mask.tolist(),
        "hiddenStates": [numbers(state) for state in output.hidden_states],
    }
    if hasattr(output, "logits"):
        logits = output.logits
        weights = torch.sin(torch.arange(logits.numel(), dtype=torch.float32)).reshape(logits.shape)
        # What a language model says at padding counts for nothing.
        if not classification:
            weights = weights * mask[:, :, None]
        (logits * weights).sum().backward()
        reference["logits"] = numbers(logits)
        reference["gradients"] = {
            n: {"norm": float(p.grad.norm()), "sum": float(p.grad.sum()), "first": p.grad.flatten()[:4].tolist()}
            for n, p in model.named_parameters()
            if p.grad is not None
        }
    (folder / "reference.json").write_text(json.dumps(reference, separators=(",", ":")) + "\n")
    print(name, sorted(path.name for path in folder.iterdir()), sum(p.stat().st_size for p in folder.iterdir()))


encoder = {
    "vocab_size": VOCABULARY,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 24,
    "max_position_embeddings": 12,
    "pad_token_id": PAD,
}
write("bert", BertForSequenceClassification(BertConfig(**encoder, **labels)), True)
write("bert-base", BertModel(BertConfig(**encoder)), True)
write(
    "roberta",
    RobertaForSequenceClassification(
        RobertaConfig(**encoder | {"max_position_embeddings": 14}, **labels, type_vocab_size=1, hidden_act="gelu_new")
    ),
    True,
)
write(
    "xlm-roberta",
    XLMRobertaForSequenceClassification(
        XLMRobertaConfig(**encoder | {"max_position_embeddings": 14}, **labels, type_vocab_size=1)
    ),
    True,
)
write(
    "camembert",
    CamembertForSequenceClassification(
        CamembertConfig(**encoder | {"max_position_embeddings": 14}, **labels, type_vocab_size=1)
    ),
    True,
)
# A bias by distance that all layers share.
write(
    "mpnet",
    MPNetForSequenceClassification(MPNetConfig(**encoder | {"max_position_embeddings": 14}, **labels)),
    True,
)
write("mpnet-base", MPNetModel(MPNetConfig(**encoder | {"max_position_embeddings": 14})), True)
# Embeddings narrower than the hidden states, and a head with an activation of its own.
write(
    "electra",
    ElectraForSequenceClassification(ElectraConfig(**encoder, **labels, embedding_size=12, hidden_act="relu")),
    True,
)
# Three times through one layer, with embeddings of another width.
write(
    "albert",
    AlbertForSequenceClassification(
        AlbertConfig(**encoder | {"num_hidden_layers": 3}, **labels, embedding_size=12, classifier_dropout_prob=0.2)
    ),
    True,
)
write(
    "distilbert",
    DistilBertForSequenceClassification(
        DistilBertConfig(
            vocab_size=VOCABULARY,
            dim=16,
            n_layers=2,
            n_heads=4,
            hidden_dim=24,
            max_position_embeddings=12,
            pad_token_id=PAD,
            **labels,
        )
    ),
    True,
)
write(
    "gpt2",
    GPT2LMHeadModel(
        GPT2Config(
            vocab_size=VOCABULARY, n_embd=16, n_layer=2, n_head=4, n_positions=12, bos_token_id=0, eos_token_id=0
        )
    ),
    False,
)
decoder = {
    "vocab_size": VOCABULARY,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 24,
    "max_position_embeddings": 32,
    "bos_token_id": 0,
    "eos_token_id": 1,
    "pad_token_id": PAD,
}
write(
    "llama",
    LlamaForCausalLM(
        LlamaConfig(
            **decoder,
            tie_word_embeddings=False,
            rope_parameters={
                "rope_type": "llama3",
                "rope_theta": 10000.0,
                "factor": 4.0,
                "low_freq_factor": 1.0,
                "high_freq_factor": 4.0,
                "original_max_position_embeddings": 16,
            },
        )
    ),
    False,
    max_shard_size="6KB",
)
write(
    "qwen2",
    Qwen2ForCausalLM(Qwen2Config(**decoder, tie_word_embeddings=True, rope_parameters={"rope_type": "default", "rope_theta": 1000.0})),
    False,
    dtype=torch.bfloat16,
)
write(
    "qwen3",
    Qwen3ForCausalLM(
        Qwen3Config(**decoder, head_dim=6, tie_word_embeddings=True, rope_parameters={"rope_type": "default", "rope_theta": 1e6})
    ),
    False,
)
# What Qwen3 can have beside: a window in all layers, biases, and stretched waves.
write(
    "qwen3-long",
    Qwen3ForCausalLM(
        Qwen3Config(
            **decoder,
            head_dim=8,
            tie_word_embeddings=False,
            attention_bias=True,
            use_sliding_window=True,
            sliding_window=4,
            max_window_layers=0,
            rope_parameters={
                "rope_type": "yarn",
                "rope_theta": 500.0,
                "factor": 4.0,
                "original_max_position_embeddings": 8,
                "beta_fast": 2.0,
                "beta_slow": 0.25,
                "truncate": True,
            },
        )
    ),
    False,
)
# A window shorter than the texts.
write(
    "mistral",
    MistralForCausalLM(
        MistralConfig(
            **decoder,
            head_dim=6,
            tie_word_embeddings=False,
            sliding_window=3,
            rope_parameters={"rope_type": "dynamic", "rope_theta": 10000.0, "factor": 2.0},
        )
    ),
    False,
)
# One layer of three sees everything, with waves of its own, stretched; scores are scaled by another number than the width.
write(
    "gemma3_text",
    Gemma3ForCausalLM(
        Gemma3TextConfig(
            **decoder | {"num_hidden_layers": 4},
            head_dim=6,
            query_pre_attn_scalar=10,
            sliding_window=3,
            sliding_window_pattern=3,
            rope_parameters={
                "full_attention": {"rope_type": "linear", "rope_theta": 5000.0, "factor": 8.0},
                "sliding_attention": {"rope_type": "default", "rope_theta": 100.0},
            },
        )
    ),
    False,
)
