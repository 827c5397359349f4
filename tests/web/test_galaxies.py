"""Galaxies and clusters on the web: found by name, synonym and code; counts and relations only of what is readable."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import make_attribute, make_event
from tests.factories.knowledge import make_attack, make_cluster, make_galaxy, make_tag
from tests.factories.seed import ApiUser, Seed
from tests.web.signed_in import signed_in
from vardkase.intel.models import AttributeTag, Event, EventTag
from vardkase.knowledge.galaxies.models import (
    Galaxy,
    GalaxyCluster,
    GalaxyClusterRelation,
    GalaxyElement,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def actors() -> Galaxy:
    galaxy = make_galaxy("threat-actor", description="Who attacks", namespace="misp")
    bear = make_cluster(galaxy, "Bear", description="**Strong**, <code>dir</code> (Citation: Zoo 2024)")
    for key, value in (
        ("synonyms", "Bruin"),
        ("refs", "https://bear.example/"),
        ("country", "RU"),
        ("external_id", "G0007"),
    ):
        GalaxyElement.objects.create(galaxy_cluster=bear, key=key, value=value)
    make_cluster(galaxy, "Panda")
    return galaxy


def own_cluster(galaxy: Galaxy, seed: Seed, value: str = "Own", **fields: object) -> GalaxyCluster:
    """A cluster of organisation A alone."""
    mine = {"default": False, "distribution": 0, "org_id": seed.org_a.pk, "orgc_id": seed.org_a.pk}
    return make_cluster(galaxy, value, **mine | fields)


def tagged(event: Event, name: str) -> None:
    EventTag.objects.create(event=event, tag=make_tag(name, is_galaxy=True))


def names_on(client: Client, address: str) -> list[str]:
    return [row.cluster.value for row in client.get(address).context["rows"]]


def test_index_lists_galaxies_with_counts(seed: Seed, actors: Galaxy) -> None:
    make_attack()
    event = make_event(seed.org_a, distribution=0)
    event.save()
    tagged(event, 'misp-galaxy:threat-actor="Bear"')

    def rows(person: ApiUser, query: str = "") -> list[tuple[str, int, int]]:
        page = signed_in(person).get(reverse("galaxies") + query)
        return [(row.title, row.clusters, row.uses) for row in page.context["rows"]]

    assert rows(seed.analyst) == [("MITRE ATT&CK", 2, 0), ("Threat-Actor", 2, 1)]
    assert rows(seed.stranger) == [("MITRE ATT&CK", 2, 0), ("Threat-Actor", 2, 0)]
    assert rows(seed.analyst, "?sort=-uses")[0][0] == "Threat-Actor"
    assert rows(seed.analyst, "?q=attacks") == [("Threat-Actor", 2, 1)]


def test_search_of_index_finds_clusters(seed: Seed, actors: Galaxy) -> None:
    page = signed_in(seed.reader).get(reverse("galaxies") + "?q=bruin")
    assert [row.cluster.value for row in page.context["clusters"]] == ["Bear"]


@pytest.mark.parametrize("text", ["bea", "BRUIN", "G0007"])
def test_clusters_are_found_by_name_synonym_and_code(seed: Seed, actors: Galaxy, text: str) -> None:
    client = signed_in(seed.reader)
    assert names_on(client, reverse("galaxy", args=[actors.uuid]) + f"?q={text}") == ["Bear"]


def test_clusters_of_others_are_hidden(seed: Seed, actors: Galaxy) -> None:
    own = own_cluster(actors, seed)
    address = reverse("galaxy", args=[actors.uuid])
    assert names_on(signed_in(seed.colleague), address + "?scope=org") == ["Own"]
    assert names_on(signed_in(seed.stranger), address) == ["Bear", "Panda"]
    for view in ("cluster", "cluster_events", "cluster_relations"):
        assert signed_in(seed.colleague).get(reverse(view, args=[own.pk])).status_code == 200
        assert signed_in(seed.stranger).get(reverse(view, args=[own.pk])).status_code == 404


def test_only_site_administrators_switch_galaxies(seed: Seed, actors: Galaxy) -> None:
    off = reverse("galaxy_off", args=[actors.uuid])
    for person in (seed.reader, seed.analyst, seed.org_admin, seed.partner_sync):
        assert signed_in(person).post(off).status_code == 403
        assert off not in signed_in(person).get(reverse("galaxies")).content.decode()
    boss = signed_in(seed.site_admin)
    assert off in boss.get(reverse("galaxies")).content.decode()
    assert boss.get(off).status_code == 405
    assert boss.post(off).status_code == 302
    assert not Galaxy.objects.get(pk=actors.pk).enabled
    assert names_on(boss, reverse("galaxy", args=[actors.uuid])) == ["Bear", "Panda"]


def test_cluster_page_says_what_it_is(seed: Seed, actors: Galaxy) -> None:
    bear = GalaxyCluster.objects.get(value="Bear")
    body = signed_in(seed.reader).get(reverse("cluster", args=[bear.pk])).content.decode()
    assert "<strong>Strong</strong>" in body
    assert "<code>dir</code>" in body
    assert "Citation" not in body
    assert "Bruin" in body
    assert 'href="https://bear.example/"' in body


def test_text_of_others_is_neither_markup_nor_link(seed: Seed, actors: Galaxy) -> None:
    fields = {"distribution": 1, "description": f"[go](https://evil.example) {EVIL}", "source": EVIL}
    evil = own_cluster(actors, seed, EVIL, authors=[EVIL], **fields)
    for key, value in ((EVIL, EVIL), ("refs", "https://evil.example"), ("synonyms", EVIL)):
        GalaxyElement.objects.create(galaxy_cluster=evil, key=key, value=value)
    GalaxyClusterRelation.objects.create(
        galaxy_cluster=evil,
        referenced_galaxy_cluster_uuid=GalaxyCluster.objects.get(value="Bear").uuid,
        referenced_galaxy_cluster_type=EVIL,
        tags=[EVIL],
        distribution=1,
    )
    client = signed_in(seed.stranger)
    addresses = [reverse(name, args=[evil.pk]) for name in ("cluster", "cluster_events", "cluster_relations")]
    addresses += [
        reverse("galaxy", args=[actors.uuid]),
        reverse("galaxies") + "?q=script",
        reverse("cluster", args=[GalaxyCluster.objects.get(value="Bear").pk]),
        f"{reverse('cluster_of_tag')}?name={EVIL}",
    ]
    for address in addresses:
        body = client.get(address).content.decode()
        assert EVIL not in body, address
        assert 'href="https://evil.example' not in body, address


def test_counts_and_events_are_those_the_reader_sees(seed: Seed, actors: Galaxy) -> None:
    bear = GalaxyCluster.objects.get(value="Bear")
    tag = make_tag(bear.tag_name.upper(), is_galaxy=True)
    shared, private = (make_event(seed.org_a, distribution=number) for number in (3, 0))
    for event in (shared, private):
        event.save()
        for distribution in (3, 0):
            attribute = make_attribute(event, distribution=distribution)
            attribute.save()
            AttributeTag.objects.create(attribute=attribute, event=event, tag=tag)
    address = reverse("cluster", args=[bear.pk])

    def seen(person: ApiUser) -> tuple[set[int], list[tuple[str, int, int]]]:
        context = signed_in(person).get(address).context
        uses = [(use.name, use.events, use.attributes) for use in context["organisations"]]
        return {event.row.id for event in context["events"]}, uses

    assert seen(seed.analyst) == ({shared.pk, private.pk}, [(seed.org_a.name, 2, 4)])
    assert seen(seed.stranger) == ({shared.pk}, [(seed.org_a.name, 1, 1)])


def test_event_with_only_hidden_attribute_is_not_listed(seed: Seed, actors: Galaxy) -> None:
    bear = GalaxyCluster.objects.get(value="Bear")
    event = make_event(seed.org_a, distribution=3)
    event.save()
    attribute = make_attribute(event, distribution=0)
    attribute.save()
    tag = make_tag(bear.tag_name, is_galaxy=True)
    AttributeTag.objects.create(attribute=attribute, event=event, tag=tag)
    for person, expected in ((seed.analyst, 1), (seed.stranger, 0)):
        page = signed_in(person).get(reverse("cluster_events", args=[bear.pk]))
        assert len(page.context["events"]) == expected


def test_relations_are_shown_in_both_directions(seed: Seed, actors: Galaxy) -> None:
    bear, panda = (GalaxyCluster.objects.get(value=value) for value in ("Bear", "Panda"))
    own = own_cluster(actors, seed)
    for source, target in ((bear, panda), (panda, bear), (own, bear), (bear, own)):
        GalaxyClusterRelation.objects.create(
            galaxy_cluster=source,
            referenced_galaxy_cluster_uuid=target.uuid,
            referenced_galaxy_cluster_type="similar",
            tags=['estimative-language:likelihood-probability="likely"'],
        )
    client = signed_in(seed.stranger)
    page = client.get(reverse("cluster", args=[bear.pk]))
    others = [line.other and line.other.value for line in page.context["outbound"]]
    assert others == ["Panda", None], "a hidden cluster is known by its uuid alone"
    assert [line.other.value for line in page.context["inbound"]] == ["Panda"]
    assert "Own" not in page.content.decode()
    assert "likely" in page.content.decode()
    inbound = client.get(reverse("cluster_relations", args=[bear.pk]) + "?way=in")
    assert [line.other.value for line in inbound.context["lines"]] == ["Panda"]


def test_relations_open_in_the_direction_that_has_any(seed: Seed, actors: Galaxy) -> None:
    bear, panda = (GalaxyCluster.objects.get(value=value) for value in ("Bear", "Panda"))
    GalaxyClusterRelation.objects.create(
        galaxy_cluster=bear,
        referenced_galaxy_cluster_uuid=panda.uuid,
        referenced_galaxy_cluster_type="similar",
    )
    client = signed_in(seed.stranger)
    for cluster, query, is_outbound in ((bear, "", True), (panda, "", False), (panda, "?way=out", True)):
        page = client.get(reverse("cluster_relations", args=[cluster.pk]) + query)
        assert page.context["is_outbound"] is is_outbound


def test_fork_shows_its_parent(seed: Seed, actors: Galaxy) -> None:
    bear = GalaxyCluster.objects.get(value="Bear")
    fork = own_cluster(actors, seed, "Polar", extends_uuid=bear.uuid, extends_version=0)
    client = signed_in(seed.colleague)
    assert client.get(reverse("cluster", args=[fork.pk])).context["ancestry"].parent == bear
    assert client.get(reverse("cluster", args=[bear.pk])).context["ancestry"].forks == [fork]
    assert signed_in(seed.stranger).get(reverse("cluster", args=[bear.pk])).context["ancestry"].forks == []


def test_tag_leads_to_its_cluster(seed: Seed, actors: Galaxy) -> None:
    bear, own = GalaxyCluster.objects.get(value="Bear"), own_cluster(actors, seed)
    address = reverse("cluster_of_tag")
    client = signed_in(seed.stranger)
    found = client.get(address, {"name": bear.tag_name.upper()})
    assert found.headers["Location"] == reverse("cluster", args=[bear.pk])
    for name in (own.tag_name, "misp-galaxy:x='y'", "", "\0"):
        assert client.get(address, {"name": name}).status_code == 404


def test_number_of_queries_does_not_grow_with_rows(seed: Seed, actors: Galaxy) -> None:
    client = signed_in(seed.analyst)
    address = reverse("galaxy", args=[actors.uuid])

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    queries()  # fills what is cached once
    before = queries()
    for number in range(20):
        own_cluster(actors, seed, f"More {number}")
    assert queries() <= before + 2


def test_chip_of_own_cluster_has_its_name(seed: Seed, actors: Galaxy) -> None:
    own = own_cluster(actors, seed, "Polar bear", tag_name="")
    tag = f'misp-galaxy:threat-actor="{own.uuid}"'
    GalaxyCluster.objects.filter(pk=own.pk).update(tag_name=tag)
    event = make_event(seed.org_a, distribution=3)
    event.save()
    tagged(event, tag)
    for address in (reverse("event", args=[event.pk]), reverse("events")):
        assert "Polar bear" in signed_in(seed.analyst).get(address).content.decode()
        assert "Polar bear" not in signed_in(seed.stranger).get(address).content.decode()


def test_graph_has_only_readable_clusters(seed: Seed, actors: Galaxy) -> None:
    bear, panda = (GalaxyCluster.objects.get(value=value) for value in ("Bear", "Panda"))
    own = own_cluster(actors, seed)
    for source, target in ((bear, panda), (own, bear), (bear, own)):
        GalaxyClusterRelation.objects.create(
            galaxy_cluster=source,
            referenced_galaxy_cluster_uuid=target.uuid,
            referenced_galaxy_cluster_type="similar",
        )
    for person, labels, edges in (
        (seed.colleague, {"Bear", "Panda", "Own"}, 3),
        (seed.stranger, {"Bear", "Panda"}, 1),
    ):
        client = signed_in(person)
        graph = client.get(reverse("cluster_graph_data", args=[bear.pk])).json()
        assert {node["label"] for node in graph["nodes"]} == labels
        assert len(graph["edges"]) == edges
        page = client.get(reverse("cluster_graph", args=[bear.pk])).content.decode()
        assert ("Own" in page) is ("Own" in labels), "the table says the same"
    assert signed_in(seed.stranger).get(reverse("cluster_graph_data", args=[own.pk])).status_code == 404
