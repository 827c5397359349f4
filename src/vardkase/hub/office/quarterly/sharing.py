"""What members shared, by sector: numbers only, of what every member may read, and never of few organisations.

Counted is what was published to the whole hub and is still readable to all its members: an event for the own
organisation or for a sharing group is in no figure, so no figure tells that there is one. A sector is a line of its
own if it has at least FEWEST_MEMBERS members and each of its figures is of at least FEWEST_CONTRIBUTORS of them, or
zero, in each period. All other sectors are one line together, which follows the same rule and else takes in the sector
with the fewest contributors. The lines add up to the total, so none can be calculated from the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from vardkase.core.sql import cursor
from vardkase.hub.membership.sectors import Sector
from vardkase.hub.office.quarterly.periods import Period
from vardkase.hub.office.quarterly.statements import PERIODS
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Credential
from vardkase.identity.access.visibility import (
    analyst_data_predicate,
    attribute_predicate,
    event_predicate,
    proposal_predicate,
    reader_parameters,
)
from vardkase.intel.sightings.settings import ANONYMISE, EVERYONE, POLICY

FEWEST_MEMBERS = 5
FEWEST_CONTRIBUTORS = 3
COLUMNS = ("events", "updates", "values", "proposals", "feedback")
TOGETHER = "+"
"""Between the sectors of a line for several."""

EVERY_MEMBER = Actor(
    user_id=None,
    name="quarterly report",
    organisation_id=0,
    organisation_name="",
    permissions=frozenset(),
    credential=Credential.JOB,
    may_write=False,
    may_sync=False,
    reads_offences=False,
)
"""Reads what every member may read: owns nothing, is in no sharing group."""

type Line = tuple[str, dict[str, list[int]]]


class _Counts:
    """Of one sector or several: members by period, and by column and period the number and its contributors."""

    def __init__(self, periods: int) -> None:
        self.members = [0] * periods
        self.numbers = {column: [0] * periods for column in COLUMNS}
        self.contributors = {column: [0] * periods for column in COLUMNS}

    def add(self, other: _Counts) -> None:
        for place, members in enumerate(other.members):
            self.members[place] += members
            for column in COLUMNS:
                self.numbers[column][place] += other.numbers[column][place]
                self.contributors[column][place] += other.contributors[column][place]

    def tells_of_none(self) -> bool:
        """True if no figure is of so few organisations that it would tell of one."""
        if self.members[0] < FEWEST_MEMBERS:
            return False
        for place, members in enumerate(self.members):
            counts = [self.contributors[column][place] for column in COLUMNS]
            if any(counts) and members < FEWEST_MEMBERS:
                return False
            if any(0 < count < FEWEST_CONTRIBUTORS for count in counts):
                return False
        return True


def sharing(periods: Sequence[Period]) -> tuple[Sequence[str], list[Line]]:
    """The columns, and the lines with the total last; no line if even the total would tell of single members."""
    counted = _counted(periods)
    lines, rest, names = {}, _Counts(len(periods)), []
    for sector in Sector.values:
        if sector not in counted:
            continue
        if counted[sector].tells_of_none():
            lines[sector] = counted[sector]
        else:
            rest.add(counted[sector])
            names.append(sector)
    while names and not rest.tells_of_none() and lines:
        fewest = min(lines, key=lambda sector: sum(map(sum, lines[sector].contributors.values())))
        rest.add(lines.pop(fewest))
        names.append(fewest)
    if names and not rest.tells_of_none():
        return COLUMNS, []
    total = _Counts(len(periods))
    for each in (*lines.values(), rest):
        total.add(each)
    together = (
        [(TOGETHER.join(name for name in Sector.values if name in names), rest.numbers)] if names else []
    )
    return COLUMNS, [
        *((name, line.numbers) for name, line in lines.items()),
        *together,
        ("total", total.numbers),
    ]


def _counted(periods: Sequence[Period]) -> dict[str, _Counts]:
    given = {
        "since": [period.since for period in periods],
        "until": [period.until for period in periods],
        # Otherwise not every member sees them, or not whose they are.
        "sightings": POLICY.value == EVERYONE and not ANONYMISE.value,
        **reader_parameters(EVERY_MEMBER),
    }
    found: dict[str, _Counts] = defaultdict(lambda: _Counts(len(periods)))
    for place, sector, members in cursor().execute(MEMBERS, given).fetchall():
        found[sector].members[place] = members
    statement = SHARED.format(
        once=event_predicate(EVERY_MEMBER, once_published=True),
        event=event_predicate(EVERY_MEMBER),
        attribute=attribute_predicate(EVERY_MEMBER),
        proposal=proposal_predicate(EVERY_MEMBER),
        said=analyst_data_predicate(EVERY_MEMBER),
    )
    for place, sector, column, number, contributors in cursor().execute(statement, given).fetchall():
        found[sector].numbers[column][place] = number
        found[sector].contributors[column][place] = contributors
    return found


MEMBERS = f"""
WITH {PERIODS}
SELECT p.place, m.sector, count(*) FROM period p
JOIN membership m ON m.began < p.until AND (m.ended IS NULL OR m.ended >= p.since)
GROUP BY p.place, m.sector
"""

# An event counts from its first version for the whole hub: that it was in a group before is nobody's business.
SHARED = f"""
WITH {PERIODS}, version AS (
    SELECT e.id, e.orgc_id, v.published_at, row_number() OVER (PARTITION BY e.id ORDER BY v.version) = 1 AS is_first
    FROM event_version v JOIN event e ON e.uuid = v.event_uuid
    WHERE v.distribution IN (1, 2, 3) AND v.audiences = '[]' AND {{once}}
), feedback AS (
    SELECT s.org_id, s.date_sighting AS at FROM sighting s JOIN event e ON e.id = s.event_id
    JOIN attribute a ON a.id = s.attribute_id AND NOT a.deleted
    WHERE %(sightings)s AND s.org_id IS NOT NULL AND {{event}} AND {{attribute}}
    UNION ALL
    SELECT n.orgc_id, extract(epoch FROM n.created) FROM analyst_data n WHERE n.kind IN (0, 1) AND {{said}}
), contribution (name, org_id, at, number) AS (
    SELECT CASE WHEN is_first THEN 'events' ELSE 'updates' END, orgc_id, published_at, 1 FROM version
    UNION ALL
    SELECT 'values', v.orgc_id, v.published_at, (SELECT count(*) FROM attribute a JOIN event e ON e.id = a.event_id
        WHERE a.event_id = v.id AND NOT a.deleted AND {{attribute}}) FROM version v
    WHERE is_first AND v.published_at >= extract(epoch FROM (SELECT min(since) FROM period))
    UNION ALL
    SELECT 'proposals', s.org_id, s.timestamp, 1 FROM proposal s JOIN event e ON e.id = s.event_id
    LEFT JOIN attribute a ON a.id = s.attribute_id WHERE s.org_id <> e.orgc_id AND {{event}} AND {{proposal}}
    UNION ALL
    SELECT 'feedback', org_id, at, 1 FROM feedback
)
SELECT p.place, m.sector, c.name, sum(c.number)::bigint, count(DISTINCT c.org_id)
FROM period p
JOIN contribution c ON c.at >= extract(epoch FROM p.since) AND c.at < extract(epoch FROM p.until) AND c.number > 0
JOIN membership m ON m.organisation_id = c.org_id
GROUP BY p.place, m.sector, c.name
"""
