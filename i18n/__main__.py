"""python -m i18n extract | update | check: maintain the catalogues, in the repository."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from i18n.catalog import SOURCE, po_path
from i18n.checking import check
from i18n.extraction import ROOT, catalogues, dump, extract, load, pot_path, updated
from i18n.locale import LOCALES


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Run one command on the repository at root and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m i18n", description="Keeps the catalogues.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("extract", help="write every marked text to messages.pot")
    commands.add_parser("update", help="extract, and bring each catalogue to the same texts")
    commands.add_parser("check", help="name every fault, one on a line; exit 1 where there is one")
    command = parser.parse_args(arguments).command
    if command == "check":
        faults = list(check(root))
        print("\n".join(faults) or f"{len(LOCALES)} locales are complete")
        return 1 if faults else 0
    template = extract(root)
    _write(pot_path(root), dump(template))
    if command == "update":
        for code in LOCALES:
            if code != SOURCE:
                catalog = updated(load(code, root), template, code)
                _write(po_path(code, catalogues(root)), dump(catalog, code))
    return 0


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
