"""Parts of a row that are the same in all rows but for the attribute's id and type: drawn once for each answer.

Drawing its menu anew would take half the time of a row.
"""

from __future__ import annotations

from functools import cached_property
from types import SimpleNamespace

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString

from vardkase.intel.queries.attribute_lines import AttributeLine
from vardkase.web.intel.events.presenters import SightingCounts
from vardkase.web.intel.events.shell import OpenEvent
from vardkase.web.ui.values import copy_template

ID, TYPE = 123_456_789_012_345_678, "type-of-this-row"
"""Stand in for those of an attribute: nothing else in the parts contains them. Of as many digits as the addresses of
pages take at most."""

COPY, MENU, GONE = "copy-menu", "row-menu", "deleted-row-menu"
BODY = '<div class="menu-body">'


class RowParts:
    """`are_light`: without the contents of menus, which scripts fill in from `menus` when one is opened. They are most
    of a row, and browsers take several times as long to draw them as the rest."""

    def __init__(self, request: HttpRequest, shell: OpenEvent, *, are_light: bool = False) -> None:
        self._request, self._shell, self._are_light = request, shell, are_light

    def of(self, line: AttributeLine) -> tuple[SafeString, SafeString]:
        """The row's menu, and its cell of sightings as it is without any."""
        if self._are_light:
            menu = self._light_deleted_menu if line.deleted else self._light_menu
        else:
            menu = self._deleted_menu if line.deleted else self._menu
        return _filled(menu, line), _filled(self._no_sightings, line)

    def menus(self) -> dict[str, SafeString]:
        """What the menus of light rows hold, by the name they have there: with ID in place of an attribute's, or of
        what is copied."""
        return {
            COPY: copy_template(str(ID)),
            MENU: SafeString(self._contents(self._menu)),
            GONE: SafeString(self._contents(self._deleted_menu)),
        }

    @cached_property
    def _light_menu(self) -> str:
        return self._emptied(MENU, deleted=False)

    @cached_property
    def _light_deleted_menu(self) -> str:
        return self._emptied(GONE, deleted=True)

    def _emptied(self, name: str, *, deleted: bool) -> str:
        emptied = self._drawn("events/attribute_menu.html", deleted=deleted, is_light=True)
        return emptied.replace('class="menu"', f'class="menu" data-contents="{name}"', 1)

    @staticmethod
    def _contents(menu: str) -> str:
        _, _, inside = menu.partition(BODY)
        return inside.rpartition("</div>")[0]

    @cached_property
    def _menu(self) -> str:
        return self._drawn("events/attribute_menu.html", deleted=False)

    @cached_property
    def _deleted_menu(self) -> str:
        return self._drawn("events/attribute_menu.html", deleted=True)

    @cached_property
    def _no_sightings(self) -> str:
        return self._drawn("sightings/counts.html", deleted=False)

    def _drawn(self, template: str, *, deleted: bool, is_light: bool = False) -> str:
        line = SimpleNamespace(id=ID, type=TYPE, deleted=deleted)
        context = {"shell": self._shell, "event": self._shell.event, "line": line, "said": ""}
        context["is_light"] = is_light
        return render_to_string(template, {**context, "sighted": SightingCounts()}, self._request)


def _filled(drawn: str, line: AttributeLine) -> SafeString:
    return SafeString(drawn.replace(str(ID), str(line.id)).replace(TYPE, escape(line.type)))
