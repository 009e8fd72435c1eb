"""Change a document as a person would after reading a conflict."""

import shlex
from collections import Counter
from copy import deepcopy
from typing import Any

Document = dict[str, Any]
ENDLESS = 9


def eased(document: Document, relax: str) -> Document:
    """Return the document after the change that a `relax` text describes."""
    document = deepcopy(document)
    code, *words = shlex.split(relax)
    of = {kind: {each["id"]: each for each in document.get(kind, ())} for kind in ("parties", "pairs", "tables")}
    match code:
        case "do_not_require":
            of["pairs"][words[0]]["required"] = False
        case "unpin":
            document["pins"] = [pin for pin in document["pins"] if pin and pin["pair"] != words[0]]
        case "open_slots":
            of["parties"][words[0]]["available"] += words[1:]
        case "allow_slots":
            of["pairs"][words[0]]["allowed"] += words[1:]
        case "open_table":
            of["tables"][words[0]]["available"] += words[1:]
        case "raise_parallel":
            of["parties"][words[0]]["parallel"] = int(words[1])
        case "raise_max_meetings":
            of["parties"][words[0]]["max_meetings"] = int(words[1])
        case "raise_max_consecutive":
            of["parties"][words[0]]["max_consecutive"] = int(words[1])
        case "leave_own_table":
            del of["parties"][words[0]]["table"]
        case "add_languages":
            of["parties"][words[0]]["languages"] += words[1:]
        case "drop_order":
            mine = of["pairs"][words[0]]
            mine["after"] = [name for name in mine["after"] if name not in words[1:]]
        case "shorten_walk":
            for walk in document["walk"]:
                if set(walk["halls"]) == set(words[:2]):
                    walk["min"] = float(words[2])
        case "add_tables":
            document["tables"] += [{"id": f"more {n}", "available": slots} for n, slots in enumerate(_shifts(words))]
        case "add_interpreters":
            for tongues in {word.split("@", 1)[0] for word in words}:
                mine = [word.split("@", 1)[1] for word in words if word.split("@", 1)[0] == tongues]
                document.setdefault("interpreters", []).extend(
                    {"id": f"more {tongues} {n}", "languages": tongues.split("+"), "available": slots}
                    for n, slots in enumerate(_shifts(mine))
                )
        case _:
            raise AssertionError(relax)
    return document


def _shifts(slots: list[str]) -> list[list[str]]:
    """Return the slots of each new resource: the first has all named slots, the next those named twice, and so on."""
    times = Counter(slots)
    return [[slot for slot, count in times.items() if count > n] for n in range(max(times.values()))]


def dropped(document: Document, pointer: str) -> Document:
    """Return the document in which the fact at a pointer of a conflict is no restriction."""
    document = deepcopy(document)
    kind, *rest = pointer.split("/")[1:]
    every = [slot["id"] for slot in document["slots"]]
    match kind, *rest[1:]:
        case ("tables",):
            document["tables"] += [{"id": f"more {n}"} for n in range(3)]
        case ("interpreters",):
            tongues = ["zh", "ru", "en", "fr"]
            document.setdefault("interpreters", []).extend(
                {"id": f"more {n}", "languages": tongues, "available": every} for n in range(3)
            )
        case ("walk",):
            document["walk"][int(rest[0])]["min"] = 0
        case ("pins",):
            document["pins"][int(rest[0])] = None
        case _, "available":
            document[kind][int(rest[0])]["available"] = every
        case _, "parallel":
            document[kind][int(rest[0])]["parallel"] = ENDLESS
        case _, "languages":
            document[kind][int(rest[0])]["languages"] = ["zh", "ru", "en", "fr"]
        case _, member:
            document[kind][int(rest[0])].pop(member, None)
    return document


def tidy(document: Document) -> Document:
    """Return the document without the pins that were dropped."""
    return deepcopy(document) | {"pins": [pin for pin in document.get("pins", ()) if pin]}
