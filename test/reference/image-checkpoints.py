"""What transformers computes for classifiers of images. Run with any Python that has torch and transformers.

python3 test/reference/image-checkpoints.py NAME ...
    writes test/fixtures/checkpoints/NAME/ for each of them: a tiny checkpoint as transformers saves it, and reference.json:
    pixels, logits and hidden states in evaluation; of a training pass, without dropout, the logits, the gradients of the
    loss Σ logits · sin(index), and the running statistics after it. All is computed in float64.

python3 test/reference/image-checkpoints.py --open FOLDER < pixels.json
    opens checkpoints in FOLDER and prints what they answer: {"NAME": {"shape": [...], "data": [...]}, ...}, channels last.
"""

import json
import re
import shutil
import sys
from pathlib import Path

import torch
import transformers
from transformers import (
    AutoModelForImageClassification,
    DeiTConfig,
    DeiTForImageClassification,
    MobileNetV2Config,
    MobileNetV2ForImageClassification,
    ResNetConfig,
    ResNetForImageClassification,
    ViTConfig,
    ViTForImageClassification,
)

transformers.logging.set_verbosity_error()

LABELS = {"id2label": {0: "cat", 1: "dog", 2: "other"}, "label2id": {"cat": 0, "dog": 1, "other": 2}}

encoder = {
    "image_size": [6, 9],
    "patch_size": 3,
    "num_channels": 2,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 24,
}


def mobilenet(**options):
    narrow = {"depth_multiplier": 0.1, "depth_divisible_by": 1, "min_depth": 2, "finegrained_output": False}
    # A large share of the variance, so that what rounding does to batches of few values stays small.
    config = narrow | {"expand_ratio": 2.0, "layer_norm_eps": 0.2} | options
    return (
        lambda: MobileNetV2ForImageClassification(MobileNetV2Config(num_channels=2, **config, **LABELS)),
        (6, 2, *config["image_size"]),
        r"^mobilenet_v2\.(conv_stem|layer\.\d+)$",
    )


def resnet(**options):
    config = {"embedding_size": 6, "image_size": [22, 17]} | options
    return (
        lambda: ResNetForImageClassification(ResNetConfig(num_channels=2, **config, **LABELS)),
        (6, 2, *config["image_size"]),
        r"^resnet\.(embedder|encoder\.stages\.\d+\.layers\.\d+)$",
    )


# By name: how the model is made, the shape of its images, and the modules whose outputs are the hidden states; none where
# those that transformers tells are all.
MODELS = {
    "vit": (lambda: ViTForImageClassification(ViTConfig(**encoder, **LABELS)), (3, 2, 6, 9), None),
    "deit": (lambda: DeiTForImageClassification(DeiTConfig(**encoder, **LABELS)), (3, 2, 6, 9), None),
    "mobilenet_v2": mobilenet(image_size=[20, 13], expand_ratio=1.5),
    # Kernels see as many zeros on either side, and few channels are rounded to a multiple of three.
    "mobilenet_v2-symmetric": mobilenet(
        depth_divisible_by=3, min_depth=3, image_size=[20, 13], tf_padding=False, hidden_act="relu"
    ),
    "resnet": resnet(layer_type="basic", depths=[1, 2], hidden_sizes=[6, 8], hidden_act="gelu"),
    # Bottlenecks that halve maps at their beginning, those of the first group, too.
    "resnet-bottleneck": resnet(
        depths=[2, 1], hidden_sizes=[8, 12], downsample_in_first_stage=True, downsample_in_bottleneck=True
    ),
    # As in ResNet-50: halved by the 3×3 convolution, and not by the first group.
    "resnet-late": resnet(depths=[1, 1], hidden_sizes=[8, 12]),
}

# Since version 5 the modules of some models are named otherwise than what is saved of them.
SAVED_NAMES = {
    r"^(vit|deit)\.layers\.": r"\1.encoder.layer.",
    r"attention\.q_proj": "attention.attention.query",
    r"attention\.k_proj": "attention.attention.key",
    r"attention\.v_proj": "attention.attention.value",
    r"attention\.o_proj": "attention.output.dense",
    r"mlp\.fc1": "intermediate.dense",
    r"mlp\.fc2": "output.dense",
}

# What of a batch the running statistics take in; transformers has other shares in some models.
MOMENTUM = 0.1


def saved_name(name):
    for pattern, replacement in SAVED_NAMES.items():
        name = re.sub(pattern, replacement, name)
    return name


def short(values):
    return [float(f"{v:.7g}") for v in values]


def numbers(tensor):
    last = tensor.permute(0, 2, 3, 1) if tensor.dim() == 4 else tensor
    return {"shape": list(last.shape), "data": short(last.detach().flatten().tolist())}


def excerpt(tensor):
    norm, total = short([tensor.norm().item(), tensor.sum().item()])
    return {"norm": norm, "sum": total, "first": short(tensor.flatten()[:4].tolist())}


def turned(tensor):
    """A few numbers that tell a large tensor: its beginning, its norm, and Σ value · sin(index)."""
    last = (tensor.permute(0, 2, 3, 1) if tensor.dim() == 4 else tensor).detach()
    flat = last.flatten()
    sine = (flat * torch.sin(torch.arange(flat.numel(), dtype=torch.float64))).sum()
    return {"shape": list(last.shape), "first": short(flat[:8].tolist()), "norms": short([flat.norm().item(), sine.item()])}


def draw(model):
    with torch.no_grad():
        for name, value in model.named_parameters():
            centre = 1 if "norm" in name and name.endswith("weight") else 0
            value.copy_(centre + 0.3 * torch.randn_like(value))
        for name, value in model.named_buffers():
            if name.endswith("running_mean"):
                value.copy_(0.3 * torch.randn_like(value))
            if name.endswith("running_var"):
                value.copy_(0.5 + torch.rand_like(value))


def evaluate(model, pixels, modules):
    """Logits and hidden states."""
    states = []
    hooks = [
        module.register_forward_hook(lambda _module, _given, made: states.append(made))
        for name, module in model.named_modules()
        if modules and re.match(modules, name)
    ]
    output = model(pixel_values=pixels, output_hidden_states=True)
    for hook in hooks:
        hook.remove()
    # Each that transformers tells is one of them.
    for told in output.hidden_states if states else ():
        assert any(told.shape == state.shape and torch.equal(told, state) for state in states)
    return output.logits, states or output.hidden_states


def make(name):
    torch.manual_seed(11)
    build, shape, modules = MODELS[name]
    folder = Path(__file__).parent.parent / "fixtures" / "checkpoints" / name
    shutil.rmtree(folder, ignore_errors=True)
    model = build()
    draw(model)
    model.save_pretrained(folder)
    model = type(model).from_pretrained(folder, attn_implementation="eager").double().eval()
    pixels = torch.randn(*shape).double()
    logits, states = evaluate(model, pixels, modules)
    model.train()
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.eval()
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = MOMENTUM
    trained = model(pixel_values=pixels).logits
    (trained * torch.sin(torch.arange(trained.numel(), dtype=torch.float64)).reshape(trained.shape)).sum().backward()
    reference = {
        "transformers": transformers.__version__,
        "pixels": numbers(pixels),
        "logits": numbers(logits),
        "hiddenStates": [turned(state) for state in states],
        "trainedLogits": numbers(trained),
        "gradients": {saved_name(n): excerpt(p.grad) for n, p in model.named_parameters()},
        "buffers": {n: excerpt(b) for n, b in model.named_buffers() if "running" in n},
    }
    (folder / "reference.json").write_text(json.dumps(reference, separators=(",", ":")) + "\n")
    print(sorted(path.name for path in folder.iterdir()), sum(p.stat().st_size for p in folder.iterdir()))


def open_checkpoint(folder, given):
    pixels = torch.tensor(given["data"]).reshape(given["shape"]).permute(0, 3, 1, 2)
    model, loading = AutoModelForImageClassification.from_pretrained(folder, output_loading_info=True)
    return {
        "class": type(model).__name__,
        "logits": model.eval()(pixel_values=pixels).logits.flatten().tolist(),
        "labels": {str(key): value for key, value in model.config.id2label.items()},
        "wrong": {key: sorted(map(str, value)) for key, value in loading.items() if value},
    }


if sys.argv[1:2] == ["--open"]:
    asked = json.load(sys.stdin)
    json.dump({name: open_checkpoint(Path(sys.argv[2]) / name, given) for name, given in asked.items()}, sys.stdout)
else:
    for asked in sys.argv[1:]:
        make(asked)
