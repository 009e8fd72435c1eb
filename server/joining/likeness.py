"""Similar names of firms: equal except for legal form, Latin spelling or one typo."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby

from rapidfuzz.distance import OSA

from i18n.text import search_key

# Legal forms as `search_key` folds them; single letters in a row are one word (S.r.l., G.m.b.H.).
_LEGAL = (
    "co company corp corporation inc incorporated ltd limited llc llp lp plc group holding holdings the and "
    "gmbh mbh ggmbh ag kg kgaa ohg ug ev eg se "
    "sa sas sasu sarl eurl srl spa sl slu sau ltda bv nv oy oyj ab as asa aps kft zrt nyrt doo dd ad ood eood "
    "jsc ojsc pjsc cjsc ooo oao zao pao ao nao too mchj qk pte pty bhd sdn pt tbk kk gk "
    "ооо оао зао пао ао нао ип гк тоо одо чуп уп фгуп муп кт "
    "общество акционерное публичное закрытое открытое с ограниченной ответственностью компания группа"
)
_LEGAL_AT_THE_END_ALONE = "se as ad ab sa dd eg ev sl lp and group holding"
LEGAL_WORDS = frozenset(_LEGAL.split())
LEGAL_WORDS_BEFORE = LEGAL_WORDS - frozenset(_LEGAL_AT_THE_END_ALONE.split())
LEGAL_HAN = (
    *("有限责任公司", "有限責任公司", "股份有限公司", "有限公司", "总公司", "總公司", "公司", "集团", "集團", "股份"),
    *("株式会社", "有限会社", "合同会社", "주식회사", "유한회사", "(주)", "(株)", "(有)"),
)
LEAST_TYPED = 10  # shortest name in which one wrong letter counts as a typo
NEXT = 5  # following names in alphabetical order that are compared for typos
_GROUP_IN_BRACKETS = re.compile(r"\((?:集团|集團)\)")
_NO_LETTER = re.compile(r"[\W_]+")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af]")


@lru_cache(maxsize=20_000)
def core(name: str) -> str:
    """Return the folded name without legal form and spaces, or the whole folded name if nothing else is left."""
    folded = search_key(name)
    if _HAN.search(folded):
        return _without_han_forms(folded)
    words = _words(folded)
    kept = list(words)
    while kept and kept[-1] in LEGAL_WORDS:
        kept.pop()
    while kept and kept[0] in LEGAL_WORDS_BEFORE:
        kept.pop(0)
    return "".join(kept or words)


def _words(folded: str) -> list[str]:
    """Return the words of a folded name; single letters in a row become one word."""
    found: list[str] = []
    for is_single, run in groupby(_NO_LETTER.sub(" ", folded).split(), key=lambda word: len(word) == 1):
        words = list(run)
        found += ["".join(words)] if is_single else words
    return found


def _without_han_forms(folded: str) -> str:
    before = "".join(folded.split())
    left = _GROUP_IN_BRACKETS.sub("", before)
    while True:
        form = next((form for form in LEGAL_HAN if left.endswith(form) or left.startswith(form)), "")
        if not form or left == form:
            return _NO_LETTER.sub("", left) or before
        left = left.removesuffix(form) if left.endswith(form) else left.removeprefix(form)


def classes(names: Mapping[int, Sequence[str]]) -> dict[int, list[str]]:
    """Return the classes of each registration's names; similar names have equal classes.

    names: names by registration id, "" for an unknown name. Each name is compared only with its neighbours in
    alphabetical order, read forwards and backwards (sorted neighbourhood method: Hernández and Stolfo, 1995), so that
    the time is that of sorting.
    """
    import networkx as nx

    cores = {id: list(dict.fromkeys(filter(None, map(core, each)))) for id, each in names.items()}
    alike = nx.Graph(_typed_alike({each for known in cores.values() for each in known}))
    stands_for = {each: min(together) for together in nx.connected_components(alike) for each in together}
    return {id: list(dict.fromkeys(stands_for.get(each, each) for each in known)) for id, known in cores.items()}


def members(classed: Mapping[int, Iterable[str]]) -> dict[str, list[int]]:
    """Return registration ids by class of name, in ascending order."""
    found: dict[str, list[int]] = defaultdict(list)
    for id, known in classed.items():
        for each in known:
            found[each].append(id)
    return found


def _typed_alike(cores: Iterable[str]) -> list[tuple[str, str]]:
    """Return pairs of long names with one typo between them: a letter added, left out, replaced, or two exchanged."""
    long = [each for each in cores if len(each) >= LEAST_TYPED and not _HAN.search(each)]
    found = []
    for order in (sorted(long), sorted(long, key=lambda each: each[::-1])):
        for at, one in enumerate(order):
            found += [(one, other) for other in order[at + 1 : at + 1 + NEXT] if _is_typo(one, other)]
    return found


def _is_typo(one: str, other: str) -> bool:
    """Return whether two names differ by one typo in letters; different digits are no typo (plant 1, plant 2)."""
    if abs(len(one) - len(other)) > 1 or _digits(one) != _digits(other):
        return False
    return OSA.distance(one, other, score_cutoff=1) <= 1


def _digits(name: str) -> str:
    return "".join(filter(str.isdigit, name))
