"""The ATT&CK matrix: positions of clusters, and counts of events."""

from __future__ import annotations

import pytest

from tests.factories import make_attribute, make_event
from tests.factories.knowledge import make_attack, make_cluster, make_galaxy
from tests.factories.seed import ApiUser, Seed
from vardkase.core.errors import NotFound
from vardkase.core.sql import SqlQuery
from vardkase.intel.models import AttributeTag, EventTag
from vardkase.intel.queries.cluster_scores import cluster_scores
from vardkase.knowledge.galaxies.matrix import galaxy_matrix, heat_colours, matrix_galaxies, matrix_galaxy
from vardkase.knowledge.galaxies.models import GalaxyElement
from vardkase.knowledge.taxonomies.models import Tag

ALL_EVENTS = SqlQuery("SELECT id FROM event", {})


def test_cluster_is_in_each_column_it_names(seed: Seed) -> None:
    make_attack()
    matrix = galaxy_matrix(seed.analyst.actor, matrix_galaxy(seed.analyst.actor))
    assert matrix.column_orders == {"attack-Linux": ["initial-access", "execution"], "pre": ["plan"]}
    rows = matrix.tabs["attack-Linux"].items()
    cells = {column: [cell["external_id"] for cell in row] for column, row in rows}
    assert cells == {"initial-access": ["T1566"], "execution": ["T1053", "T1566"]}
    assert len(matrix.tag_names) == 2
    assert [galaxy.type for galaxy in matrix_galaxies()] == ["mitre-attack-pattern"]


def test_galaxy_without_kill_chain_has_no_matrix(seed: Seed) -> None:
    plain = make_galaxy("country")
    with pytest.raises(NotFound):
        galaxy_matrix(seed.analyst.actor, plain)
    with pytest.raises(NotFound):
        matrix_galaxy(seed.analyst.actor, "country")


def test_hidden_clusters_are_not_shown(seed: Seed) -> None:
    galaxy = make_attack()
    own = make_cluster(galaxy, "Own", default=False, distribution=0, org_id=seed.org_a.pk)
    GalaxyElement.objects.create(galaxy_cluster=own, key="kill_chain", value="attack-Linux:execution")
    assert len(galaxy_matrix(seed.colleague.actor, galaxy).tag_names) == 3
    assert len(galaxy_matrix(seed.stranger.actor, galaxy).tag_names) == 2


def test_scores_count_readable_events_once(seed: Seed) -> None:
    names = galaxy_matrix(seed.analyst.actor, make_attack()).tag_names
    phishing, cron = (
        Tag.objects.create(name=name.upper(), is_galaxy=True) for name in sorted(names, reverse=True)
    )
    shared, private = (make_event(seed.org_a, distribution=number) for number in (3, 0))
    for event in (shared, private):
        event.save()
        attribute = make_attribute(event)
        attribute.save()
        EventTag.objects.create(event=event, tag=phishing)
        AttributeTag.objects.create(attribute=attribute, event=event, tag=phishing)
    hidden = make_attribute(shared, distribution=0)
    hidden.save()
    AttributeTag.objects.create(attribute=hidden, event=shared, tag=cron)
    by_code = {name: "T1566" if "T1566" in name else "T1053" for name in names}

    def scores(api_user: ApiUser) -> dict[str, int]:
        found = cluster_scores(api_user.actor, names, ALL_EVENTS)
        return {by_code[name]: count for name, count in found.items()}

    assert scores(seed.analyst) == {"T1566": 2, "T1053": 1}
    assert scores(seed.stranger) == {"T1566": 1}


def test_heat_colours_go_from_blue_to_red() -> None:
    assert heat_colours({"hot": 4, "warm": 2, "none": 0}) == {"hot": "#ff0000", "warm": "#800080"}
    assert heat_colours({}) == {}
