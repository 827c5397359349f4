"""Queries for the questions that readers have asked the actor's organisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vardkase.core.paging import Page, PagePosition, beyond, page_of, place_parameters, sound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import event_predicate, reader_parameters


@dataclass(frozen=True, slots=True)
class QuestionLine:
    id: int
    event_id: int
    title: str
    message: str
    sender: str
    organisation: str
    asked_at: datetime
    closed_at: datetime | None
    closed_by: str | None


def count_open(actor: Actor) -> int:
    row = cursor().execute(COUNT.format(visible=_visible(actor)), _parameters(actor)).fetchone()
    return int(row[0]) if row else 0


def questions(actor: Actor, place: PagePosition | None, size: int, *, closed: bool) -> Page[QuestionLine]:
    """A page of them, newest first: the open ones, or those that are `closed`."""
    place = sound(place, "bigint")
    condition, order = beyond("q.id", "q.id", "bigint", place, descending=True)
    state = "q.closed_at IS NOT NULL" if closed else "q.closed_at IS NULL"
    sql = LINES.format(visible=_visible(actor), condition=f"{state} AND {condition}", order=order)
    parameters = {**_parameters(actor), **place_parameters(place), "limit": size + 1}
    lines = [QuestionLine(*row) for row in cursor().execute(sql, parameters).fetchall()]
    return page_of(lines, place, size, lambda line: (line.id, line.id))


def is_readable(actor: Actor, question_id: int) -> bool:
    sql = LINES.format(visible=_visible(actor), condition="q.id = %(id)s", order="q.id")
    return bool(cursor().execute(sql, {**_parameters(actor), "id": question_id, "limit": 1}).fetchone())


def _visible(actor: Actor) -> str:
    """SQL: questions to the actor's organisation, or to the actor alone, about events that they may read."""
    return (
        "q.organisation_id = %(organisation)s AND (q.user_id IS NULL OR q.user_id = %(user)s) "
        f"AND {event_predicate(actor)}"
    )


def _parameters(actor: Actor) -> Mapping[str, Any]:
    return {
        **reader_parameters(actor), "organisation": actor.organisation_id, "user": actor.user_id or 0
    }  # fmt: skip


COUNT = """
SELECT count(*) FROM reader_question q JOIN event e ON e.id = q.event_id WHERE q.closed_at IS NULL AND {visible}
"""
LINES = """
SELECT q.id, q.event_id, e.info, q.message, sender.email, o.name, q.asked_at, q.closed_at, closer.email
FROM reader_question q JOIN event e ON e.id = q.event_id
JOIN account sender ON sender.id = q.sender_id JOIN organisation o ON o.id = sender.org_id
LEFT JOIN account closer ON closer.id = q.closed_by_id
WHERE {visible} AND {condition} ORDER BY {order} LIMIT %(limit)s
"""
