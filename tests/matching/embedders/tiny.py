"""A language model of six words and four numbers, written to a folder like a real export."""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

WORDS = {"[PAD]": 0, "[UNK]": 1, "magnet": 2, "магнит": 3, "welding": 4, "сварка": 5}
VECTORS = np.array([[9, 9, 9, 9], [0, 0, 0, 1], [1, 0, 0, 0], [1, 0.1, 0, 0], [0, 0, 1, 0], [0, 0.1, 1, 0]], np.float32)


def write(folder: Path, *, pools: bool = False, inputs: tuple[str, ...] = ("input_ids", "attention_mask")) -> Path:
    """Write the model to a folder and return the folder.

    pools: the model returns the mean of its words. inputs: its inputs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(_model(pools, inputs), str(folder / "model.onnx"))
    tokenizer = Tokenizer(WordLevel(WORDS, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def cut_after(folder: Path, tokens: int) -> None:
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": tokens}))


def pool_by_the_first(folder: Path) -> None:
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": True}))


def _model(pools: bool, inputs: tuple[str, ...]) -> onnx.ModelProto:
    nodes = [helper.make_node("Gather", ["table", inputs[0]], ["tokens"])]
    shape: list[str | int] = ["texts", "length", 4]
    name = "tokens"
    if pools:
        nodes.append(helper.make_node("ReduceMean", ["tokens", "axis"], ["whole"], keepdims=0))
        name, shape = "whole", ["texts", 4]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(each, TensorProto.INT64, ["texts", "length"]) for each in inputs],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(VECTORS, "table"), numpy_helper.from_array(np.array([1], np.int64), "axis")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.checker.check_model(model)
    return model
