"""The pictures in docs/compose.md, drawn from the files: `python -m tests.compose.picture` draws them anew."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tests.compose.files import ONE_SHOTS, ROOT, STACKS, Service, services

PAGE = ROOT / "docs" / "compose.md"
PICTURE = re.compile(r"<!-- (\w+): drawn from the file -->\n```mermaid\n(.*?)```\n", re.DOTALL)


def drawn(stack: str) -> str:
    """A node a service, rounded where it ends, with its address; an arrow to whoever waits for it."""
    return "\n".join(["flowchart LR", *_nodes(services(stack)), *_arrows(services(stack))]) + "\n"


def _nodes(found: Mapping[str, Service]) -> Iterator[str]:
    for name, service in found.items():
        lines = [name, *(port.rpartition(":")[0] for port in service.get("ports", ())), *_volumes(service)]
        if profiles := service.get("profiles"):
            lines.append(f"with --profile {profiles[0]}")
        text = "<br>".join(lines)
        yield f'    {name}(["{text}"])' if name in ONE_SHOTS else f'    {name}["{text}"]'


def _volumes(service: Service) -> Iterator[str]:
    for volume in service.get("volumes", ()):
        source = volume.split(":")[0] if isinstance(volume, str) else volume["source"]
        if source != "scratch":
            yield f"<i>{source}</i>"


def _arrows(found: Mapping[str, Service]) -> Iterator[str]:
    for name, service in found.items():
        yield from (f"    {other} --> {name}" for other in service.get("depends_on", ()))


def pictures() -> dict[str, str]:
    return dict(PICTURE.findall(PAGE.read_text("utf-8")))


def draw() -> None:
    text = PAGE.read_text("utf-8")
    for stack in STACKS:
        begin = f"<!-- {stack}: drawn from the file -->\n```mermaid\n"
        head, _, rest = text.partition(begin)
        text = f"{head}{begin}{drawn(stack)}```{rest.partition('```')[2]}"
    PAGE.write_text(text, "utf-8")


if __name__ == "__main__":
    draw()
