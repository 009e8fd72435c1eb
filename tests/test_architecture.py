"""Who may import whom, and how long things may be. The README's layout says why."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("matching", "i18n", "server")
# Above what was agreed, each for its reason:
LONG_FILES = {
    "server/migrations/0001_initial.py": "written by the ORM",
}
MOST_LINES, MOST_LINES_OF_A_FUNCTION = 400, 60


def modules() -> Iterator[str]:
    """Paths from the root, of every module that is shipped."""
    for package in PACKAGES:
        yield from sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / package).rglob("*.py"))


MODULES = list(modules())
FEATURES = sorted({name.split("/")[1] for name in MODULES if re.fullmatch(r"server/\w+/(views|service)\.py", name)})


def tree(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text(encoding="utf-8"))


def imports(name: str) -> set[str]:
    """Dotted names of what a module imports anywhere in it; of `from a import b` both a and a.b."""
    found = set()
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports relatively"
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def reaches(name: str, *prefixes: str) -> list[str]:
    return sorted(i for i in imports(name) if any(i == p or i.startswith(f"{p}.") for p in prefixes))


def in_folder(folder: str) -> list[str]:
    return [name for name in MODULES if name.startswith(f"{folder}/")]


def in_features(file: str) -> list[str]:
    return [name for name in MODULES if re.fullmatch(rf"server/\w+/{file}\.py", name)]


# Directions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", in_folder("matching"))
def test_the_engine_knows_neither_web_nor_database_nor_languages(name: str) -> None:
    assert reaches(name, "server", "i18n", "starlette", "tortoise", "jinja2", "babel", "pydantic") == []


@pytest.mark.parametrize("name", in_folder("i18n"))
def test_languages_know_neither_web_nor_database_nor_engine(name: str) -> None:
    assert reaches(name, "server", "matching", "starlette", "tortoise", "pydantic") == []


@pytest.mark.parametrize("name", in_folder("server/models"))
def test_models_import_only_models(name: str) -> None:
    beyond = [
        found for found in reaches(name, "server", "matching", "starlette") if not found.startswith("server.models")
    ]
    assert beyond in ([], ["server"])


@pytest.mark.parametrize("name", in_features("service"))
def test_services_know_nothing_of_requests_and_pages(name: str) -> None:
    assert reaches(name, "starlette", "jinja2") == []


@pytest.mark.parametrize("name", in_features("forms"))
def test_forms_read_no_database(name: str) -> None:
    calls = [node for node in ast.walk(tree(name)) if isinstance(node, ast.Await | ast.AsyncFunctionDef)]
    assert (reaches(name, "server.db", "tortoise", "starlette"), calls) == ([], [])


@pytest.mark.parametrize(
    "name", [name for name in MODULES if name.startswith("server/") and name != "server/routes.py"]
)
def test_views_are_imported_by_the_table_of_routes_alone(name: str) -> None:
    assert [found for found in reaches(name, "server") if re.match(r"server\.\w+\.views\b", found)] == []


@pytest.mark.parametrize("name", [name for name in MODULES if not name.startswith("server/app")])
def test_routes_are_imported_by_the_application_alone(name: str) -> None:
    assert reaches(name, "server.routes") == []


@pytest.mark.parametrize(
    "name", [n for n in MODULES if n not in ("server/cli.py", "server/app.py", "server/__main__.py")]
)
def test_the_application_is_imported_by_the_command_line_alone(name: str) -> None:
    assert reaches(name, "server.app", "server.cli") in ([], ["server.cli", "server.cli.main"])


# What a feature takes of another beside its services: words, shapes and places that both show.
@pytest.mark.parametrize("name", in_features("service"))
def test_a_service_imports_no_view_and_no_form_of_another_feature(name: str) -> None:
    own = name.split("/")[1]
    others = [f for f in FEATURES if f != own]
    assert reaches(name, *(f"server.{f}.{file}" for f in others for file in ("views", "forms"))) == []


def test_the_engine_is_translated_to_and_from_at_one_place() -> None:
    users = [name for name in MODULES if name.startswith("server/") and reaches(name, "matching.problem.Problem")]
    makers = [name for name in users if "Problem(" in (ROOT / name).read_text(encoding="utf-8")]
    assert [name for name in makers if name != "server/plans/snapshot.py"] == []


def test_no_module_imports_all_of_another() -> None:
    assert [name for name in MODULES if any(found.endswith(".*") for found in imports(name))] == []


# Sizes ------------------------------------------------------------------------------------------------------------


def test_files_are_no_longer_than_one_can_hold_in_mind() -> None:
    lengths = {name: len((ROOT / name).read_text(encoding="utf-8").splitlines()) for name in MODULES}
    long = {name: lines for name, lines in lengths.items() if lines > MOST_LINES}
    assert {name: lines for name, lines in long.items() if name not in LONG_FILES} == {}


def functions(name: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{name}:{node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_functions_are_no_longer_than_a_page() -> None:
    lengths = {name: lines for module in MODULES for name, lines in functions(module)}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES_OF_A_FUNCTION} == {}


def test_what_is_allowed_to_be_long_still_is() -> None:
    still = {name for name in LONG_FILES if len((ROOT / name).read_text(encoding="utf-8").splitlines()) > MOST_LINES}
    assert still == set(LONG_FILES)


# Style sheets -----------------------------------------------------------------------------------------------------

SIDES = re.compile(
    r"(?:^|[;{\s])((?:margin|padding|border)-(?:left|right)\b|(?:left|right)\s*:"
    r"|(?:float|clear|text-align)\s*:\s*(?:left|right)\b|border-(?:top|bottom)-(?:left|right)-radius)"
)


@pytest.mark.parametrize("path", sorted((ROOT / "static" / "css").glob("*.css")), ids=lambda path: path.name)
def test_style_sheets_say_start_and_end_so_that_pages_can_be_mirrored(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert SIDES.findall(text) == []


@pytest.mark.parametrize("path", sorted((ROOT / "static").rglob("*.*")), ids=lambda path: path.name)
def test_static_files_fetch_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8", errors="replace")
    assert re.findall(r"(?:@import|url\(|import\s*\(|from\s+|fetch\()\s*[\"'(]?(?:https?:)?//", text) == []
