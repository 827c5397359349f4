"""Events rejected by the peer: retried a few times, then skipped until changed or pushed manually."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from vardkase.core.jobs.problems import problem_of
from vardkase.core.problems import CommonProblem, Problem, problems_in, stored
from vardkase.core.sql import cursor
from vardkase.exchange.request_retries import AWAY
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.peer import RemoteRefused
from vardkase.exchange.sync.models import RefusedItem
from vardkase.exchange.sync.outbound_contributions import OutgoingItem

MOST_ATTEMPTS = 5


class Refusals:
    """The refusals of one connection. `again` retries what was given up, on request."""

    def __init__(self, server: Server, *, again: bool) -> None:
        self.server = server
        self.given_up: Counter[str] = Counter()
        """How many objects of each kind were skipped in this run."""
        self.reasons: dict[str, Problem] = {}
        """The last refusal of each kind that was skipped."""
        rows = RefusedItem.objects.filter(server=server)
        self._known = {(row.kind, str(row.uuid)): row for row in rows}
        self._again = again

    def open(self, kind: str, items: Iterable[OutgoingItem]) -> list[OutgoingItem]:
        return [item for item in items if not self._is_given_up(kind, item)]

    def note(self, kind: str, items: Sequence[OutgoingItem], refused: RemoteRefused) -> None:
        """Record that the other instance refused these; temporary failures of it or a gateway do not count."""
        if refused.status in AWAY:
            return
        for item in items:
            values = (self.server.pk, kind, item.uuid, item.version, stored(problem_of(refused)))
            cursor().execute(NOTE, values)

    def forget(self, kind: str, items: Sequence[OutgoingItem]) -> None:
        known = [item.uuid for item in items if (kind, item.uuid) in self._known]
        if known:
            RefusedItem.objects.filter(server=self.server, kind=kind, uuid__in=known).delete()

    def _is_given_up(self, kind: str, item: OutgoingItem) -> bool:
        known = self._known.get((kind, item.uuid))
        if known is None or self._again or known.version != item.version or known.attempts < MOST_ATTEMPTS:
            return False
        self.given_up[kind] += 1
        self.reasons[kind] = next(iter(problems_in(known.reason)), CommonProblem.QUOTED(said=""))
        return True


# A changed version gets all its attempts again.
NOTE = """
INSERT INTO sync_refused_thing AS known (server_id, kind, uuid, version, reason, attempts, at)
VALUES (%s, %s, %s, %s, %s, 1, now())
ON CONFLICT (server_id, kind, uuid) DO UPDATE
SET version = excluded.version, reason = excluded.reason, at = excluded.at,
    attempts = CASE WHEN known.version = excluded.version THEN known.attempts + 1 ELSE 1 END
"""
