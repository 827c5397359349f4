"""PyMISP and a sharing policy: the messages that existing clients get."""

from __future__ import annotations

from pymisp import MISPEvent

from tests.factories.knowledge import make_tag
from tests.factories.policies import RED, SECOND, in_force
from tests.factories.seed import Seed
from tests.wire.conftest import Connect
from vardkase.hub.policy.models import PublicationApproval
from vardkase.intel.models import Event


def test_pymisp_gets_the_rule_and_the_pending_approval(connect: Connect, server_seed: Seed) -> None:
    make_tag("tlp:red")
    in_force(server_seed, RED, SECOND)
    client = connect(server_seed.publisher)
    event = MISPEvent()
    event.info, event.distribution = "from a script", 1
    event.add_attribute("domain", "a.example")
    event.add_tag("tlp:red")
    stored = client.add_event(event, pythonify=True)
    for alert in (False, True):
        refused = client.publish(stored, alert=alert)
        assert "Rule 1 of your organisation’s MISP policy" in str(refused["errors"])
    stored.published = True
    assert "TLP:RED stays in a sharing group" in str(client.update_event(stored)["errors"])
    client.untag(stored.uuid, "tlp:red")
    waits = client.publish(stored)
    assert "second person" in waits["message"]
    assert PublicationApproval.objects.get().event_id == int(stored.id)
    assert not Event.objects.get(pk=stored.id).published
