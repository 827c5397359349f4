"""Enrichment of events by the worker: queued at once, run with the requester's permissions at that time."""

from __future__ import annotations

from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.api.calls import call
from tests.factories import make_event
from tests.factories.modules import URL, attribute, switch_on
from tests.factories.seed import Seed
from vardkase.core.errors import Forbidden, NotFound
from vardkase.exchange.modules import tasks
from vardkase.exchange.modules.errors import ModuleFailed
from vardkase.intel.errors import NotOwned
from vardkase.intel.models import Attribute, Event, Object


@pytest.fixture
def event(seed: Seed) -> Event:
    event = make_event(seed.org_a, distribution=3)
    event.save()
    return event


def queued_arguments() -> list[dict[str, Any]]:
    """The arguments of the queued jobs."""
    waiting = ProcrastinateJob.objects.filter(task_name="modules.enrich").order_by("id")
    return list(waiting.values_list("args", flat=True))


@pytest.mark.usefixtures("modules")
def test_event_enrichment_is_queued_for_the_worker(seed: Seed, event: Event) -> None:
    switch_on(seed, "hub_told", "extract_url_components")
    for number in range(3):
        attribute(event, "domain", f"h{number}.example")
    attribute(event, "domain", "fails.example")
    attribute(event, "url", URL)
    path, names = (
        f"/events/enrichEvent/{event.uuid}",
        {"hub_told": True, "extract_url_components": 1, "cve": False},
    )
    status, body = call(seed.analyst.key, "POST", path, names)
    assert (status, body["saved"], body["id"]) == (200, True, str(event.pk)), body
    assert "queued for background processing" in body["message"]
    assert Attribute.objects.count() == 5
    [job] = queued_arguments()
    assert job == {
        "user_id": seed.analyst.user.pk, "event_id": event.pk, "modules": ["hub_told", "extract_url_components"]
    }  # fmt: skip
    with pytest.raises(ModuleFailed) as failed:
        tasks.enrich(**job)
    assert failed.value.wire.startswith("hub_told: The other side is closed")
    assert Attribute.objects.filter(value1="203.0.113.5").count() == 1, (
        "results of the other modules are stored once"
    )
    assert Object.objects.filter(name="url").count() == 1
    assert call(seed.analyst.key, "POST", path, {})[0] == 403, "a request without modules is refused"
    assert len(queued_arguments()) == 1


@pytest.mark.usefixtures("modules")
def test_job_runs_with_its_owners_current_permissions(seed: Seed, event: Event) -> None:
    switch_on(seed, "hub_told")
    attribute(event, "domain", "evil.example")
    path = f"/events/enrichEvent/{event.pk}"
    assert call(seed.analyst.key, "POST", path, {"hub_told": True})[0] == 200
    [job] = queued_arguments()
    Event.objects.update(orgc=seed.org_b)
    with pytest.raises(NotOwned):
        tasks.enrich(**job)
    Event.objects.update(orgc=seed.org_a, org=seed.org_a)
    switch_on(seed, "hub_told", hub_told_restrict=seed.org_b.pk)
    with pytest.raises(NotFound):
        tasks.enrich(**job)
    switch_on(seed, "hub_told", hub_told_restrict=0)
    seed.analyst.user.disabled = True
    seed.analyst.user.save()
    with pytest.raises(Forbidden):
        tasks.enrich(**job)
    assert Attribute.objects.count() == 1


@pytest.mark.usefixtures("modules")
def test_enrichment_requires_permission_to_edit_the_event(seed: Seed, event: Event) -> None:
    switch_on(seed, "hub_told")
    for key in (seed.reader.key, seed.stranger.key, seed.partner_sync.key, None):
        assert call(key, "POST", f"/events/enrichEvent/{event.pk}", {"hub_told": True})[0] == 403
    assert not queued_arguments()
