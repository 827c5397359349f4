"""What only the hub's own code can check, in a process of its own: one request a line of JSON, one answer a line.

`python -m bench.chaos.inspector FOLDER`, whose database runs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

PATIENCE = 60


class Inspector:
    """The other end of the process."""

    def __init__(self, folder: Path) -> None:
        hidden = {"DATABASE_URL", "VARDKASE_TEST_RUN", "DJANGO_SETTINGS_MODULE"}
        kept = {name: value for name, value in os.environ.items() if name not in hidden}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.chaos.inspector", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=kept | {"VARDKASE_DATA_DIR": str(folder)},
        )
        assert self._process.stdout
        self._process.stdout.readline()  # Its settings name the database's socket: it has to run until they are read.

    def faults(self, events: list[int], files: dict[str, str]) -> list[str]:
        """What is wrong with the audit chain, with the keys of these events, and with attachments: the digests of
        attributes by uuid."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"events": events, "files": files}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        return list(json.loads(line)) if line else ["the inspector ended"]

    def close(self) -> None:
        self._process.communicate(timeout=PATIENCE)


def main() -> None:
    """Answer until the input ends."""
    from vardkase.cli.installation import configure_django  # noqa: PLC0415 - the other end needs no models

    configure_django()
    from django.db import connection  # noqa: PLC0415

    print(flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        found = [*_chain(), *_keys(asked["events"]), *_files(asked["files"])]
        connection.close()
        print(json.dumps(found), flush=True)


def _chain() -> list[str]:
    from vardkase.audit.chain.documents import verify_database  # noqa: PLC0415

    return [f"audit log: {problem}" for problem in verify_database().findings]


def _keys(events: list[int]) -> list[str]:
    """Search keys as they would be written now, compared with those that are stored."""
    from psycopg.rows import kwargs_row  # noqa: PLC0415

    from vardkase.analysis.correlation.store import ATTRIBUTES, current_exclusions, key_rows  # noqa: PLC0415
    from vardkase.core.sql import cursor  # noqa: PLC0415
    from vardkase.intel.columns import NewAttribute  # noqa: PLC0415

    of_them = {"events": events}
    attributes = cursor(row_factory=kwargs_row(NewAttribute)).execute(
        f"{ATTRIBUTES} WHERE a.event_id = ANY(%(events)s::bigint[])", of_them, binary=True
    )
    wanted = {(row[0], row[1]) for row in key_rows(attributes.fetchall(), current_exclusions())}
    stored = set(cursor().execute(STORED, of_them).fetchall())
    missing, left = len(wanted - stored), len(stored - wanted)
    unmarked = cursor().execute(UNMARKED, of_them).fetchall()[0][0]
    return [
        *([f"{missing} search keys are missing, {left} too many"] if missing or left else []),
        *([f"{unmarked} shared keys are not marked"] if unmarked else []),
    ]


def _files(digests: dict[str, str]) -> list[str]:
    from vardkase.core import files  # noqa: PLC0415
    from vardkase.core.sql import cursor  # noqa: PLC0415

    rows = cursor().execute(
        "SELECT uuid::text, data_sha256 FROM attribute WHERE uuid = ANY(%s::uuid[])", [list(digests)]
    )
    stored = dict(rows.fetchall())
    return [
        f"attachment {uuid} is not what was sent"
        for uuid, digest in digests.items()
        if stored.get(uuid) != digest or not files.size(digest)
    ]


STORED = "SELECT key, attribute_id FROM attribute_key WHERE event_id = ANY(%(events)s::bigint[])"
UNMARKED = """
SELECT count(*) FROM attribute_key k
WHERE k.event_id = ANY(%(events)s::bigint[]) AND NOT EXISTS (SELECT FROM unmarked_event)
  AND EXISTS (SELECT FROM attribute_key o WHERE o.key = k.key AND o.event_id <> k.event_id AND o.correlates)
  AND k.correlates
  AND NOT EXISTS (SELECT FROM shared_key s WHERE s.event_id = k.event_id AND s.key = k.key)
"""


if __name__ == "__main__":
    main()
