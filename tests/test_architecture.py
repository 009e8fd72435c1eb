"""Who may import whom, and how long things may be. The README's layout says why."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("matching", "i18n", "server")
# Longer than the limit, each for its reason:
LONG_FILES = {
    "server/migrations/0001_initial.py": "written by the ORM",
}
LONG_FUNCTIONS = {
    "matching/choosing/aggregate.py:aggregate": "a model's columns and rows, from top to bottom",
    "matching/choosing/choice.py:_branch_and_cut": "a solver's loop",
    "matching/graph.py:event_graph": "a picture of all that a problem holds",
    "matching/presolve.py:instance": "one pass over a problem",
    "matching/solving.py:solve": "the whole story of a solution",
    "matching/timetabling/model.py:search": "a solver's loop",
    "server/app.py:create_app": "where the parts meet",
    "server/pages.py:page": "all that a page is given",
}
MOST_LINES, MOST_LINES_OF_A_FUNCTION, MOST_LINES_OF_ANY = 400, 40, 60

# An import checks each row by the form that the person would fill in. No other feature uses another's forms: fields
# that several of them have stand in server/fields.py, server/speaking.py and server/profiles.py.
SHARED_FORMS = frozenset(
    f"server/imports/rows.py:{form}"
    for form in (
        "needs.forms.NeedFields",
        "registrations.forms.CooperationFields",
        "registrations.forms.DelegateFields",
        "registrations.forms.EnterprisePresenceFields",
        "registrations.forms.EnterpriseProfileFields",
        "registrations.forms.ExpertWorkFields",
        "registrations.forms.PresenceFields",
    )
)


def modules() -> Iterator[str]:
    """Return the paths of all shipped modules from the root."""
    for package in PACKAGES:
        yield from sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / package).rglob("*.py"))


MODULES = list(modules())
FEATURES = sorted({name.split("/")[1] for name in MODULES if re.fullmatch(r"server/\w+/(views|service)\.py", name)})


def tree(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text(encoding="utf-8"))


@cache
def imports(name: str) -> frozenset[str]:
    """Return the dotted names that a module imports anywhere; `from a import b` gives a and a.b."""
    found = set()
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports relatively"
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


def names(module: ast.Module) -> dict[str, str]:
    """Return what each imported name of a module means: {"Meeting": "server.models.Meeting"}."""
    found: dict[str, str] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            found |= {alias.asname: alias.name for alias in node.names if alias.asname}
            found |= {(top := alias.name.partition(".")[0]): top for alias in node.names if not alias.asname}
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return found


def dotted(node: ast.expr, known: Mapping[str, str]) -> str:
    """Return the dotted name of an expression such as `engine.Problem`: "matching.problem.Problem", or ""."""
    if isinstance(node, ast.Name):
        return known.get(node.id, "")
    if isinstance(node, ast.Attribute) and (owner := dotted(node.value, known)):
        return f"{owner}.{node.attr}"
    return ""


def functions_of(module: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Return functions and methods of the module by name; inner functions have their outer function's name in front."""
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from (
                (each.name, each) for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
            )


def reaches(name: str, *prefixes: str) -> list[str]:
    return sorted(i for i in imports(name) if any(i == p or i.startswith(f"{p}.") for p in prefixes))


def in_folder(folder: str) -> list[str]:
    return [name for name in MODULES if name.startswith(f"{folder}/")]


def in_features(file: str) -> list[str]:
    return [name for name in MODULES if re.fullmatch(rf"server/\w+/{file}\.py", name)]


ASKS = frozenset(
    [
        *("all", "annotate", "bulk_create", "bulk_update", "create", "exclude", "exists", "filter", "first", "get"),
        *("get_or_create", "get_or_none", "in_bulk", "raw", "select_for_update", "update_or_create"),
    ]
)
# What makes a query of one that a service has begun.
GOES_ON = frozenset({"fetch_related", "order_by", "prefetch_related", "select_related", "values_list"})
NOTHING: dict[str, set[str]] = {"more": set(), "no longer": set()}

# Directions -------------------------------------------------------------------------------------------------------


# One test for all modules: a test for each of them takes longer than what it does.
def reaching(names: Iterable[str], *prefixes: str) -> dict[str, list[str]]:
    """Return what modules import of these, by module."""
    return {name: found for name in names if (found := reaches(name, *prefixes))}


def test_the_engine_knows_neither_web_nor_database_nor_languages() -> None:
    engine = in_folder("matching")
    assert reaching(engine, "server", "i18n", "starlette", "tortoise", "jinja2", "babel", "pydantic") == {}


def test_languages_know_neither_web_nor_database_nor_engine() -> None:
    assert reaching(in_folder("i18n"), "server", "matching", "starlette", "tortoise", "pydantic") == {}


@pytest.mark.parametrize("name", in_folder("server/models"))
def test_models_import_only_models(name: str) -> None:
    beyond = [
        found for found in reaches(name, "server", "matching", "starlette") if not found.startswith("server.models")
    ]
    assert beyond in ([], ["server"])


def test_services_know_nothing_of_requests_and_pages() -> None:
    assert reaching(in_features("service"), "starlette", "jinja2") == {}


@pytest.mark.parametrize("name", in_features("forms"))
def test_forms_read_no_database(name: str) -> None:
    calls = [node for node in ast.walk(tree(name)) if isinstance(node, ast.Await | ast.AsyncFunctionDef)]
    assert (reaches(name, "server.db", "tortoise", "starlette"), calls) == ([], [])


def test_views_are_imported_by_the_tables_of_routes_alone() -> None:
    found = {
        name
        for name, each in reaching(in_folder("server"), "server").items()
        if any(re.match(r"server\.\w+\.views\b", what) for what in each)
    }
    assert found == {f"server/{name}routes.py" for name in ("", "account_", "desk_", "guest_", "plan_")}


def test_routes_are_imported_by_the_application_alone() -> None:
    assert reaching(MODULES, "server.routes").keys() == {"server/app.py"}


def test_the_application_is_imported_by_the_command_line_alone() -> None:
    begins = ("server/cli.py", "server/app.py", "server/__main__.py")
    found = reaching([name for name in MODULES if name not in begins], "server.app", "server.cli")
    assert [name for name, each in found.items() if each != ["server.cli", "server.cli.main"]] == []


# Views are checked above.
def test_no_feature_uses_forms_of_another() -> None:
    found = {
        f"{name}:{what.removeprefix('server.')}"
        for name in in_folder("server")
        for what in names(tree(name)).values()
        if (form := re.match(r"server\.(\w+)\.forms\b", what)) and form[1] != name.split("/")[1]
    }
    assert {"more": found - SHARED_FORMS, "no longer": SHARED_FORMS - found} == NOTHING


def is_atomic(node: ast.AST) -> bool:
    decorators = getattr(node, "decorator_list", ())
    return any(isinstance(each, ast.Name) and each.id == "atomic" for each in decorators)


def acts(name: str) -> bool:
    """Return whether a module has functions that are transactions."""
    return "@atomic" in (ROOT / name).read_text("utf-8") and any(
        is_atomic(node) for _, node in functions_of(tree(name))
    )


ACTING = list(filter(acts, in_folder("server")))


def test_what_is_one_transaction_makes_no_page() -> None:
    assert reaching(ACTING, "jinja2", "server.pages.page") == {}


COLUMNS = re.compile(r"\b(?:[dD]ict|Mapping)\[str, (?:Any|object)\]")


def takes_columns(module: ast.Module) -> set[str]:
    """Return the functions whose signature has a mapping of columns to values, or `**` for one, or an alias of one."""
    named = {
        target.id
        for node in module.body
        if isinstance(node, ast.Assign) and COLUMNS.search(ast.unparse(node.value))
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found = set()
    for function, node in functions_of(module):
        assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        signature = f"{ast.unparse(node.args)} {ast.unparse(node.returns) if node.returns else ''}"
        if node.args.kwarg or COLUMNS.search(signature) or named & set(re.findall(r"\w+", signature)):
            found.add(function)
    return found


@pytest.mark.parametrize(
    "signature", ["values: Mapping[str, Any]", "**values: Any", "values: dict[str, object] | None", "values: Row"]
)
def test_a_mapping_of_columns_is_found_in_a_signature(signature: str) -> None:
    assert takes_columns(ast.parse(f"Row = dict[str, Any]\ndef change({signature}): ...")) == {"change"}


@pytest.mark.parametrize("name", sorted({*ACTING, *in_features("service")}))
def test_services_take_and_give_objects_and_no_mappings_of_columns(name: str) -> None:
    module = tree(name)
    one_transaction = {function for function, node in functions_of(module) if is_atomic(node)}
    public = {function for function, _node in functions_of(module) if not function.startswith("_")}
    judged = one_transaction | (public if name.endswith("/service.py") else set())
    assert takes_columns(module) & judged == set()


def uses(name: str) -> frozenset[str]:
    """Return the dotted names that a module imports, or reaches as attributes of what it imports."""
    module = tree(name)
    known = names(module)
    return imports(name) | {dotted(node, known) for node in ast.walk(module) if isinstance(node, ast.Attribute)}


def test_names_are_imported_from_the_module_that_defines_them() -> None:
    packages = {name.removesuffix("/__init__.py") for name in MODULES if name.endswith("/__init__.py")}
    homes = {
        name.removesuffix(".py").replace("/", "."): set(names(tree(name)))
        for name in in_folder("server")
        if name.removesuffix("/__init__.py") not in packages
    }
    handed_on = {
        f"{name}: {what}"
        for name in in_folder("server")
        for what in uses(name)
        if what.rpartition(".")[2] in homes.get(what.rpartition(".")[0], ())
    }
    assert handed_on == set()


def queries(module: ast.Module) -> list[str]:
    """Return the functions of a module that query a model themselves."""
    known = names(module)

    def asks(node: ast.AST) -> bool:
        if isinstance(node, ast.Attribute) and node.attr in GOES_ON:
            return True
        if not isinstance(node, ast.Attribute) or node.attr not in ASKS:
            return False
        return re.match(r"server\.models\.[A-Z]\w*(\.every)?$", dotted(node.value, known)) is not None

    return [function for function, node in functions_of(module) if any(map(asks, ast.walk(node)))]


def test_views_hold_no_query() -> None:
    answering = [name for name in in_folder("server") if reaches(name, "server.pages.page")]
    found = {f"{name}:{function}" for name in answering for function in queries(tree(name))}
    assert found == set()


def makers(module: ast.Module, what: str) -> list[int]:
    """Return the lines in which a module calls something with this dotted name, under any local name."""
    calls, known = [node for node in ast.walk(module) if isinstance(node, ast.Call)], names(module)
    return [call.lineno for call in calls if dotted(call.func, known) == what]


@pytest.mark.parametrize(
    "source",
    [
        "from matching.problem import Problem\nProblem()",
        "from matching.problem import Problem as P\nP()",
        "from matching import problem as engine\nengine.Problem()",
        "import matching.problem\nmatching.problem.Problem()",
    ],
)
def test_a_maker_is_found_by_whatever_name_it_calls(source: str) -> None:
    assert makers(ast.parse(source), "matching.problem.Problem") == [2]


@pytest.mark.parametrize(
    "source", ["Meeting.filter(id=1)", "models.Meeting.every.all()", "Q(Meeting.get(id=1))", "begun.order_by(1)"]
)
def test_a_query_is_found_wherever_it_stands(source: str) -> None:
    module = f"from server import models\nfrom server.models import Meeting\ndef show():\n    return {source}"

    assert queries(ast.parse(module)) == ["show"]


def test_a_problem_of_the_engine_is_made_at_one_place() -> None:
    made = {name: lines for name in in_folder("server") if (lines := makers(tree(name), "matching.problem.Problem"))}
    assert [*made] == ["server/plans/snapshot.py"]


def test_emails_are_made_of_typed_values_at_one_place() -> None:
    made = {name for name in in_folder("server") if makers(tree(name), "server.models.Mail")}
    assert made == {"server/mail.py"}


def test_numbers_of_the_score_stand_in_one_place() -> None:
    formula = ("carrying", "conditions", "embedding", "fit", "lexicon", "overlap", "profiles", "space", "weighing")
    numbers = {
        (module, node.value)
        for module in formula
        for node in ast.walk(tree(f"matching/affinity/{module}.py"))
        if isinstance(node, ast.Constant) and isinstance(node.value, float) and node.value not in (0.0, 1.0)
    }
    assert not numbers


CHANGING = frozenset({"dict", "list", "set", "defaultdict", "Counter", "deque", "Lock", "ThreadPoolExecutor"})


def changing(module: ast.Module) -> list[str]:
    """Return module-level and class-level objects that change while the process runs: containers, locks, pools."""
    bodies = [module.body, *(node.body for node in module.body if isinstance(node, ast.ClassDef))]
    found = []
    for node in (node for body in bodies for node in body):
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        value, target = node.value, node.targets[0] if isinstance(node, ast.Assign) else node.target
        is_made = isinstance(value, ast.Call) and ast.unparse(value.func).rpartition(".")[2] in CHANGING
        if ast.unparse(value) in ("[]", "{}") or is_made:
            found.append(ast.unparse(target))
    return found


def test_two_applications_in_one_process_share_nothing_that_changes() -> None:
    found = {f"{name}:{each}" for name in in_folder("server") for each in changing(tree(name))}
    assert found == set()


def test_no_module_imports_all_of_another() -> None:
    assert [name for name in MODULES if any(found.endswith(".*") for found in imports(name))] == []


# Sizes ------------------------------------------------------------------------------------------------------------


def test_files_have_a_limited_length() -> None:
    lengths = {name: len((ROOT / name).read_text(encoding="utf-8").splitlines()) for name in MODULES}
    long = {name: lines for name, lines in lengths.items() if lines > MOST_LINES}
    assert {name: lines for name, lines in long.items() if name not in LONG_FILES} == {}


def functions(name: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{name}:{node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_functions_have_a_limited_length() -> None:
    lengths = {name: lines for module in MODULES for name, lines in functions(module)}
    long = {name for name, lines in lengths.items() if lines > MOST_LINES_OF_A_FUNCTION}
    assert {"more": long - set(LONG_FUNCTIONS), "no longer": set(LONG_FUNCTIONS) - long} == NOTHING
    assert [name for name in long if lengths[name] > MOST_LINES_OF_ANY] == []


def test_exceptions_for_length_are_still_needed() -> None:
    still = {name for name in LONG_FILES if len((ROOT / name).read_text(encoding="utf-8").splitlines()) > MOST_LINES}
    assert still == set(LONG_FILES)
