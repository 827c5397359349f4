"""Parameters and responses of an endpoint, derived from its source code.

The code is the only place that says it, so the description cannot lag behind. A `Description` beside the
endpoint adds what code does not show: texts, members of a body, names of the arguments in a path.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from types import FunctionType
from typing import Any

OURS = "vardkase.api."
ANSWERS = frozenset(
    {"Json", "Stream", "Text", "Redirect", "saved", "failed", "toggled", "not_toggled", "message"}
)


@dataclass(frozen=True, slots=True)
class Argument:
    """A path argument: its position, its name if a finder reveals it, and whether it is optional."""

    position: int
    name: str
    required: bool


type Shape = dict[str, Shape] | list[Shape] | str | None
"""Of a JSON answer: an object's constant members, an array's element, a type's name, None: cannot be told."""


@dataclass(slots=True)
class Reading:
    arguments: dict[int, Argument] = field(default_factory=dict)
    parameters: dict[str, None] = field(default_factory=dict)
    model: str = ""
    file: bool = False
    answers: set[str] = field(default_factory=set)
    shapes: list[Shape] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)


@cache
def reading_of(handler: Callable[..., Any]) -> Reading:
    """Follow `handler` through the API functions to which it passes its call."""
    reading = Reading()
    seen: set[FunctionType] = set()
    waiting = _functions(handler)
    while waiting:
        function = waiting.pop()
        if function not in seen and function.__module__.startswith(OURS):
            seen.add(function)
            waiting += _read(function, reading)
    return reading


def _functions(handler: Callable[..., Any]) -> list[FunctionType]:
    if not isinstance(handler, FunctionType):
        return []
    inner = [cell.cell_contents for cell in handler.__closure__ or ()]
    return [handler, *(each for each in inner if isinstance(each, FunctionType))]


def _read(function: FunctionType, reading: Reading) -> list[FunctionType]:
    definition = _definition(function)
    passed_on: list[FunctionType] = []
    if definition is None:
        return passed_on
    for node, parents in _walk(definition, ()):
        if not isinstance(node, ast.Call):
            continue
        name = _name(node.func)
        if _is_call(node.func):
            _note_use(name, node, parents, reading)
        elif name == "MispError" and isinstance(node.args[0], ast.Constant):
            reading.statuses.add(int(str(node.args[0].value)))
        elif name in ANSWERS:
            reading.answers.add(name)
            reading.statuses |= {
                keyword.value.value
                for keyword in node.keywords
                if keyword.arg == "status"
                and isinstance(keyword.value, ast.Constant)
                and isinstance(keyword.value.value, int)
            }
            if name == "Json" and node.args:
                reading.shapes.append(_shape(node.args[0], function))
        elif any(isinstance(arg, ast.Name) and arg.id == "call" for arg in node.args):
            passed_on += _functions(_global_of(node.func, function))
    return passed_on


def _note_use(name: str, node: ast.Call, parents: tuple[ast.AST, ...], reading: Reading) -> None:
    first = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
    if name == "arg" and isinstance(first, int):
        argument = _argument(first, node, parents)
        earlier = reading.arguments.get(first)
        if earlier is None or (argument.required and not earlier.required) or not earlier.name:
            reading.arguments[first] = argument
    elif name == "param" and isinstance(first, str):
        reading.parameters[first] = None
    elif name in ("data", "big_data") and isinstance(first, str):
        reading.model = reading.model or first
    elif name == "document":
        reading.file = True


def _argument(position: int, node: ast.Call, parents: tuple[ast.AST, ...]) -> Argument:
    """``find_event(actor, call.arg(0))``: a required argument, named after what is found."""
    chosen = any(isinstance(parent, ast.BoolOp | ast.IfExp) for parent in parents[-3:])
    finder = next((_name(each.func) for each in reversed(parents[-3:]) if isinstance(each, ast.Call)), "")
    noun = finder.removeprefix("find_") if finder.startswith("find_") else ""
    return Argument(position, f"{noun}_id" if noun else "", bool(noun) and not chosen and len(node.args) == 1)


def _shape(node: ast.expr, function: FunctionType, depth: int = 0) -> Shape:
    match node:
        case ast.Dict():
            members: dict[str, Shape] = {}
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    members[key.value] = _shape(value, function, depth)
            return members
        case ast.List():
            alike = len({type(elt) for elt in node.elts}) == 1
            return [_shape(node.elts[0], function, depth) if alike else None]
        case ast.ListComp():
            return [_shape(node.elt, function, depth)]
        case ast.BinOp(op=ast.BitOr()):
            sides = [_shape(side, function, depth) for side in (node.left, node.right)]
            return {name: shape for side in sides if isinstance(side, dict) for name, shape in side.items()}
        case ast.Call():
            return _returned(node, function, depth)
        case ast.Constant() | ast.JoinedStr():
            return "string" if isinstance(node, ast.JoinedStr) or isinstance(node.value, str) else None
    return None


def _returned(node: ast.Call, function: FunctionType, depth: int) -> Shape:
    called = _global_of(node.func, function)
    if not isinstance(called, FunctionType) or depth > 3 or not called.__module__.startswith(OURS):
        return None
    definition = _definition(called)
    returns = (
        [each.value for each, _ in _walk(definition, ()) if isinstance(each, ast.Return)]
        if definition
        else []
    )
    return _shape(returns[0], called, depth + 1) if len(returns) == 1 and returns[0] is not None else None


def _is_call(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "call"


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name():
            return node.id
        case ast.Attribute():
            return node.attr
    return ""


def _global_of(node: ast.expr, function: FunctionType) -> Any:
    if not isinstance(node, ast.Name):
        return None
    inner = inspect.getclosurevars(function).nonlocals if function.__closure__ else {}
    return inner.get(node.id, function.__globals__.get(node.id))


@cache
def _module(name: str) -> ast.Module:
    return ast.parse(inspect.getsource(import_module(name)))


@cache
def _definitions(name: str) -> dict[int, ast.FunctionDef | ast.Lambda]:
    """The functions of a module by the line they begin in, decorators included."""
    functions: dict[int, ast.FunctionDef | ast.Lambda] = {}
    for node in ast.walk(_module(name)):
        if isinstance(node, ast.FunctionDef):
            functions[min([node.lineno, *(each.lineno for each in node.decorator_list)])] = node
        elif isinstance(node, ast.Lambda):
            functions.setdefault(node.lineno, node)
    return functions


def _definition(function: FunctionType) -> ast.FunctionDef | ast.Lambda | None:
    return _definitions(function.__module__).get(function.__code__.co_firstlineno)


def _walk(node: ast.AST, parents: tuple[ast.AST, ...]) -> Iterator[tuple[ast.AST, tuple[ast.AST, ...]]]:
    yield node, parents
    for child in ast.iter_child_nodes(node):
        yield from _walk(child, (*parents, node))
