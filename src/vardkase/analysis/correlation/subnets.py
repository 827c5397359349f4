"""Correlation of addresses with the networks that contain them (MISP's advanced correlation); optional.

Nothing is derived for it but `attribute_network`, which searches use as well; whether a part correlates is read off
its keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.conf import settings

from vardkase.analysis.correlation.event_rules import as_array, rules_naming, unnamed_by
from vardkase.analysis.correlation.settings import ADVANCED
from vardkase.analysis.correlation.ssdeep import Similar
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import attribute_predicate, event_predicate, reader_parameters

TYPES = "('ip-src', 'ip-dst', 'ip-src|port', 'ip-dst|port')"

IS_NETWORK = "masklen({0}.net) < CASE family({0}.net) WHEN 4 THEN 32 ELSE 128 END".format
"""As the condition of the partial index of networks has it."""

CORRELATES = """EXISTS (SELECT 1 FROM attribute_key k
    WHERE k.event_id = {0}.event_id AND k.attribute_id = {0}.attribute_id AND k.correlates)""".format

OWN = f"""
SELECT n.attribute_id, n.event_id, abbrev(n.net), {IS_NETWORK("n")}
FROM attribute_network n JOIN attribute a ON a.id = n.attribute_id JOIN event own ON own.id = n.event_id
WHERE {{where}} AND a.type IN {TYPES} AND {CORRELATES("n")} AND {{event}} AND {{attribute}} ORDER BY n.attribute_id
"""

OTHER = f"""
SELECT o.attribute_id, o.event_id
FROM attribute_network o JOIN attribute a ON a.id = o.attribute_id JOIN event e ON e.id = o.event_id
WHERE {{related}} AND o.event_id <> m.event_id AND a.type IN {TYPES} AND {CORRELATES("o")}
      AND {{event}} AND {{attribute}} AND {{apart}}
LIMIT %(cap)s + 1
"""

HOLDING = f"NOT m.is_network AND o.net >> m.net AND {IS_NETWORK('o')}"
# The range is what the b-tree can use.
HELD = f"""m.is_network AND o.net BETWEEN m.net AND set_masklen(broadcast(m.net), masklen(host(m.net)::inet))
    AND o.net << m.net AND NOT {IS_NETWORK("o")}"""

OTHERS = f"""
SELECT m.attribute_id, abbrev(m.net), other.attribute_id, other.event_id
FROM unnest(%(ids)s::bigint[], %(events)s::bigint[], %(nets)s::inet[], %(networks)s::boolean[], %(rules)s::text[])
     AS m (attribute_id, event_id, net, is_network, rules)
CROSS JOIN LATERAL (
    ({OTHER.replace("{related}", HOLDING)}) UNION ALL ({OTHER.replace("{related}", HELD)})
) other
"""


def contained_in_event(actor: Actor, event_id: int) -> list[Similar]:
    """Networks that contain addresses of the event, and addresses within its networks."""
    return _contained(actor, "n.event_id = %(event)s", {"event": event_id})


def contained_in_attributes(actor: Actor, attribute_ids: Iterable[int]) -> list[Similar]:
    return _contained(actor, "n.attribute_id = ANY(%(ids)s::bigint[])", {"ids": list(attribute_ids)})


def _contained(actor: Actor, where: str, parameters: Mapping[str, object]) -> list[Similar]:
    if not ADVANCED.value:
        return []
    sql = OWN.format(
        where=where, event=event_predicate(actor, "own"), attribute=attribute_predicate(actor, "a", "own")
    )
    own = cursor().execute(sql, {**parameters, **reader_parameters(actor)}).fetchall()
    if not own:
        return []
    ids, events, nets, networks = map(list, zip(*own, strict=True))
    rules = rules_naming(set(events))
    sql = OTHERS.format(
        event=event_predicate(actor),
        attribute=attribute_predicate(actor),
        apart=unnamed_by("m.rules") if rules else "TRUE",
    )
    others = {
        "ids": ids,
        "events": events,
        "nets": nets,
        "networks": networks,
        "rules": [as_array(rules.get(event_id, ())) for event_id in events],
        "cap": settings.VARDKASE_CORRELATION_LIMIT,
    }
    rows = cursor().execute(sql, {**others, **reader_parameters(actor)}).fetchall()
    return [Similar(number, net, to, its_event, "ip-dst") for number, net, to, its_event in rows]
