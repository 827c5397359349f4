"""Events as a running MISP answers over its API, to the key of a site administrator there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from vardkase.core.errors import InvalidValue
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.http import RequestPolicy, fetch
from vardkase.hub.move_in.comparison.parts import Parts, parts_of
from vardkase.hub.move_in.problems import MoveInProblem

PAGE = 500
LARGEST = 512 * 1024 * 1024


class LiveMisp:
    """`authority` (PEM) is trusted instead of the public ones, for a MISP with a certificate of its own."""

    def __init__(self, url: str, key: str, authority: str = "") -> None:
        self.url = url.rstrip("/")
        self._headers = {
            "Authorization": key,
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        self._policy = RequestPolicy(authority=authority, limit=LARGEST, seconds=600.0)

    def event_ids(self) -> Iterator[int]:
        """The numbers of all events, in ascending order. MISP's minimal index leaves out empty ones."""
        page = 1
        while rows := self._post(
            "events/index", {"sort": "id", "direction": "asc", "limit": PAGE, "page": page}
        ):
            yield from sorted(int(row["id"]) for row in rows)
            if len(rows) < PAGE:
                return
            page += 1

    def events(self, ids: Sequence[int]) -> dict[int, Parts]:
        question = {"eventid": list(ids), "deleted": [0, 1], "excludeGalaxy": 1, "includeAllTags": 1}
        answered = self._post("events/restSearch", question).get("response", ())
        return {int(each["Event"]["id"]): parts_of(each["Event"]) for each in answered}

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        try:
            reply = fetch(
                "POST",
                f"{self.url}/{path}",
                headers=self._headers,
                body=msgspec.json.encode(body),
                policy=self._policy,
            )
        except OutgoingFailed as error:
            raise InvalidValue(MoveInProblem.MISP_UNREACHABLE(reason=str(error))) from error
        if reply.status != 200:
            raise InvalidValue(MoveInProblem.MISP_REFUSED(status=reply.status))
        try:
            return msgspec.json.decode(reply.content)
        except msgspec.DecodeError as error:
            raise InvalidValue(MoveInProblem.MISP_UNREACHABLE(reason=str(error))) from error
