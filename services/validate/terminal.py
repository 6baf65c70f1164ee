"""The result on a terminal: a table of what is broken, a line a table of what holds, the score."""

from __future__ import annotations

from collections.abc import Sequence

from validate.findings import Finding
from validate.run import Result
from validate.score import WEIGHTS, held

SIGNS = {"holds": "✓", "broken": "✗", "skipped": "·"}
WIDEST = 44
HEAD = ("", "rule", "where", "declared", "made")


def as_text(result: Result, every: bool = False) -> str:
    """Lines for people; without `every`, only what does not hold is told one by one."""
    shown = [finding for finding in result.findings if every or finding.verdict == "broken"]
    parts = [head(result)]
    parts += [table(shown)] if shown else []
    parts += [f"  {trouble.file}: {trouble.message}" for trouble in result.troubles]
    parts += [f"  note: {note}" for note in result.sources.notes]
    return "\n".join([*parts, foot(result)])


def head(result: Result) -> str:
    dataset = result.sources.dataset
    lines = [f"{dataset.name}: declared against made"]
    width = max(map(len, result.declared.tables), default=0)
    for name in result.declared.tables:
        findings = [finding for finding in result.findings if finding.table == name]
        broken = sum(finding.verdict == "broken" for finding in findings)
        judged = sum(finding.verdict != "skipped" for finding in findings)
        loaded = result.loaded.get(name)
        rows = f"{loaded.rows:,} rows" if loaded else "no rows"
        sign = SIGNS["broken" if broken else "holds" if judged else "skipped"]
        lines.append(f"  {sign} {name:<{width}}  {judged - broken} of {judged} rules hold, {rows}")
    return "\n".join(lines)


def table(findings: Sequence[Finding]) -> str:
    rows = [HEAD, *(_row(finding) for finding in findings)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(["", *(f"  {line.rstrip()}" for line in lines), ""])


def _row(finding: Finding) -> tuple[str, ...]:
    where = f"{finding.table}.{finding.column}" if finding.column else finding.table
    some = f" ({', '.join(finding.examples)})" if finding.examples else ""
    tolerance = f" ({finding.tolerance})" if finding.tolerance else ""
    cells = (finding.rule, where, finding.declared + tolerance, finding.made + some)
    return SIGNS[finding.verdict], *(_cut(printable(cell)) for cell in cells)


def printable(text: str) -> str:
    """Nothing that moves the cursor: what stands in data may be anything."""
    return "".join(character if character.isprintable() else "�" for character in text)


def _cut(text: str) -> str:
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def foot(result: Result) -> str:
    counts = {family: held(result.findings, family) for family in WEIGHTS}
    parts = ", ".join(f"{family} {kept} of {judged}" for family, (kept, judged) in counts.items() if judged)
    skipped = sum(finding.verdict == "skipped" for finding in result.findings)
    rest = f", {skipped} not judged" if skipped else ""
    return f"  score {result.score:g} of 100: {parts}{rest}"
