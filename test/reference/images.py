"""Makes test/fixtures/images: small pictures of every kind of PNG and JPEG, and what Pillow sees in them.

    python test/reference/images.py
"""

import json
from pathlib import Path

import numpy as np
from PIL import Image

target = Path(__file__).parent.parent / "fixtures" / "images"
target.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(7)
HEIGHT, WIDTH = 7, 9


def smooth(channels):
    """Something that JPEG can hold: gradients, not noise."""
    y, x = np.mgrid[0:16, 0:24]
    return np.stack([(x * 9 + y * (3 + 4 * c)) % 256 for c in range(channels)], -1).astype(np.uint8)


def noise(channels):
    shape = (HEIGHT, WIDTH, channels) if channels > 1 else (HEIGHT, WIDTH)
    return random.integers(0, 256, shape, dtype=np.uint8)


pictures = {
    "grey.png": Image.fromarray(noise(1)),
    "grey-alpha.png": Image.fromarray(noise(2), "LA"),
    "rgb.png": Image.fromarray(noise(3)),
    "rgba.png": Image.fromarray(noise(4), "RGBA"),
    "bits.png": Image.fromarray(noise(1)).convert("1"),
    "palette.png": Image.fromarray(noise(3)).quantize(16),
    "deep.png": Image.fromarray(random.integers(0, 65536, (HEIGHT, WIDTH)).astype(np.uint16)),
    "rgb.jpg": Image.fromarray(smooth(3)),
    "progressive.jpg": Image.fromarray(smooth(3)),
    "grey.jpg": Image.fromarray(smooth(1)[:, :, 0]),
}
expected = {}
for name, picture in pictures.items():
    options = {"quality": 95, "subsampling": 0, "progressive": name.startswith("progressive")} if name.endswith("jpg") else {}
    picture.save(target / name, **options)
    seen = Image.open(target / name)
    if name == "deep.png":
        rgb = Image.fromarray(np.round(np.asarray(seen).astype(float) * 255 / 65535).astype(np.uint8)).convert("RGB")
    else:
        rgb = seen.convert("RGB")
    expected[name] = {
        "height": rgb.height,
        "width": rgb.width,
        "rgb": np.asarray(rgb).flatten().tolist(),
        "grey": np.asarray(rgb.convert("L")).flatten().tolist(),
    }
sizes = [[3, 4], [14, 5], [20, 30], [1, 1]]
source = Image.open(target / "rgb.png")
expected["resized"] = [
    {"height": h, "width": w, "rgb": np.asarray(source.resize((w, h), Image.Resampling.BILINEAR)).flatten().tolist()} for h, w in sizes
]
(target / "expected.json").write_text(json.dumps(expected, separators=(",", ":")))
