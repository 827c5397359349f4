"""Settings of modules: a few per kind, and those of each module announced by the server."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.problems import Problem
from vardkase.core.settings import AnySetting, Setting, add_family
from vardkase.core.settings.problems import SettingProblem
from vardkase.exchange.modules.errors import ModulesUnreachable
from vardkase.exchange.modules.server import Module, ModuleKind, modules

SECRET = re.compile(r"key|pass|token|secret|auth|cred|cert|private|api$", re.IGNORECASE)
"""Modules do not say which of their settings are secrets. What only looks like one is hidden too: that harms nobody."""


def check_seconds(seconds: int) -> Problem | None:
    return None if 1 <= seconds <= 600 else SettingProblem.NOT_SECONDS(least=1, most=600)


ENABLED: dict[ModuleKind, Setting[bool]] = {
    ModuleKind.EXPANSION: Setting(
        "Plugin.Enrichment_services_enable",
        False,
        _("Let modules enrich attributes and events."),
        changed_by=ChangedBy.OFFICERS,
    ),
    ModuleKind.HOVER: Setting(
        "Plugin.Enrichment_hover_enable",
        False,
        _("Let modules explain values when someone points at them."),
        changed_by=ChangedBy.OFFICERS,
    ),
    ModuleKind.IMPORT: Setting(
        "Plugin.Import_services_enable",
        False,
        _("Let import modules read documents."),
        changed_by=ChangedBy.OFFICERS,
    ),
    ModuleKind.EXPORT: Setting(
        "Plugin.Export_services_enable",
        False,
        _("Let export modules write events to other formats."),
        changed_by=ChangedBy.OFFICERS,
    ),
}
TIMEOUTS: dict[ModuleKind, Setting[int]] = {
    ModuleKind.EXPANSION: Setting(
        "Plugin.Enrichment_timeout",
        60,
        _("Seconds that an enrichment module may take."),
        check=check_seconds,
        changed_by=ChangedBy.OPERATOR,
    ),
    ModuleKind.HOVER: Setting(
        "Plugin.Enrichment_hover_timeout",
        10,
        _("Seconds that a module may take to explain a value."),
        check=check_seconds,
        changed_by=ChangedBy.OPERATOR,
    ),
    ModuleKind.IMPORT: Setting(
        "Plugin.Import_timeout",
        300,
        _("Seconds that an import module may take."),
        check=check_seconds,
        changed_by=ChangedBy.OPERATOR,
    ),
    ModuleKind.EXPORT: Setting(
        "Plugin.Export_timeout",
        300,
        _("Seconds that an export module may take."),
        check=check_seconds,
        changed_by=ChangedBy.OPERATOR,
    ),
}


class ModuleSettings:
    """``Plugin.Enrichment_<module>_enabled``, ``_restrict``, and one for each of a module's configuration
    parameters."""

    def find(self, name: str) -> AnySetting | None:
        if not name.startswith(tuple(f"Plugin.{prefix}_" for prefix in {kind.prefix for kind in ModuleKind})):
            return None
        return next((setting for setting in self.every() if setting.name == name), None)

    def every(self) -> Iterator[AnySetting]:
        try:
            known = modules()
        except ModulesUnreachable:
            return
        for module in known:
            if module.prefix:
                yield from settings_of_module(module)


def settings_of_module(module: Module) -> Iterator[AnySetting]:
    start = f"Plugin.{module.prefix}_{module.name}"
    yield Setting(
        f"{start}_enabled",
        False,
        format_lazy(_("Let people use the module {module}."), module=module.name),
        declared=False,
        changed_by=ChangedBy.SITE_ADMIN,
    )
    yield Setting(
        f"{start}_restrict",
        0,
        format_lazy(
            _("The id of the only organisation that may use the module {module}; 0 for all."),
            module=module.name,
        ),
        declared=False,
        changed_by=ChangedBy.SITE_ADMIN,
    )
    for name in module.configuration:
        secret = SECRET.search(name) is not None
        yield Setting(
            f"{start}_{name}",
            "",
            format_lazy(_("{parameter} of the module {module}."), parameter=name, module=module.name),
            secret=secret,
            declared=False,
            changed_by=ChangedBy.SITE_ADMIN,
        )


add_family(ModuleSettings())
