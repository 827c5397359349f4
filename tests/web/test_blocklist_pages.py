"""Blocklists on the web: by those who run the hub."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.factories.content_access import operator_of
from tests.factories.seed import Seed
from tests.factories.sightings import configure
from tests.web import accounts
from tests.web.signed_in import signed_in
from vardkase.knowledge.blocklists.models import Blocked, BlocklistEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

HOSTILE = "<script>alert(1)</script>"
ONE = "22f3cc2c-1c08-4909-96ae-3903d516f1b0"
TWO = "654f0c75-54a4-4761-8d85-28ecd29c1e63"


@pytest.mark.parametrize("kind", list(Blocked))
def test_entries_are_added_changed_and_removed(seed: Seed, kind: Blocked) -> None:
    client = signed_in(seed.site_admin)
    address = reverse("blocklist", args=[kind.value])
    add = reverse("blocklist_add", args=[kind.value])
    assert client.get(address).status_code == 200
    client.post(add, {"uuids": f"{ONE}\n{TWO.upper()}\n{ONE}", "info": "Noise", "comment": "Not ours"})
    rows = [row for row, _when in client.get(address).context["rows"]]
    assert {str(row.uuid) for row in rows} == {ONE, TWO}
    assert {(row.info, row.comment) for row in rows} == {("Noise", "Not ours")}
    for text, count in (("noise", 2), (TWO, 1), ("else", 0)):
        assert len(client.get(f"{address}?q={text}").context["rows"]) == count, text
    edit = reverse("blocklist_edit", args=[kind.value, rows[0].pk])
    client.post(edit, {"info": "Noise", "comment": "Still not"})
    assert BlocklistEntry.objects.get(pk=rows[0].pk).comment == "Still not"
    delete = reverse("blocklist_delete", args=[kind.value])
    asked = client.post(delete, {"pk": [row.pk for row in rows]})
    assert BlocklistEntry.objects.count() == 2
    client.post(delete, dict(asked.context["fields"]) | {"pk": [row.pk for row in rows]})
    assert not BlocklistEntry.objects.exists()
    assert 'class="panel empty"' in client.get(address).content.decode()


def test_lines_that_are_no_uuids_are_named(seed: Seed) -> None:
    client = signed_in(seed.site_admin)
    add = reverse("blocklist_add", args=["event"])
    page = client.post(add, {"uuids": f"{ONE}\nfirst\nsecond"})
    assert page.status_code == 422
    assert len(page.context["form"].errors["uuids"]) == 2
    assert client.post(add, {"uuids": ""}).status_code == 422
    assert not BlocklistEntry.objects.exists()


def test_entry_of_another_list_is_not_found(seed: Seed) -> None:
    client = signed_in(seed.site_admin)
    entry = BlocklistEntry.objects.create(kind=Blocked.EVENT, uuid=ONE)
    assert client.get(reverse("blocklist_edit", args=["organisation", entry.pk])).status_code == 404
    client.post(reverse("blocklist_delete", args=["organisation"]), {"pk": entry.pk, "confirmed": "1"})
    assert BlocklistEntry.objects.exists()
    assert client.get(reverse("blocklist", args=["weather"])).status_code == 404


def test_only_those_who_run_the_hub_open_the_pages(seed: Seed) -> None:
    configure("MISP.host_org_id", seed.hub.pk)
    entry = BlocklistEntry.objects.create(kind=Blocked.EVENT, uuid=ONE)
    for person in (seed.reader, seed.analyst, seed.org_admin, seed.partner_sync):
        client = signed_in(person)
        assert client.get(reverse("blocklists")).status_code == 403
        for kind in Blocked:
            assert client.get(reverse("blocklist", args=[kind.value])).status_code == 403
            for name, *more in (("blocklist_add",), ("blocklist_delete",), ("blocklist_edit", entry.pk)):
                sent = {"uuids": TWO, "pk": entry.pk, "confirmed": "1", "comment": "x"}
                answer = client.post(reverse(name, args=[kind.value, *more]), sent)
                assert answer.status_code == 403, (name, kind, person.user.email)
        assert reverse("blocklists") not in client.get(reverse("reference_data")).content.decode()
    assert list(BlocklistEntry.objects.values_list("pk", "comment")) == [(entry.pk, "")]


def test_operator_does_not_see_titles_of_what_was_blocked(seed: Seed) -> None:
    BlocklistEntry.objects.create(kind=Blocked.EVENT, uuid=ONE, info="Secret title")
    BlocklistEntry.objects.create(kind=Blocked.ORGANISATION, uuid=TWO, info="Noisy AB")
    client = accounts.signed_in(operator_of(seed).user)
    assert client.get(reverse("blocklist", args=["event"])).status_code == 403
    assert "Noisy AB" in client.get(reverse("blocklist", args=["organisation"])).content.decode()
    tabs = client.get(reverse("blocklist", args=["organisation"])).context["tabs"]
    assert reverse("blocklist", args=["event"]) not in [tab["url"] for tab in tabs]


def test_texts_are_escaped(seed: Seed) -> None:
    client = signed_in(seed.site_admin)
    entry = BlocklistEntry.objects.create(
        kind=Blocked.EVENT, uuid=ONE, info=HOSTILE, orgc=HOSTILE, comment=HOSTILE
    )
    pages = [
        client.get(reverse("blocklist", args=["event"])),
        client.get(reverse("blocklist_edit", args=["event", entry.pk])),
        client.post(reverse("blocklist_delete", args=["event"]), {"pk": entry.pk}),
        client.post(reverse("blocklist_add", args=["event"]), {"uuids": HOSTILE}),
    ]
    for page in pages:
        assert "<script>alert" not in page.content.decode()
