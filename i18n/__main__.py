"""python -m i18n extract | update | check: the catalogues' upkeep, run in the repository."""

import argparse
import sys

from i18n.catalog import SOURCE, po_path
from i18n.checking import check
from i18n.extraction import POT, dump, extract, load, updated
from i18n.locale import LOCALES


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m i18n", description="Keeps the catalogues.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("extract", help="write every marked text to messages.pot")
    commands.add_parser("update", help="extract, and bring each catalogue to the same texts")
    commands.add_parser("check", help="name every fault, one on a line; exit 1 where there is one")
    command = parser.parse_args().command
    if command == "check":
        faults = list(check())
        print("\n".join(faults) or f"{len(LOCALES)} locales are complete")
        return 1 if faults else 0
    template = extract()
    POT.write_text(dump(template), "utf-8")
    if command == "update":
        for code in LOCALES:
            if code != SOURCE:
                path = po_path(code)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(dump(updated(load(code), template, code), code), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
