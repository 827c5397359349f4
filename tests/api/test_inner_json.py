"""JSON inside a string of the body has the same limits as the body itself."""

from __future__ import annotations

import pytest

from tests.api.calls import call, send
from tests.factories import make_event
from tests.factories.seed import Seed

DEEP = "[" * 300 + "]" * 300
TEXTS = ('{"a": "x\\u0000y"}', '{"a": "\\ud800"}', f'{{"a": {DEEP}}}', '{"AND":' * 3000 + "{}" + "}" * 3000)
CALLS = (
    ("/userSettings/setSetting", lambda text: {"setting": "publish_alert_filter", "value": text}),
    ("/userSettings/setSetting", lambda text: {"setting": "dashboard", "value": f'[{{"widget":"a","x":{text}}}]'}),
    ("/dashboards/renderWidget", lambda text: {"widget": "EventStreamWidget", "config": f'{{"filters":{text}}}'}),
    ("/dashboards/saveTemplate", lambda text: {"name": "n", "value": f'[{{"widget":"a","x":{text}}}]'}),
    ("/sharingGroupBlueprints/add", lambda text: {"name": "n", "rules": f'{{"OR":{text}}}'}),
    ("/galaxies/import", lambda text: {"Galaxy": {"json": text}}),
    ("/decayingModel/add", lambda text: {"name": "n", "parameters": text}),
    ("/eventGraph/add/{event}", lambda text: {"network_name": "n", "network_json": text}),
    ("/events/freeTextImport/{event}", lambda text: {"value": text.replace('"x', '"http://evil.example/')}),
    ("/attributes/restSearch", lambda text: {"includeDecayScore": 1, "modelOverrides": text}),
)  # fmt: skip


@pytest.mark.parametrize("text", TEXTS, ids=("nul", "surrogate", "deep", "filters"))
def test_unstorable_text_is_refused(seed: Seed, text: str) -> None:
    event = make_event(seed.org_a)
    event.save()
    for path, body in CALLS:
        response = send(seed.org_admin.key, "POST", path.format(event=event.pk), body(text))
        assert response.status_code < 500, (path, response.content)
    assert call(seed.org_admin.key, "GET", "/userSettings/index")[1] == []
    assert call(seed.org_admin.key, "GET", "/dashboards/listTemplates")[1] == []


def test_lone_surrogate_in_free_text_is_dropped(seed: Seed) -> None:
    event = make_event(seed.org_a, user_id=seed.analyst.user.pk)
    event.save()
    text = '{"a": "http://evil.example/\\ud800x", "b": "good.example.com"}'
    path = f"/events/freeTextImport/{event.pk}/0/1"
    status, found = call(seed.analyst.key, "POST", path, {"value": text})
    assert status == 200
    assert "good.example.com" in [each["value"] for each in found]


def test_period_that_is_not_text_is_refused(seed: Seed) -> None:
    body = {"widget": "TrendingTagsWidget", "config": {"period": ["daily"]}}
    assert call(seed.reader.key, "POST", "/dashboards/renderWidget", body)[0] == 400
