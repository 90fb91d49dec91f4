"""`python -m outreach` is the command line."""

from outreach.cli.main import entry

if __name__ == "__main__":
    entry()
