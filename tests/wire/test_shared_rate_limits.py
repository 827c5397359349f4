"""Rate limits are shared by all processes of the hub."""

from __future__ import annotations

from pathlib import Path

from tests.factories.seed import Seed
from tests.support.web_server import WebServer, running_web_server
from tests.wire.raw import Raw
from vardkase.api.authentication import FAILURES
from vardkase.core.limits.models import LimitUse


def test_wrong_keys_are_counted_together_and_valid_ones_accepted(
    server: WebServer, server_seed: Seed, tmp_path: Path
) -> None:
    with running_web_server(tmp_path) as other:
        LimitUse.objects.all().delete()  # The wait for the server's start uses no key.
        wrong = [Raw(url, "x" * 40) for url in (server.url, other.url)]
        statuses = [wrong[number % 2].get("/servers/getVersion")[0] for number in range(FAILURES.allowed + 2)]
        assert statuses[: FAILURES.allowed] == [403] * FAILURES.allowed
        assert statuses[FAILURES.allowed :] == [429, 429]
        assert Raw(other.url, server_seed.analyst.key).get("/servers/getVersion")[0] == 200


def test_enrolment_codes_are_counted_together_before_the_body_is_read(
    server: WebServer, server_seed: Seed, tmp_path: Path
) -> None:
    with running_web_server(tmp_path) as other:
        strangers = [Raw(url, "") for url in (server.url, other.url)]
        statuses = [strangers[n % 2].post("/enrolments/offer", {"code": "x"})[0] for n in range(22)]
        assert (set(statuses[:20]), set(statuses[20:])) == ({404}, {429})
        assert strangers[0].post("/enrolments/offer", {"code": "x" * 70_000})[0] == 429
