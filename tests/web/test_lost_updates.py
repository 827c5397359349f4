"""Two people edit the same thing: what the second saves never replaces what the first has saved, unseen."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.factories import make_role, make_user
from tests.factories.samples import SampleHub, Samples
from tests.support.addresses import restart_sequences
from tests.web.accounts import confirm, signed_in
from tests.web.form_fields import Fields
from vardkase.core.version_tokens import RowChanged, unchanged, version_token
from vardkase.exchange.servers.models import Server
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.models import Organisation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

EDITED = (
    "description",
    "comment",
    "releasability",
    "provider",
    "name",
    "text_sv",
    "value",
    "phone",
    "owner",
    "replacement",
    "info",
    "email",
)
"""Fields of which each form here has at least one."""
MARK = re.compile(r'name="mark" value="(\w+)"')


@pytest.fixture
def people(monkeypatch: pytest.MonkeyPatch) -> tuple[Samples, Client, Client]:
    restart_sequences()
    sample_hub = SampleHub()
    things = Samples(sample_hub, sample_hub.caller("org admin"))
    things.furnish()
    role = make_role("Everything", frozenset(Permission))
    duties = [StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER]
    users = [
        make_user(sample_hub.a, role, f"{name}@a.example", staff_roles=duties) for name in ("one", "two")
    ]
    clients = [signed_in(user) for user in users]
    for client, user in zip(clients, users, strict=True):
        confirm(client, user)
    return things, clients[0], clients[1]


def form_of(page: Any) -> dict[str, Any]:
    """The fields of the form that has a version."""
    (form,) = (each for each in re.findall(r"<form.*?</form>", page.text, re.DOTALL) if MARK.search(each))
    parser = Fields("")
    parser.feed(re.sub(r"<form[^>]*>", '<form id="">', form, count=1))
    return {name: values for name, values in parser.found.items() if name != "csrfmiddlewaretoken"}


def test_second_of_two_is_shown_what_the_first_saved(people: tuple[Samples, Client, Client]) -> None:
    things, one, other = people
    addresses = [
        f"/administration/feeds/{things.feed.pk}/edit/",
        f"/administration/connections/{things.connection.pk}/edit/",
        f"/administration/taxii/servers/{things.taxii_server.pk}/edit/",
        f"/administration/organisations/{things.organisation.pk}/edit/",
        f"/administration/sharing-groups/{things.group.uuid}/edit/",
        f"/administration/roles/{things.spare_role.pk}/edit/",
        f"/galaxies/{things.own_galaxy.uuid}/edit/",
        f"/galaxies/clusters/{things.cluster.pk}/edit/",
        f"/tags/{things.tag.pk}/edit/",
        f"/tags/collections/{things.collection.pk}/edit/",
        f"/reference-data/decaying-models/{things.model.pk}/edit/",
        f"/reference-data/correlations/rules/{things.rule.pk}/",
        f"/reference-data/import-expressions/{things.import_expression.pk}/",
        f"/reference-data/blocklists/event/{things.blocked_event.pk}/",
        f"/administration/users/{things.user.pk}/edit/",
        f"/administration/taxii/collections/{things.taxii_collection.pk}/",
    ]
    wrong = {address: said for address in addresses if (said := _fault(address, one, other))}
    assert wrong == {}


def _fault(address: str, one: Client, other: Client) -> str:
    page, same_page = one.get(address), other.get(address)
    if page.status_code != 200:
        return f"cannot be opened: {page.status_code}"
    first, second = form_of(page), form_of(same_page)
    field = next((name for name in EDITED if name in first), "")
    if not field:
        return f"has none of the fields: {sorted(first)}"
    end = "@a.example" if field == "email" else ""
    first[field], second[field] = f"first_words{end}", f"second_words{end}"
    saved = one.post(address, first)
    if saved.status_code != 302:
        return f"first: {saved.status_code} {re.findall('field-error[^<]*<[^<]*', saved.text)[:3]}"
    refused = other.post(address, second, headers={"accept-language": "en"})
    if refused.status_code != 409:
        return f"second: {refused.status_code}"
    if not all(
        words in refused.text for words in ("Someone else changed this", "first_words", "second_words")
    ):
        return "does not show both"
    again = other.post(address, form_of(refused))
    return "" if again.status_code == 302 else f"again: {again.status_code}"


def test_what_the_hub_keeps_itself_is_no_change(people: tuple[Samples, Client, Client]) -> None:
    things, *_ = people
    server = things.connection
    token = version_token(Server.objects.get(pk=server.pk))
    Server.objects.filter(pk=server.pk).update(lastpulledid=99)
    assert version_token(Server.objects.get(pk=server.pk)) == token
    Server.objects.filter(pk=server.pk).update(url="https://elsewhere.example")
    with pytest.raises(RowChanged), unchanged(server, token):
        Organisation.objects.all().delete()  # Not reached.
