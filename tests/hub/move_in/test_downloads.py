"""What a hostile or another MISP answers over its API stays in the folder of its copy, and in none other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from vardkase.core.errors import InvalidValue
from vardkase.hub.move_in.source.api.client import RunningMisp
from vardkase.hub.move_in.source.api.copy import ApiCopy
from vardkase.hub.move_in.source.api.events import files_of

UUID = "6f8d2b6e-57f2-4a36-9c7e-7f2f6b4a1d01"
EVENT = {"id": "5", "uuid": UUID, "info": "Åäö", "org_id": "1", "orgc_id": "1"}
FILE = {"id": "9", "uuid": UUID, "type": "attachment", "category": "Other", "value": "a.png"}
OUTSIDE = "../../../../outside/authorized_keys"


class AnsweringMisp:
    """Has event 5 with one attached file, and answers as a test has it."""

    def __init__(self, uuid: str = "one", content: bytes = b"content", **event: Any) -> None:
        self.url = "https://misp.example"
        self.settings = [{"setting": "MISP.uuid", "value": uuid}]
        self.content = content
        self.event = EVENT | {"Attribute": [FILE]} | event
        self.rows = [{"id": "5", "attribute_count": "1", "timestamp": "1"}]
        self.groups: list[dict[str, Any]] = []
        self.asked: list[str] = []

    def post(self, path: str, _: dict[str, Any]) -> Any:
        return {"response": [{"Event": self.event}] if path == "events/restSearch" else []}

    def find(self, path: str) -> Any:
        self.asked.append(path)
        return {"finalSettings": self.settings, "actual_db_version": "130"}

    def get(self, _: str) -> Any:
        return []

    def file(self, path: str) -> bytes:
        self.asked.append(path)
        return self.content

    def event_rows(self) -> Iterator[dict[str, Any]]:
        yield from self.rows

    def pages(self, path: str) -> Iterator[list[Any]]:
        return iter([self.groups] if path == "sharing_groups/index" else [])


def download(misp: AnsweringMisp, folder: Path) -> ApiCopy:
    copy = ApiCopy(cast(RunningMisp, misp), folder, {}, with_files=True)
    copy.download(lambda *_: None)
    return copy


@pytest.mark.parametrize("number", [OUTSIDE, "/etc/passwd", "0", "-1", "1/2", "٣", "", None, "1" * 19, ["1"]])
def test_what_is_no_number_gets_into_no_path(tmp_path: Path, number: Any) -> None:
    folder = tmp_path / "data" / "hub" / "move-in"
    file = FILE | {"id": number}
    proposal = {"id": number, "type": "malware-sample"}
    for event in (
        {"Attribute": [file]},
        {"Attribute": [], "Object": [{"id": "1", "uuid": UUID, "name": "file", "Attribute": [file]}]},
        {"ShadowAttribute": [proposal]},
        {"Attribute": [FILE | {"type": "url", "ShadowAttribute": [proposal]}]},
        {"id": number},
    ):
        misp = AnsweringMisp(**event)
        with pytest.raises(InvalidValue):
            download(misp, folder)
        assert not [path for path in misp.asked if "download" in path], "not asked for either"
    misp = AnsweringMisp()
    misp.rows[0]["id"] = number
    with pytest.raises(InvalidValue):
        download(misp, folder)
    misp = AnsweringMisp()
    misp.groups = [{"SharingGroup": {"id": number, "name": "A group"}}]
    with pytest.raises(InvalidValue):
        download(misp, folder)
    with pytest.raises(InvalidValue):
        list(files_of({"id": number}))
    assert [place.name for place in tmp_path.iterdir()] == ["data"]
    assert not [file for file in (folder / "files").rglob("*") if file.is_file()]


def test_copy_of_one_misp_is_not_taken_for_anothers(tmp_path: Path) -> None:
    folder = tmp_path / "move-in"
    attached = folder / "files" / "5" / "9"
    download(AnsweringMisp("test", b"of the test MISP"), folder)
    assert attached.read_bytes() == b"of the test MISP"

    download(AnsweringMisp("real", b"of the real MISP"), folder)
    assert attached.read_bytes() == b"of the real MISP"
    assert len(list((folder / "events").iterdir())) == 1

    # The same MISP, where the file was exchanged or removed and the event with it is newer.
    changed = AnsweringMisp("real", b"newer")
    changed.rows[0]["timestamp"] = "2"
    download(changed, folder)
    assert attached.read_bytes() == b"newer"
    again = AnsweringMisp("real", b"not asked for")
    again.rows[0]["timestamp"] = "2"
    download(again, folder)
    assert not [path for path in again.asked if "download" in path]
    assert attached.read_bytes() == b"newer"
