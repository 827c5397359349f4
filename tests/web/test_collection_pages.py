"""Collections on pages: made, filled from events and clusters, and seen by those who may see them."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse

from tests.factories.knowledge import make_cluster, make_galaxy
from tests.factories.seed import ApiUser, Seed
from tests.web.signed_in import signed_in
from vardkase.intel.collections.models import Collection, CollectionElement
from vardkase.intel.collections.services import add_collection, add_element
from vardkase.intel.models import Event
from vardkase.intel.services.events import add_event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

HOSTILE = "<script>alert(1)</script>"


def event_of(user: ApiUser, info: str, distribution: int = 1) -> Event:
    return Event.objects.get(pk=add_event(user.actor, {"info": info, "distribution": distribution}).event_id)


def collection_of(user: ApiUser, **fields: object) -> Collection:
    made = add_collection(user.actor, {"name": "Campaign", "type": "campaign", **fields})
    return Collection.objects.get(pk=made)


def test_collection_is_made_filled_changed_and_deleted(seed: Seed) -> None:
    client = signed_in(seed.org_admin)
    sent = {"name": HOSTILE, "type": "campaign", "description": HOSTILE, "distribution": "0"}
    create = reverse("collection_create")
    assert client.get(create).status_code == 200
    for wrong in ({"name": ""}, {"type": "party"}, {"distribution": "9"}, {"distribution": "4"}):
        assert client.post(create, sent | wrong).status_code == 422, wrong
    client.post(create, sent)
    made = Collection.objects.get()
    event = event_of(seed.analyst, "Lures")
    cluster = make_cluster(make_galaxy(), "Sandy")

    # From the pages of an event and a cluster.
    for query in (f"event={event.pk}", f"cluster={cluster.pk}"):
        choose = f"{reverse('collection_choose')}?{query}"
        assert client.get(choose).context["form"].fields["collection"].choices == [(made.pk, HOSTILE)]
        assert client.post(choose, {"collection": made.pk, "description": "Same sender"}).status_code == 302
        assert client.get(choose).context["holding"] == [made]
        assert client.post(choose, {"collection": made.pk}).status_code == 422
    page = client.get(reverse("collection", args=[made.pk]))
    assert {(line.title, bool(line.url)) for line in page.context["lines"]} == {
        ("Lures", True),
        ("Sandy", True),
    }
    assert HOSTILE not in page.content.decode()

    # On the collection's own page, and back again.
    other = event_of(seed.partner, "Theirs")
    add = reverse("collection_add", args=[made.pk])
    for text in (f"#{other.pk}", str(other.uuid)):
        assert client.post(add, {"element": text}).status_code == (302 if "#" in text else 422)
    for text in ("", "nothing", str(uuid4()), "9" * 30):
        assert client.post(add, {"element": text}).status_code == 422, text
    find = reverse("collection_element_find")
    for text in ("Their", f"#{other.pk}"):
        assert str(other.uuid) in client.get(find, {"field": "element", "q_element": text}).content.decode()
    looking = client.post(add, {"q_element": "Their", "find": "element", "description": "kept words"})
    assert looking.status_code == 200
    for words in (str(other.uuid), "kept words"):
        assert words in looking.content.decode()
    element = CollectionElement.objects.get(element_uuid=other.uuid)
    client.post(reverse("collection_remove", args=[made.pk, element.pk]))
    assert made.elements.count() == 2
    client.post(add, {"element": str(other.uuid), "description": ""})
    assert made.elements.count() == 3

    edit = reverse("collection_edit", args=[made.pk])
    seen = client.get(edit).context["form"].initial["seen"]
    assert client.post(edit, {**sent, "name": "Lures", "distribution": "1", "seen": seen}).status_code == 302
    assert client.post(edit, {**sent, "name": "Late", "seen": seen}).status_code == 422
    made.refresh_from_db()
    assert (made.name, made.distribution) == ("Lures", 1)
    delete = reverse("collection_delete", args=[made.pk])
    assert client.get(delete).status_code == 200
    client.post(delete)
    assert not Collection.objects.exists()
    assert Event.objects.filter(pk=event.pk).exists()


def test_list_is_searched_and_narrowed(seed: Seed) -> None:
    collection_of(seed.org_admin, name="Ours")
    collection_of(seed.analyst, name="Mine")
    collection_of(seed.stranger, name="Shared", distribution=1)
    client = signed_in(seed.org_admin)

    def names(query: str) -> list[str]:
        rows = client.get(f"{reverse('collections')}?{query}").context["rows"]
        return [collection.name for collection, _kind, _size in rows]

    assert names("") == ["Mine", "Ours", "Shared"]
    assert names("scope=ours") == ["Mine", "Ours"]
    assert names("scope=mine") == ["Ours"]
    assert names("q=shar") == ["Shared"]
    assert names("q=%25") == []


def test_hidden_collections_and_elements_stay_hidden(seed: Seed) -> None:
    secret = event_of(seed.stranger, "Secret event", 0)
    hidden = collection_of(seed.stranger, name="Hidden")
    shared = collection_of(seed.stranger, name="Shared", distribution=1)
    absent = uuid4()
    for uuid in (secret.uuid, absent):
        element = {"element_uuid": str(uuid), "element_type": "Event"}
        add_element(seed.stranger.actor, shared.pk, element)
    client = signed_in(seed.org_admin)
    page = client.get(reverse("collection", args=[shared.pk]))
    # What is hidden looks like what does not exist.
    assert {(line.title, line.detail, line.url) for line in page.context["lines"]} == {("", "", "")}
    assert "Secret event" not in page.content.decode()
    for name in ("collection", "collection_edit", "collection_delete"):
        assert client.get(reverse(name, args=[hidden.pk])).status_code == 404
    assert client.get(f"{reverse('collection_choose')}?event={secret.pk}").status_code == 404
    assert client.get(reverse("collection_choose")).status_code == 404

    # Shared with everyone is not everyone's to change.
    element = shared.elements.first()
    assert element is not None
    for name, args in (
        ("collection_edit", [shared.pk]),
        ("collection_delete", [shared.pk]),
        ("collection_add", [shared.pk]),
        ("collection_remove", [shared.pk, element.pk]),
    ):
        assert client.post(reverse(name, args=args), {"element": str(secret.uuid)}).status_code == 403, name
    own = collection_of(seed.org_admin)
    assert client.post(reverse("collection_remove", args=[own.pk, element.pk])).status_code == 404
    answer = client.post(reverse("collection_add", args=[own.pk]), {"element": str(secret.uuid)})
    assert answer.status_code == 422
    for sought in (secret.info, str(secret.pk), str(secret.uuid)):
        found = client.get(reverse("collection_element_find"), {"field": "element", "q_element": sought})
        assert secret.info not in found.content.decode()
        assert f'value="{secret.uuid}"' not in found.content.decode()
    reader = signed_in(seed.reader)
    assert reader.get(reverse("collection_create")).status_code == 403
    assert reader.get(reverse("collection", args=[own.pk])).status_code == 200
    assert shared.elements.count() == 2
