"""Texts on what would resolve a conflict: one sentence for each thing that a person can change."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

from i18n import Message, Translator, _, formats, ngettext_, pgettext_
from matching.explaining.facts import Relax, read_relaxation
from matching.problem import Problem
from server.models import Side
from server.plans.directory import NOBODY
from server.rows import number
from server.studio.reasons import PlanNames


def remedy(text: str, problem: Problem, words: PlanNames) -> list[Message]:
    """Return the sentences for a conflict's `relax`; none if another engine wrote it."""
    try:
        relax, ids = read_relaxation(text)
    except ValueError:
        return []
    return SENTENCES[relax](ids, problem, words)


def _pair(pair: str, problem: Problem, words: PlanNames) -> str:
    return formats.sequence([words.party(party) for party in problem.pair[pair].parties], words.locale)


def _do_not_require(ids: Sequence[str], problem: Problem, words: PlanNames) -> list[Message]:
    # Translators: names: an expert and an enterprise, joined by “and”
    return [_("Do not require this meeting: %(names)s.", names=_pair(ids[0], problem, words))]


def _unpin(ids: Sequence[str], problem: Problem, words: PlanNames) -> list[Message]:
    # Translators: names: an expert and an enterprise, joined by “and”
    return [_("Unpin this meeting: %(names)s.", names=_pair(ids[0], problem, words))]


def _open_slots(ids: Sequence[str], problem: Problem, words: PlanNames) -> list[Message]:
    # Translators: name: an expert or an enterprise. times: one or several times
    return [_("%(name)s: also be available at %(times)s.", name=words.party(ids[0]), times=words.times(ids[1:]))]


def _allow_slots(ids: Sequence[str], problem: Problem, words: PlanNames) -> list[Message]:
    names, times = _pair(ids[0], problem, words), words.times(ids[1:])
    # Translators: names: an expert and an enterprise, joined by “and”. times: one or several times
    return [_("%(names)s: allow this meeting at %(times)s, too.", names=names, times=times)]


def _raise_parallel(ids: Sequence[str], problem: Problem, words: PlanNames) -> list[Message]:
    if problem.party[ids[0]].side != Side.ENTERPRISE:
        return []  # An expert is one person.
    name = words.party(ids[0])
    if len(ids) < 2:
        # Translators: name: an enterprise
        return [_("%(name)s: send more delegates, so that several meetings can take place at once.", name=name)]
    return [
        # Translators: name: an enterprise
        ngettext_(
            "%(name)s: send %(num)s delegate, for %(num)s meeting at once.",
            "%(name)s: send %(num)s delegates, for %(num)s meetings at once.",
            int(ids[1]),
            name=name,
        )
    ]


def _raise_max_meetings(ids: Sequence[str], problem: Problem, words: PlanNames) -> list[Message]:
    return [
        # Translators: name: an expert or an enterprise
        ngettext_(
            "%(name)s: raise the limit to %(num)s meeting.",
            "%(name)s: raise the limit to %(num)s meetings.",
            int(ids[1]),
            name=words.party(ids[0]),
        )
    ]


def _raise_max_consecutive(ids: Sequence[str], problem: Problem, words: PlanNames) -> list[Message]:
    name = words.party(ids[0])
    if len(ids) < 2:
        # Translators: name: an expert or an enterprise
        return [_("%(name)s: allow more meetings in a row.", name=name)]
    return [
        # Translators: name: an expert or an enterprise
        ngettext_(
            "%(name)s: allow %(num)s meeting in a row.",
            "%(name)s: allow %(num)s meetings in a row.",
            int(ids[1]),
            name=name,
        )
    ]


def _leave_own_table(ids: Sequence[str], problem: Problem, words: PlanNames) -> list[Message]:
    # Translators: name: an expert or an enterprise
    return [_("%(name)s: allow meetings at any table.", name=words.party(ids[0]))]


def _open_table(ids: Sequence[str], problem: Problem, words: PlanNames) -> list[Message]:
    table = words.places.tables.get(number(ids[0]))
    shown = NOBODY if table is None else str(table.number)
    # Translators: times: one or several times
    return [_("Table %(number)s: allow meetings at %(times)s, too.", number=shown, times=words.times(ids[1:]))]


def _add_tables(ids: Sequence[str], problem: Problem, words: PlanNames) -> list[Message]:
    if not ids:
        return [pgettext_("note", "Add tables.")]
    times = Counter(ids)
    return [
        # Translators: times: one or several times
        ngettext_(
            "Add %(num)s table at %(times)s.",
            "Add %(num)s tables at %(times)s.",
            max(times.values()),
            times=words.times(list(times)),
        )
    ]


def _add_interpreters(ids: Sequence[str], problem: Problem, words: PlanNames) -> list[Message]:
    if not ids:
        return [pgettext_("note", "Add interpreters.")]
    by_languages: dict[str, Counter[str]] = defaultdict(Counter)
    for each in ids:
        tags, _at, slot = each.partition("@")
        by_languages[tags][slot] += 1
    return [
        # Translators: languages: names of languages, joined by “and”. times: one or several times
        ngettext_(
            "Add %(num)s interpreter for %(languages)s at %(times)s.",
            "Add %(num)s interpreters for %(languages)s at %(times)s.",
            max(times.values()),
            languages=_languages(tags.split("+"), words),
            times=words.times(list(times)),
        )
        for tags, times in by_languages.items()
    ]


def _add_languages(ids: Sequence[str], problem: Problem, words: PlanNames) -> list[Message]:
    name, languages = words.party(ids[0]), _languages(ids[1:], words)
    return [
        # Translators: name: an expert or an enterprise. languages: names of languages
        _("%(name)s: no language entered. Enter a language, for example %(languages)s.", name=name, languages=languages)
    ]


def _languages(tags: Sequence[str], words: PlanNames) -> str:
    return formats.sequence([formats.language(tag, words.locale) for tag in tags], words.locale)


def _drop_order(ids: Sequence[str], problem: Problem, words: PlanNames) -> list[Message]:
    return [
        # Translators: names, others: each an expert and an enterprise, joined by “and”
        _(
            "Let these meetings overlap: %(names)s; %(others)s.",
            names=_pair(ids[0], problem, words),
            others=_pair(other, problem, words),
        )
        for other in ids[1:]
    ]


def _shorten_walk(ids: Sequence[str], problem: Problem, words: PlanNames) -> list[Message]:
    one, two = (_hall(number(hall), words) for hall in ids[:2])
    if len(ids) < 3:
        # Translators: one, two: names of halls
        return [_("Shorten the walking time between halls: %(one)s – %(two)s.", one=one, two=two)]
    minutes = formats.number(float(ids[2]), words.locale)
    # Translators: one, two: names of halls. minutes: a number
    return [
        _(
            "Shorten the walking time between halls to %(minutes)s min: %(one)s – %(two)s.",
            one=one,
            two=two,
            minutes=minutes,
        )
    ]


def _hall(id: int, words: PlanNames) -> str:
    names = (table.hall.name for table in words.places.tables.values() if table.hall_id == id)
    return next((Translator(words.locale).text(name)[0] for name in names), NOBODY)


SENTENCES: Mapping[Relax, Callable[[Sequence[str], Problem, PlanNames], list[Message]]] = {
    Relax.DO_NOT_REQUIRE: _do_not_require,
    Relax.UNPIN: _unpin,
    Relax.OPEN_SLOTS: _open_slots,
    Relax.ALLOW_SLOTS: _allow_slots,
    Relax.RAISE_PARALLEL: _raise_parallel,
    Relax.RAISE_MAX_MEETINGS: _raise_max_meetings,
    Relax.RAISE_MAX_CONSECUTIVE: _raise_max_consecutive,
    Relax.LEAVE_OWN_TABLE: _leave_own_table,
    Relax.OPEN_TABLE: _open_table,
    Relax.ADD_TABLES: _add_tables,
    Relax.ADD_INTERPRETERS: _add_interpreters,
    Relax.ADD_LANGUAGES: _add_languages,
    Relax.DROP_ORDER: _drop_order,
    Relax.SHORTEN_WALK: _shorten_walk,
}
