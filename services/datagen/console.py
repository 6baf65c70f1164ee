"""From a click command to the exit code of a process: 0, 1 in part, 2 the user's, 130 and 143 stopped."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence

import click

from datagen.errors import DatagenError
from datagen.stopping import Stopped, listen


def run(command: click.Command, name: str, arguments: Sequence[str] | None = None) -> int:
    """Run a command to its exit code. What nobody expected is left to raise: traceback, and 1."""
    listen()
    _fill_standard_descriptors()
    code: object = 0
    try:
        with (
            _quietly_cut_off(),
            command.make_context(name, list(sys.argv[1:] if arguments is None else arguments)) as context,
        ):
            code = command.invoke(context)
    except click.exceptions.Exit as exit:
        return exit.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except DatagenError as error:
        click.echo(str(error), err=True)
        return error.exit_code
    except Stopped as stopped:
        return stopped.exit_code
    return code if isinstance(code, int) else 0


@contextlib.contextmanager
def _quietly_cut_off() -> Iterator[None]:
    """Whoever reads standard output may have had enough of it: that is no error."""
    try:
        yield
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what Python still holds goes nowhere at its exit


def _fill_standard_descriptors() -> None:
    """Where one of 0, 1 and 2 is closed, no file of ours may take its place: messages would be written into it."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
