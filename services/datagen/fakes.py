"""Faker, held at arm's length: which of its methods a document may name, and values drawn from them with a seed.

Only methods of Faker's own providers can be reached, none that reads or makes files, bytes, containers, or templates
in which further methods are named. Faker is imported when it is first asked.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from datagen.frozen import now_is
from datagen.refusals import RefusalError
from datagen.steady import seeded, steady_faker

DEFAULT_LOCALE = "en_US"
SOME_DAY = datetime(2025, 1, 1, tzinfo=UTC)
MAX_ARGUMENT = 1_000  # characters, items, or what an argument that tells a size may be
MAX_VALUE = 4_000  # characters of one value
SCALARS = (str, int, float, bool, Decimal, date, datetime)

_REFUSED_PROVIDERS = ("faker.providers.file",)
_REFUSED = frozenset(
    {
        *("add_provider", "binary", "csv", "dsv", "enum", "fixed_width", "image", "json", "json_bytes", "psv"),
        *("pydict", "pyiterable", "pylist", "pyobject", "pyset", "pystr_format", "pystruct", "pytuple", "tar", "tsv"),
        *("xml", "zip", "time_series", "profile", "simple_profile", "seed_instance", "seed", "random"),
    }
)
_SIZES = ("nb", "chars", "length", "size", "count", "digits", "words", "texts", "sentences")

# What stands for a country or a city in `locale_from`; two-letter codes of languages are met by `_by_country`.
_LOCALES: Mapping[str, str] = {
    "US": "en_US", "USA": "en_US", "UNITED STATES": "en_US", "NEW YORK": "en_US", "CHICAGO": "en_US",
    "UK": "en_GB", "GB": "en_GB", "UNITED KINGDOM": "en_GB", "LONDON": "en_GB",
    "DE": "de_DE", "GERMANY": "de_DE", "BERLIN": "de_DE", "MUNICH": "de_DE",
    "AT": "de_AT", "AUSTRIA": "de_AT", "VIENNA": "de_AT", "CH": "de_CH", "SWITZERLAND": "de_CH", "ZURICH": "de_CH",
    "CZ": "cs_CZ", "CZECHIA": "cs_CZ", "CZECH REPUBLIC": "cs_CZ", "PRAGUE": "cs_CZ", "BRNO": "cs_CZ",
    "SK": "sk_SK", "SLOVAKIA": "sk_SK", "BRATISLAVA": "sk_SK", "PL": "pl_PL", "POLAND": "pl_PL", "WARSAW": "pl_PL",
    "FR": "fr_FR", "FRANCE": "fr_FR", "PARIS": "fr_FR", "ES": "es_ES", "SPAIN": "es_ES", "MADRID": "es_ES",
    "IT": "it_IT", "ITALY": "it_IT", "ROME": "it_IT", "MILAN": "it_IT", "PT": "pt_PT", "PORTUGAL": "pt_PT",
    "NL": "nl_NL", "NETHERLANDS": "nl_NL", "AMSTERDAM": "nl_NL", "BE": "nl_BE", "BELGIUM": "nl_BE",
    "SE": "sv_SE", "SWEDEN": "sv_SE", "NO": "no_NO", "NORWAY": "no_NO", "DK": "da_DK", "DENMARK": "da_DK",
    "FI": "fi_FI", "FINLAND": "fi_FI", "HU": "hu_HU", "HUNGARY": "hu_HU", "BUDAPEST": "hu_HU",
    "RO": "ro_RO", "ROMANIA": "ro_RO", "GR": "el_GR", "GREECE": "el_GR", "TR": "tr_TR", "TURKEY": "tr_TR",
    "UA": "uk_UA", "UKRAINE": "uk_UA", "RU": "ru_RU", "RUSSIA": "ru_RU", "IE": "en_IE", "IRELAND": "en_IE",
    "CA": "en_CA", "CANADA": "en_CA", "AU": "en_AU", "AUSTRALIA": "en_AU", "NZ": "en_NZ", "IN": "en_IN",
    "INDIA": "en_IN", "JP": "ja_JP", "JAPAN": "ja_JP", "TOKYO": "ja_JP", "CN": "zh_CN", "CHINA": "zh_CN",
    "KR": "ko_KR", "TW": "zh_TW", "BR": "pt_BR", "BRAZIL": "pt_BR", "MX": "es_MX", "MEXICO": "es_MX",
    "AR": "es_AR", "CL": "es_CL", "CO": "es_CO",
}  # fmt: skip


def locale_of(place: str) -> str:
    """The locale of a country code, a country or a city; en_US where it is not known."""
    named = place.strip().replace("-", "_")
    if named.upper() in _LOCALES:
        return _LOCALES[named.upper()]
    return named if named in locales() else DEFAULT_LOCALE


@lru_cache(maxsize=1)
def locales() -> frozenset[str]:
    from faker.config import AVAILABLE_LOCALES

    return frozenset(AVAILABLE_LOCALES)


def check_method(method: str, arguments: Mapping[str, Any], locale: str = DEFAULT_LOCALE) -> None:
    """RefusalError where the method may not be named, or not with these arguments."""
    found = _own(method, locale)
    if found is None:
        raise RefusalError(
            "method", f"method={method!r} is not a method of Faker's own providers{_meant(method, locale)}"
        )
    for key, value in arguments.items():
        _check_argument(key, value)
    try:
        inspect.signature(found).bind(**arguments)
    except TypeError as error:
        names = list(inspect.signature(found).parameters)
        raise RefusalError("method", f"method={method!r}: {error}; it takes {', '.join(names) or 'nothing'}") from error
    drawn(method, arguments, locale, 0, 1)


def drawn(
    method: str, arguments: Mapping[str, Any], locale: str, seed: int, count: int, now: datetime = SOME_DAY
) -> list[Any]:
    """So many values; RefusalError where the method cannot make them, or makes what no column can hold.

    Methods that count from today count from `now`. One thread at a time, from the seed on: they share Faker's state.
    """
    given = {key: tuple(value) if isinstance(value, list) else value for key, value in arguments.items()}
    try:
        with now_is(now), seeded(locale, seed) as fake:
            call = getattr(fake, method)
            values = [call(**given) for _ in range(count)]
    except Exception as error:  # whatever a provider raises is said of its arguments
        raise RefusalError("method", f"method={method!r} refuses its arguments: {error}") from error
    for value in values:
        if value is not None and not isinstance(value, SCALARS):
            kind = type(value).__name__
            raise RefusalError("method", f"method={method!r} makes a {kind}, which no column holds; choose another")
        if isinstance(value, str) and len(value) > MAX_VALUE:
            raise RefusalError(
                "method", f"method={method!r} makes texts of over {MAX_VALUE:,} characters; shorten them"
            )
    return [_plain(value) for value in values]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return datetime.combine(date(value.year, value.month, value.day), value.time(), value.tzinfo or UTC)
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    return float(value) if isinstance(value, Decimal) else value


def _own(method: str, locale: str) -> Any:
    """The method of a provider, bound; None where there is none that may be named."""
    if method.startswith("_") or method in _REFUSED:
        return None
    for provider in steady_faker(locale).factories[0].get_providers():
        home = type(provider).__module__
        if not home.startswith("faker.providers.") or home.startswith(_REFUSED_PROVIDERS):
            continue
        found = inspect.getattr_static(type(provider), method, None)
        if inspect.isfunction(found) or isinstance(found, classmethod | staticmethod):
            return getattr(provider, method)
    return None


def _meant(method: str, locale: str) -> str:
    from datagen.schema.names import nearest

    providers = steady_faker(locale).factories[0].get_providers()
    every = {name for provider in providers for name in dir(type(provider)) if name not in _REFUSED}
    names = {name for name in every if _own(name, locale) is not None}
    close = nearest(method, sorted(names))
    return f"; did you mean '{close}'?" if close and close != method else "; such are name, email, city, bothify"


def _check_argument(key: str, value: Any) -> None:
    items = value if isinstance(value, list) else [value]
    if len(items) > MAX_ARGUMENT or not all(
        item is None or isinstance(item, str | int | float | bool) for item in items
    ):
        raise RefusalError(key, f"{key} must be text, a number, true, false, or a short list of them")
    if any(isinstance(item, str) and len(item) > MAX_ARGUMENT for item in items):
        raise RefusalError(key, f"{key} has over {MAX_ARGUMENT:,} characters; shorten it")
    told = any(part in key for part in _SIZES)
    if told and any(isinstance(item, int | float) and abs(item) > MAX_ARGUMENT for item in items):
        raise RefusalError(key, f"{key}={value} is above {MAX_ARGUMENT:,}; lower it")
