"""Makes test/fixtures/tokenizers/places.json: where Python's `tokenizers` says that each token of each odd text ends.

    python test/reference/tokens/token_places.py

By tokenizer, one digest per text: the first 12 hexadecimal digits of the SHA-256 of the ends, in characters, joined by
commas. The tokenizers and texts are those of make-tokenizers.py.
"""

import hashlib
import json
from pathlib import Path

from tokenizers import Tokenizer

folder = Path(__file__).parent.parent.parent / "fixtures" / "tokenizers"
texts = json.loads((folder / "texts.json").read_text())


def digest(numbers):
    return hashlib.sha256(",".join(map(str, numbers)).encode()).hexdigest()[:12]


places = {}
for path in sorted(folder.glob("*/tokenizer.json")):
    tokenizer = Tokenizer.from_file(str(path))
    places[path.parent.name] = [digest([end for _, end in tokenizer.encode(text, add_special_tokens=False).offsets]) for text in texts]
(folder / "places.json").write_text(json.dumps(places) + "\n")
