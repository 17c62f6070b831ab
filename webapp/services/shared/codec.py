"""The one way between dataclasses and the JSON that a column holds.

What stands at its default is left out, so a default says what absence means. A key that no field is named for comes
from another version and is ignored. A text where an object is expected is a sentence that a release before has stored:
the object's `from_text` takes it (see `webapp.services.shared.sentences`).
"""

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def to_json(value: Any) -> Any:
    """Turn a dataclass, or what its fields may hold, into JSON: objects, arrays, texts and numbers."""
    if is_dataclass(value) and not isinstance(value, type):
        known = ((item, getattr(value, item.name)) for item in fields(value))
        return {item.name: to_json(part) for item, part in known if part != _default(item)}
    if isinstance(value, Mapping):
        return {str(key): to_json(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [to_json(part) for part in value]
    return value.value if isinstance(value, StrEnum) else value


def from_json(kind: type[T], stored: Mapping[str, Any]) -> T:
    """Make a dataclass of what `to_json` has written, by this version or an earlier one."""
    hints = _hints(typing.cast(Any, kind))
    return kind(**{name: _read(hints[name], part) for name, part in stored.items() if name in hints})


def _default(item: Field[Any]) -> Any:
    return item.default_factory() if item.default_factory is not MISSING else item.default


@cache
def _hints(kind: Any) -> dict[str, Any]:
    known = typing.get_type_hints(kind)
    return {item.name: known[item.name] for item in fields(kind)}


def _read(hint: Any, stored: Any) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        some = [argument for argument in arguments if argument is not types.NoneType]
        return None if stored is None else _read(some[0], stored) if len(some) == 1 else stored
    if origin is tuple and isinstance(stored, str):
        return (_read(arguments[0], stored),) if stored else ()
    if origin is tuple and arguments[-1] is Ellipsis:
        return tuple(_read(arguments[0], part) for part in stored)
    if origin is tuple:
        return tuple(_read(argument, part) for argument, part in zip(arguments, stored, strict=True))
    if origin is not None and issubclass(origin, Mapping):
        return {key: _read(arguments[1], part) for key, part in stored.items()}
    if is_dataclass(hint) and isinstance(stored, str):
        return typing.cast(Any, hint).from_text(stored)
    if is_dataclass(hint):
        return from_json(typing.cast(type[Any], hint), stored)
    return hint(stored) if isinstance(hint, type) and issubclass(hint, StrEnum) else stored
