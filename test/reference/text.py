"""Makes test/fixtures/text: a Parquet file by pyarrow, and tokenizers with what Hugging Face's tokenizers make of texts.

    python test/reference/text.py
"""

import json
from pathlib import Path

target = Path(__file__).parent.parent / "fixtures" / "text"
target.mkdir(parents=True, exist_ok=True)

TEXTS = [
    "Call me Ishmael. Some years ago—never mind how long precisely—",
    "WIN $$$ NOW!!! click http://example.com/?a=1&b=2 (free)",
    "  Ünïcödé  straße, 東京 🙂👍🏽 e\u0301 \t tab\nnew line\r\n",
    "don't o'clock 3.14 1,000 under_score [CLS] <s>",
    "",
    "a",
    " \u00a0\u2003 ",
]


def parquet():
    import pyarrow as pa
    import pyarrow.parquet as pq

    count = 9000
    table = pa.table(
        {
            "text": [f"text {i} ä" for i in range(count)],
            "label": pa.array(["even" if i % 2 == 0 else "odd" for i in range(count)]).dictionary_encode(),
            "number": [None if i % 7 == 0 else i for i in range(count)],
        }
    )
    pq.write_table(table, target / "rows.parquet", row_group_size=1000, compression="zstd")

    # As the library datasets writes a ClassLabel: numbers in the column, their names in the file's metadata.
    names = ["urgent", "dull", "Absent", "odd"]
    labelled = pa.table({"text": [f"mail {i}" for i in range(60)], "label": pa.array([[0, 1, 3][i % 3] for i in range(60)], pa.int64())})
    features = {"text": {"dtype": "string", "_type": "Value"}, "label": {"names": names, "_type": "ClassLabel"}}
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    pq.write_table(labelled.replace_schema_metadata(metadata), target / "class-labels.parquet")


def gaps():
    """The same rows, some of them without a text or a label, as pandas writes them in each format."""
    import pandas as pd

    rows = [
        ("one", "pos"), (None, "pos"), ("", "neg"), (" padded ", "neg"), ("  ", "pos"), ("three", "pos"),
        ("NA", "neg"), ("seven", None), (float("nan"), None), ("nine ", "pos"), ("ten", "neg"), ("eleven", ""),
    ]
    frame = pd.DataFrame(rows, columns=["text", "label"])
    frame.to_csv(target / "gaps.csv", index=False)
    frame.to_csv(target / "gaps.tsv", sep="\t")
    frame.to_json(target / "gaps.jsonl", orient="records", lines=True)
    frame.to_parquet(target / "gaps.parquet")


def tokenizers():
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

    wordpiece = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    wordpiece.normalizer = normalizers.BertNormalizer(lowercase=True)
    wordpiece.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    wordpiece.decoder = decoders.WordPiece()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    wordpiece.train_from_iterator(TEXTS, trainers.WordPieceTrainer(vocab_size=200, special_tokens=special, show_progress=False))
    cls, sep = wordpiece.token_to_id("[CLS]"), wordpiece.token_to_id("[SEP]")
    wordpiece.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", cls), ("[SEP]", sep)])

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    bpe.train_from_iterator(TEXTS, trainers.BpeTrainer(vocab_size=300, special_tokens=["<|endoftext|>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))

    for name, tokenizer in (("wordpiece", wordpiece), ("bpe", bpe)):
        folder = target / name
        folder.mkdir(exist_ok=True)
        tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
        cases = [{"text": t, "ids": tokenizer.encode(t, add_special_tokens=False).ids, "whole": tokenizer.encode(t).ids} for t in TEXTS]
        (folder / "expected.json").write_text(json.dumps({"vocabulary": tokenizer.get_vocab_size(), "cases": cases}))


if __name__ == "__main__":
    import importlib.util

    if importlib.util.find_spec("pyarrow"):
        parquet()
        gaps()
    if importlib.util.find_spec("tokenizers"):
        tokenizers()
