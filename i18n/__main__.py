"""python -m i18n extract | update | check: maintain the catalogues, in the repository."""

import argparse
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog

from i18n.checking import check
from i18n.extraction import ROOT, catalogues, domain_files, dump, extract, load, of_domain, pot_path, updated
from i18n.locale import SOURCE, Domain, found, po_path


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Run one command on the repository at root and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m i18n", description="Keeps the catalogues.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("extract", help="write every marked text to the templates")
    commands.add_parser("update", help="extract, and bring each catalogue to the same texts")
    commands.add_parser("check", help="name every fault, one on a line; exit 1 where there is one")
    command = parser.parse_args(arguments).command
    if command == "check":
        faults = list(check(root))
        print("\n".join(faults) or f"{len(list(found(catalogues(root))))} locales are complete")
        return 1 if faults else 0
    template, files = extract(root), domain_files(root)
    domains = {domain: of_domain(template, domain, files) for domain in Domain}
    for domain, texts in domains.items():
        _write(pot_path(domain, root), dump(texts))
    if command == "update":
        for locale in found(catalogues(root)):
            _update(locale.code, locale.domains, domains, root)
    return 0


def _update(code: str, has: Collection[Domain], domains: Mapping[Domain, Catalog], root: Path) -> None:
    """Bring the catalogues of a locale to the texts of each domain; a text may have moved from one to the other."""
    if code == SOURCE:
        return
    old = Catalog(locale=code, charset="utf-8")
    for domain in has:
        for entry in load(code, domain, root):
            if entry.id:
                old[entry.id] = entry
    for domain in has:
        _write(po_path(code, domain, catalogues(root)), dump(updated(old, domains[domain], code), code))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
