"""What stands in a file, as a value of the type that its column declares; null where it is none."""

from __future__ import annotations

from validate.declared import DeclaredColumn

EPOCHS = {"epoch_s": "make_timestamp({0} * 1000000)", "epoch_ms": "make_timestamp({0} * 1000)"}
WHOLE = "[+-]?[0-9]+"
TYPES = {
    "int": "BIGINT",
    "float": "DOUBLE",
    "text": "VARCHAR",
    "bool": "BOOLEAN",
    "time": "TIMESTAMP",
    "date": "DATE",
    "object": "STRUCT(lat DOUBLE, lon DOUBLE)",
}


def typed(column: DeclaredColumn, value: str, physical: str) -> str:
    """`value` is SQL, of the type `physical` in the file."""
    if column.kind == "time":
        return _time(column.time_format, value, physical)
    if physical == TYPES[column.kind]:
        return f"case when isfinite({value}) then {value} end" if physical == "DOUBLE" else value
    if column.kind == "int":
        return _whole(value, physical)
    if column.kind == "float":
        number = f"try_cast({value} as double)"
        return f"case when isfinite({number}) then {number} end"
    if column.kind == "object":
        return f"try_cast(try_cast({value} as json) as {TYPES['object']})"
    return f"try_cast({value} as {TYPES[column.kind]})"


def _whole(value: str, physical: str) -> str:
    """12.0 is whole, 12.5 is not."""
    number = f"try_cast({value} as double)"
    of_double = f"case when {number} = trunc({number}) then try_cast({number} as bigint) end"
    if physical == "VARCHAR":
        return f"case when regexp_full_match({value}, '{WHOLE}') then try_cast({value} as bigint) else {of_double} end"
    return of_double if physical in ("DOUBLE", "FLOAT") else f"try_cast({value} as bigint)"


def _time(form: str, value: str, physical: str) -> str:
    if form in EPOCHS:
        number = value if physical == "BIGINT" else _whole(value, physical)
        return EPOCHS[form].format(number)
    if physical == "TIMESTAMP WITH TIME ZONE":
        return f"({value} at time zone 'UTC')"
    if physical.startswith(("TIMESTAMP", "DATE")):
        return f"cast({value} as timestamp)"
    if form == "iso":
        return f"(try_cast({value} as timestamptz) at time zone 'UTC')"
    pattern = form.replace("'", "''")
    return f"try_strptime({value}, '{pattern}')"
