"""Makes test/fixtures/tokenizers: small tokenizers of every kind, odd texts, and what Python's `tokenizers` makes of them.

    python test/reference/make-tokenizers.py

Each tokenizer is a folder with tokenizer.json and tokenizer_config.json as transformers saves them; expected.json has
for each of them one digest per text: the first 12 hexadecimal digits of the SHA-256 of the ids, joined by commas.
"""

import hashlib
import json
import random
import shutil
import struct
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

target = Path(__file__).parent.parent / "fixtures" / "tokenizers"

CORPUS = [
    "Call me Ishmael. Some years ago—never mind how long precisely—having little or no money in my purse",
    "WIN $$$ NOW!!! click http://example.com/?a=1&b=2 (free) don't you'll we've I'm he'd it's",
    "Ünïcödé straße, 東京 都市 🙂👍🏽 e\u0301 ΟΔΥΣΣΕΥΣ οδός İstanbul \t tab\nnew line\r\n  two  spaces",
    "def f(x):\n    return x + 1  # 3.14 1,000 under_score\n\n\nclass A: pass",
    "שלום עולם مرحبا بالعالم नमस्ते दुनिया สวัสดี 한국어 ひらがな カタカナ ﬁ ﬂ ① ½ Ａｂｃ",
]

ODD = (
    ["", " ", "   ", "\t", "\n", "\r\n", "\u00a0", "\u2003", "\u3000", "\u0085", "\ufeff", "\u200b", "\u2028", "a", "A", "."]
    + ["\ufeffhello", "hello\ufeff", "he\ufeffllo", "one\u0085two", "\u0085", " \u0085 x", "x\u0085\u0085y", "a\u00a0b", "\u3000a\u3000b\u3000"]
    + ["ΟΔΟΣ", "Σ", "ΣΑΣ ΟΔΟΣ.", "ΟΔΟΣ ΣΟΦΟΣ σοφός", "İ", "İSTANBUL", "ǅ ǆ", "ẞ STRASSE", "ſ K Å"]
    + ["e\u0301", "é", "e\u0301\u0327\u0302", "n\u0303o", "\u0301alone", "a\u20dd", "क्षि", "ก็", "한", "\u1112\u1161\u11ab"]
    + ["🙂", "👍🏽", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪🇫🇷", "☃︎☃️", "a🙂b", "🙂 🙂  🙂", "\U0001f9ff\U0001fae0"]
    + ["東京", "東京 tower", "a東b", "\U00020000\U0002a700", "𠀀𠀁x", "日本語とEnglishが混在", "한국어 텍스트", "，。！？", "「引用」"]
    + ["שלום", "مرحبا بالعالم", "אבג abc דהו", "\u202eabc\u202c", "\u200fx\u200e", "عَرَبِيّ", "لا إله"]
    + ["\x00", "a\x00b", "\x01\x02", "\x07bell", "\x1b[31mred\x1b[0m", "\x7f", "a\x1fb", "\u0090", "\ufffd", "\ufffe", "\ue000", "\U000f0000"]
    + ["[CLS]", "[SEP] [PAD]", "x[CLS]y", "[cls]", "[UNK]word", "<s>", "</s>", "<s>a</s>", "<pad>", "<unk>", "<|endoftext|>", "a<|endoftext|>b", "[MASK]", " [MASK] ", "x [MASK]y", "<mask>", "  <mask>  a"]
    + ["<tool>", "a<tool>b", "a <tool> b", "<tool>.", "new", "newer", "a new b", "renew", "new-new", "_new", "éNew", "New NEW nEw", "new\u0301", "ne\u0303w"]
    + ["don't", "DON'T", "it's we've I'll they'd 'tis", "’s ’t", "under_score", "__proto__", "constructor", "toString hasOwnProperty"]
    + ["3.14", "1,000,000", "12345678901234567890", "½ ② Ⅷ ٣٤ ४५ ㊷", "x²+y³", "1e-10", "0x1F", "१२३"]
    + ["ﬁﬂ ﬀ", "Ａｂｃ １２", "①②", "㍿ ㎏", "™ ℠ ℃", "ｶﾞ ｷﾞ", "～ 〜 ~", "…‥", "a\u00adb", "‐‑–—―"]
    + ["!?!?", "((((", "...", "$€£¥", "a-b--c---d", "\\n \\t", "\"'`´", "¿¡«»", "§¶†‡", "‽⁂⸘", "\u2e43x", "\u0a76y"]
    + ["  leading", "trailing  ", " a  b   c    d", "\n\n\na\n\n", "a\tb\t\tc", " \n \n ", "a \n b", "\r\ra", "\x0b\x0cx", "a  \u00a0 b", "x \u2003\u2003 y"]
    + ["a" * 50, "ab" * 120, "word " * 60, " " * 100, "\n" * 40, "🙂" * 40, "東" * 40, "!" * 70, "x" + " " * 33 + "y", "w" * 101, "é" * 100]
    + ["▁", "▁a", "a▁b", "Ġ Ċ", "##ing", "ing ##s", "</w>", "<0x41>", "<0x0A>x", "@@", "�"]
    + ["the quick brown fox jumps over the lazy dog", "The Quick Brown Fox", "http://user@example.com:80/p?q=1#f", "C:\\Users\\x", "<html><b>x</b></html>", "{\"a\": [1, 2]}", "SELECT * FROM t;", "a=b==c!=d"]
)


def odd_texts():
    draw = random.Random(5)
    pool = [text for text in ODD if 0 < len(text) < 20]
    mixed = ["".join(draw.choice(["", "", " ", "  ", "\n"]) + draw.choice(pool) for _ in range(draw.randint(3, 9))) for _ in range(60)]
    return list(ODD) + mixed + ["".join(draw.choice(pool) + " " for _ in range(600))]


def precompiled_charsmap(rules):
    """A table of SentencePiece by its format: a double array (Darts) of all states, and the replacements."""
    trie = {}
    blob = b""
    for source, result in sorted(rules.items()):
        node = trie
        for byte in source.encode():
            node = node.setdefault(byte, {})
        node["value"] = len(blob)
        blob += result.encode() + b"\0"
    units = {}
    free = [1]

    def place(node, at):
        """Puts the children of a node behind the unit `at`: at base ^ byte, the value at base itself."""
        base = 256 * free[0] | (at & 0xFF)
        free[0] += 1
        units[at] = units.get(at, 0) | ((at ^ base) >> 8) << 10 | 0x200
        for key, child in node.items():
            if key == "value":
                units[at] |= 0x100
                units[base] = 0x80000000 | child
            else:
                units[base ^ key] = key
                place(child, base ^ key)

    place(trie, 0)
    array = [units.get(at, 0) for at in range(256 * free[0])]
    return struct.pack(f"<I{len(array)}I", 4 * len(array), *array) + blob


def train(tokenizer, size, specials, **options):
    kind = type(tokenizer.model).__name__.replace("BPE", "Bpe")
    trainer = getattr(trainers, f"{kind}Trainer")(vocab_size=size, special_tokens=list(specials), show_progress=False, **options)
    tokenizer.train_from_iterator(CORPUS * 3, trainer)
    return tokenizer


def template(tokenizer, single):
    names = [name for name in single.split() if name != "$A"]
    tokenizer.post_processor = processors.TemplateProcessing(single=single, special_tokens=[(name, tokenizer.token_to_id(name)) for name in names])


BERT = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
QWEN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def wordpiece():
    t = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    t.normalizer, t.pre_tokenizer, t.decoder = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer(), decoders.WordPiece()
    train(t, 260, BERT)
    t.add_special_tokens([AddedToken("[MASK]", lstrip=True, special=True)])
    template(t, "[CLS] $A [SEP]")
    return t, dict(pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]")


def cased():
    t = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    t.normalizer = normalizers.BertNormalizer(lowercase=False, strip_accents=True, handle_chinese_chars=False, clean_text=True)
    t.pre_tokenizer, t.decoder = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.Punctuation()]), decoders.WordPiece()
    train(t, 260, BERT)
    t.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return t, dict(pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]")


def mpnet():
    """As MPNetTokenizer of transformers 4 saves it: WordPiece with the special tokens of RoBERTa."""
    t = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    t.normalizer, t.pre_tokenizer, t.decoder = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer(), decoders.WordPiece()
    train(t, 260, ["<s>", "<pad>", "</s>", "[UNK]", "<mask>"])
    t.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True)])
    t.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s>:0 $A:0 </s>:0 </s>:0 $B:1 </s>:1", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return t, dict(bos_token="<s>", eos_token="</s>", cls_token="<s>", sep_token="</s>", pad_token="<pad>", unk_token="[UNK]", mask_token="<mask>")


def gpt2():
    t = Tokenizer(models.BPE())
    t.pre_tokenizer, t.decoder, t.post_processor = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel(), processors.ByteLevel(trim_offsets=False)
    train(t, 340, ["<|endoftext|>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    return t, dict(bos_token="<|endoftext|>", eos_token="<|endoftext|>", unk_token="<|endoftext|>")


def roberta():
    t = Tokenizer(models.BPE())
    t.pre_tokenizer, t.decoder = pre_tokenizers.ByteLevel(add_prefix_space=True), decoders.ByteLevel()
    train(t, 340, ["<s>", "<pad>", "</s>", "<unk>", "<mask>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    t.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True)])
    t.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=True)
    return t, dict(bos_token="<s>", eos_token="</s>", cls_token="<s>", sep_token="</s>", pad_token="<pad>", unk_token="<unk>", mask_token="<mask>")


def qwen():
    t = Tokenizer(models.BPE(byte_fallback=False, fuse_unk=False))
    t.normalizer, t.decoder = normalizers.NFC(), decoders.ByteLevel()
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(QWEN), behavior="isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    train(t, 340, [], initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    t.add_special_tokens(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    t.add_tokens([AddedToken("<tool>", single_word=False, normalized=False), AddedToken("new", single_word=True, normalized=True)])
    return t, dict(eos_token="<|im_end|>", pad_token="<|endoftext|>")


def llama():
    t = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    t.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    t.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    train(t, 600, ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)])
    state = json.loads(t.to_str())
    state["added_tokens"] = state["added_tokens"][:3]
    t = Tokenizer.from_str(json.dumps(state))
    template(t, "<s> $A")
    return t, dict(bos_token="<s>", eos_token="</s>", unk_token="<unk>")


def llama3():
    t = Tokenizer(models.BPE(ignore_merges=True))
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(QWEN.replace(r"\p{N}|", r"\p{N}{1,3}|")), behavior="isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    t.decoder = decoders.ByteLevel()
    train(t, 340, [], initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    t.add_special_tokens(["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"])
    t.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), processors.TemplateProcessing(single="<|begin_of_text|> $A", special_tokens=[("<|begin_of_text|>", t.token_to_id("<|begin_of_text|>"))])])
    return t, dict(bos_token="<|begin_of_text|>", eos_token="<|eot_id|>")


def unigram():
    rules = {"ﬁ": "fi", "ﬂ": "fl", "①": "1", "½": "1/2", "Ａ": "A", "ｂ": "b", "\u00a0": " ", "\u3000": " ", "\u0085": " ", "\ufeff": "", "\u200b": " ", "é": "e\u0301", "e\u0301": "é", "\t": " ", "\n": " ", "～": "~"}
    t = Tokenizer(models.Unigram())
    t.normalizer = normalizers.Sequence([normalizers.Precompiled(precompiled_charsmap(rules)), normalizers.Strip(left=False, right=True), normalizers.Replace(Regex(" {2,}"), "▁")])
    t.pre_tokenizer, t.decoder = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always"), decoders.Metaspace()
    train(t, 260, ["<s>", "<pad>", "</s>", "<unk>", "<mask>"], unk_token="<unk>")
    template(t, "<s> $A </s>")
    return t, dict(bos_token="<s>", eos_token="</s>", cls_token="<s>", sep_token="</s>", pad_token="<pad>", unk_token="<unk>", mask_token="<mask>")


def unigram_bytes():
    pieces = [("<unk>", 0.0), ("<s>", 0.0), ("</s>", 0.0)] + [(f"<0x{byte:02X}>", 0.0) for byte in range(256)]
    letters = sorted({c for text in CORPUS for c in text.replace(" ", "▁") if ord(c) < 0x500})
    pieces += [(c, -6.0 - 0.01 * i) for i, c in enumerate(letters)] + [(w, -4.0 - 0.1 * len(w)) for w in ["▁the", "▁a", "ing", "▁Call", "▁me", "ed", "▁new", "▁▁"]]
    t = Tokenizer(models.Unigram(pieces, unk_id=0, byte_fallback=True))
    t.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), normalizers.StripAccents(), normalizers.Lowercase()])
    t.pre_tokenizer, t.decoder = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first", split=False), decoders.Metaspace()
    t.add_special_tokens(["<s>", "</s>", "<unk>"])
    return t, dict(bos_token="<s>", eos_token="</s>", unk_token="<unk>")


def words():
    t = Tokenizer(models.WordLevel(unk_token="<unk>"))
    t.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.Lowercase(), normalizers.StripAccents()])
    t.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    train(t, 120, ["<unk>", "</s>"])
    t.add_tokens([AddedToken("new", single_word=True, normalized=True), AddedToken("<tool>", rstrip=True, lstrip=True, normalized=False)])
    return t, dict(eos_token="</s>", unk_token="<unk>")


def clip():
    t = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>", fuse_unk=False))
    t.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"), behavior="removed", invert=True)])
    t.decoder = decoders.BPEDecoder()
    train(t, 300, ["<unk>", "<s>", "</s>"], end_of_word_suffix="</w>")
    template(t, "<s> $A </s>")
    return t, dict(bos_token="<s>", eos_token="</s>", unk_token="<unk>")


def odd_cuts():
    t = Tokenizer(models.BPE(unk_token="<unk>", continuing_subword_prefix="##"))
    t.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.CharDelimiterSplit("\n"),
            pre_tokenizers.Split(" ", behavior="merged_with_next"),
            pre_tokenizers.Split(Regex(r"[.,!?]"), behavior="merged_with_previous"),
            pre_tokenizers.Split(Regex(r"\d"), behavior="contiguous"),
            pre_tokenizers.Punctuation(behavior="contiguous"),
        ]
    )
    train(t, 300, ["<unk>"], continuing_subword_prefix="##")
    return t, dict(unk_token="<unk>", eos_token="<unk>")


KINDS = dict(wordpiece=wordpiece, cased=cased, mpnet=mpnet, gpt2=gpt2, roberta=roberta, qwen=qwen, llama=llama, llama3=llama3, unigram=unigram, **{"unigram-bytes": unigram_bytes, "odd-cuts": odd_cuts}, words=words, clip=clip)


def digest(ids):
    return hashlib.sha256(",".join(map(str, ids)).encode()).hexdigest()[:12]


def main():
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    texts = odd_texts()
    (target / "texts.json").write_text(json.dumps(texts) + "\n")
    expected = {}
    for name, make in KINDS.items():
        tokenizer, names = make()
        folder = target / name
        folder.mkdir()
        tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
        (folder / "tokenizer_config.json").write_text(json.dumps(dict(tokenizer_class="PreTrainedTokenizerFast", **names)) + "\n")
        for token in names.values():
            if token not in tokenizer.get_added_tokens_decoder().values():
                tokenizer.add_special_tokens([t for t in tokenizer.get_added_tokens_decoder().values() if t.content == token] or [token])
        expected[name] = {
            "vocabulary": max(tokenizer.get_vocab().values()) + 1,
            "ids": [digest(tokenizer.encode(text, add_special_tokens=False).ids) for text in texts],
            "whole": digest(tokenizer.encode("a", add_special_tokens=True).ids),
        }
    (target / "expected.json").write_text(json.dumps(expected) + "\n")
    print({name: len(value["ids"]) for name, value in expected.items()})


if __name__ == "__main__":
    main()
