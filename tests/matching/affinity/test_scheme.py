"""The scheme: what its loader refuses, and how topics stand to each other."""

from pathlib import Path

import pytest

from matching.affinity import Scheme, SchemeError, Topic, load, scheme

LABELS = {"zh": "材料", "ru": "материалы", "en": "materials"}
TERMS = {"zh": ("钛",), "ru": ("титан",), "en": ("titanium",)}


def leaf(name: str, parent: str | None = None, **more: object) -> Topic:
    return Topic(name, parent, LABELS, TERMS, **more)  # type: ignore[arg-type]


def branch(name: str, parent: str | None = None) -> Topic:
    return Topic(name, parent, LABELS)


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
        ("mat", "has terms and topics below it; terms belong to leaves")
    ]


def test_a_term_given_twice_is_refused() -> None:
    twice = Topic("mat", None, LABELS, {**TERMS, "en": ("titanium", "Titanium")})

    assert faults(twice) == [("mat", "lists titanium twice in en")]


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


def test_the_shipped_scheme_has_three_levels_and_leaves_for_every_industry_of_the_event() -> None:
    shipped = scheme()

    assert {"dig", "chem", "mat", "mech", "auto", "ele", "bio", "port", "nrg", "env"} <= set(shipped.fields)
    assert all(shipped.leaves_of(field) for field in shipped.fields)
    assert shipped.topics["mat.mag"].parent == "mat.functional"
    assert shipped.topics["mat.functional"].parent == "mat"


def test_every_shipped_leaf_has_eight_names_in_each_required_language_and_a_neighbour() -> None:
    shipped = scheme()

    few = [
        (leaf, lang)
        for leaf in shipped.leaves
        for lang in ("zh", "ru", "en")
        if len(shipped.topics[leaf].names(lang)) < 8
    ]

    assert few == []
    assert [leaf for leaf in shipped.leaves if not shipped.related[leaf]] == []


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
