"""What transformers makes of an image by a preprocessor_config.json, the pixels on standard input (channels first)."""

import json
import sys

import numpy
from transformers import AutoImageProcessor

given = json.load(sys.stdin)
image = numpy.array(given["data"], dtype=numpy.uint8).reshape(given["shape"])
processor = AutoImageProcessor.from_pretrained(sys.argv[1])
seen = processor(image, return_tensors="np", input_data_format="channels_first")["pixel_values"]
seen = numpy.asarray(seen, dtype=numpy.float64)
json.dump({"shape": seen.shape, "data": seen.ravel().tolist()}, sys.stdout)
