"""The matrix: heat maps of what the reader sees, layers of ATT&CK Navigator, and tags on an event in bulk."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.factories import make_attribute, make_event
from tests.factories.knowledge import make_attack, make_cluster, make_galaxy, make_tag
from tests.factories.seed import ApiUser, Seed
from tests.web.signed_in import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.intel.models import AttributeTag, Event, EventTag
from vardkase.knowledge.galaxies.models import (
    Galaxy,
    GalaxyCluster,
    GalaxyClusterRelation,
    GalaxyElement,
)
from vardkase.web.knowledge.galaxies import matrix_cells
from vardkase.web.knowledge.galaxies.matrix_cells import legend

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

EVIL = "<script>alert(1)</script>"
PHISHING, CRON, LINK = "Phishing - T1566", "Cron - T1053", "Link - T1566.002"


@pytest.fixture
def attack() -> Galaxy:
    galaxy = make_attack()
    sub = make_cluster(galaxy, LINK)
    for key, text in (("external_id", "T1566.002"), ("kill_chain", "attack-Linux:initial-access")):
        GalaxyElement.objects.create(galaxy_cluster=sub, key=key, value=text)
    return galaxy


@pytest.fixture
def event(seed: Seed) -> Event:
    made = make_event(seed.org_a, distribution=3, user_id=seed.analyst.user.pk)
    made.save()
    return made


def cluster(value: str) -> GalaxyCluster:
    return GalaxyCluster.objects.get(value=value)


def own_cluster(galaxy: Galaxy, value: str, code: str, *places: str) -> GalaxyCluster:
    """An organisation's own, which everybody sees."""
    made = make_cluster(galaxy, value, default=False, distribution=3)
    for key, text in (("external_id", code), *(("kill_chain", place) for place in places)):
        if text:
            GalaxyElement.objects.create(galaxy_cluster=made, key=key, value=text)
    return made


def shown(client: Client, url: str) -> list[dict[str, list[str]]]:
    """Of each column, the names of its techniques and of what is folded below each."""
    return [
        {cell.technique.name: [sub.technique.name for sub in cell.subs] for cell in column.cells}
        for column, _html in client.get(url).context["columns"]
    ]


def tag_of(value: str) -> Any:
    return make_tag(f'misp-galaxy:mitre-attack-pattern="{value}"', is_galaxy=True)


def address(galaxy: Galaxy, query: str = "") -> str:
    return reverse("galaxy_matrix", args=[galaxy.uuid]) + query


def of_event(event: Event, galaxy: Galaxy, name: str = "event_matrix") -> str:
    return reverse(name, args=[event.pk, galaxy.uuid])


def scores(client: Client, url: str) -> dict[str, int]:
    columns = client.get(url).context["columns"]
    cells = [cell for column, _html in columns for one in column.cells for cell in (one, *one.subs)]
    return {cell.technique.code: cell.score for cell in cells if cell.score}


def layer_file(document: Any) -> dict[str, SimpleUploadedFile]:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return {"layer": SimpleUploadedFile("layer.json", content, "application/json")}


def tags_of(event: Event) -> dict[str, bool]:
    links = EventTag.objects.filter(event=event).select_related("tag")
    return {link.tag.name.split('"')[1]: link.local for link in links}


def test_subtechniques_are_folded_and_platforms_merged(seed: Seed, attack: Galaxy) -> None:
    page = signed_in(seed.reader).get(address(attack))
    assert [(tab["label"], tab["current"]) for tab in page.context["domain_tabs"]] == [
        ("Enterprise", True),
        ("pre", False),
    ]
    first, _html = page.context["columns"][0]
    assert first.title == "Initial access"
    assert [(cell.technique.name, [sub.technique.name for sub in cell.subs]) for cell in first.cells] == [
        ("Phishing", ["Link"])
    ]
    assert b"1 underteknik" in page.content


def test_techniques_without_a_code_are_shown_beside_the_others(seed: Seed, attack: Galaxy) -> None:
    own_cluster(attack, "Own", "", "attack-Linux:initial-access")
    own_cluster(attack, "Dotted", ".1", "attack-Linux:initial-access")
    client = signed_in(seed.reader)
    assert shown(client, address(attack))[0] == {"Dotted": [], "Own": [], "Phishing": ["Link"]}
    GalaxyElement.objects.filter(key="external_id").delete()
    assert shown(client, address(attack))[0] == {"Dotted": [], "Own": [], LINK: [], PHISHING: []}


def test_own_clusters_hide_no_packaged_technique(seed: Seed) -> None:
    galaxy = make_galaxy("atlas", kill_chain_order={"atlas": ["access"]})
    for code in ("AML.T1", "AML.T1.001"):
        packaged = make_cluster(galaxy, code)
        for key, text in (("external_id", code), ("kill_chain", "atlas:access")):
            GalaxyElement.objects.create(galaxy_cluster=packaged, key=key, value=text)
    for code in ("AML", "AML.T1.002", "X", "X.1", "X.1.1", "AML.T1"):
        own_cluster(galaxy, f"Own {code}", code, "atlas:access")
    assert shown(signed_in(seed.reader), address(galaxy)) == [
        {
            "AML.T1": ["AML.T1.001", "Own AML.T1.002"],
            "Own AML": [],
            "Own AML.T1": [],
            "Own X": ["Own X.1"],
            "Own X.1.1": [],
        }
    ]


def test_galaxy_without_matrix_has_none(seed: Seed) -> None:
    assert signed_in(seed.reader).get(address(make_galaxy("country"))).status_code == 404


def test_heat_counts_only_readable_events(seed: Seed, attack: Galaxy) -> None:
    tag = tag_of(PHISHING)
    for distribution in (3, 0):
        made = make_event(seed.org_a, distribution=distribution)
        made.save()
        EventTag.objects.create(event=made, tag=tag)
    assert scores(signed_in(seed.analyst), address(attack)) == {"T1566": 2}
    assert scores(signed_in(seed.stranger), address(attack)) == {"T1566": 1}


def test_heat_is_filtered_by_period_organisation_and_sector(seed: Seed, attack: Galaxy, event: Event) -> None:
    EventTag.objects.create(event=event, tag=tag_of(PHISHING))
    seed.org_a.sector = "Energy"
    seed.org_a.save()
    client = signed_in(seed.stranger)
    tomorrow = date.fromisoformat(str(event.date)) + timedelta(days=1)
    assert scores(client, address(attack, f"?organisation={seed.org_a.pk}&sector=Energy")) == {"T1566": 1}
    assert scores(client, address(attack, f"?since={tomorrow}")) == {}
    assert scores(client, address(attack, f"?until={event.date}")) == {"T1566": 1}
    assert scores(client, address(attack, "?since=nonsense&organisation=x&domain=x&platform=x")) == {
        "T1566": 1
    }
    table = client.get(address(attack, "?view=table&marked=1"))
    assert [line.cell.technique.name for line in table.context["lines"]] == ["Phishing"]


def test_filter_offers_only_creators_of_readable_events(seed: Seed, attack: Galaxy) -> None:
    make_event(seed.org_a, distribution=0).save()
    for person, offered in ((seed.analyst, True), (seed.stranger, False)):
        body = signed_in(person).get(address(attack)).content.decode()
        assert (f'<option value="{seed.org_a.pk}">' in body) is offered


def test_revoked_techniques_are_shown_only_where_used(seed: Seed, attack: Galaxy, event: Event) -> None:
    GalaxyClusterRelation.objects.create(
        galaxy_cluster=cluster(CRON),
        referenced_galaxy_cluster_uuid=cluster(PHISHING).uuid,
        referenced_galaxy_cluster_type="revoked-by",
    )
    client = signed_in(seed.reader)
    assert b"T1053" not in client.get(address(attack)).content
    EventTag.objects.create(event=event, tag=tag_of(CRON))
    assert b"T1053" in client.get(address(attack)).content


def test_layer_of_events_is_downloaded_and_shown_again(seed: Seed, attack: Galaxy, event: Event) -> None:
    EventTag.objects.create(event=event, tag=tag_of(LINK))
    client = signed_in(seed.reader)
    answer = client.get(reverse("galaxy_layer", args=[attack.uuid]))
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    layer = json.loads(content)
    assert layer["versions"]["layer"] == "4.5"
    assert layer["domain"] == "enterprise-attack"
    assert [(one["techniqueID"], one["tactic"], one["score"]) for one in layer["techniques"]] == [
        ("T1566.002", "initial-access", 1)
    ]
    EventTag.objects.all().delete()
    page = client.post(reverse("galaxy_layer_show", args=[attack.uuid]), layer_file(content))
    (cell,) = (sub for cell in page.context["columns"][0][0].cells for sub in cell.subs)
    assert (cell.score, cell.level) == (1, 5)


@pytest.mark.parametrize(
    "content",
    [b"{", b"[]", b"\xff", b'{"techniques": 3}', b"[" * 500, b'{"techniques": [' + b"{}," * 10_001 + b"{}]}"],
)
def test_what_is_no_layer_is_refused(seed: Seed, attack: Galaxy, content: bytes) -> None:
    page = signed_in(seed.reader).post(reverse("galaxy_layer_show", args=[attack.uuid]), layer_file(content))
    assert page.status_code == 422
    assert page.context["layer_form"].errors
    assert signed_in(seed.reader).post(reverse("galaxy_layer_show", args=[attack.uuid])).status_code == 422


def test_texts_of_layers_are_not_markup(seed: Seed, attack: Galaxy, event: Event) -> None:
    odd: dict[str, Any] = {"techniqueID": "T1566", "score": 1e308, "comment": EVIL, "color": EVIL}
    others = [{"techniqueID": EVIL}, {"techniqueID": 7}, 3, {"techniqueID": "T1053", "score": "x"}]
    document = {"name": EVIL, "domain": EVIL, "techniques": [odd, *others]}
    event.info = EVIL
    event.save()
    client = signed_in(seed.analyst)
    for url in (
        reverse("galaxy_layer_show", args=[attack.uuid]),
        of_event(event, attack, "event_layer_import"),
    ):
        page = client.post(url, layer_file(document))
        assert page.status_code == 200
        assert EVIL not in page.content.decode()
    assert EVIL not in client.get(of_event(event, attack)).content.decode()


def test_event_shows_where_its_techniques_are(seed: Seed, attack: Galaxy, event: Event) -> None:
    tag = tag_of(PHISHING)
    EventTag.objects.create(event=event, tag=tag)
    for distribution in (3, 0):
        attribute = make_attribute(event, distribution=distribution)
        attribute.save()
        AttributeTag.objects.create(attribute=attribute, event=event, tag=tag)
    assert scores(signed_in(seed.analyst), of_event(event, attack)) == {"T1566": 3}
    assert scores(signed_in(seed.stranger), of_event(event, attack)) == {"T1566": 2}


def test_hidden_event_has_no_matrix(seed: Seed, attack: Galaxy) -> None:
    hidden = make_event(seed.org_a, distribution=0)
    hidden.save()
    client = signed_in(seed.stranger)
    for name in ("event_matrix", "event_layer"):
        assert client.get(of_event(hidden, attack, name)).status_code == 404
    for name in ("event_matrix_change", "event_layer_import"):
        assert client.post(of_event(hidden, attack, name), {"act": "add"}).status_code in (403, 404)


def test_techniques_are_added_removed_and_undone(seed: Seed, attack: Galaxy, event: Event) -> None:
    client = signed_in(seed.analyst)
    change = of_event(event, attack, "event_matrix_change")
    both = [cluster(PHISHING).pk, cluster(LINK).pk]
    answer = client.post(change, {"act": "add", "cluster": both, "back": "view=table"}, follow=True)
    assert answer.redirect_chain[0][0] == f"{of_event(event, attack)}?view=table"
    assert "2 taggar lades till på händelsen." in answer.content.decode()
    assert tags_of(event) == {PHISHING: False, LINK: False}
    assert AuditEntry.objects.filter(action="tag.attached").count() == 1
    undo = {"detach": ",".join(map(str, both))}
    assert f'name="detach" value="{undo["detach"]}"' in answer.content.decode()
    client.post(change, undo)
    assert tags_of(event) == {}
    client.post(change, {"act": "add", "cluster": both})
    client.post(change, {"act": "remove", "cluster": both[:1]})
    assert tags_of(event) == {LINK: False}
    client.post(change, {"attach": str(both[0])})
    assert tags_of(event) == {PHISHING: False, LINK: False}
    nothing = client.post(change, {"act": "add", "cluster": both}, follow=True)
    assert "Inget att ändra" in nothing.content.decode()


def test_local_tags_leave_the_event_published(seed: Seed, attack: Galaxy, event: Event) -> None:
    Event.objects.update(published=True)
    client, change = signed_in(seed.analyst), of_event(event, attack, "event_matrix_change")
    client.post(change, {"act": "add", "cluster": [cluster(CRON).pk], "local": "1"})
    assert tags_of(event) == {CRON: True}
    assert Event.objects.get(pk=event.pk).published
    page = client.post(change, {"act": "remove", "cluster": [cluster(CRON).pk]}, follow=True)
    assert 'name="attach_locally"' in page.content.decode(), "what was local is local again when undone"
    client.post(change, {"act": "add", "cluster": [cluster(PHISHING).pk]})
    assert not Event.objects.get(pk=event.pk).published


@pytest.mark.parametrize("who", ["reader", "stranger"])
def test_others_cannot_tag(seed: Seed, attack: Galaxy, event: Event, who: str) -> None:
    person: ApiUser = getattr(seed, who)
    client, change = signed_in(person), of_event(event, attack, "event_matrix_change")
    for fields in ({"act": "add", "cluster": [cluster(PHISHING).pk]}, {"attach": str(cluster(PHISHING).pk)}):
        client.post(change, fields)
    assert tags_of(event) == {}
    page = client.get(of_event(event, attack))
    assert change not in page.content.decode()


def test_hidden_cluster_is_not_attached(seed: Seed, attack: Galaxy) -> None:
    theirs = make_cluster(
        attack, "Theirs", default=False, distribution=0, org_id=seed.org_a.pk, orgc_id=seed.org_a.pk
    )
    own = make_event(seed.stranger.user.org, distribution=3, user_id=seed.stranger.user.pk)
    own.save()
    signed_in(seed.stranger).post(
        of_event(own, attack, "event_matrix_change"), {"act": "add", "cluster": [theirs.pk, 10**12]}
    )
    assert tags_of(own) == {}


def test_layer_is_previewed_before_its_techniques_are_added(seed: Seed, attack: Galaxy, event: Event) -> None:
    EventTag.objects.create(event=event, tag=tag_of(CRON))
    listed = [
        {"techniqueID": "T1566", "score": 3, "comment": "seen"},
        {"techniqueID": "T1053"},
        {"techniqueID": "T1566.002", "score": 0},
        {"techniqueID": "T9999"},
    ]
    client = signed_in(seed.analyst)
    page = client.post(of_event(event, attack, "event_layer_import"), layer_file({"techniques": listed}))
    lines = {line["technique"].code: (line["is_there"], line["is_chosen"]) for line in page.context["lines"]}
    assert lines == {"T1053": (True, True), "T1566": (False, True), "T1566.002": (False, False)}
    assert page.context["unknown"] == ["T9999"]
    assert tags_of(event) == {CRON: False}, "nothing is added by the preview"


@pytest.mark.parametrize("place", ["attack-Linux:initial-access", "pre:plan"])
def test_layers_mean_the_packaged_technique(seed: Seed, attack: Galaxy, event: Event, place: str) -> None:
    own_cluster(attack, "AAA spoof", "T1566", place)
    own_cluster(attack, "Ours", "T0001", "attack-Linux:initial-access")
    document = {"techniques": [{"techniqueID": code, "score": 3} for code in ("T0001", "T1566")]}
    client = signed_in(seed.analyst)
    page = client.post(of_event(event, attack, "event_layer_import"), layer_file(document))
    assert [line["technique"].value for line in page.context["lines"]] == ["Ours", PHISHING]
    page = client.post(
        reverse("galaxy_layer_show", args=[attack.uuid]) + f"?domain={place.partition(':')[0]}",
        layer_file(document),
    )
    cells = [cell for column, _html in page.context["columns"] for cell in column.cells]
    assert [cell.score for cell in cells if cell.technique.value == "AAA spoof"] == [0]


def test_matrix_that_is_too_large_is_a_table(
    seed: Seed, attack: Galaxy, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matrix_cells, "MOST_CELLS", 2)
    monkeypatch.setattr(matrix_cells, "MOST_TACTICS", 1)
    client = signed_in(seed.analyst)
    for url in (address(attack), of_event(event, attack)):
        page = client.get(url)
        body = page.content.decode()
        assert page.context["columns"] == []
        assert len(page.context["lines"]) == 2
        assert [line.tactics for line in page.context["lines"]] == ["Execution", "Initial access, …"]
        assert "Matrisen är för stor för att ritas" in body
        assert "1 teknik till visas inte" in body
        assert "Visa som matris" not in body
        narrow = client.get(f"{url}?q=T1053")
        assert [column.title for column, _html in narrow.context["columns"]] == [
            "Initial access",
            "Execution",
        ]
        assert "Matrisen är för stor" not in narrow.content.decode()


def test_legend_covers_every_score() -> None:
    assert [step["words"] for step in legend(4)] == ["1", "2", "3", "4"]
    assert [step["words"] for step in legend(12)] == ["1–2", "3–4", "5–7", "8–9", "10–12"]
    assert legend(0) == []
