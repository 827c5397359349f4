"""What a browser would send of a form on a page."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any


class Fields(HTMLParser):
    """The successful controls of the form with the id `form_id`, but its buttons."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.found = form_id, dict[str, list[str]]()
        self.is_inside = False
        self.select = self.area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "form":
            self.is_inside = given.get("id") == self.form_id
        if not self.is_inside:
            return
        if tag == "input" and name:
            is_box = given.get("type") in ("checkbox", "radio")
            if not is_box or "checked" in given:
                self.found.setdefault(name, []).append(
                    value or ("on" if is_box and "value" not in given else "")
                )
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select:
            # Without a selected option the first one counts.
            if "selected" in given or self.select not in self.found:
                self.found[self.select] = [value]
        elif tag == "textarea":
            self.area = name
            self.found[name] = [""]

    def handle_data(self, data: str) -> None:
        if self.area:
            self.found[self.area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.area:
            # The first line break after the tag is not part of the text.
            self.found[self.area][0] = self.found[self.area][0].removeprefix("\r").removeprefix("\n")
            self.area = ""
        elif tag == "select":
            self.select = ""
        elif tag == "form":
            self.is_inside = False


def fields_of(page: Any, form_id: str) -> dict[str, Any]:
    parser = Fields(form_id)
    parser.feed(page.content.decode())
    return dict(parser.found)
