"""`demo up`: one schema's stack on this machine, watched over until somebody stops it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from math import ceil
from pathlib import Path

from datagen.errors import UserError
from datagen.sinks import locks
from datagen.sinks.trees import make_folder
from datagen.stopping import Stopped
from demo import down, parts, register, stream_parts
from demo.crew import Crew
from demo.effective import Business
from demo.folders import demo_folder
from demo.options import Half, Options
from demo.parts import Part
from demo.ports import HOST, is_taken, next_free, require_free
from demo.screen import Screen
from demo.setup.classes import for_streams
from demo.setup.environment import environment
from demo.setup.java import require
from demo.setup.places import Places
from demo.setup.system import this_system
from demo.summary import summary

MOVING_ROWS = 200_000  # so that something moves for hours


def up(options: Options, places: Places, screen: Screen, environ: Mapping[str, str]) -> int:
    """Brings everything up, prints where it is, and watches over it. Gives the exit code of a stop; UserError else."""
    java = require(environ, this_system())
    business = Business(options.schema, options.data)
    half = possible_half(options, business, screen)
    with _folder(options.data), _lock(options.data, business, screen):
        down.clear(options.data)
        kafka_port = broker_port(options, half)
        token = secrets.token_hex(8)
        around = environment(places, java, environ)
        crew = Crew(
            members(options, half, business, kafka_port, for_streams(places, environ)),
            screen,
            environ={**around, register.TOKEN: token},
            cwd=places.root,
            logs=business.folders.logs,
            changed=lambda: _changed(crew, options, half, business, token),
        )
        try:
            with crew:
                crew.bring_up()
                screen.say(summary(options, half, set(crew.members), business, places.root / "schemas"))
                crew.watch()
        except Stopped as stopped:
            screen.say("\n  stopped")
            return stopped.exit_code
        finally:
            register.forget(options.data)
    raise AssertionError("watching ends by an exception alone")


def possible_half(options: Options, business: Business, screen: Screen) -> Half:
    """Without a timestamp there is nothing to replay. UserError where the streaming half alone was asked for."""
    if options.half == "batch" or business.dataset.analysis.stream is not None:
        return options.half
    reason = f"{options.schema}: no timestamp, so nothing says when an event is due"
    if options.half == "streaming":
        raise UserError(f"{reason}; add a datetime field, or take `demo up batch`")
    screen.say(f"  {reason}: the batch half alone")
    return "batch"


def members(options: Options, half: Half, business: Business, kafka_port: int, quick: Mapping[str, str]) -> list[Part]:
    """In the order in which they are started where nothing else forces one."""
    folders = business.folders
    found = [parts.generator(options.schema, folders, generated(options, half, business))]
    if half != "batch":
        address = f"{HOST}:{kafka_port}"
        found += [
            stream_parts.broker(folders, kafka_port),
            stream_parts.job(business, address, quick),
            stream_parts.replay(business, address, options.speed),
            stream_parts.live_page(business, options.stream_port),
        ]
    if half != "streaming":
        found += [parts.batch(options.schema, folders), parts.dashboard(folders, options.batch_port)]
    return found


def generated(options: Options, half: Half, business: Business) -> tuple[str, ...]:
    """Options of the generator: more rows than the schema says, where they are to move and nobody said how many."""
    dataset = business.dataset
    (rows,) = (table.rows for table in dataset.tables if table.name == dataset.analysis.table)
    if half == "batch" or rows >= MOVING_ROWS or {"--rows", "--scale"} & set(options.generate):
        return options.generate
    more = ("--scale", str(ceil(MOVING_ROWS / max(rows, 1)))) if dataset.relational else ("--rows", str(MOVING_ROWS))
    return (*options.generate, *more)


def broker_port(options: Options, half: Half) -> int:
    """A free one, or the one that was asked for. UserError where that or a page's is taken."""
    if half != "streaming":
        require_free(options.batch_port, "--batch-port", "DEMO_BATCH_PORT")
    if half == "batch":
        return 0
    require_free(options.stream_port, "--stream-port", "DEMO_STREAM_PORT")
    if options.kafka_port is not None:
        require_free(options.kafka_port, "--kafka-port", "DEMO_KAFKA_PORT")
        return options.kafka_port
    first = stream_parts.KAFKA_PORT
    return next_free(first) if is_taken(first) else first


def _changed(crew: Crew, options: Options, half: Half, business: Business, token: str) -> None:
    if crew.members["generator"].is_ready:
        business.settle()
    register.note(options.data, half, business, crew.members.values(), token, logs=business.folders.logs)


@contextmanager
def _folder(data: Path) -> Iterator[None]:
    """The demo's own, with those above it; what was made for a demo that left nothing in it goes again."""
    with ExitStack() as made:
        try:
            made.enter_context(make_folder(demo_folder(data)))
        except OSError as error:
            raise UserError(f"{error.strerror}: {error.filename}; the demo keeps its files there") from error
        yield


def _lock(data: Path, business: Business, screen: Screen) -> locks.Lock:
    """One demo a data folder: one of another schema is stopped. UserError names the one that is running."""
    noted, holder = register.read(data), register.watcher(data)
    if noted and holder and holder.pid == noted.pid and _is_another(noted, business):
        with screen.step(f"stopping {noted.dataset}", "earlier stopped") as step:
            down.stop(data, holder)
            step.note = f"{noted.dataset}; what it published stays"
    try:
        return locks.acquire(demo_folder(data) / register.LOCK)
    except locks.HeldError as error:
        who = f"held by {error.holder}" if error.holder else "held"
        raise UserError(
            f"{error.path}: {who}: a demo runs on this data already; `demo status` shows it, `demo down` ends it"
        ) from error


def _is_another(noted: register.Register, business: Business) -> bool:
    known = business.known
    differs = known is not None and noted.fingerprint not in (None, known.fingerprint)
    return noted.schema != str(business.schema) or differs
