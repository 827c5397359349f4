"""Organisations' own galaxies, clusters and relationships on pages: the API's permissions and rules."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_role, make_user
from tests.factories.knowledge import make_cluster, make_galaxy, make_tag
from tests.factories.seed import Seed
from tests.web import accounts
from tests.web.signed_in import signed_in
from vardkase.core.version_tokens import version_token
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.blocklists.models import Blocked
from vardkase.knowledge.blocklists.queries import is_blocked
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster, GalaxyClusterRelation, GalaxyElement

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def galaxy(db: None) -> Galaxy:
    made = make_galaxy("threat-actor")
    bear = make_cluster(made, "Bear", description="Strong", version=2)
    GalaxyElement.objects.create(galaxy_cluster=bear, key="synonyms", value="Bruin")
    return made


@pytest.fixture
def own(galaxy: Galaxy, seed: Seed) -> GalaxyCluster:
    """A cluster of organisation A that its whole hub may see."""
    orgs = {"org_id": seed.org_a.pk, "orgc_id": seed.org_a.pk}
    return make_cluster(galaxy, "Own", default=False, distribution=1, version=1, **orgs)


def cluster_fields(**changes: Any) -> dict[str, Any]:
    fields = {
        "value": "Polar",
        "description": "White",
        "source": "",
        "authors": "me\nyou",
        "distribution": "0",
    }
    return fields | {"key": ["synonyms", "", "country"], "element": ["Ice", "", "NO"]} | changes


def relation_fields(*targets: GalaxyCluster, **changes: Any) -> dict[str, Any]:
    fields = {"targets": [str(target.uuid) for target in targets], "distribution": "1", "tags": []}
    return fields | {"referenced_galaxy_cluster_type": "similar"} | changes


def elements_of(cluster: GalaxyCluster) -> list[tuple[str, str]]:
    return list(cluster.elements.order_by("pk").values_list("key", "value"))


def pressed(client: Client, name: str, cluster: GalaxyCluster) -> int:
    return client.post(reverse(name, args=[cluster.pk])).status_code


def test_galaxy_is_created_and_edited(seed: Seed) -> None:
    client = signed_in(seed.analyst)
    fields = {
        "name": "Our actors",
        "type": "",
        "distribution": "1",
        "kill_chain_order": "attack: plan, act\n",
    }
    answer = client.post(reverse("galaxy_create"), fields)
    galaxy = Galaxy.objects.get(type="our-actors")
    assert answer.headers["Location"] == reverse("galaxy", args=[galaxy.uuid])
    assert galaxy.kill_chain_order == {"attack": ["plan", "act"]}
    assert (galaxy.namespace, galaxy.default, galaxy.orgc_id) == ("custom", False, seed.org_a.pk)
    edit = reverse("galaxy_edit", args=[galaxy.uuid])
    assert "attack: plan, act" in client.get(edit).content.decode()
    client.post(edit, {"name": "Actors", "distribution": "0", "namespace": "ours", "description": "d"})
    galaxy.refresh_from_db()
    assert (galaxy.name, galaxy.type, galaxy.distribution, galaxy.kill_chain_order) == (
        "Actors",
        "our-actors",
        0,
        None,
    )
    assert signed_in(seed.stranger).get(reverse("galaxy", args=[galaxy.uuid])).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"type": 'a"b'},
        {"type": "threat-actor"},
        {"kill_chain_order": "no colon"},
        {"distribution": "4"},
        {"distribution": "9"},
    ],
)
def test_wrong_galaxy_is_refused_in_the_form(seed: Seed, galaxy: Galaxy, wrong: dict[str, str]) -> None:
    fields = {"name": "Mine", "distribution": "1"} | wrong
    answer = signed_in(seed.analyst).post(reverse("galaxy_create"), fields)
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert Galaxy.objects.count() == 1


def test_galaxies_of_others_and_packaged_ones_are_not_edited(seed: Seed, galaxy: Galaxy) -> None:
    ours = make_galaxy("mine", default=False, distribution=1, org_id=seed.org_a.pk, orgc_id=seed.org_a.pk)
    fields = {"name": "Changed", "distribution": "1"}
    for person, target in ((seed.stranger, ours), (seed.analyst, galaxy), (seed.site_admin, galaxy)):
        answer = signed_in(person).post(reverse("galaxy_edit", args=[target.uuid]), fields)
        assert answer.status_code == 403
    assert not Galaxy.objects.filter(name="Changed").exists()
    for person in (seed.analyst, seed.org_admin):
        assert signed_in(person).post(reverse("galaxy_delete", args=[ours.uuid])).status_code == 403
    boss = signed_in(seed.site_admin)
    assert boss.get(reverse("galaxy_delete", args=[ours.uuid])).status_code == 200
    assert Galaxy.objects.filter(pk=ours.pk).exists(), "the page asks first"
    boss.post(reverse("galaxy_delete", args=[ours.uuid]))
    assert not Galaxy.objects.filter(pk=ours.pk).exists()


def test_cluster_is_created_with_elements(seed: Seed, galaxy: Galaxy) -> None:
    client = signed_in(seed.analyst)
    client.post(reverse("cluster_create", args=[galaxy.uuid]), cluster_fields())
    made = GalaxyCluster.objects.get(value="Polar")
    assert elements_of(made) == [("synonyms", "Ice"), ("country", "NO")]
    assert (made.authors, made.distribution, made.published) == (["me", "you"], 0, False)
    body = client.get(reverse("cluster", args=[made.pk])).content.decode()
    assert reverse("cluster_publish", args=[made.pk]) in body
    assert signed_in(seed.stranger).get(reverse("cluster", args=[made.pk])).status_code == 404


def test_wrong_cluster_is_refused_and_keeps_what_was_written(seed: Seed, galaxy: Galaxy) -> None:
    client, address = signed_in(seed.analyst), reverse("cluster_create", args=[galaxy.uuid])
    for wrong in ({"value": " "}, {"key": ["", "x"], "element": ["no key", "y"]}, {"distribution": "4"}):
        answer = client.post(address, cluster_fields(**wrong))
        assert answer.status_code == 422
        assert "White" in answer.content.decode()
    assert GalaxyCluster.objects.filter(default=False).count() == 0


def test_marking_that_must_not_be_shared_is_reported_in_the_form(seed: Seed, galaxy: Galaxy) -> None:
    client = signed_in(seed.analyst)
    fields = cluster_fields(description="HEMLIG enligt 15 kap. 2 § OSL", distribution="1")
    answer = client.post(reverse("cluster_create", args=[galaxy.uuid]), fields)
    assert answer.status_code == 422
    assert "15 kap. 2 §" in answer.content.decode()
    assert not GalaxyCluster.objects.filter(value="Polar").exists()


def test_fork_takes_over_and_follows_its_parent(seed: Seed, galaxy: Galaxy) -> None:
    bear = GalaxyCluster.objects.get(value="Bear")
    client = signed_in(seed.analyst)
    address = f"{reverse('cluster_create', args=[galaxy.uuid])}?fork={bear.pk}"
    body = client.get(address).content.decode()
    assert "Strong" in body
    assert "Bruin" in body
    client.post(address, cluster_fields(key=["synonyms"], element=["Bruin"]))
    fork = GalaxyCluster.objects.get(value="Polar")
    assert (fork.extends_uuid, fork.extends_version) == (bear.uuid, 2)
    GalaxyElement.objects.create(galaxy_cluster=bear, key="country", value="RU")
    GalaxyCluster.objects.filter(pk=bear.pk).update(version=3)
    assert client.get(reverse("cluster", args=[fork.pk])).context["ancestry"].is_behind
    assert pressed(client, "cluster_update", fork) == 302
    assert elements_of(fork) == [("synonyms", "Bruin"), ("country", "RU")]
    hidden = make_cluster(
        galaxy, "Hidden", default=False, distribution=0, org_id=seed.org_c.pk, orgc_id=seed.org_c.pk
    )
    answer = client.get(f"{reverse('cluster_create', args=[galaxy.uuid])}?fork={hidden.pk}")
    assert answer.status_code == 404


def test_cluster_is_edited_and_later_change_of_another_is_reported(seed: Seed, own: GalaxyCluster) -> None:
    client, address = signed_in(seed.colleague), reverse("cluster_edit", args=[own.pk])
    mark = version_token(own)
    assert client.post(address, cluster_fields(mark=mark)).status_code == 302
    own.refresh_from_db()
    assert own.value == "Polar"
    late = client.post(address, cluster_fields(value="Late", mark=mark))
    assert late.status_code == 409
    own.refresh_from_db()
    assert own.value == "Polar"
    assert f'value="{version_token(own)}"' in late.content.decode()
    client.post(address, cluster_fields(value="Late", mark=version_token(own)))
    own.refresh_from_db()
    assert own.value == "Late"


def test_cluster_is_published_unpublished_deleted_and_restored(seed: Seed, own: GalaxyCluster) -> None:
    client = signed_in(seed.analyst)

    def state() -> tuple[bool, bool]:
        own.refresh_from_db()
        return own.published, own.deleted

    published = client.post(reverse("cluster_publish", args=[own.pk]), follow=True)
    assert reverse("cluster_unpublish", args=[own.pk]) in published.content.decode()
    assert state() == (True, False)
    assert pressed(client, "cluster_unpublish", own) == 302
    assert state() == (False, False)
    deleted = client.post(reverse("cluster_delete", args=[own.pk]), follow=True)
    assert 'class="undo"' in deleted.content.decode()
    assert state() == (False, True)
    page = client.get(reverse("galaxy", args=[own.galaxy.uuid]) + "?scope=deleted")
    assert [row.cluster.pk for row in page.context["rows"]] == [own.pk]
    assert pressed(client, "cluster_restore", own) == 302
    assert state() == (False, False)
    assert client.get(reverse("cluster_erase", args=[own.pk])).status_code == 200
    assert pressed(client, "cluster_erase", own) == 302
    assert not GalaxyCluster.objects.filter(pk=own.pk).exists()
    assert is_blocked(Blocked.GALAXY_CLUSTER, own.uuid)


POSTS = (
    "cluster_publish",
    "cluster_unpublish",
    "cluster_delete",
    "cluster_restore",
    "cluster_erase",
    "cluster_update",
)


def test_others_change_nothing(seed: Seed, own: GalaxyCluster) -> None:
    bear = GalaxyCluster.objects.get(value="Bear")
    plain = make_user(seed.org_a, make_role("Plain", frozenset({Permission.ADD})), "plain@a.example")
    before = list(GalaxyCluster.objects.order_by("pk").values())
    for client in (signed_in(seed.stranger), signed_in(seed.reader), accounts.signed_in(plain)):
        for name in (*POSTS, "cluster_edit", "cluster_elements", "relation_create"):
            answer = client.post(reverse(name, args=[own.pk]), cluster_fields(json='{"a": 1}'))
            assert answer.status_code == 403, name
        body = client.get(reverse("cluster", args=[own.pk])).content.decode()
        assert not any(reverse(name, args=[own.pk]) in body for name in POSTS)
    owner = signed_in(seed.analyst)
    for name in ("cluster_publish", "cluster_delete", "cluster_edit", "cluster_elements", "relation_create"):
        answer = owner.post(reverse(name, args=[bear.pk]), cluster_fields(json='{"a": 1}'))
        assert answer.status_code == 403, name
    assert list(GalaxyCluster.objects.order_by("pk").values()) == before
    assert not GalaxyClusterRelation.objects.exists()


def test_hidden_cluster_does_not_exist_for_others(seed: Seed, own: GalaxyCluster) -> None:
    GalaxyCluster.objects.filter(pk=own.pk).update(distribution=0)
    client = signed_in(seed.stranger)
    for name in (*POSTS, "cluster_edit", "cluster_elements", "relation_create"):
        assert client.post(reverse(name, args=[own.pk])).status_code == 404, name


def test_elements_are_added_from_json(seed: Seed, own: GalaxyCluster) -> None:
    client, address = signed_in(seed.analyst), reverse("cluster_elements", args=[own.pk])
    assert client.post(address, {"json": '{"a": {"b": [1, 2]}}'}).status_code == 302
    assert elements_of(own) == [("a.b", "1"), ("a.b", "2")]
    for wrong in ("{", "{}", "[" * 500):
        assert client.post(address, {"json": wrong}).status_code == 422


def test_relationships_are_added_edited_deleted_and_restored(seed: Seed, own: GalaxyCluster) -> None:
    bear = GalaxyCluster.objects.get(value="Bear")
    other = make_cluster(own.galaxy, "Panda")
    make_tag("likely")
    client, create = signed_in(seed.analyst), reverse("relation_create", args=[own.pk])
    assert client.post(create, relation_fields(bear, other, tags=["likely"])).status_code == 302
    assert own.relations.count() == 2
    again = client.post(create, relation_fields(bear))
    assert again.status_code == 422, "it exists already"
    relation = own.relations.get(referenced_galaxy_cluster_uuid=bear.uuid)
    edit = reverse("relation_edit", args=[relation.pk])
    assert "similar" in client.get(edit).content.decode()
    client.post(edit, relation_fields(referenced_galaxy_cluster_type="uses", tags=["likely"]))
    relation.refresh_from_db()
    assert (relation.referenced_galaxy_cluster_type, relation.tags) == ("uses", ["likely"])
    deleted = client.post(reverse("relation_delete", args=[relation.pk]), follow=True)
    assert own.relations.count() == 1
    assert reverse("relation_restore") in deleted.content.decode()
    undo = {
        "galaxy_cluster_uuid": str(own.uuid),
        "referenced_galaxy_cluster_uuid": str(bear.uuid),
        "referenced_galaxy_cluster_type": "uses",
        "tags": ["likely"],
        "distribution": "0",
    }
    client.post(reverse("relation_restore"), undo)
    restored = own.relations.get(referenced_galaxy_cluster_uuid=bear.uuid)
    assert (restored.tags, restored.distribution) == (["likely"], 0)


def test_relationships_reach_no_hidden_cluster_and_not_itself(seed: Seed, own: GalaxyCluster) -> None:
    orgs = {"org_id": seed.org_c.pk, "orgc_id": seed.org_c.pk}
    hidden = make_cluster(own.galaxy, "Hidden", default=False, distribution=0, **orgs)
    client, create = signed_in(seed.analyst), reverse("relation_create", args=[own.pk])
    for fields in (relation_fields(hidden), relation_fields(own), relation_fields()):
        answer = client.post(create, fields)
        assert answer.status_code == 422
        assert "Hidden" not in answer.content.decode()
    assert not own.relations.exists()
    found = client.get(
        reverse("relation_choices", args=[own.pk]), {"field": "targets", "q_targets": "Hidden"}
    )
    assert "Hidden (" not in found.content.decode()
    found = client.get(reverse("relation_choices", args=[own.pk]), {"field": "targets", "q_targets": "bruin"})
    assert "Bear (" in found.content.decode()


def test_relationships_of_others_and_packaged_ones_stay(seed: Seed, own: GalaxyCluster) -> None:
    bear = GalaxyCluster.objects.get(value="Bear")
    target = {"referenced_galaxy_cluster_uuid": bear.uuid, "referenced_galaxy_cluster_type": "similar"}
    ours = GalaxyClusterRelation.objects.create(galaxy_cluster=own, default=False, **target)
    packaged = GalaxyClusterRelation.objects.create(galaxy_cluster=bear, default=True, **target)
    for person, relation in ((seed.stranger, ours), (seed.reader, ours), (seed.analyst, packaged)):
        client = signed_in(person)
        for name in ("relation_edit", "relation_delete"):
            assert client.post(reverse(name, args=[relation.pk]), relation_fields()).status_code == 403
    undo = {"galaxy_cluster_uuid": str(own.uuid), "referenced_galaxy_cluster_uuid": str(bear.uuid)}
    assert signed_in(seed.stranger).post(reverse("relation_restore"), undo).status_code == 403
    assert GalaxyClusterRelation.objects.count() == 2


def test_what_was_written_is_not_markup(seed: Seed, galaxy: Galaxy) -> None:
    client = signed_in(seed.analyst)
    client.post(
        reverse("galaxy_create"),
        {"name": EVIL, "type": "evil", "description": EVIL, "namespace": EVIL, "distribution": "1"},
    )
    evil = Galaxy.objects.get(type="evil")
    fields = cluster_fields(
        value=EVIL, description=EVIL, source=EVIL, authors=EVIL, key=[EVIL], element=[EVIL]
    )
    client.post(reverse("cluster_create", args=[evil.uuid]), fields | {"distribution": "1"})
    made = GalaxyCluster.objects.get(value=EVIL)
    bear = GalaxyCluster.objects.get(value="Bear")
    client.post(
        reverse("relation_create", args=[made.pk]),
        relation_fields(bear, referenced_galaxy_cluster_type=EVIL),
    )
    relation = made.relations.get()
    addresses = [
        reverse("galaxies"),
        reverse("galaxies") + "?q=script",
        reverse("galaxy_edit", args=[evil.uuid]),
        reverse("galaxy", args=[evil.uuid]),
        reverse("relation_edit", args=[relation.pk]),
        f"{reverse('cluster_create', args=[evil.uuid])}?fork={made.pk}",
        f"{reverse('relation_choices', args=[bear.pk])}?field=targets&q_targets=script",
        *(
            reverse(name, args=[made.pk])
            for name in ("cluster", "cluster_edit", "cluster_erase", "cluster_relations", "relation_create")
        ),
    ]
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert EVIL not in answer.content.decode(), address
