"""An operator, an officer of the hub, and an event of organisation A that the hub owner may read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from tests.factories import make_attribute, make_event, make_key, make_role, make_user
from tests.factories.officers import officer
from tests.factories.seed import ApiUser, Seed
from vardkase.hub.content_access.models import ContentGrant, ContentReading
from vardkase.hub.content_access.services import ask, grant_access
from vardkase.identity.access.actor import Actor, actor_for
from vardkase.identity.access.permissions import Credential, Permission
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole
from vardkase.intel.models import Attribute, Event

SECRET = "hemlig.example"
WHY = "Händelsen går inte att öppna, se ärende 12."


@dataclass(frozen=True, slots=True)
class Setup:
    """The operator is a site administrator by role, in organisation C, the supplier."""

    seed: Seed
    operator: ApiUser
    officer: ApiUser
    event: Event
    attribute: Attribute

    @property
    def operating(self) -> Actor:
        """The operator in a browser."""
        return in_browser(self.operator.user)

    def asked(self, **given: Any) -> ContentGrant:
        """A request for the event, unless `given` says otherwise."""
        wanted = {"reason": WHY, "hours": 2, "reach": "event"} | given
        if wanted["reach"] == "event":
            wanted = {"event": str(self.event.pk)} | wanted
        return ask(self.operating, **wanted)

    def granted(self, **given: Any) -> ContentGrant:
        """The same, granted by the officer."""
        return grant_access(in_browser(self.officer.user), self.asked(**given).pk)


def make_setup(seed: Seed) -> Setup:
    """Everyone, without a request."""
    event = make_event(seed.org_a, distribution=1, published=True, info="SECRET plan")
    event.save()
    attribute = make_attribute(event, type="domain", value1=SECRET, distribution=5)
    attribute.save()
    return Setup(seed, operator_of(seed), officer(seed), event, attribute)


def operator_of(seed: Seed, email: str = "drift@c.example") -> ApiUser:
    """A user of the supplier who runs the hub, with every permission."""
    user = make_user(
        seed.org_c, make_role("Everything", [*Permission]), email, staff_roles=[StaffRole.OPERATOR.value]
    )
    return ApiUser(user, make_key(user))


def in_browser(user: User) -> Actor:
    """The user as signed in on the pages."""
    return actor_for(User.objects.get(pk=user.pk), Credential.BROWSER, confirmed_at=timezone.now())


def by_key(user: User) -> Actor:
    """The same user with a key."""
    return replace(in_browser(user), credential=Credential.API_KEY)


def readings() -> list[tuple[int, str]]:
    """Every recorded read: event and request, in order."""
    return list(ContentReading.objects.order_by("pk").values_list("event_id", "request"))
