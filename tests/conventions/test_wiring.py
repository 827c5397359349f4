"""The composition root lists everything that packages declare, and the documentation shows it."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import vardkase
from tools.hooks import DOCUMENT, document
from vardkase.config.hook_listeners import LISTENERS
from vardkase.config.wiring import JOB_MODULES
from vardkase.core import schedules
from vardkase.core.hooks import Hook
from vardkase.core.schedules import Schedule
from vardkase.exchange.outbox import channels
from vardkase.exchange.outbox.channels import Channel
from vardkase.identity.accounts.four_eyes.registry import ApprovalAction, actions

SOURCE = Path(vardkase.__file__).parent


def declared[Kind](kind: type[Kind]) -> set[Kind]:
    """The instances of `kind` in the modules that name it, alone or in a tuple."""
    named = re.compile(rf"\b{kind.__name__}\b")
    paths = [path for path in SOURCE.rglob("*.py") if named.search(path.read_text())]
    names = [".".join(path.relative_to(SOURCE.parent).with_suffix("").parts) for path in paths]
    values: list[Any] = [
        value for name in names for value in vars(import_module(name.removesuffix(".__init__"))).values()
    ]
    values += [each for value in values if type(value) is tuple for each in value]
    return {value for value in values if type(value) is kind}


def test_hook_table_is_current() -> None:
    """Else: `python -m tools.hooks`."""
    assert DOCUMENT.read_text() == document()


def test_every_listener_is_in_table_and_called_in_order() -> None:
    hooks: set[Hook[Any]] = declared(Hook)
    assert len(hooks) > 25
    for hook in hooks:
        assert hook._listeners == [each.call for each in LISTENERS if each.hook is hook], hook.name


def test_every_schedule_and_action_is_registered() -> None:
    """An unregistered one would never run, or could never be approved."""
    assert declared(Schedule) == set(schedules.registered().values())
    assert declared(ApprovalAction) == set(actions())


def test_every_channel_is_registered() -> None:
    """Nothing would leave through an unregistered one."""
    assert declared(Channel) == set(channels.registered())


def test_every_job_module_is_registered() -> None:
    """The worker would not know its jobs."""
    holding = {path for path in SOURCE.rglob("*.py") if "\n@app.task(" in path.read_text()}
    assert holding == {Path(str(module.__file__)) for module in JOB_MODULES}
