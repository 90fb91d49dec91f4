"""The database's history, one step a file, run by Alembic from wherever the package is installed."""

HEAD = "0016"
"""The newest step: a database that says so needs no look at the steps. A test compares it with them."""
