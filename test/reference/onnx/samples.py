"""Small models of many kinds, each with inputs for it: what models.py exports. Each function gives the model, its inputs
by name, and its configuration where transformers has one.
"""

import os

import torch
import transformers
from torch import nn


class Logits(nn.Module):
    """A model of transformers that takes its inputs in order and gives its logits alone."""

    def __init__(self, model, names):
        super().__init__()
        self.model = model
        self.names = names

    def forward(self, *inputs):
        return self.model(**dict(zip(self.names, inputs))).logits


def text_inputs(vocabulary, batch=2, length=7):
    ids = torch.randint(3, vocabulary, (batch, length))
    mask = torch.ones(batch, length, dtype=torch.int64)
    ids[1, length - 2 :] = 0
    mask[1, length - 2 :] = 0
    return {"input_ids": ids, "attention_mask": mask}


def pixel_inputs(size, channels=3, batch=2):
    return {"pixel_values": torch.randn(batch, channels, size, size)}


def from_transformers(kind, config, inputs):
    model = kind._from_config(config) if hasattr(kind, "_from_config") else kind(config)
    return Logits(model, list(inputs)), inputs, config


def bert():
    config = transformers.BertConfig(
        vocab_size=40, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24,
        max_position_embeddings=16, num_labels=3, attn_implementation="eager", pad_token_id=0,
    )
    return from_transformers(transformers.BertForSequenceClassification, config, text_inputs(40))


def deberta():
    config = transformers.DebertaV2Config(
        vocab_size=40, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24,
        max_position_embeddings=16, num_labels=3, relative_attention=True, position_buckets=4, pos_att_type=["p2c", "c2p"],
        share_att_key=True, norm_rel_ebd="layer_norm", position_biased_input=False, type_vocab_size=0, pad_token_id=0,
    )
    return from_transformers(transformers.DebertaV2ForSequenceClassification, config, text_inputs(40))


class T5Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        config = transformers.T5Config(
            vocab_size=40, d_model=16, d_kv=8, num_heads=2, d_ff=24, num_layers=2, relative_attention_num_buckets=8,
            relative_attention_max_distance=16, feed_forward_proj="gated-gelu", dropout_rate=0.0, attn_implementation="eager",
        )
        self.encoder = transformers.T5EncoderModel(config)
        self.classifier = nn.Linear(16, 3)

    def forward(self, input_ids, attention_mask):
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weights = attention_mask.unsqueeze(-1).to(states.dtype)
        return self.classifier((states * weights).sum(1) / weights.sum(1))


def t5():
    return T5Classifier(), text_inputs(40), None


def gpt2():
    config = transformers.GPT2Config(
        vocab_size=40, n_embd=16, n_layer=2, n_head=2, n_positions=16, attn_implementation="eager", use_cache=False,
        bos_token_id=1, eos_token_id=1,
    )
    return from_transformers(transformers.GPT2LMHeadModel, config, text_inputs(40))


def qwen3():
    config = transformers.Qwen3Config(
        vocab_size=40, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1, head_dim=8,
        intermediate_size=24, max_position_embeddings=16, attn_implementation="eager", use_cache=False, bos_token_id=1,
        eos_token_id=1, tie_word_embeddings=True,
    )
    return from_transformers(transformers.Qwen3ForCausalLM, config, text_inputs(40))


def vit():
    config = transformers.ViTConfig(
        hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24, image_size=16, patch_size=8,
        num_labels=4, attn_implementation="eager",
    )
    return from_transformers(transformers.ViTForImageClassification, config, pixel_inputs(16))


def mobilenet():
    config = transformers.MobileNetV2Config(
        image_size=32, depth_multiplier=0.05, depth_divisible_by=2, min_depth=2, expand_ratio=3, num_labels=4,
        tf_padding=False, finegrained_output=False, classifier_dropout_prob=0.0,
    )
    return from_transformers(transformers.MobileNetV2ForImageClassification, config, pixel_inputs(32))


def resnet():
    config = transformers.ResNetConfig(
        embedding_size=8, hidden_sizes=[8, 12], depths=[2, 2], layer_type="basic", num_labels=4,
    )
    return from_transformers(transformers.ResNetForImageClassification, config, pixel_inputs(32))


def convnext():
    config = transformers.ConvNextConfig(
        hidden_sizes=[8, 12], depths=[2, 2], num_stages=2, patch_size=4, num_labels=4, image_size=32,
    )
    return from_transformers(transformers.ConvNextForImageClassification, config, pixel_inputs(32))


class MixerBlock(nn.Module):
    def __init__(self, width, tokens):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.tokens = nn.Sequential(nn.Linear(tokens, 8), nn.GELU(approximate="tanh"), nn.Linear(8, tokens))
        self.norm2 = nn.LayerNorm(width)
        self.channels = nn.Sequential(nn.Linear(width, 24), nn.GELU(), nn.Linear(24, width))

    def forward(self, x):
        x = x + self.tokens(self.norm1(x).transpose(1, 2)).transpose(1, 2)
        return x + self.channels(self.norm2(x))


class Mixer(nn.Module):
    """MLP-Mixer (Tolstikhin et al. 2021)."""

    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, 16, 4, stride=4)
        self.blocks = nn.ModuleList(MixerBlock(16, 16) for _ in range(3))
        self.norm = nn.LayerNorm(16)
        self.head = nn.Linear(16, 4)

    def forward(self, pixel_values):
        x = self.patches(pixel_values).flatten(2).transpose(1, 2)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x).mean(1))


def mixer():
    return Mixer(), pixel_inputs(16), None


class Gru(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(40, 8)
        self.gru = nn.GRU(8, 8, batch_first=True)
        self.head = nn.Linear(8, 3)

    def forward(self, input_ids):
        states, _ = self.gru(self.embed(input_ids))
        return self.head(states[:, -1])


def gru():
    return Gru(), {"input_ids": text_inputs(40)["input_ids"]}, None


class KerasNetwork(nn.Module):
    """Channels last, and exported by Keras itself on PyTorch: shapes are computed in floats, batch norm is folded."""

    def __init__(self):
        super().__init__()
        os.environ["KERAS_BACKEND"] = "torch"
        import keras
        from keras import layers

        keras.utils.set_random_seed(3)
        self.network = keras.Sequential(
            [
                keras.Input((12, 12, 3)),
                layers.Conv2D(6, 3, padding="same", use_bias=False),
                layers.BatchNormalization(),
                layers.ReLU(),
                layers.DepthwiseConv2D(3, strides=2, padding="same"),
                layers.Activation("gelu"),
                layers.SeparableConv2D(8, 3, padding="valid"),
                layers.GlobalAveragePooling2D(),
                layers.Dense(4),
            ]
        )

    def forward(self, pixel_values):
        return self.network(pixel_values, training=False)

    def export_model(self, file):
        self.network(torch.zeros(2, 12, 12, 3))
        self.network.export(str(file), format="onnx", verbose=False)


def keras_network():
    return KerasNetwork(), {"pixel_values": torch.randn(2, 12, 12, 3)}, None
