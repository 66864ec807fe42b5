"""``groundstop directive feed``: what stands, as static files for a web server."""

from __future__ import annotations

from pathlib import Path

import click

from groundstop.cli import options
from groundstop.cli.directive_acting import now
from groundstop.cli.directive_source import orders_in, source_argument
from groundstop.errors import ExitCode


@click.command()
@source_argument
@click.option(
    "--output",
    "-o",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the files.",
)
@click.option("--home", required=True, metavar="URL", help="Where that folder is served, such as https://….")
@click.option("--title", default="Orders about models", show_default=True, help="Whose feed it is.")
@click.option("--author", help="Who keeps it. Default: the title.")
@options.json_output
def feed(folder: Path, output: Path, home: str, title: str, author: str | None, as_json: bool) -> int:
    """Write what stands in FOLDER as feeds and a page: status.json, feed.json, feed.atom and index.html.

    A downstream project looks up its models in status.json, to suspend and to restore them without hand
    edits.
    """
    from groundstop.cli.output import tell, write_file
    from groundstop.directives.feeds import Site, atom_feed, feed_items, json_feed, status_feed
    from groundstop.reports.directive_feed import feed_page

    moment = now()
    items = feed_items(orders_in(folder), moment)
    base = home.rstrip("/") + "/"
    site = Site(
        title=title,
        author=author or title,
        home=base,
        json_feed=f"{base}feed.json",
        atom=f"{base}feed.atom",
        status=f"{base}status.json",
        since=moment,
    )
    files = {
        "status.json": status_feed(items, site).decode("utf-8"),
        "feed.json": json_feed(items, site).decode("utf-8"),
        "feed.atom": atom_feed(items, site).decode("utf-8"),
        "index.html": feed_page(items, site),
    }
    for name, text in files.items():
        write_file(output / name, text)
    tell(
        f"{output}: {len(items)} items in {', '.join(files)}.",
        {"folder": str(output), "files": list(files), "items": len(items)},
        as_json=as_json,
    )
    return ExitCode.GOOD
