"""The ``groundstop`` program: finds the command, and turns every failure into a sentence and a code.

Commands are imported when they are run, so that ``--help`` and completion start at once.
"""

from __future__ import annotations

import sys
from typing import NoReturn

import click

from groundstop import __version__
from groundstop.cli.lazy import LazyGroup
from groundstop.errors import ExitCode, GroundstopError

_COMMANDS = {
    "demo": ("groundstop.cli.demo:demo", "See the whole main job on an embedded real model."),
    "assess": ("groundstop.cli.assess:assess", "Decide whether a target's safeguards hold."),
    "compare": ("groundstop.cli.compare:compare", "Run one recipe on several targets."),
    "runs": ("groundstop.cli.runs:runs", "List, show, resume and report runs."),
    "finding": ("groundstop.cli.finding:finding", "Seal what a run confirmed; show, open and verify it."),
    "reproduce": (
        "groundstop.cli.reproduce:reproduce",
        "Rerun somebody's finding, and sign what came of it.",
    ),
    "verify-fix": (
        "groundstop.cli.verify_fix:verify_fix",
        "Say what is true of a claimed fix, on held-out variants.",
    ),
    "case": ("groundstop.cli.case:case", "Coordinate a finding among parties: who said what, and when."),
    "directive": (
        "groundstop.cli.directive:directive",
        "Order a model withdrawn: draft, preview, sign, lift.",
    ),
    "licence": ("groundstop.cli.licences:licence", "Grant, revoke and list exceptions to an order."),
    "repository": (
        "groundstop.cli.repository:repository",
        "Keep the repository that orders are published in.",
    ),
    "obeys": ("groundstop.cli.obeys:obeys", "Obey authorities: hear their orders, and decide by them."),
    "gateway": ("groundstop.cli.gateway:gateway", "Enforce orders in front of models, and prove it."),
    "import": ("groundstop.cli.importing:import_results", "Bring in another tool's result file."),
    "audit": ("groundstop.cli.audit:audit", "Check a bundle, a log, a gateway or records offline."),
    "key": ("groundstop.cli.key:key", "Make, show, import and revoke keys."),
    "target": ("groundstop.cli.target:target", "Check a target, or serve a local one over HTTP."),
    "suite": ("groundstop.cli.suite:suite", "List, show, validate and import suites."),
    "completion": ("groundstop.cli.completion:completion", "Print the shell completion script."),
}


_EXTRAS = {
    "aiohttp": "assess,push",
    "cedarpy": "cedar",
    "jwcrypto": "claims",
    "orjson": "gateway",
    "pyarrow": "parquet",
    "typst": "pdf",
}
"""What brings a package that a few commands need."""


@click.group(
    cls=LazyGroup,
    lazy=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 good, 1 bad (violated), 2 usage or input error, 3 inconclusive, "
    "4 target not reached, 130 interrupted (resumable).",
)
@click.version_option(__version__, prog_name="groundstop")
def cli() -> None:
    """Find it. Prove it. Fix it, or ground it.

    Point groundstop at a model endpoint and get a decision about its safeguards, with error rates fixed
    in advance and every trial kept.
    """


def main() -> NoReturn:
    """Run the program and end the process with the exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command.

    Args:
        arguments: The command line after the program's name.

    Returns:
        The exit code. What went wrong is one sentence on standard error, never a traceback.
    """
    try:
        outcome = cli.main(arguments, prog_name="groundstop", standalone_mode=False)
    except GroundstopError as error:
        return _fail(str(error), error.exit_code)
    except click.exceptions.Abort:
        return _fail("Interrupted.", ExitCode.INTERRUPTED)
    except click.UsageError as error:
        return _fail(_usage(error), ExitCode.USAGE)
    except click.ClickException as error:
        return _fail(error.format_message(), ExitCode.USAGE)
    except KeyboardInterrupt:
        return _fail("Interrupted.", ExitCode.INTERRUPTED)
    except ModuleNotFoundError as error:
        return _fail(_missing_package(error), ExitCode.USAGE)
    except BrokenPipeError:
        raise
    except OSError as error:
        return _fail(
            f"What this command has to say cannot be written: {error.strerror}. "
            "Check the disk and the standard output; what was recorded is kept.",
            ExitCode.USAGE,
        )
    except Exception as error:  # noqa: BLE001 - the last line of defence against a traceback
        return _fail(_of_no_form(error) or _unexpected(error), ExitCode.USAGE)
    return outcome if isinstance(outcome, int) else ExitCode.GOOD


def _fail(sentence: str, code: ExitCode) -> ExitCode:
    click.echo(f"groundstop: {sentence}", err=True)
    return code


def _usage(error: click.UsageError) -> str:
    """Word what click says of the command line as one sentence with a hint."""
    said = " ".join(error.format_message().split()).rstrip(".")
    command = error.ctx.command_path if error.ctx else "groundstop"
    return f"{said}{'' if said.endswith('?') else '.'} See: {command} --help."


def _missing_package(error: ModuleNotFoundError) -> str:
    extras = _EXTRAS.get((error.name or "").partition(".")[0], "assess,embedded")
    return (
        f"The Python package {error.name!r} is not installed. "
        f"Install what this command needs: pip install 'groundstop[{extras}]'."
    )


def _of_no_form(error: Exception) -> str | None:
    """Word what a form refused of the values that were given; none for any other error."""
    if type(error).__name__ != "ValidationError":
        return None
    from pydantic import ValidationError

    from groundstop.documents import describe

    if not isinstance(error, ValidationError):
        return None
    message, hint = describe(error, source="What was given")
    return f"{message}. {hint}."


def _unexpected(error: Exception) -> str:
    """Name the place of a bug, and nothing of its message: that might hold what must not be shown."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else "an unknown place"
    return (
        f"A mistake in groundstop itself: {type(error).__name__} at {place}. "
        "Please report this line; what was recorded is kept."
    )
