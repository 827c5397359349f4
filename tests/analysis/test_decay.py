"""Decaying models: the score of a value over time."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.api.calls import call, send
from tests.factories import make_attribute, make_event
from tests.factories.seed import Seed
from vardkase.analysis.decay import scores as decay_scores
from vardkase.analysis.decay.formulas import (
    DAY,
    ScoringTag,
    SightingStatus,
    base_score,
    polynomial,
    polynomial_extended,
    sightings,
)
from vardkase.core.sql import cursor
from vardkase.identity.user_settings.models import UserSetting
from vardkase.intel.models import Attribute, AttributeTag, Event, EventTag
from vardkase.intel.sightings.models import Sighting
from vardkase.knowledge.decaying_models.models import DecayingModel
from vardkase.knowledge.taxonomies.models import Tag, Taxonomy, TaxonomyPredicate

NIDS = {"lifetime": 120, "decay_speed": 2, "threshold": 30, "default_base_score": 80}
MINE = {
    "name": "Ours",
    "description": "Slow",
    "parameters": {**NIDS, "lifetime": 10, "base_score_config": {"priority-level": 1}},
    "attribute_types": ["domain"],
}


@pytest.mark.parametrize(("days", "score"), [(0, 80), (30, 40), (67.5, 20), (120, 0), (1000, 0), (1.2, 72)])
def test_polynomial_score(days: float, score: float) -> None:
    assert polynomial(80, NIDS, SightingStatus(days * DAY)) == pytest.approx(score)


def test_retention_limits_lifetime() -> None:
    week = (ScoringTag("retention:1w", 7, inherited=True),)
    assert polynomial_extended(80, NIDS, SightingStatus(6 * DAY, week)) == polynomial(
        80, NIDS, SightingStatus(6 * DAY)
    )
    assert polynomial_extended(80, NIDS, SightingStatus(8 * DAY, week)) == 0
    longer = (*week, ScoringTag("retention:1m", 30, inherited=False))
    assert polynomial_extended(80, NIDS, SightingStatus(8 * DAY, longer)) > 0


def test_sightings_confirm_or_refute() -> None:
    assert sightings(80, NIDS, SightingStatus(0)) == 80
    assert sightings(80, NIDS, SightingStatus(0, seen=1, sightings=4)) == 20


@pytest.mark.parametrize(
    ("tags", "score"),
    [
        ([], 80),
        ([("unrelated:x", 5, False)], 80),
        ([("priority-level:high", 100, False)], 100),
        ([("priority-level:high", 100, True)], 100),
        ([("priority-level:low", 20, False), ("priority-level:high", 100, True)], 20),
        ([('phishing:state="a"', 40, False), ("priority-level:high", 100, False)], 85),
        ([('phishing:state="a"', 40, True), ('phishing:other="b"', 7, False)], 40),
        ([("priority-level:low", 20, False), ("priority-level:high", 100, False)], 60),
    ],
)
def test_base_score_prefers_attributes_own_tags(tags: list[tuple[str, float, bool]], score: float) -> None:
    parameters = {**NIDS, "base_score_config": {"priority-level": 0.75, "phishing:state": 0.25}}
    assert base_score(parameters, [ScoringTag(*tag) for tag in tags]) == pytest.approx(score)


@pytest.fixture
def event(seed: Seed) -> Event:
    event = make_event(seed.org_a)
    event.save()
    old, now = int(time.time()) - 30 * DAY, int(time.time())
    for value, changed in (("old.example", old), ("new.example", now)):
        make_attribute(event, type="domain", value1=value, timestamp=changed).save()
    make_attribute(event, type="comment", value1="no model is about this", timestamp=old).save()
    return event


@pytest.fixture
def model(seed: Seed) -> DecayingModel:
    assert call(seed.site_admin.key, "POST", "/decayingModel/update", {})[0] == 200
    model = DecayingModel.objects.get(name="NIDS Simple Decaying Model")
    call(seed.site_admin.key, "POST", f"/decayingModel/enable/{model.pk}", {})
    return model


def search(seed: Seed, scope: str = "attributes", **parameters: Any) -> Any:
    status, body = call(
        seed.analyst.key, "POST", f"/{scope}/restSearch", {"returnFormat": "json", **parameters}
    )
    assert status == 200, body
    return body["response"]


def scores(seed: Seed, **parameters: Any) -> dict[str, Any]:
    found = search(seed, includeDecayScore=1, **parameters)["Attribute"]
    return {each["value"]: each.get("decay_score") for each in found}


def test_default_models_are_misps(seed: Seed, model: DecayingModel) -> None:
    _, models = call(seed.reader.key, "GET", "/decayingModel/index")
    assert [each["DecayingModel"]["name"] for each in models] == [
        "Vishing model",
        "Phishing model",
        "NIDS Simple Decaying Model",
    ]
    shown = models[2]["DecayingModel"]
    assert (shown["enabled"], shown["default"], shown["version"], shown["formula"]) == (
        True,
        True,
        "2",
        "Polynomial",
    )
    assert shown["parameters"]["lifetime"] == 120
    assert models[2]["DecayingModelMapping"] == []
    call(seed.site_admin.key, "POST", "/decayingModel/update", {})
    assert DecayingModel.objects.filter(enabled=True).count() == 1


def test_searches_show_scores_and_exclude_decayed(seed: Seed, event: Event, model: DecayingModel) -> None:
    found = scores(seed)
    [old], [new] = found["old.example"], found["new.example"]
    assert old["DecayingModel"] == {"id": str(model.pk), "name": model.name}
    assert (old["base_score"], round(old["score"]), old["decayed"]) == (80, 40, False)
    assert new["score"] > 79
    assert found["no model is about this"] is None
    raised = scores(seed, modelOverrides={"threshold": 50})
    assert [raised[value][0]["decayed"] for value in ("old.example", "new.example")] == [True, False]
    kept = search(seed, excludeDecayed=1, score=50)["Attribute"]
    assert [each["value"] for each in kept] == ["new.example", "no model is about this"]
    assert all("decay_score" not in each for each in kept)
    text = send(
        seed.analyst.key,
        "POST",
        "/attributes/restSearch",
        {"returnFormat": "csv", "excludeDecayed": 1, "score": 50},
    )
    assert "new.example" in b"".join(text).decode()
    assert "old.example" not in b"".join(text).decode()


def test_whole_events_include_scores(seed: Seed, event: Event, model: DecayingModel) -> None:
    tag = Tag.objects.create(name="priority-level:high", numerical_value=100)
    EventTag.objects.create(event=event, tag=tag)
    [found] = search(seed, "events", includeDecayScore=1, includeScoresOnEvent=1)
    shown = {each["value"]: each.get("decay_score") for each in found["Event"]["Attribute"]}
    assert shown["old.example"][0]["base_score"] == 100
    assert shown["no model is about this"] is None
    assert found["Event"]["event_scores"] == [
        {"base_score": 100, "DecayingModel": {"id": str(model.pk), "name": model.name}}
    ]


def test_sightings_and_last_seen_raise_score(seed: Seed, event: Event, model: DecayingModel) -> None:
    attribute = Attribute.objects.get(value1="old.example")
    now = int(time.time())
    Attribute.objects.filter(pk=attribute.pk).update(last_seen=(now - 7 * DAY) * 1_000_000)
    assert 60 < scores(seed)["old.example"][0]["score"] < 61
    Sighting.objects.create(
        attribute=attribute, event=event, org=seed.org_a, date_sighting=now - 20 * DAY, type=0
    )
    assert round(scores(seed)["old.example"][0]["score"]) == 47
    Sighting.objects.create(attribute=attribute, event=event, org=seed.org_a, date_sighting=now, type=1)
    assert round(scores(seed)["old.example"][0]["score"]) == 47
    Sighting.objects.create(attribute=attribute, event=event, org=seed.org_a, date_sighting=now, type=0)
    assert scores(seed)["old.example"][0]["score"] > 79


def test_hidden_sightings_do_not_raise_score(seed: Seed, event: Event, model: DecayingModel) -> None:
    Event.objects.update(distribution=1, published=True)
    Attribute.objects.update(distribution=5)
    attribute = Attribute.objects.get(value1="old.example")
    now = int(time.time())
    Sighting.objects.create(attribute=attribute, event=event, org=seed.org_b, date_sighting=now, type=0)
    by_reader = {
        who: call(
            getattr(seed, who).key,
            "POST",
            "/attributes/restSearch",
            {"includeDecayScore": 1, "type": "domain"},
        )[1]["response"]["Attribute"][0]["decay_score"][0]["score"]
        for who in ("analyst", "partner", "stranger")
    }
    assert by_reader["analyst"] > 79
    assert by_reader["partner"] > 79
    assert round(by_reader["stranger"]) == 40


def test_users_tag_values_change_score(seed: Seed, event: Event, model: DecayingModel) -> None:
    tag = Tag.objects.create(name="priority-level:high", numerical_value=100)
    attribute = Attribute.objects.get(value1="new.example")
    AttributeTag.objects.create(attribute=attribute, event=event, tag=tag)
    assert scores(seed)["new.example"][0]["base_score"] == 100
    UserSetting.objects.create(
        user=seed.analyst.user,
        setting="tag_numerical_value_override",
        value={"priority-level:high": 10},
        timestamp=1,
    )
    assert scores(seed)["new.example"][0]["base_score"] == 10
    Tag.objects.update(exportable=False)
    assert scores(seed)["new.example"][0]["base_score"] == 80


def test_search_may_select_models_and_show_them_in_full(
    seed: Seed, event: Event, model: DecayingModel
) -> None:
    other = DecayingModel.objects.get(name="Vishing model")
    found = scores(seed, decayingModel=[other.pk, str(model.uuid), 999, "x"], includeFullModel=1)
    named = [each["DecayingModel"]["name"] for each in found["no model is about this"]]
    assert named == ["Vishing model", model.name]
    assert found["old.example"][0]["DecayingModel"]["parameters"]["lifetime"] == 10


@pytest.mark.parametrize(
    "parameters",
    [
        {"modelOverrides": "x"},
        {"modelOverrides": [1]},
        {"modelOverrides": {"lifetime": 0}},
        {"modelOverrides": {"lifetime": 10**400}},
        {"modelOverrides": {"decay_speed": "fast"}},
        {"modelOverrides": {"base_score_config": {"a": "b"}}},
        {"score": ["x"]},
        {"score": "nan"},
        {"decayingModel": {"a": 1}},
        {"decayingModel": [[1]]},
    ],
)
def test_invalid_parameters_are_refused(
    seed: Seed, event: Event, model: DecayingModel, parameters: dict[str, Any]
) -> None:
    for flag in ("includeDecayScore", "excludeDecayed"):
        status, _ = call(seed.analyst.key, "POST", "/attributes/restSearch", {flag: 1, **parameters})
        assert status == 400


def test_scoring_page_takes_fixed_number_of_queries(
    seed: Seed, event: Event, model: DecayingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(decay_scores, "cursor", lambda: asked.append(1) or cursor())
    scores(seed)
    few = len(asked)
    for number in range(200):
        make_attribute(event, type="domain", value1=f"{number}.example").save()
    asked.clear()
    assert len(scores(seed)) == 203
    assert len(asked) == few


def test_custom_model_is_added_edited_and_deleted(seed: Seed) -> None:
    status, made = call(seed.analyst.key, "POST", "/decayingModel/add", {"DecayingModel": MINE})
    assert status == 200, made
    shown = made["DecayingModel"]
    assert (shown["org_id"], shown["default"], shown["isEditable"], shown["version"]) == (
        str(seed.org_a.pk),
        False,
        True,
        "1",
    )
    path = f"/{shown['id']}"
    _, edited = call(
        seed.analyst.key, "POST", f"/decayingModel/edit{path}", {"all_orgs": False, "name": "Renamed"}
    )
    assert edited["DecayingModel"]["name"] == "Renamed"
    assert edited["DecayingModel"]["parameters"] == shown["parameters"]
    _, exported = call(seed.analyst.key, "GET", f"/decayingModel/export{path}")
    assert "id" not in exported
    status, body = call(seed.analyst.key, "POST", "/decayingModel/import", exported)
    assert (status, list(body["errors"])) == (403, ["uuid"])
    status, body = call(seed.analyst.key, "POST", "/decayingModel/import", {**exported, "uuid": ""})
    assert body["data"]["DecayingModel"]["parameters"] == shown["parameters"]
    _, linked = call(
        seed.analyst.key,
        "POST",
        f"/decayingModelMapping/linkAttributeTypeToModel{path}",
        {"attributetypes": '["url"]'},
    )
    assert linked["data"] == ["domain", "url"]
    assert call(seed.analyst.key, "GET", f"/decayingModelMapping/viewAssociatedTypes{path}")[1] == [
        "domain",
        "url",
    ]
    assert call(seed.analyst.key, "POST", f"/decayingModel/delete{path}", {})[0] == 200
    assert call(seed.analyst.key, "GET", f"/decayingModel/view{path}")[0] == 404


@pytest.mark.parametrize("who", ["partner", "stranger", "reader"])
def test_other_users_cannot_change_custom_model(seed: Seed, who: str) -> None:
    _, made = call(seed.analyst.key, "POST", "/decayingModel/add", MINE)
    number = made["DecayingModel"]["id"]
    key = getattr(seed, who).key
    changing = (
        f"decayingModel/edit/{number}",
        f"decayingModel/delete/{number}",
        f"decayingModel/enable/{number}",
        f"decayingModel/disable/{number}",
        f"decayingModelMapping/linkAttributeTypeToModel/{number}",
    )
    for path in changing:
        assert call(key, "POST", f"/{path}", {"name": "x", "attributetypes": ["url"]})[0] == 403
    assert call(key, "GET", f"/decayingModel/view/{number}")[1]["DecayingModel"]["isEditable"] is False
    call(seed.analyst.key, "POST", f"/decayingModel/edit/{number}", {"all_orgs": False})
    expected = 200 if who == "reader" else 404
    assert call(key, "GET", f"/decayingModel/view/{number}")[0] == expected
    for path in changing:
        assert call(key, "POST", f"/{path}", {})[0] == (403 if who == "reader" else 404)
    models = call(key, "GET", "/decayingModel/getAllDecayingModels")[1]
    assert len(models) == (1 if who == "reader" else 0)


@pytest.mark.parametrize("who", ["analyst", "org_admin", "reader"])
def test_default_models_are_changed_by_site_administrators(
    seed: Seed, model: DecayingModel, who: str
) -> None:
    for path in (f"enable/{model.pk}", f"delete/{model.pk}", f"edit/{model.pk}", "update"):
        assert call(getattr(seed, who).key, "POST", f"/decayingModel/{path}", {})[0] == 403


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": {"a": 1}}, "name"),
        ({"parameters": None}, "parameters"),
        ({"parameters": "{"}, "parameters"),
        ({"parameters": {**NIDS, "lifetime": 0}}, "lifetime"),
        ({"parameters": {**NIDS, "decay_speed": [2]}}, "decay_speed"),
        ({"parameters": {**NIDS, "threshold": True}}, "threshold"),
        ({"parameters": {**NIDS, "base_score_config": [1]}}, "base_score_config"),
        ({"parameters": {**NIDS, "base_score_config": {"a": -1}}}, "base_score_config"),
        ({"formula": "Exponential"}, "formula"),
        ({"formula": ["Polynomial"]}, "formula"),
        ({"attribute_types": ["no-such"]}, "attribute_types"),
        ({"attribute_types": {"a": 1}}, "attribute_types"),
        ({"ref": [1]}, "ref"),
        ({"uuid": "x"}, "uuid"),
        ({"version": "x"}, "version"),
    ],
)
def test_invalid_model_is_refused_by_field(seed: Seed, changes: dict[str, Any], field: str) -> None:
    status, body = call(seed.analyst.key, "POST", "/decayingModel/add", {**MINE, **changes})
    assert (status, list(body["errors"])) == (403, [field])
    assert "1e" not in str(body["errors"]), "bounds are written out"
    assert not DecayingModel.objects.exists()


def test_simulation(seed: Seed, event: Event, model: DecayingModel) -> None:
    attribute = Attribute.objects.get(value1="old.example")
    path = f"/decayingModel/decayingToolComputeSimulation/{model.pk}/{attribute.uuid}"
    _, simulated = call(seed.analyst.key, "GET", path)
    assert simulated["csv"][0]["value"] == 80
    assert simulated["csv"][-1]["value"] == 0
    assert round(simulated["current_score"]) == 40
    assert call(seed.stranger.key, "GET", path)[0] == 404
    _, found = call(seed.analyst.key, "POST", "/decayingModel/decayingToolRestSearch", {"type": "domain"})
    assert all(each["decay_score"] for each in found["response"]["Attribute"])
    shown = call(seed.analyst.key, "GET", f"/decayingModel/decayingToolSimulation/{model.pk}")[1]
    assert shown["DecayingModel"]["id"] == str(model.pk)


def test_taxonomies_with_numerical_values_are_listed(seed: Seed) -> None:
    taxonomy = Taxonomy.objects.create(namespace="retention", enabled=True)
    TaxonomyPredicate.objects.create(taxonomy=taxonomy, value="1w", numerical_value=7)
    _, found = call(seed.analyst.key, "GET", "/decayingModel/decayingToolBasescore")
    assert found == {"taxonomies": {"retention": {"retention:1w": 7}}}
