"""A mail server, users who want mail, and an event with a part for each distribution."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.factories import make_attribute, make_event, make_object
from tests.factories.notification_mails import GROUPED, HIDDEN, OPEN, put, saved, tag
from tests.factories.seed import Seed
from tests.support.mail_server import MailServer, mail_server, use
from vardkase.identity.accounts.models import User
from vardkase.intel.models import Event


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    with mail_server() as server:
        use(settings, server.port)
        yield server


@pytest.fixture
def subscribed_users(seed: Seed, mail: MailServer) -> MailServer:
    """All seeded users want mail, and unencrypted mail may contain event content."""
    User.objects.update(autoalert=True)
    put("GnuPG.bodyonlyencrypted", False)
    return mail


@pytest.fixture
def event(seed: Seed) -> Event:
    """A published event of A with a part for each distribution, an object for A only, and a local tag of A."""
    event = saved(
        make_event,
        seed.org_a,
        info="Phishing wave",
        distribution=1,
        published=True,
        publish_timestamp=1_800_000_000,
    )
    for fields in (HIDDEN, OPEN):
        saved(make_attribute, event, **fields)
    saved(make_attribute, event, sharing_group=seed.group, **GROUPED)
    saved(make_attribute, event, deleted=True, type="domain", value1="deleted.example")
    inside = saved(make_object, event, distribution=0)
    saved(make_attribute, event, object=inside, type="domain", value1="in-hidden-object.example")
    tag(event, "tlp:green")
    tag(event, "ours:secret", local=True)
    return event
