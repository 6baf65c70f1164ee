"""The report as one page that needs no network: figures, small pictures, every rule. Works without scripts.

Whatever comes from a document or from data goes through `escape`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from validate.pictures import picture

STYLE = Path(__file__).with_name("page.css")
SIGNS = {"holds": "✓ holds", "broken": "✗ broken", "skipped": "· not judged"}
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
Record = Mapping[str, Any]


def page(report: Record) -> str:
    """Of the document that `report.report` makes."""
    title = f"{report['dataset']}: declared against made"
    body = [_head(report), "<main>", *_wrong(report), *_tables(report), "</main>"]
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title><style>{STYLE.read_text('utf-8')}</style></head><body>",
            *body,
            "</body></html>",
            "",
        ]
    )


def _head(report: Record) -> str:
    checks = report["checks"]
    verdict = "broken" if checks["broken"] else "holds"
    told = f"{checks['broken']:,} rules are broken" if checks["broken"] else "every rule that was judged holds"
    tiles = [_tile(f"{report['score']:g}", "of 100", verdict)]
    tiles += [
        _tile(f"{family['holds']:,} of {family['checks']:,}", f"{name}, weight {family['weight']}")
        for name, family in report["families"].items()
    ]
    rows = sum(table["rows"] or 0 for table in report["tables"])
    tiles.append(_tile(f"{rows:,}", f"rows in {len(report['tables'])} table{'s' * (len(report['tables']) != 1)}"))
    return (
        f'<header><h1>{escape(report["dataset"])}</h1><p class="{verdict}"><b>{escape(told)}</b></p>'
        f"<p>{escape(report['schema'])} against {escape(report['folder'])}</p>"
        f'<p class="key">In the pictures <i class="box"></i>is what was made, <i class="bar"></i>what was declared.</p>'
        f'<div class="tiles">{"".join(tiles)}</div></header>'
    )


def _tile(figure: str, words: str, verdict: str = "") -> str:
    return f'<div class="tile"><b class="{verdict}">{escape(figure)}</b><span>{escape(words)}</span></div>'


def _wrong(report: Record) -> Iterator[str]:
    broken = [one for one in report["findings"] if one["verdict"] == "broken"]
    if broken:
        yield f"<section><h2>What is broken</h2>{_listed(broken, with_table=True)}</section>"
    told = [f"{trouble['file']}: {trouble['message']}" for trouble in report["troubles"]] + list(report["notes"])
    if told:
        items = "".join(f"<p>{escape(line)}</p>" for line in told)
        yield f"<section><h2>Files and notes</h2>{items}</section>"


def _tables(report: Record) -> Iterator[str]:
    for table in report["tables"]:
        findings = [one for one in report["findings"] if one["table"] == table["name"]]
        judged = [one for one in findings if one["verdict"] != "skipped"]
        kept = sum(one["verdict"] == "holds" for one in judged)
        rows = "no rows could be read" if table["rows"] is None else f"{table['rows']:,} rows"
        pictures = "".join(_article(one) for one in findings if one["picture"])
        yield (
            f"<section><h2>{escape(table['name'])}</h2><p>{rows}, {kept} of {len(judged)} rules hold</p>"
            f'<div class="pictures">{pictures}</div>'
            f"<details><summary>All {len(findings)} rules</summary>{_listed(findings)}</details></section>"
        )


def _article(finding: Record) -> str:
    name = finding["column"] or finding["table"]
    return (
        f'<article><h3><span class="{finding["verdict"]}">{SIGNS[finding["verdict"]][0]}</span> '
        f"{escape(name)} · {escape(finding['rule'].replace('_', ' '))}</h3>"
        f"<p>{escape(finding['declared'])}</p>{picture(finding['picture'])}<p>{escape(finding['made'])}</p></article>"
    )


def _listed(findings: Sequence[Record], with_table: bool = False) -> str:
    rows = "".join(_row(finding, with_table) for finding in findings)
    head = "".join(f"<th>{word}</th>" for word in ("", "rule", "where", "declared", "made"))
    return f'<div class="scroll"><table><tr>{head}</tr>{rows}</table></div>'


def _row(finding: Record, with_table: bool) -> str:
    where = finding["column"] or ""
    if with_table:
        where = f"{finding['table']}.{where}" if where else finding["table"]
    tolerance = f"<small>{escape(finding['tolerance'])}</small>" if finding["tolerance"] else ""
    examples = f"<small>{escape(', '.join(finding['examples']))}</small>" if finding["examples"] else ""
    verdict = finding["verdict"]
    return (
        f'<tr><td class="sign {verdict}">{SIGNS[verdict]}</td><td>{escape(finding["rule"])}</td>'
        f"<td>{escape(where)}</td><td>{escape(finding['declared'])}{tolerance}</td>"
        f"<td>{escape(finding['made'])}{examples}</td></tr>"
    )
