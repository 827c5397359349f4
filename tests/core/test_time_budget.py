"""A request beyond its time budget is stopped at its next query, says so, and has stored nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.api.calls import call
from tests.factories import make_event
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.core import time_budget
from vardkase.core.bounded_blocking import blocking
from vardkase.core.sql import cursor
from vardkase.core.time_budget import OutOfTime
from vardkase.intel.hooks import attributes_stored
from vardkase.intel.models import Attribute, Event

LONG = 3600.0


@contextmanager
def ending_at_attributes() -> Iterator[None]:
    """A budget that runs out after attributes were stored, within a transaction."""

    def spend(_: Any) -> None:
        time_budget._present.deadline = 0.0

    attributes_stored.register(spend)
    try:
        with time_budget.time_budget(LONG):
            yield
    finally:
        attributes_stored._listeners.remove(spend)


@pytest.mark.django_db(transaction=True)
def test_request_out_of_time_is_rolled_back(seed: Seed) -> None:
    event = {"info": "long", "Attribute": [{"type": "domain", "value": "long.example"}]}
    with ending_at_attributes():
        status, refused = call(seed.analyst.key, "POST", "/events/add", {"Event": event})
    assert (status, refused["message"]) == (
        503,
        "This takes longer than a request may. Ask for less, or send less, at once.",
    )
    assert not Event.objects.filter(info="long").exists()
    assert call(seed.analyst.key, "POST", "/events/add", {"Event": event})[0] == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("password_is_enough")
def test_page_reports_the_exceeded_budget(seed: Seed) -> None:
    client = signed_in(seed.analyst)
    event = make_event(seed.org_a)
    event.save()
    form = {"type": "domain", "value": "long.example", "distribution": "5", "to_ids": ""}
    with ending_at_attributes():
        answer = client.post(f"/event/{event.pk}/attribute/new/", form, headers={"accept-language": "en"})
    assert (answer.status_code, "too long for a page" in answer.text) == (503, True)
    assert not Attribute.objects.filter(event=event).exists()


@pytest.mark.django_db
def test_code_that_continues_is_stopped_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Code that handles items one by one and ignores failures must not outlive its budget."""
    monkeypatch.setattr(time_budget, "GRACE", 0.0)
    with time_budget.time_budget(-1.0):
        for _ in range(3):
            with pytest.raises(OutOfTime):
                cursor().execute("SELECT 1")
    cursor().execute("SELECT 1")


@pytest.mark.django_db
def test_waiting_for_other_machines_is_not_counted() -> None:
    with time_budget.time_budget(LONG):
        before = time_budget._present.deadline
        with time_budget.paused():
            cursor().execute("SELECT pg_sleep(0.01)")
        assert before is not None
        assert time_budget._present.deadline is not None
        assert time_budget._present.deadline > before
        with blocking():  # Outside a pool there is no thread to count.
            pass


@pytest.mark.django_db
def test_budget_can_be_extended() -> None:
    with time_budget.time_budget(-1.0):
        time_budget.allow(LONG)
        cursor().execute("SELECT 1")
    time_budget.allow(LONG)
    assert time_budget._present.deadline is None, "without a budget none is set"
