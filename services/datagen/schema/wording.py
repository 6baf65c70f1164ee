"""What pydantic found, in our words; its own never reach a user."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from datagen.schema.faults import Faults
from datagen.schema.json_text import Path
from datagen.schema.names import listing, nearest, show

ANNOTATIONS = frozenset({"description", "comment", "$schema"})
ModelT = TypeVar("ModelT", bound=BaseModel)


def check_shape(model: type[ModelT], raw: Any, path: Path, faults: Faults) -> ModelT | None:
    """The model of a part of the document, its faults noted.

    Where only some keys are at fault, it is the model of the others, so that they are judged in the same run;
    `faults.within(path)` tells. None where nothing is left of it.
    """
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        details = error.errors(include_url=False)
    for detail in details:
        if faults.full:
            faults.mark((*path, *_standing(raw, detail["loc"])[:1]))
        else:
            _note(detail, model, raw, path, faults)
    wrong = {detail["loc"][0] for detail in details if detail["loc"]}
    if not isinstance(raw, dict) or not wrong & raw.keys():
        return None
    try:
        return model.model_validate({key: value for key, value in raw.items() if key not in wrong})
    except ValidationError:
        return None


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys that an object of this kind may have, notes for people left out."""
    names = (field.alias or name for name, field in model.model_fields.items())
    return [name for name in names if name not in ANNOTATIONS]


def _note(detail: ErrorDetails, model: type[BaseModel], raw: Any, path: Path, faults: Faults) -> None:
    if detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]:
        return  # items were left out of the count because of faults of their own
    place = (*path, *_standing(raw, detail["loc"]))
    last = detail["loc"][-1] if detail["loc"] else ""
    if detail["type"] == "missing":
        faults.add(place, _missing(_owner(model, detail["loc"][:-1]), last))
    elif detail["type"] == "extra_forbidden":
        faults.add(place, _unknown(str(last), _owner(model, detail["loc"][:-1])))
    else:
        name = f"{place[-1]}=" if place and isinstance(place[-1], str) else ""
        faults.add(place, f"{name}{show(detail['input'])} {_rule(detail)}")


def _standing(raw: Any, loc: tuple[int | str, ...]) -> Path:
    """The part of pydantic's location that stands in the document: it also names keys that are not there."""
    path: list[int | str] = []
    for part in loc:
        if not _has(raw, part):
            break
        raw = raw[part]
        path.append(part)
    return tuple(path)


def _has(raw: Any, part: int | str) -> bool:
    if isinstance(raw, list):
        return isinstance(part, int) and part < len(raw)
    return isinstance(raw, dict) and part in raw


def _owner(model: type[BaseModel], loc: tuple[int | str, ...]) -> type[BaseModel]:
    """The model of the object at a location: list positions and keys that are data are passed over."""
    for part in loc:
        by_key = {field.alias or name: field for name, field in model.model_fields.items()}
        if part in by_key and (inner := _model_in(by_key[str(part)].annotation)):
            model = inner
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _model_in(inner))), None)


def _missing(owner: type[BaseModel], key: int | str) -> str:
    by_key = {field.alias or name: field for name, field in owner.model_fields.items()}
    meaning = by_key[str(key)].description if key in by_key else None
    return f"'{key}' is missing" + (f": {meaning}" if meaning else "")


def _unknown(key: str, owner: type[BaseModel]) -> str:
    known = keys_of(owner)
    close = nearest(key, known)
    way_out = f"did you mean '{close}'?" if close else f"known: {listing(known)}"
    return f"{show(key)} is not a key here; {way_out}"


def _rule(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    kind = detail["type"]
    if kind == "rule":
        return str(context["rule"])
    if kind == "literal_error":
        return _one_of(str(context["expected"]), detail["input"])
    if kind in _BOUNDS:
        return _BOUNDS[kind](context)
    return _TYPES.get(kind, "cannot stand here") + _quotes(detail["input"], kind)


def _one_of(expected: str, value: Any) -> str:
    known = re.findall(r"'([^']*)'", expected)
    if len(known) == 1:
        return f"must be '{known[0]}'"
    close = nearest(value, known) if isinstance(value, str) else None
    return f"is not one of {listing(known)}" + (f"; did you mean '{close}'?" if close else "")


def _quotes(value: Any, kind: str) -> str:
    """A way out where only the quotes are wrong."""
    if isinstance(value, str) and kind in _UNQUOTED and re.fullmatch(r"-?\d+(\.\d+)?|true|false", value):
        return f"; write {value} without quotes"
    if isinstance(value, int | float) and not isinstance(value, bool) and kind == "string_type":
        return "; put it in double quotes"
    return ""


def _items(context: Mapping[str, Any], key: str) -> str:
    count = int(context[key])
    found = context.get("actual_length")  # pydantic stops counting the keys of an object that has too many
    return f"{count:,} item{'' if count == 1 else 's'}" + ("" if found is None else f", not {found:,}")


_UNQUOTED = frozenset({"int_type", "float_type", "bool_type"})
_TYPES: Mapping[str, str] = {
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "tuple_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
}
_BOUNDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "greater_than": lambda context: f"must be above {context['gt']:g}",
    "greater_than_equal": lambda context: f"must be at least {_number(context['ge'])}",
    "less_than_equal": lambda context: f"must be at most {_number(context['le'])}",
    "too_short": lambda context: f"must have at least {_items(context, 'min_length')}",
    "too_long": lambda context: f"must have at most {_items(context, 'max_length')}",
    "string_too_short": lambda context: "must not be empty",
    "string_too_long": lambda context: f"must have at most {context['max_length']:,} characters",
}


def _number(bound: float) -> str:
    if isinstance(bound, int):
        return f"{bound:,}"
    return f"{int(bound):,}" if bound.is_integer() and abs(bound) < 1e15 else f"{bound:g}"
