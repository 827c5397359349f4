"""Decaying models on the web: their curve, a simulation, and own models."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.factories.content_access import operator_of
from tests.factories.seed import Seed
from tests.web import accounts
from tests.web.signed_in import signed_in
from vardkase.analysis.decay.simulation import course_of_model, days_until
from vardkase.intel.models import Attribute
from vardkase.intel.services.events import add_event
from vardkase.knowledge.decaying_models import services
from vardkase.knowledge.decaying_models.models import DecayingModel
from vardkase.web.ui.charts import line_chart

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

HOSTILE = "<script>alert(1)</script>"
NEW = {
    "name": "Ours",
    "description": "For our own sensors",
    "formula": "Polynomial",
    "lifetime": "30",
    "decay_speed": "2,5",
    "threshold": "20",
    "default_base_score": "80",
    "weights": ["0", "1"],
    "weights-0-kind": "weight",
    "weights-0-tag": "admiralty-scale:source-reliability",
    "weights-0-weight": "0,5",
    "weights-1-kind": "weight",
    "weights-1-tag": "tlp",
    "weights-1-weight": "1",
    "attribute_types": ["domain", "ip-dst"],
    "ref": "https://example.org/paper",
}
PARAMETERS = {"lifetime": 10, "decay_speed": 1, "threshold": 30, "default_base_score": 80}


@pytest.fixture
def secret(seed: Seed) -> DecayingModel:
    """A model that organisation C keeps for itself."""
    data = {"name": "Only ours", "parameters": PARAMETERS, "attribute_types": ["domain"], "all_orgs": False}
    return services.add_model(seed.stranger.actor, data)


@pytest.fixture
def packaged(seed: Seed) -> DecayingModel:
    services.update_models(seed.site_admin.actor)
    return DecayingModel.objects.get(name="Phishing model")


def attribute_in(seed: Seed, value: str, **fields: object) -> Attribute:
    attributes = [{"type": "domain", "value": value, **fields}]
    made = add_event(seed.analyst.actor, {"info": "x", "distribution": 1, "Attribute": attributes})
    return Attribute.objects.get(event=made.event_id)


def test_curve_of_a_model(seed: Seed, packaged: DecayingModel) -> None:
    client = signed_in(seed.reader)
    assert packaged.name in client.get(reverse("decaying_models")).content.decode()
    page = client.get(reverse("decaying_model", args=[packaged.pk]))
    rows = page.context["curve"].rows
    assert rows[0] == (0.0, 80.0)
    assert rows[-1] == (3.0, 0.0)
    assert 'class="line-chart"' in page.content.decode()
    assert reverse("decaying_model_edit", args=[packaged.pk]) not in page.content.decode()


def test_days_until_decayed() -> None:
    model = DecayingModel(parameters={**PARAMETERS, "default_base_score": 100}, formula="Polynomial")
    # A straight line from 100 to 0 in ten days is below 30 after seven.
    assert days_until(course_of_model(model), 30) == pytest.approx(7.05)
    model.formula = "Sightings"
    assert days_until(course_of_model(model), 30) is None


def test_places_in_a_line_chart() -> None:
    chart = line_chart([100, 0], ["0", "10"], level=25, mark=0.5)
    assert chart.path == "M0.0,0.0 L1000.0,220.0"
    assert (chart.level, chart.mark) == ("165.0", "50.00%")
    assert line_chart([1, 2, 3, 4], ["a", "b"], places=[0, 2]).labels == [("0.00%", "a"), ("66.67%", "b")]
    assert [text for _y, text in chart.ticks] == ["0", "25", "50", "75", "100"]
    assert line_chart([0], ["0"], mark=2).mark == ""


def test_simulation_on_a_value_or_an_attribute(seed: Seed, packaged: DecayingModel) -> None:
    first, second = attribute_in(seed, "a.example"), attribute_in(seed, "a.example")
    address = reverse("decaying_model", args=[packaged.pk])
    client = signed_in(seed.colleague)
    simulated = client.get(address, {"of": "a[.]example"}).context["simulated"]
    assert (simulated.attribute.id, [other.id for other in simulated.others]) == (second.pk, [first.pk])
    assert simulated.applies
    assert simulated.outcome.now.score == pytest.approx(80, abs=1)
    for wanted in (str(first.uuid), str(first.pk)):
        assert client.get(address, {"of": wanted}).context["simulated"].attribute.id == first.pk
    for wanted in ("b.example", "9" * 30, "\0", "%"):
        assert client.get(address, {"of": wanted}).context["simulated"] is None


def test_simulation_shows_no_hidden_attribute(seed: Seed, packaged: DecayingModel) -> None:
    hidden = attribute_in(seed, "hidden.example", distribution=0)
    address = reverse("decaying_model", args=[packaged.pk])
    for person in (seed.partner, seed.stranger):
        for wanted in ("hidden.example", str(hidden.uuid), str(hidden.pk)):
            page = signed_in(person).get(address, {"of": wanted})
            assert page.context["simulated"] is None, person.user.email
    operator = accounts.signed_in(operator_of(seed).user)
    page = operator.get(address, {"of": "hidden.example"})
    assert page.status_code == 404 or page.context["simulated"] is None


def test_member_writes_own_model(seed: Seed) -> None:
    client = signed_in(seed.analyst)
    client.post(reverse("decaying_model_create"), NEW)
    made = DecayingModel.objects.get()
    assert (made.org_id, made.all_orgs, made.enabled) == (seed.org_a.pk, False, False)
    assert made.parameters == {
        "lifetime": 30.0,
        "decay_speed": 2.5,
        "threshold": 20.0,
        "default_base_score": 80.0,
        "base_score_config": {"admiralty-scale:source-reliability": 0.5, "tlp": 1},
    }
    edit = reverse("decaying_model_edit", args=[made.pk])
    rows = client.get(edit).context["rows"].rows
    assert {(row.form["tag"].value(), row.form["weight"].value()) for row in rows} == {
        ("admiralty-scale:source-reliability", 0.5),
        ("tlp", 1),
    }
    DecayingModel.objects.update(parameters={**made.parameters, "settings": {"kept": True}})
    client.post(edit, {**NEW, "lifetime": "60", "all_orgs": "on"})
    made.refresh_from_db()
    assert (made.parameters["lifetime"], made.parameters["settings"]) == (60.0, {"kept": True})
    client.post(reverse("decaying_model_on", args=[made.pk]))
    assert DecayingModel.objects.get().enabled
    delete = reverse("decaying_model_delete", args=[made.pk])
    assert client.get(delete).status_code == 200
    client.post(delete)
    assert not DecayingModel.objects.exists()


def test_curve_follows_what_is_entered(seed: Seed) -> None:
    client = signed_in(seed.analyst)
    create = reverse("decaying_model_create")
    draft = client.post(create, {**NEW, "row_act": "show", "lifetime": "10", "decay_speed": "1"})
    assert draft.status_code == 200
    curve = draft.context["curve"]
    assert (curve.rows[0], curve.rows[-1]) == ((0.0, 80.0), (10.0, 0.0))
    assert "8 dagar" in curve.gist
    for field, text in (("lifetime", ""), ("lifetime", "0"), ("formula", "Exponential"), ("threshold", "x")):
        wrong = client.post(create, {**NEW, "row_act": "show", field: text})
        assert (wrong.status_code, wrong.context["curve"]) == (200, None), field
    added = client.post(create, {**NEW, "row_act": "weights:add:weight"})
    assert [row.form["tag"].value() for row in added.context["rows"].rows][:2] == [
        "admiralty-scale:source-reliability",
        "tlp",
    ]
    assert len(added.context["rows"].rows) == 3
    assert not DecayingModel.objects.exists()


def test_bad_models_are_refused(seed: Seed) -> None:
    client = signed_in(seed.analyst)
    for field, text in (
        ("lifetime", "0"),
        ("decay_speed", "fast"),
        ("threshold", "-1"),
        ("attribute_types", "colour"),
        ("formula", "Exponential"),
    ):
        page = client.post(reverse("decaying_model_create"), {**NEW, field: text})
        assert page.status_code == 422, field
        assert field in page.context["form"].errors, field
    for field, text in (("tag", ""), ("tag", "admiralty-scale:source-reliability"), ("weight", "-1")):
        page = client.post(reverse("decaying_model_create"), {**NEW, f"weights-1-{field}": text})
        assert page.status_code == 422, field
        assert [place for place, _words in page.context["rows"].errors] == [f"id_weights-1-{field}"]
        assert f'href="#id_weights-1-{field}"' in page.content.decode()
    assert not DecayingModel.objects.exists()


def test_others_models_are_neither_shown_nor_changed(
    seed: Seed, secret: DecayingModel, packaged: DecayingModel
) -> None:
    for person, model, status in (
        (seed.analyst, secret, 404),
        (seed.analyst, packaged, 403),
        (seed.reader, packaged, 403),
    ):
        client = signed_in(person)
        for name in ("edit", "delete", "on", "off"):
            address = reverse(f"decaying_model_{name}", args=[model.pk])
            assert client.post(address, NEW).status_code == status, (name, person.user.email)
    client = signed_in(seed.analyst)
    assert client.get(reverse("decaying_model", args=[secret.pk])).status_code == 404
    assert "Only ours" not in client.get(reverse("decaying_models")).content.decode()
    assert signed_in(seed.reader).post(reverse("decaying_model_create"), NEW).status_code == 403
    assert signed_in(seed.org_admin).post(reverse("decaying_models_update")).status_code == 403
    secret.refresh_from_db()
    assert (secret.name, secret.enabled) == ("Only ours", False)


def test_texts_are_escaped(seed: Seed) -> None:
    sent = {
        **NEW,
        "name": HOSTILE,
        "description": HOSTILE,
        "ref": HOSTILE,
        "weights-0-tag": HOSTILE,
    }
    client = signed_in(seed.analyst)
    client.post(reverse("decaying_model_create"), sent)
    made = DecayingModel.objects.get()
    pages = [
        client.get(reverse(name, args=args), {"of": HOSTILE})
        for name, args in (
            ("decaying_models", []),
            ("decaying_model", [made.pk]),
            ("decaying_model_edit", [made.pk]),
            ("decaying_model_delete", [made.pk]),
        )
    ]
    for page in pages:
        assert page.status_code == 200
        assert "<script>alert" not in page.content.decode()
