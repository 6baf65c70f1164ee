"""From a document and a folder to findings: every check, of every table that could be read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from validate import computed, distributions, fanouts, popularity, profiles, shares, stages, structure, targets, values
from validate.declared import Declared
from validate.findings import Finding, Trouble
from validate.of_record import declared_record
from validate.of_tables import declared_tables
from validate.score import score
from validate.sources import Sources, find
from validate.store import Loaded, opened


@dataclass(frozen=True)
class Result:
    sources: Sources
    declared: Declared
    loaded: dict[str, Loaded]
    findings: tuple[Finding, ...]
    troubles: tuple[Trouble, ...]

    @property
    def score(self) -> float:
        return score(self.findings)

    @property
    def holds(self) -> bool:
        return not any(finding.verdict == "broken" for finding in self.findings)


def validate(schema: Path, folder: Path) -> Result:
    """Raises SchemaError and UserError for what cannot be checked at all."""
    sources = find(schema, folder)
    dataset = sources.dataset
    sample = sources.manifest.sample if sources.manifest else None
    declared = declared_tables(dataset, sample) if dataset.relational else declared_record(dataset, sample)
    declared = replace(declared, some_days=sources.of_some_days())
    with opened() as store:
        for name, files in sources.files.items():
            store.take(declared.tables[name], files)
        findings = [
            *structure.check(declared, store, sources),
            *values.check(declared, store),
            *computed.check(declared, store),
            *shares.check(declared, store),
            *distributions.check(declared, store),
            *profiles.check(declared, store, sources),
            *fanouts.check(declared, store),
            *popularity.check(declared, store),
            *stages.check(declared, store),
            *targets.check(declared, store),
        ]
        troubles = (*sources.troubles, *store.troubles)
        return Result(sources, declared, store.loaded, tuple(findings), troubles)
