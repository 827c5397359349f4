"""Authorities with officers, published material and cases about it."""

from __future__ import annotations

import io
from typing import Any

import pypdf

from tests.factories import make_role, make_user
from tests.factories.intel import make_attribute, make_event
from tests.factories.public_records import member
from tests.factories.seed import USER, Seed
from vardkase.hub.public_records.cases.models import (
    RecordsCase,
)
from vardkase.hub.public_records.cases.services import (
    assessing,
    material,
    opening,
)
from vardkase.hub.public_records.officers.models import RecordsOffice, RecordsOfficer
from vardkase.identity.access.actor import Actor, actor_for
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.models import User
from vardkase.intel.services.publish import publish_event

SECRET = "10.20.30.40"
OFFICE = {
    "address": "Rådhuset, 123 45 Skogsby",
    "email": "registrator@b.example",
    "phone": "010-1",
    "court": "Kammarrätten i Göteborg",
}
TARIFF = {"free_below": 10, "first_pages": 10, "first_fee": 50, "page_fee": 2}


def at_a_browser(user: User) -> Actor:
    return actor_for(User.objects.select_related("org", "role").get(pk=user.pk), Credential.BROWSER)


def officer_of(seed: Seed, org: str, *, name: str = "jurist") -> User:
    """A named officer of a connected authority, whose office is complete."""
    organisation = getattr(seed, org)
    if not RecordsOfficer.objects.filter(organisation=organisation).exists():
        member(organisation)
        RecordsOffice.objects.create(organisation=organisation, **OFFICE, **TARIFF)
    user = make_user(organisation, make_role("User", USER), f"{name}@{org}.example")
    RecordsOfficer.objects.create(user=user, organisation=organisation, named_by="admin")
    return user


def incident(seed: Seed, info: str = "Intrång i en vpn-tjänst") -> Any:
    """An event of organisation A with two values, one of them secret, published for everybody."""
    event = make_event(seed.org_a, info=info, distribution=1)
    event.save()
    make_attribute(event, value1=SECRET, comment=f"Vår vpn på {SECRET}").save()
    make_attribute(event, value1="malware.example", type="domain").save()
    make_attribute(event, value1="bara-vi.example", type="domain", distribution=0).save()
    return publish_event(seed.publisher.actor, event.pk)


def text_of(response: Any) -> str:
    """The text of a PDF that is downloaded, on one line."""
    pages = pypdf.PdfReader(io.BytesIO(b"".join(response.streaming_content))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def with_material(actor: Actor, **fields: Any) -> RecordsCase:
    """A case with all that the authority had of one event."""
    case = opening.register(actor, {"request": "Allt om intrånget", **fields})
    found = material.search(actor, case.number)[0]
    keys = [item.key for item in material.parts(actor, case.number, found.reference).items]
    material.freeze(actor, case.number, found.reference, keys)
    return case


def release_all(actor: Actor, case: RecordsCase) -> None:
    assessing.assess(
        actor, case.number, list(case.items.values_list("pk", flat=True)), {"outcome": "release"}
    )
