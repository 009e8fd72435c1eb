"""The import template: a workbook with headings, example rows and options for cells, in the organiser's language."""

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from i18n import Message, Translator, _, pgettext_
from matching.affinity import Scheme
from server.imports.cells import KINDS
from server.imports.columns import COLUMNS, OPTIONS_SHEET, SHEETS, TOPICS_SHEET
from server.models import Mode, Side
from server.profiles import BUDGETS, CONFIDENTIALITY, MODES, RIGHTS
from server.workbooks import HEAD, TEXT_ONLY, WIDTH

EXAMPLES: Mapping[Side, Mapping[str, str | Message]] = {
    Side.EXPERT: {
        "email": "anna.petrova@example.org",
        "full_name": "Петрова Анна Сергеевна",
        "latin_name": "PETROVA ANNA",
        "country": "RU",
        "affiliation": "Институт электропривода",
        "position": "Ведущий инженер",
        "headline": "Тяговые двигатели с постоянными магнитами",
        "offer": "Проектирую тяговые двигатели и снижаю их шум: два патента, испытания на стенде.",
        "results": "Шум двигателя снижен на 8 дБ, серийный выпуск с 2023 года.",
        "patents": "RU 2700001, 2021: ротор с переменным скосом",
        "note": "Покажу образец ротора. Возьмите, пожалуйста, чертёж двигателя.",
        "topics": "auto.ev",
        "readiness": "6",
        "modes": MODES[Mode.CONSULTING],
        "languages": "ru, en",
    },
    Side.ENTERPRISE: {
        "name": "宁波示例电机有限公司",
        "latin_name": "Ningbo Example Motors",
        "email": "li.wei@example.org",
        "full_name": "李伟",
        "position": "总工程师",
        "note": "我方带电机样件到场，希望先看演示再讨论合作方式。",
        "languages": "zh",
        "title": "降低牵引电机噪声",
        "text": "电机在时速 40 至 60 公里时啸叫，希望降低转矩脉动，噪声不高于 65 dB。",
        "tried": "更换过两种斜槽转子，噪声只降低 1 dB。",
        "acceptance": "距电机 1 米处噪声不高于 65 dB，按 GB/T 10069 测量。",
        "topics": "auto.ev",
        "modes": MODES[Mode.CONSULTING],
        "decision_owner": "王芳，总经理",
    },
}


def template(locale: str, topics: Scheme, sides: Iterable[Side] = Side) -> bytes:
    """Return the XLSX template in an interface locale. The import ignores its example rows. sides: with a sheet."""
    translate = Translator(locale).translate
    import xlsxwriter

    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, TEXT_ONLY)
    head = book.add_format(HEAD)
    example = book.add_format({"italic": True, "font_color": "#767676"})
    for side in sides:
        sheet = _sheet(book, translate(SHEETS[side]), len(COLUMNS[side]))
        for number, column in enumerate(COLUMNS[side]):
            sheet.write_string(0, number, translate(column.label) + (" *" if column.is_needed else ""), head)
            sheet.write_string(1, number, _shown(EXAMPLES[side].get(column.name, ""), translate), example)
        sheet.write_comment(1, 0, translate(_("An example. This row is not imported.")))
        for number, column in enumerate(COLUMNS[side]):
            if column.help is not None:
                sheet.write_comment(0, number, translate(column.help))
    for name, rows in ((TOPICS_SHEET, _topics(locale, topics)), (OPTIONS_SHEET, _answers(translate))):
        sheet = _sheet(book, translate(name), max(map(len, rows)))
        for number, row in enumerate(rows):
            for place, text in enumerate(row):
                sheet.write_string(number, place, text, head if number == 0 else None)
    book.close()
    return written.getvalue()


def _sheet(book: Any, name: str, columns: int) -> Any:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, columns - 1, WIDTH)
    return sheet


def _shown(text: str | Message, translate: Any) -> str:
    return str(translate(text)) if isinstance(text, Message) else text


def _topics(locale: str, topics: Scheme) -> Sequence[Sequence[str]]:
    """Return id, label and field of every topic without subtopics."""
    translate = Translator(locale).translate
    # Translators: the code of a topic
    rows = [
        [
            translate(pgettext_("column", "ID")),
            translate(pgettext_("column", "Topic")),
            translate(pgettext_("column", "Field")),
        ]
    ]
    for group, choices in topics.choices(locale):
        rows += [[id, label, group] for id, label in choices]
    return rows


def _answers(translate: Any) -> Sequence[Sequence[str]]:
    """Return one column of options for each field that has options."""
    questions = {
        _("Type of organisation"): KINDS,
        _("Forms of cooperation"): MODES,
        pgettext_("label", "Budget"): BUDGETS,
        _("Ownership of the results"): RIGHTS,
        # Translators: who can see which part of a need
        pgettext_("label", "Visibility"): CONFIDENTIALITY,
    }
    most = max(map(len, questions.values()))
    columns = [[translate(each) for each in (question, *labels.values())] for question, labels in questions.items()]
    return [[column[row] if row < len(column) else "" for column in columns] for row in range(most + 1)]
