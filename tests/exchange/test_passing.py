"""What a document loses and how close it comes on its way between two instances."""

from __future__ import annotations

from typing import Any

import pytest

from vardkase.exchange.servers.models import Server
from vardkase.exchange.sync.inbound import InboundFilter
from vardkase.exchange.sync.outbound import OutboundFilter


def said() -> dict[str, Any]:
    """An event with notes of every reach, and one that is spoken of itself."""
    notes = [{"note": f"reach {reach}", "distribution": str(reach)} for reach in (0, 1, 2, 3, 5)]
    notes[3]["Opinion"] = [
        {"comment": "ours", "distribution": "1"},
        {"comment": "theirs", "distribution": "2"},
    ]
    attribute = {"value": "a", "distribution": "5", "Note": [{"note": "near", "distribution": "1"}]}
    return {"distribution": "3", "Note": notes, "Attribute": [attribute]}


@pytest.mark.parametrize("internal", [False, True])
def test_what_is_said_of_an_event_is_not_sent_inside_it(internal: bool) -> None:
    """MISP would store it unlocked, and refuse later versions; it is sent by itself."""
    sent = OutboundFilter(internal=internal).event(said())
    assert "Note" not in sent
    assert "Note" not in sent["Attribute"][0]


def test_what_is_said_of_an_event_arrives_a_step_closer() -> None:
    arrived = InboundFilter(trusted=False).event(said())
    assert [each["distribution"] for each in arrived["Note"]] == ["0", 0, 1, "3", "5"]
    assert [each["distribution"] for each in arrived["Note"][3]["Opinion"]] == [0, 1]
    assert arrived["Attribute"][0]["Note"][0]["distribution"] == 0


def test_between_the_instances_of_one_organisation_nothing_changes() -> None:
    assert InboundFilter(trusted=True).event(said())["Note"] == said()["Note"]


def test_what_is_for_a_sharing_group_goes_where_the_group_does() -> None:
    """And the other hub finds itself in the group by its address, but learns of no third one."""
    servers = [{"server_id": "0", "Server": {"id": "0"}}, {"server_id": "3"}, {"server_id": "4"}]
    group = {"uuid": "of two hubs", "SharingGroupServer": servers}
    inside = [{"value": number, "distribution": "4", "sharing_group_id": number} for number in ("7", "8")]
    event = {"distribution": "4", "sharing_group_id": "7", "SharingGroup": group, "Attribute": inside}
    server = Server(pk=3, name="B", url="https://b.example")
    sent = OutboundFilter(internal=False, groups=frozenset({7}), server=server).event(event)
    assert [each["value"] for each in sent["Attribute"]] == ["7"]
    named = {"id": "3", "url": "https://b.example", "name": "B"}
    assert sent["SharingGroup"]["SharingGroupServer"] == [
        servers[0],
        {"server_id": "3", "Server": named},
        servers[2],
    ]
    assert OutboundFilter(internal=True).event(event)["Attribute"] == []
