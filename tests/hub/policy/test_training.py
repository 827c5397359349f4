"""Who marks whom as trained, and for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.api.calls import call
from tests.factories.seed import Seed
from vardkase.core.clock import today
from vardkase.hub.training.models import Training
from vardkase.hub.training.queries import modules_of, trained_users


def test_administrator_marks_own_people(seed: Seed) -> None:
    body = {"email": seed.analyst.user.email.upper(), "module": "MISP", "valid_until": str(today())}
    made = call(seed.org_admin.key, "POST", "/trainings/add", body)[1]["Training"]
    assert (made["email"], made["marked_by"]) == (seed.analyst.user.email, seed.org_admin.user.email)
    assert list(trained_users(seed.org_a.pk)) == [seed.analyst.user]
    assert modules_of(seed.analyst.user.pk) == {"misp"}
    Training.objects.update(valid_until=today() - timedelta(days=1))
    assert (list(trained_users(seed.org_a.pk)), modules_of(seed.analyst.user.pk)) == ([], frozenset())
    assert call(seed.org_admin.key, "POST", f"/trainings/delete/{made['id']}")[0] == 200
    assert call(seed.org_admin.key, "GET", "/trainings/index")[1] == []


def test_other_roles_and_organisations_are_refused(seed: Seed) -> None:
    body = {"email": seed.partner.user.email, "module": "MISP"}
    assert call(seed.org_admin.key, "POST", "/trainings/add", body)[1]["errors"].keys() == {"user"}
    assert call(seed.analyst.key, "POST", "/trainings/add", body)[0] == 403
    made = call(seed.site_admin.key, "POST", "/trainings/add", body)[1]["Training"]
    assert call(seed.org_admin.key, "POST", f"/trainings/delete/{made['id']}")[0] == 404
    assert call(seed.org_admin.key, "GET", "/trainings/index")[1] == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"module": ""}, "module"),
        ({"done_on": "yesterday"}, "done_on"),
        ({"done_on": "2999-01-01"}, "done_on"),
        ({"done_on": "2026-01-02", "valid_until": "2026-01-01"}, "valid_until"),
        ({"note": "x" * 2001}, "note"),
    ],
)
def test_invalid_training_is_refused_by_field(seed: Seed, wrong: dict[str, str], field: str) -> None:
    body = {"email": seed.analyst.user.email, "module": "MISP", **wrong}
    status, answered = call(seed.org_admin.key, "POST", "/trainings/add", body)
    assert (status, list(answered["errors"])) == (403, [field])
