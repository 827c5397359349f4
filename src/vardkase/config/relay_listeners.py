"""Who tells authors of anonymous events something, through the relay; a part of `hook_listeners.LISTENERS`."""

from __future__ import annotations

from typing import Any

from vardkase.config.listener import Listener
from vardkase.hub.anonymous_publication.hooks import round_held
from vardkase.hub.author_relay import answering as author_answers
from vardkase.hub.author_relay import asking as author_messages
from vardkase.hub.public_records.cases.hooks import member_consulted
from vardkase.hub.sealed_links.hooks import seal_opened

RELAY_LISTENERS: tuple[Listener[Any], ...] = (
    Listener(
        seal_opened, author_messages.tell_of_opening, "tells the author that two officers opened the link"
    ),
    Listener(
        member_consulted,
        author_messages.consult_author,
        "passes a consultation on material of anonymous members on to each author",
    ),
    Listener(round_held, author_answers.deliver, "delivers messages to authors"),
)
