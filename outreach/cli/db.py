"""`outreach db …`: bring the database up to date, check it."""

from __future__ import annotations

import typer

from outreach.cli.shared import AsJson, print_json, set_up_logging

app = typer.Typer(no_args_is_help=True, help="The database.")


@app.command()
def upgrade(as_json: AsJson = False) -> None:
    """Bring an empty or older database up to date. `run` does this by itself."""
    from outreach.settings import load
    from outreach.store import Database

    set_up_logging("WARNING")
    settings = load()
    database = Database.open(settings.database_url, settings.key_file, settings.data_dir)
    try:
        revision = database.upgrade()
    finally:
        database.close()
    if as_json:
        print_json({"revision": revision})
    else:
        print(f"the database is up to date ({revision})")


@app.command()
def check(as_json: AsJson = False) -> None:
    """Structure, key and integrity. Exits with 2 and names each problem if something is wrong."""
    from outreach.settings import load
    from outreach.store import Database

    set_up_logging("WARNING")
    settings = load()
    database = Database.open(settings.database_url, settings.key_file, settings.data_dir)
    try:
        problems = database.check()
    finally:
        database.close()
    if as_json:
        print_json({"problems": problems})
    else:
        print("\n".join(problems) if problems else "the database is in order")
    if problems:
        raise typer.Exit(2)
