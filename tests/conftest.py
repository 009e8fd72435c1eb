"""Fixtures for all tests.

`database` gives a fresh, migrated database for calling services; `client` speaks HTTP with the whole application over
such a database, in the same process and event loop. DUIJIE_TEST_DATABASE chooses sqlite (default) or postgres for the
whole run: the ORM caches SQL by connection name, so the two need separate processes.
"""

import contextlib
import functools
import gc
import hashlib
import os
import secrets
import shutil
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import anyio.from_thread
import hypothesis
import jinja2
import pytest
from jinja2 import FileSystemBytecodeCache
from starlette.applications import Starlette
from tortoise.apps import Apps
from tortoise.models import Model

from i18n import Message
from server import db, migrating, pages
from server.imports import reading
from server.providers.configured import Provider
from server.scores.scoring import Scorer
from server.settings import Settings
from tests import postgres, sealed, statements
from tests.client import Client
from tests.databases import Databases, run_sql
from tests.inline import statements_in_this_thread
from tests.sampling import DIVISOR, share_of
from tests.statements import Statements

# How long an example takes is no property of the code on a busy machine.
hypothesis.settings.register_profile("untimed", deadline=None, max_examples=share_of(100))
hypothesis.settings.load_profile("untimed")

ENGINE = os.environ.get("DUIJIE_TEST_DATABASE", "sqlite")
# For tests of what pages look like and say, and not of what is stored.
OF_PAGES = pytest.mark.skipif(ENGINE != "sqlite", reason="pages look the same over both databases")
TEMPLATE = "template_of_tests"
MOST_BYTES_KEPT = 10_000_000  # of files of imports


# Laws over very many cases, and waits for programs of their own: `make check` leaves them out, `make test` runs them.
# Of a law whose cases are tried in parts, one part stays.
LONG = {
    "matching/affinity/test_gold.py::"
    "test_the_encoder_ranks_better_between_languages_and_the_worst_pair_is_near_the_best": "all texts of the gold set",
    "i18n/test_wording.py::test_the_catalogues_keep_every_rule": "make lint checks the same",
    "matching/choosing/test_patching.py::test_the_choice_is_feasible_and_its_bounds_hold[1]": "100 events of 400",
    "matching/choosing/test_patching.py::test_the_choice_is_feasible_and_its_bounds_hold[2]": "100 events of 400",
    "matching/choosing/test_patching.py::test_the_choice_is_feasible_and_its_bounds_hold[3]": "100 events of 400",
    "matching/explaining/test_asking.py::test_costs_of_small_problems_are_those_of_the_brute_force[30-0]": "40 events",
    "matching/explaining/test_conflicts.py::"
    "test_conflicts_hold_need_each_entry_and_are_resolved_as_each_entry_says[60]": "60 events of 240",
    "matching/explaining/test_conflicts.py::"
    "test_conflicts_hold_need_each_entry_and_are_resolved_as_each_entry_says[120]": "60 events of 240",
    "matching/explaining/test_conflicts.py::"
    "test_conflicts_hold_need_each_entry_and_are_resolved_as_each_entry_says[180]": "60 events of 240",
    "matching/explaining/test_conflicts.py::test_every_way_to_relax_occurs_in_the_sample": "240 events",
    "matching/explaining/test_explaining.py::"
    "test_prices_of_small_problems_are_those_of_the_brute_force[100]": "100 events of 300",
    "matching/explaining/test_explaining.py::"
    "test_prices_of_small_problems_are_those_of_the_brute_force[200]": "100 events of 300",
    "matching/explaining/test_explaining.py::test_every_reason_is_true_of_its_plan": "200 events",
    "matching/explaining/test_reasons_freed.py::test_freeing_what_the_facts_name_makes_a_pair_possible": "150 events",
    "matching/repairing/test_repairing.py::"
    "test_a_repair_that_searches_a_part_has_bounds_of_the_whole[fill]": "80 events",
    "matching/repairing/test_repairing.py::test_after_a_drop_out_as_few_are_disturbed_as_can_be[fill]": "60 events",
    "matching/repairing/test_repairing.py::"
    "test_the_least_loss_can_be_kept_and_is_no_more_than_any_plan_loses": "80 events",
    "matching/repairing/test_repairing.py::test_a_delegation_is_repaired_with_a_proof[table]": "a large event",
    "matching/staffing/test_homing.py::test_the_choice_is_feasible_and_its_bounds_hold": "400 events",
    "matching/staffing/test_interpreters.py::test_no_meeting_is_lost_to_an_assignment_of_interpreters": "90 events",
    "matching/staffing/test_keeping.py::"
    "test_after_a_drop_out_interpreters_change_only_where_they_have_to[fill]": "50 events",
    "matching/staffing/test_keeping.py::test_the_repair_of_an_unchanged_event_changes_nothing[fill]": "60 events",
    "matching/test_cli.py::test_a_first_plan_is_reported_before_any_bound": "a plan of forty parties",
    "matching/test_cli.py::test_a_killed_search_leaves_neither_processes_nor_files": "waits for a search",
    "matching/test_cli.py::test_an_interruption_ends_the_search_with_the_best_plan_so_far": "waits for a search, twice",
    "matching/test_cli_affinity.py::"
    "test_texts_are_compared_by_the_bundled_encoder_which_leaves_nothing_behind": "loads the encoder in a program",
    "matching/test_mutations.py": "makes and reads 300 modules; pytest in pytest",
    "matching/test_parting.py::"
    "test_an_event_planned_in_parts_is_as_good_as_the_best_of_all_plans[30]": "30 events of 120",
    "matching/test_parting.py::"
    "test_an_event_planned_in_parts_is_as_good_as_the_best_of_all_plans[60]": "30 events of 120",
    "matching/test_parting.py::"
    "test_an_event_planned_in_parts_is_as_good_as_the_best_of_all_plans[90]": "30 events of 120",
    "matching/test_small_cases.py::"
    "test_a_small_plan_is_worth_as_much_as_the_best_of_all_plans_and_as_the_engine_s[50]": "50 events of 200",
    "matching/test_small_cases.py::"
    "test_a_small_plan_is_worth_as_much_as_the_best_of_all_plans_and_as_the_engine_s[100]": "50 events of 200",
    "matching/test_small_cases.py::"
    "test_a_small_plan_is_worth_as_much_as_the_best_of_all_plans_and_as_the_engine_s[150]": "50 events of 200",
    "matching/test_solving.py::test_a_hundred_small_problems_are_planned_and_proved_as_well_as_can_be": "2,000 events",
    "matching/test_solving.py::"
    "test_changed_problems_and_other_orders_of_tiers_are_planned_as_well_as_can_be[fill]": "80 events",
    "matching/test_solving.py::"
    "test_changed_problems_and_other_orders_of_tiers_are_planned_as_well_as_can_be[repair]": "80 events",
    "matching/test_solving.py::test_every_hard_rule_binds_in_enough_of_the_sample": "2,000 events",
    "matching/test_solving.py::test_tolerances_are_kept_and_bounds_hold": "100 events",
    "server/test_access.py::test_an_impossible_id_is_not_found[0]": "each route; four of eight ids stay",
    "server/test_access.py::test_an_impossible_id_is_not_found[-1]": "each route; four of eight ids stay",
    "server/test_access.py::test_an_impossible_id_is_not_found[9223372036854775808]": "each route; four of eight stay",
    "server/test_access.py::test_an_impossible_id_is_not_found[1.5]": "each route; four of eight ids stay",
    "server/test_access.py::"
    "test_a_path_of_an_event_that_does_not_exist_is_not_found_even_before_signing_in": "each route, twice",
    "server/test_access.py::test_each_role_reaches_exactly_the_routes_in_the_reviewed_table": "each route, each role",
    "server/test_cli.py::test_a_backup_is_the_database_in_another_file": "a program of its own",
    "server/test_cli.py::test_an_unreachable_database_ends_with_a_message": "a program of its own",
    "server/test_cli.py::test_migrating_names_what_it_applied_and_has_nothing_to_do_the_second_time": "two programs",
    "server/test_cli.py::test_naming_somebody_known_keeps_what_is_known_of_them": "a program of its own",
    "server/test_cli.py::test_a_stopped_worker_ends_cleanly_while_it_sends_an_e_mail": "waits for a worker",
    "server/test_crawl.py::test_every_link_leads_to_a_page_that_no_text_breaks": "each page of each role",
    "server/test_crawl.py::"
    "test_participants_see_no_text_that_only_organisers_have_in_their_language[interpreter]": "each page; three stay",
    "server/test_crawl.py::"
    "test_participants_see_no_text_that_only_organisers_have_in_their_language[nobody]": "each page; three stay",
    "server/test_db.py::test_four_processes_lose_no_update": "400 writes by four processes",
    "server/test_demo.py": "whole demos, as programs",
    "server/test_demo_reading.py": "300 pages of a whole demo",
    "server/test_event_addresses.py::test_each_route_redirects_to_itself_under_the_new_address": "each route",
    "server/test_forms_speak.py::test_every_form_announces_its_faults_to_screen_readers": "each form of each role",
    "server/test_fuzz.py::test_no_random_request_causes_a_server_error": "300 random requests",
    "server/test_hidden_texts.py::test_no_page_of_an_expert_depends_on_what_the_expert_may_not_read": "pages, twice",
    "server/test_imports_fuzz.py::test_no_file_and_no_correction_causes_a_server_error": "files of random changes",
    "server/test_mail_failing.py::test_a_greylisting_server_is_tried_for_days_with_growing_waits": "101 tries",
    "server/test_middleware.py::test_forms_of_other_sites_are_refused_everywhere": "each route, twelve kinds of forms",
    "server/test_migrations.py::test_four_processes_may_migrate_at_once": "four processes",
    "server/test_never_falsely_ready.py::test_pages_never_say_ready_if_something_is_missing": "random acts, many plans",
    "server/test_plans.py::test_from_the_button_to_the_second_publication": "four plans by programs of their own",
    "server/test_plans_ahead.py::test_what_changes_later_does_not_change_the_past[*-fill]": "seven changes, two plans",
    "server/test_plans_ahead.py::test_what_changes_later_does_not_change_the_past[*-fresh]": "seven changes, two plans",
    "server/test_plans_hindrances.py::test_a_worker_finds_that_nothing_can_be_planned": "a plan by a program",
    "server/test_plans_pages.py::test_the_stored_problem_solves_and_judges_on_the_command_line": "a plan by a program",
    "server/test_plans_solving.py::test_a_cancelled_search_ends_with_the_best_plan_it_holds": "waits for a search",
    "server/test_plans_solving.py::test_a_plan_that_is_tried_again_keeps_its_problem": "plans by programs",
    "server/test_plans_solving.py::"
    "test_a_worker_that_stops_takes_the_solver_with_it_and_the_next_one_begins_again": "waits for two searches",
    "server/test_pseudo_pages.py::test_no_text_of_a_page_stays_english": "every page of five roles",
    "server/test_publish_kill.py::test_a_server_killed_while_publishing_leaves_whole_transactions": "killed servers",
    "server/test_sign_in_limits.py::test_a_hall_of_three_hundred_behind_one_address_signs_in": "300 requests",
    "server/test_two_sessions.py::test_simultaneous_sessions_lose_no_write_without_a_conflict": "all pairs of acts",
    "test_bench_pages.py": "fills a database with an event",
    "test_regexes.py::test_an_expression_is_linear": "150 expressions, texts of many parts",
    "test_hostile.py::test_reading_hostile_texts_takes_limited_time": "120 long texts, 13 readers",
}
UNUSED = pytest.StashKey[set[str]]()


def names_of(item: pytest.Item) -> set[str]:
    """Return the names that LONG may have for a test: its own, those of all its cases and of all that end alike, and
    that of its file.
    """
    name = item.nodeid.removeprefix("tests/")
    test, _bracket, case = name.partition("[")
    return {name, f"{test}[*-{case.rpartition('-')[2]}", test, name.partition("::")[0]}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests of LONG. Leave out soak tests, unless their marker or the test itself is selected."""
    used: set[str] = set()
    for item in items:
        if found := names_of(item) & LONG.keys():
            item.add_marker("long")
            used |= found
    is_part = any("::" in argument for argument in config.args)
    files = set() if is_part else {item.nodeid.removeprefix("tests/").partition("::")[0] for item in items}
    config.stash[UNUSED] = {name for name in LONG.keys() - used if name.partition("::")[0] in files}
    if "soak" in config.option.markexpr or is_part:
        return
    long = [item for item in items if item.get_closest_marker("soak")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


def pytest_collection_finish() -> None:
    """Leave what was imported out of garbage collections, which take a tenth of the time otherwise."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def statements_without_threads() -> Iterator[None]:
    """Let `make check` do without the threads of SQLite; `make test` uses them, as the server does."""
    with statements_in_this_thread() if DIVISOR > 1 else contextlib.nullcontext():
        yield


@pytest.fixture(scope="session", autouse=True)
def files_read_once() -> Iterator[None]:
    """Let one process read each file of an import. Its answer depends on nothing but the bytes that it is given, and
    every page of an import reads the file again.
    """
    read, answers = reading._asked_of_child, dict[bytes, bytes]()

    async def once(asked: bytes, otherwise: Message) -> bytes:
        if asked not in answers:
            if sum(map(len, answers)) > MOST_BYTES_KEPT:
                answers.clear()
            answers[asked] = await read(asked, otherwise)
        return answers[asked]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_asked_of_child", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def models_prepared_once() -> Iterator[None]:
    """Let the ORM prepare its models once for an engine. It does so for each database that is opened, which takes
    longer than all else that a test needs.
    """
    prepare = Apps._build_initial_querysets
    prepared: weakref.WeakKeyDictionary[type[Model], type] = weakref.WeakKeyDictionary()

    def once(apps: Apps) -> None:
        engines = {model: model._meta.db.executor_class for app in apps.apps.values() for model in app.values()}
        if any(prepared.get(model) is not engine for model, engine in engines.items()):
            prepare(apps)
            prepared.update(engines)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Apps, "_build_initial_querysets", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def templates_compiled_once(pytestconfig: pytest.Config) -> None:
    """Keep compiled templates beside pytest's other notes, for all programs of this run and for the next run."""
    version = hashlib.sha256(Path(pages.__file__).read_bytes() + jinja2.__version__.encode()).hexdigest()
    folder = pytestconfig.rootpath / ".pytest_cache" / "templates" / version[:16]
    folder.mkdir(parents=True, exist_ok=True)
    pages.environment().bytecode_cache = FileSystemBytecodeCache(str(folder))


def settings_for(database_url: str, folder: Path) -> Settings:
    """Return safe settings: nothing leaves the process, and jobs run only when a test says so."""
    places = {"mail_dir": folder / "mail", "files_dir": folder / "files", "match_embed_cache": folder / "vectors.db"}
    return settings_of_tests().model_copy(update={"database_url": database_url, **places})


@functools.cache
def settings_of_tests() -> Settings:
    """Return the settings that all tests share. Read once: it takes as long as opening a database."""
    return Settings(
        secret_key="a secret of the tests, of no use elsewhere",
        base_url="http://testserver",
        smtp_url="",
        workers_in_web=False,
        match_embed="none",
        translate="",
        passport_keys=sealed.KEY,
        # Nothing is asked of it before it has signed somebody in.
        sign_in_providers=(Provider(name="wecom", kind="wecom", client_id="ww1", client_secret="-", agent_id="1"),),
    )


def migrate(settings: Settings) -> None:
    """Migrate a database from code that is not async, such as session fixtures."""
    with anyio.from_thread.start_blocking_portal() as portal:
        portal.call(migrating.migrate, settings)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated database file to copy."""
    folder = tmp_path_factory.mktemp("template")
    migrate(settings_for(f"sqlite://{folder}/duijie.db?synchronous=OFF", folder))
    return folder / "duijie.db"


@pytest.fixture(scope="session")
def cluster() -> Iterator[postgres.Cluster]:
    """Yield a PostgreSQL server. Skips if none is installed, but fails if CI promises one."""
    with contextlib.ExitStack() as stack:
        try:
            running = stack.enter_context(postgres.cluster())
        except postgres.Missing as missing:
            if os.environ.get("CI") == "true":
                raise
            pytest.skip(str(missing))
        yield running


@pytest.fixture(scope="session")
def postgres_template(cluster: postgres.Cluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the name of a migrated database to copy."""
    with anyio.from_thread.start_blocking_portal() as portal:
        portal.call(run_sql, cluster, f"CREATE DATABASE {TEMPLATE}")
    migrate(settings_for(cluster.url(TEMPLATE), tmp_path_factory.mktemp("template")))
    return TEMPLATE


@pytest.fixture(scope="session")
def databases(cluster: postgres.Cluster, postgres_template: str) -> Iterator[Databases]:
    """Yield databases to use one after another."""
    with anyio.from_thread.start_blocking_portal() as portal:
        kept = Databases(cluster, portal, postgres_template)
        yield kept
        kept.close()


@pytest.fixture
async def empty(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Settings]:
    """Return settings with a database without tables."""
    if ENGINE == "sqlite":
        yield settings_for(f"sqlite://{tmp_path}/empty/duijie.db?synchronous=OFF", tmp_path)
        return
    cluster = request.getfixturevalue("cluster")
    name = f"test_{secrets.token_hex(8)}"
    await run_sql(cluster, f"CREATE DATABASE {name}")
    yield settings_for(cluster.url(name), tmp_path)
    await run_sql(cluster, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def settings(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Settings]:
    """Return settings with a migrated database for this test."""
    if ENGINE == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "duijie.db")
        # A power cut during a test may lose its writes.
        yield settings_for(f"sqlite://{tmp_path}/duijie.db?synchronous=OFF", tmp_path)
        return
    databases = request.getfixturevalue("databases")
    name = databases.take(is_alone=request.node.get_closest_marker("alone") is not None)
    yield settings_for(databases.cluster.url(name), tmp_path)
    databases.give_back(name)


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[None]:
    """Open a connection to the database of `settings`, for models and services, unless the application has."""
    if db.open_database() is None:
        await db.connect(settings)
    yield
    await db.disconnect()


async def drained() -> None:
    """Wait for the transactions of cancelled callers."""
    database = db.open_database()
    assert database is not None
    await database.drain()


@pytest.fixture
def scorer() -> Iterator[Scorer]:
    """Return a scorer without language model and with an empty cache."""
    made = Scorer()
    yield made
    made.close()


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[Starlette]:
    """Yield the started application, which opens the database."""
    from server.app import create_app

    # A test that asked for `database` first has opened it.
    await db.disconnect()
    application = create_app(settings)
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[Client]:
    """Yield a browser, at first not signed in: see `factories.signed_in`."""
    async with Client(app) as browser:
        yield browser


@pytest.fixture
async def other(app: Starlette) -> AsyncIterator[Client]:
    """Yield a second browser, for another person."""
    async with Client(app) as browser:
        yield browser


@pytest.fixture
def queries() -> Callable[[], contextlib.AbstractContextManager[Statements]]:
    """Use as `with queries() as seen: ...` and then `assert len(seen) == 3`; `seen.sql` has the statements."""
    return statements.collected
