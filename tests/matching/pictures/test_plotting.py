"""Pictures of a plan: what they contain, for people who see them and for people who do not."""

import hashlib
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from xml.etree import ElementTree

from matching.formats.documents import dump
from matching.pictures import drawing
from matching.pictures.plotting import PictureWords, graph, picture, timetable, words_of
from matching.problem import Meeting, Problem
from tests.matching.examples import document, interpreter, meet, pair, party, slot, tiny

SVG = "{http://www.w3.org/2000/svg}"
HELD = meet("ac s1 t2 i1", "ab s2 t1")


def example(**members: object) -> Problem:
    """Return a problem with a Russian expert name, two enterprises, one with a Chinese name, and an interpreter."""
    parties = [
        party("a", "ru", side="expert", x={"name": "Соколова Елена"}),
        party("b", "ru", side="enterprise"),
        party("c", "zh", side="enterprise", x="海天精工"),
    ]
    raw = {
        "parties": parties,
        "interpreters": [interpreter("i1", x={"name": "刘洋"})],
        "pins": [{"pair": "ab", "slot": "s2"}],
    }
    return tiny(**{**raw, **members})


def parsed(drawn: str) -> ElementTree.Element:
    return ElementTree.fromstring(drawn)


def texts(root: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def titles(root: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}title")]


def of_class(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [element for element in root.iter() if element.get("class") == name]


def test_a_picture_says_what_it_is_to_those_who_cannot_see_it() -> None:
    root = parsed(picture(example(), HELD))

    assert (root.get("role"), root.get("lang"), root.get("aria-labelledby")) == ("img", "en", "title description")
    assert [root.findtext(f"{SVG}title"), root.findtext(f"{SVG}desc")] == [
        "Timetable. Who meets whom",
        "2 of 2 pairs meet",
    ]


def test_a_cell_of_the_timetable_names_who_meets_where_when_and_with_which_interpreter() -> None:
    root = parsed(picture(example(), HELD))

    assert [title for title in titles(root) if "·" in title] == [
        "Соколова Елена · 海天精工 · t2 · 09:00 · 刘洋",
        "Соколова Елена · b · t1 · 09:20",
        "Соколова Елена · 2",
        "b · 1",
        "海天精工 · 1",
    ]
    assert {"2026-05-18", "t1", "t2", "09:00", "09:20", "09:40", "Соколова Елена", "海天精工", "b"} <= set(texts(root))


def test_a_name_from_right_to_left_leaves_what_follows_in_its_place() -> None:
    parties = [party("a", "ru", x="شركة النور"), party("b", "ru"), party("c", "zh")]

    root = parsed(picture(example(parties=parties), HELD))

    assert "\u2068شركة النور\u2069 · 2" in texts(root)


def test_only_interpreters_are_round_and_only_pins_are_sealed() -> None:
    root = parsed(picture(example(), HELD))
    in_the_legend = 1

    assert len(list(root.iter(f"{SVG}circle"))) == in_the_legend + 1
    assert len(of_class(root, "seal")) == in_the_legend + 1
    assert "刘" in texts(root)


def test_a_long_meeting_is_as_high_as_its_slots() -> None:
    problem = tiny(pairs=[pair("ab", length=2), pair("ac")])

    root = parsed(timetable(problem, meet("ab s1 t1", "ac s3 t1"), words_of(problem, ())))

    assert [cell.get("height") for cell in of_class(root, "surface")] == ["92", "46"]


def test_days_stand_one_below_the_other_and_may_be_picked() -> None:
    slots = [slot("s1", "09:00", "09:20"), slot("s2", "09:00", "09:20", date="2026-05-19")]
    there = [party(name, available="s1 s2") for name in "abc"]
    problem = tiny(slots=slots, parties=there)
    held = meet("ab s1 t1", "ac s2 t1")
    words = words_of(problem, held)

    both, second = timetable(problem, held, words), timetable(problem, held, words, ["2026-05-19"])

    assert [day for day in texts(parsed(both)) if day.startswith("2026")] == ["2026-05-18", "2026-05-19"]
    assert [day for day in texts(parsed(second)) if day.startswith("2026")] == ["2026-05-19"]
    assert (len(of_class(parsed(both), "surface")), len(of_class(parsed(second), "surface"))) == (2, 1)


def test_the_graph_has_a_line_for_each_meeting_and_a_faint_one_for_each_pair_not_held() -> None:
    problem = example(pins=[])
    held = meet("ac s1 t2 i1")

    root = parsed(graph(problem, held, words_of(problem, held)))
    legend = 1

    assert [title for title in titles(root) if "–" in title] == ["Соколова Елена – 海天精工"]
    assert len(of_class(root, "held")) == legend + 1
    assert [line.get("d", "").count("M") for line in of_class(root, "unheld")] == [1]


def test_pairs_of_one_side_are_joined_by_a_bow() -> None:
    problem = tiny(parties=[party(name, side="expert") for name in "abc"])
    held = meet("ab s1 t1")

    root = parsed(graph(problem, held, words_of(problem, held)))

    assert "Q" in of_class(root, "held")[-1].get("d", "")


def test_an_event_without_meetings_is_drawn_too() -> None:
    empty = Problem(slots=(), tables=(), parties=(), pairs=())

    assert texts(parsed(picture(empty, []))) == texts(parsed(picture(empty, ())))
    assert picture(example(pins=[]), []).count("</svg>") == 1


def test_names_may_hold_anything() -> None:
    problem = tiny(parties=[party("a", x='<b> & "\u0001\ud800\uffff'), party("b"), party("c")])

    drawn = picture(problem, meet("ab s1 t1"))

    assert '<b> & "\ufffd\ufffd\ufffd' in texts(parsed(drawn.encode().decode()))


def test_a_name_too_long_for_its_cell_is_cut_and_whole_in_its_title() -> None:
    name = "Константинопольский-Вознесенский Александр"

    root = parsed(drawing.svg(200, 50, "", "", "ru", [drawing.text(0, 20, name, room=114)]))
    label = next(root.iter(f"{SVG}text"))

    assert label.findtext(f"{SVG}title") == name
    assert "".join(label.itertext()) == f"{name}Константинопо…"
    assert drawing.fitted("海天精工", 4 * 13) == "海天精工"
    assert drawing.fitted("海天精工股份", 4 * 13) == "海天精…"


def test_the_words_are_the_readers() -> None:
    problem = example()
    words = words_of(problem, HELD)

    chinese = PictureWords(
        words.parties, words.tables, words.interpreters, words.slots, words.days, "zh-Hans", graph="会面关系"
    )

    root = parsed(graph(problem, HELD, chinese))
    assert (root.get("lang"), root.findtext(f"{SVG}title")) == ("zh-Hans", "会面关系")


def test_the_style_can_be_named_by_its_hash() -> None:
    root = parsed(picture(example(), HELD))
    style = root.findtext(f"{SVG}style") or ""

    assert f"sha256-{b64encode(hashlib.sha256(style.encode()).digest()).decode()}" == drawing.STYLE_HASH
    assert "prefers-color-scheme" in style


def test_the_same_plan_gives_the_same_picture_whatever_order_its_meetings_come_in() -> None:
    again = [Meeting(m.pair, m.slot, m.table, m.interpreter) for m in reversed(HELD)]

    assert picture(example(), HELD) == picture(example(), HELD)
    assert sorted(titles(parsed(picture(example(), HELD)))) == sorted(titles(parsed(picture(example(), again))))


def test_the_command_line_draws_a_plan_and_one_that_it_checks(tmp_path: Path) -> None:
    problem, plan = tmp_path / "problem.json", tmp_path / "plan.json"
    made, checked = tmp_path / "made.svg", tmp_path / "checked.svg"
    problem.write_bytes(dump(document()))
    command = [sys.executable, "-m", "matching"]

    subprocess.run([*command, problem, "--out", plan, "--iterations", "5", "--plot", made], check=True)
    subprocess.run([*command, "--check", problem, plan, "--plot", checked], check=True)

    assert parsed(made.read_text(encoding="utf-8")).findtext(f"{SVG}desc") == "2 of 2 pairs meet"
    assert made.read_bytes() == checked.read_bytes()
