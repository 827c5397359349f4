"""tests/data/recordings.jsonl.xz, packed from a folder of recordings: `python -m tools.recordings FOLDER`.

A recording is a file of one exchange a line, as tests/recordings/replay.py describes. Packed are the worlds of
`WORLDS`: what one fresh instance was asked, from its set-up on, in the order of time.
"""

from __future__ import annotations

import json
import lzma
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

PACKED = Path(__file__).parents[1] / "tests" / "data" / "recordings.jsonl.xz"
WORLDS = {"pymisp-live": "pymisp-live", "pymisp-newest": "pymisp-live/newest", "behaviour": "behaviour"}
"""What one fresh instance was asked, and the folder of it."""
FRESH = {"10b_malware_samples", "19b_event_reports_by_id"}
"""Files of behaviour/ that were recorded on an instance of their own, set up in the same way."""
SET_UP = "00_setup"
SIDES = {"sync-pulled": ("A", "0*"), "sync-pushed": ("B", "_setup_push,1[0-6]*")}
"""Of the two instances of sync/: one that its peer pulls from, and one that its peer pushes to, with their files."""
KEPT = ("n", "t", "as", "method", "path", "request", "status", "response")


def packed(folder: Path) -> Iterator[dict[str, Any]]:
    """The exchanges of every world, in order, with only what replaying needs."""
    for world, place in WORLDS.items():
        files = {file.stem: file for file in sorted((folder / place).glob("*.jsonl"))}
        yield from _world(world, [files[name] for name in files if name not in FRESH])
        if apart := sorted(FRESH & files.keys()):
            fresh = _world(f"{world}-fresh", [files[name] for name in (SET_UP, *apart)])
            yield from (one for one in fresh if one["file"] != SET_UP or not _makes_event(one))
    for world in SIDES:
        yield from _side(world, folder / "sync")


def _side(world: str, folder: Path) -> list[dict[str, Any]]:
    """What one of two instances was asked, by people and by its peer."""
    side, patterns = SIDES[world]
    files = sorted(file for pattern in patterns.split(",") for file in folder.glob(f"{pattern}.jsonl"))
    return _world(world, files, side)


def _makes_event(exchange: dict[str, Any]) -> bool:
    return bool(exchange["path"] == "/events/add")


def _world(world: str, files: Iterable[Path], side: str = "") -> list[dict[str, Any]]:
    exchanges = [
        _shortened(world, file.stem, exchange)
        for file in files
        for line in file.read_text("utf-8").splitlines()
        if (exchange := json.loads(line)).get("to", "") == side
    ]
    return sorted(exchanges, key=lambda exchange: exchange["t"])


def _shortened(world: str, file: str, exchange: dict[str, Any]) -> dict[str, Any]:
    sent, answered = exchange["request_headers"], exchange["response_headers"]
    # What a peer sends is recorded as it is before it is compressed.
    dropped = {"accept-encoding", "content-encoding"} if "from" in exchange else {"accept-encoding"}
    headers = {name: value for name, value in sent.items() if name not in dropped}
    kept = {name: exchange[name] for name in KEPT}
    return {
        "world": world,
        "file": file,
        **kept,
        "headers": headers,
        "type": answered.get("content-type", ""),
        **({"etag": answered["etag"]} if "etag" in answered else {}),
    }


def main() -> None:
    """Pack the folder named on the command line."""
    lines = [json.dumps(one, separators=(",", ":"), ensure_ascii=False) for one in packed(Path(sys.argv[1]))]
    PACKED.write_bytes(lzma.compress("\n".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    main()
