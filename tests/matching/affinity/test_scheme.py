"""Topic scheme: what the loader rejects, and relations of topics."""

from pathlib import Path

import pytest

from matching.affinity import Scheme, SchemeError, Topic, load, scheme
from matching.affinity.lexicon import lexicon
from matching.affinity.scheme import PublicCode
from matching.affinity.tokens import tokenise

TERMS = {"zh": ("钛",), "ru": ("титан",), "en": ("titanium",)}


ID_SHAPE = "that is not small Latin letters and figures in parts with a dot between them"


def labels(name: str) -> dict[str, str]:
    return {lang: f"{lang} {name}" for lang in ("zh", "ru", "en")}


def leaf(name: str, parent: str | None = None, **more: object) -> Topic:
    return Topic(name, parent, labels(name), TERMS, **more)  # type: ignore[arg-type]


def branch(name: str, parent: str | None = None) -> Topic:
    return Topic(name, parent, labels(name))


def faults(*topics: Topic) -> list[tuple[str, str]]:
    with pytest.raises(SchemeError) as raised:
        Scheme(topics)
    return raised.value.faults


def test_a_tree_with_a_neighbour_is_kept() -> None:
    small = Scheme(
        [branch("mat"), branch("mat.metals", "mat"), leaf("mat.ti", "mat.metals", related=("mech",)), leaf("mech")]
    )

    assert small.fields == ("mat", "mech")
    assert small.leaves == ("mat.ti", "mech")
    assert small.relation("mat.ti", "mech") == "related"


def test_a_duplicate_is_refused() -> None:
    assert faults(leaf("mat"), leaf("mat")) == [("mat", "is defined more than once")]


def test_an_unknown_parent_is_refused() -> None:
    assert faults(leaf("mat.ti", "mat")) == [("mat.ti", "names an unknown parent mat")]


def test_a_cycle_is_refused() -> None:
    assert ("mat.a", "is its own ancestor") in faults(branch("mat.a", "mat.b"), branch("mat.b", "mat.a"))


def test_a_fourth_level_is_refused() -> None:
    topics = [branch("mat"), branch("mat.a", "mat"), branch("mat.b", "mat.a"), leaf("mat.c", "mat.b")]

    assert faults(*topics) == [("mat.c", "lies deeper than 3 levels")]


def test_unknown_neighbours_and_itself_are_refused() -> None:
    assert faults(leaf("mat", related=("nrg", "mat"))) == [
        ("mat", "is related to an unknown topic nrg"),
        ("mat", "is related to itself"),
    ]


def test_missing_languages_are_refused() -> None:
    half = Topic("mat", None, {"zh": "材料", "en": "materials"}, {"zh": ("钛",), "ru": ("титан",)})

    assert faults(half) == [("mat", "has no label in ru"), ("mat", "has no terms in en")]


def test_terms_above_the_leaves_are_refused() -> None:
    assert faults(leaf("mat"), leaf("mat.ti", "mat")) == [
        ("mat", "has terms and a topic below it, mat.ti; terms belong to leaves")
    ]


def test_a_term_given_twice_is_refused() -> None:
    twice = Topic("mat", None, labels("mat"), {**TERMS, "en": ("titanium", "Titanium")})

    assert faults(twice) == [("mat", "lists titanium twice in en")]


def test_a_label_of_two_topics_is_refused() -> None:
    assert faults(leaf("mat"), Topic("nrg", None, {**labels("nrg"), "ru": "RU mat"}, TERMS)) == [
        ("nrg", "has the label of mat in ru, RU mat")
    ]


def test_too_few_terms_or_neighbours_are_refused_where_a_least_is_set() -> None:
    with pytest.raises(SchemeError) as raised:
        Scheme(
            [Topic("mat", None, labels("mat"), {**TERMS, "ru": ("титан", "медь")})], least_terms=2, least_neighbours=1
        )

    assert raised.value.faults == [
        ("mat", "has only 1 terms in zh, fewer than 2"),
        ("mat", "has only 1 terms in en, fewer than 2"),
        ("mat", "has fewer than 1 related topics"),
    ]


def test_codes_of_public_schemes_are_read_with_what_they_are_to_the_topic(tmp_path: Path) -> None:
    shown = "- {id: mat, labels: {zh: 钛, ru: титан, en: titanium}, terms: {zh: [钛材], ru: [титановый], en: [Ti]},"
    (tmp_path / "mat.yaml").write_text(
        f"{shown} mappings: {{ford: [broad 2.5], cpc: [exact C22C]}}}}", encoding="utf-8"
    )

    assert load(tmp_path).topics["mat"].mappings == {
        "ford": (PublicCode("broad", "2.5"),),
        "cpc": (PublicCode("exact", "C22C"),),
    }


@pytest.mark.parametrize(
    ("mappings", "fault"),
    [
        (
            {"udc": (PublicCode("broad", "669"),)},
            "has a code of an unknown scheme udc; known are ford, grnti, gb13745, isic, cpc",
        ),
        ({"ford": (PublicCode("broad", "7"),)}, "has a malformed code of ford, broad 7; one such is broad 2"),
        ({"ford": (PublicCode("near", "2"),)}, "has a malformed code of ford, near 2; one such is broad 2"),
    ],
)
def test_a_code_that_its_scheme_cannot_hold_is_refused(mappings: dict[str, tuple[PublicCode, ...]], fault: str) -> None:
    assert faults(leaf("mat", mappings=mappings)) == [("mat", fault)]


def test_a_topic_of_another_field_is_refused() -> None:
    assert faults(branch("mat"), leaf("nrg.ti", "mat")) == [("nrg.ti", "stands in another field than its parent mat")]


def test_a_file_with_an_unknown_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mat.yaml").write_text("- {id: mat, lables: {}}\n", encoding="utf-8")

    with pytest.raises(SchemeError) as raised:
        load(tmp_path)

    assert raised.value.faults == [("mat", "has an unknown key lables")]


def test_a_topic_in_the_file_of_another_field_is_refused(tmp_path: Path) -> None:
    (tmp_path / "nrg.yaml").write_text("- {id: mat}\n", encoding="utf-8")

    with pytest.raises(SchemeError) as raised:
        load(tmp_path)

    assert raised.value.faults == [("mat", "stands in the file of another field, nrg.yaml")]


def test_a_file_that_is_not_yaml_is_named(tmp_path: Path) -> None:
    (tmp_path / "mat.yaml").write_text("- {id: mat", encoding="utf-8")

    with pytest.raises(SchemeError, match=r"^mat\.yaml: is not YAML: .* line 1, column 3"):
        load(tmp_path)


def test_a_fault_is_told_with_its_file_and_its_topic(tmp_path: Path) -> None:
    (tmp_path / "mat.yaml").write_text("- {id: mat, labels: {zh: 钛, ru: титан, en: titanium}}", encoding="utf-8")

    with pytest.raises(SchemeError) as raised:
        load(tmp_path)

    assert str(raised.value).splitlines() == [f"mat.yaml: mat: has no terms in {lang}" for lang in ("zh", "ru", "en")]


OWN: dict[str, object] = {
    "id": "mat.hemp",
    "parent": "mat.structural",
    "labels": {"zh": "麻纤维材料", "ru": "материалы из конопляного волокна", "en": "hemp-fibre materials"},
    "terms": {"zh": ["汉麻"], "ru": ["техническая конопля"], "en": ["hemp fibre"]},
    "related": ["mat.composite"],
}


def test_an_event_adds_topics_of_its_own_and_the_shipped_scheme_stays_as_it_is() -> None:
    own = scheme().extended([OWN])

    assert own.label("mat.hemp", "ru") == "материалы из конопляного волокна"
    assert own.relation("mat.hemp", "mat.composite") == "related"
    assert own.relation("mat.hemp", "mat.steel") == "sibling"
    assert "mat.hemp" not in scheme().topics


def test_terms_of_another_language_are_names_in_it_alone() -> None:
    """French "tour" is a lathe; in an English text it is a journey."""
    terms = {"zh": ["仪表车床"], "ru": ["часовой станок"], "en": ["bench lathe"], "fr": ["tour"]}
    field = {"id": "lathe", "labels": {**labels("lathe"), "fr": "tours"}, "terms": terms}
    own = scheme().extended([field])

    assert own.topics["lathe"].names("fr") == ("tours", "tour")
    assert [hit.topics for hit in lexicon(own, "fr").find(tokenise("un tour", "fr"))] == [("lathe",)]
    assert lexicon(own, "en").find(tokenise("tour", "en")) == []


def test_an_event_adds_a_field_of_its_own() -> None:
    field = {
        "id": "wine",
        "labels": labels("wine"),
        "terms": {"zh": ["葡萄酒庄"], "ru": ["винодельня"], "en": ["winery"]},
    }

    assert scheme().extended([field]).fields == (*scheme().fields, "wine")


def test_every_fault_of_an_events_topics_is_told_at_once() -> None:
    entries: list[object] = [
        "hemp",
        {**OWN, "id": 5, "colour": "green"},
        {**OWN, "labels": "hemp"},
        {**OWN, "terms": {"zh": "汉麻"}, "related": "mat"},
    ]

    with pytest.raises(SchemeError) as raised:
        scheme().extended(entries)

    assert raised.value.faults == [
        ("entry 1", "is not a mapping of keys and values"),
        ("5", "has an unknown key colour"),
        ("5", "has no id of letters"),
        ("mat.hemp", "has labels that are not one text a language"),
        ("mat.hemp", "has terms that are not lists of texts, each under its key"),
        ("mat.hemp", "has related topics that are not a list of ids"),
    ]


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"id": "mat.mag"}, ("mat.mag", "is defined more than once")),
        ({"parent": "mat.wool"}, ("mat.hemp", "names an unknown parent mat.wool")),
        ({"parent": "nrg"}, ("mat.hemp", "stands in another field than its parent nrg")),
        ({"parent": "mat.mag"}, ("mat.mag", "has terms and a topic below it, mat.hemp; terms belong to leaves")),
        ({"related": ["mat.wool"]}, ("mat.hemp", "is related to an unknown topic mat.wool")),
        ({"terms": {"zh": ["汉麻"], "en": ["hemp"]}}, ("mat.hemp", "has no terms in ru")),
        ({"id": "mat.Hemp fibre"}, ("mat.Hemp fibre", f"has an id {ID_SHAPE}")),
    ],
)
def test_an_events_topics_are_checked_as_the_shipped_ones_are(
    changed: dict[str, object], fault: tuple[str, str]
) -> None:
    with pytest.raises(SchemeError) as raised:
        scheme().extended([{**OWN, **changed}])

    assert fault in raised.value.faults


@pytest.mark.parametrize(
    ("need", "expert", "relation"),
    [
        ("mat.mag", "mat.mag", "same"),
        ("mat", "mat.mag", "narrower"),
        ("mat.mag", "mat.functional", "broader"),
        ("mat.mag", "mech.motor", "related"),
        ("mat.mag", "mat.supercond", "sibling"),
        ("mat.mag", "chem.organic", None),
    ],
)
def test_how_topics_stand_to_each_other(need: str, expert: str, relation: str | None) -> None:
    assert scheme().relation(need, expert) == relation


def test_labels_fall_back_to_the_language_then_to_english() -> None:
    shipped = scheme()

    assert shipped.label("mat.mag", "zh-Hans-CN") == "磁性材料"
    assert shipped.label("mat.mag", "ru") == "магнитные материалы"
    assert shipped.label("mat.mag", "pt-BR") == "magnetic materials"


def test_choices_of_a_form_are_grouped_by_field() -> None:
    groups = dict(scheme().choices("en"))

    assert len(groups) == len(scheme().fields)
    assert ("mat.mag", "magnetic materials") in groups[scheme().label("mat", "en")]
