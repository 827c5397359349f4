"""What every test may ask for. Helpers are in tests/support; the seed data is in tests/factories/seed.py."""

from __future__ import annotations

import atexit
import gc
import os
import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

import django
import hypothesis
import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.utils import translation
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.support import browsers, clients, commands, database, emptying, folders
from tests.support.web_server import WebServer, running_web_server
from vardkase.web.sign_in import refusals

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from pytest_django import DjangoDbBlocker
    from pytest_django.fixtures import SettingsWrapper

    from tests.factories.seed import Seed

# SIGTERM ends a run as Ctrl-C does: fixtures stop their servers. Whatever is killed takes its children along.
signal.signal(signal.SIGTERM, signal.default_int_handler)
# A shell ignores it for a job in the background; xdist ends its workers by it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Before Django reads its settings: one server for the run, a database in it for each worker process.
folders.use_memory()
database.bootstrap()
database.keep_prepared_statements()
django.setup()
clients.install()
commands.install()
emptying.install()

# No test is timed, and hypothesis times each example by default.
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")

# Argon2 as in production, at a fraction of its cost of 100 MB and tens of milliseconds; refusals are as quick.
refusals.STEP = 0.001
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 64, 1


ABOUT_HUBS = frozenset(
    f"tests/exchange/{name}.py"
    for name in (
        "test_sync",
        "test_sync_related_data",
        "test_retention_to_peers",
        "test_synced_event_contents",
        "test_connection_settings",
        "test_taxii_hubs",
        "test_retention_to_peers",
    )
)
"""The files whose tests use the fixture `hubs`: starting hubs takes longer than most of their tests."""


LONG = tuple(
    f"tests/{name}"
    for name in (
        "api/test_fuzzing.py",
        "api/test_hidden_content_changes_no_answer.py",
        "api/test_promises.py",
        "cli/test_lost_connections.py",
        "cli/test_serve.py",
        "exchange/test_enrolment.py",
        "hub/content_access/test_reads_are_recorded.py",
        "hub/spills/test_no_reader.py",
        "recordings/",
        "web/test_pages_without_read_access.py",
        "chaos/",
    )
)
"""What else has single tests that take many seconds."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that no worker ends long after the others."""
    items.sort(key=_rank)


def pytest_collection_finish() -> None:
    """Leave modules and collected tests, some millions of objects, out of every later garbage collection."""
    gc.freeze()
    # What tests leave behind goes when it is no longer referred to; collecting the few cycles every 2,000 objects
    # is a tenth of a run.
    gc.set_threshold(100_000, 20, 20)
    # Or libraries in C++ report all that lives on as leaks. Not before the very end: pytest collects five times
    # when it is unconfigured, which takes seconds of each worker.
    atexit.register(gc.unfreeze)


def _rank(item: pytest.Item) -> int:
    if item.get_closest_marker("live"):
        return 0
    return 1 if item.get_closest_marker("browser") or item.nodeid.startswith(LONG) else 2


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Tests go to whichever worker is free, but those that ask for the same hubs all to one."""
    return OneWorkerForTheHubs(config, log)


class OneWorkerForTheHubs(LoadScopeScheduling):
    """A scope is a test by itself, or all tests of the same hubs, or of one folder in the data folder."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith("tests/browser/membership/"):
            return "membership"
        if nodeid.startswith("tests/hub/move_in/test_over_the_api.py"):
            return "move-in"
        return "hubs" if nodeid.partition("::")[0] in ABOUT_HUBS else nodeid


def pytest_unconfigure() -> None:
    """Stop the database server, in the process that started it."""
    database.stop()


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """The test database is a copy of the migrated one, where the run has one."""
    template = os.environ.get(database.TEMPLATE)
    if not template:
        request.getfixturevalue("django_db_setup")  # The fixture of pytest-django, which this one replaces.
        yield
        return
    # Django would migrate the copy again, and drop it: seconds of each worker. It goes with the server.
    with django_db_blocker.unblock():
        database.copy_template(template)
    yield
    connection.close()


@pytest.fixture(autouse=True)
def _failed_attempts_are_forgotten() -> None:
    """Each test is a stranger to every throttle, whatever the tests before it tried."""
    from vardkase.audit.repeat_suppression import RepeatSuppressor

    RepeatSuppressor.forget_all()


@pytest.fixture(autouse=True)
def _no_language_is_left_over() -> None:
    """Each test begins in the language that the hub is set to, whatever the test before it spoke."""
    translation.deactivate()


@pytest.fixture
def password_is_enough(settings: SettingsWrapper) -> None:
    """No second factor is asked for: it has stories of its own."""
    settings.REQUIRE_SECOND_FACTOR = False


@pytest.fixture
def seed(db: None) -> Seed:
    """The organisations and people of every story, in the test's own transaction."""
    from tests.factories.seed import make_seed

    return make_seed()


@pytest.fixture(scope="session")
def _web_server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    with running_web_server(tmp_path_factory.mktemp("web")) as server:
        yield server


@pytest.fixture
def server(_web_server: WebServer, transactional_db: None) -> WebServer:
    """A real web server (`server.url`) on this worker's test database, which is emptied after the test."""
    return _web_server


@pytest.fixture
def server_seed(server: WebServer) -> Seed:
    """The seed data, committed, so that `server` sees it."""
    from tests.factories.seed import make_seed

    return make_seed()


@pytest.fixture(scope="session")
def shared_chromium() -> Iterator[Browser]:
    with browsers.chromium() as browser:
        yield browser


@pytest.fixture
def chromium(shared_chromium: Browser) -> Iterator[Browser]:
    """Chromium under Playwright. Missing, it skips on a developer's machine and fails in CI.

    What a test opens is closed after it: pages that stay open take processor time from those of later tests.
    """
    earlier = set(shared_chromium.contexts)
    yield shared_chromium
    for context in set(shared_chromium.contexts) - earlier:
        context.close()
