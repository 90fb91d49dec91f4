#!/usr/bin/env bash
# Compile constraints.txt from pyproject.toml: every package, every platform, with hashes and without addresses.
# Arguments go to uv, for example: scripts/pin.sh --upgrade, or scripts/pin.sh --upgrade-package aiohttp
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PATH:$PWD/.venv/bin"
command -v uv >/dev/null || {
  echo "outreach: uv is needed to pin packages: .venv/bin/pip install uv" >&2
  exit 2
}
uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-header --no-annotate --quiet \
  -o constraints.txt "$@"
echo "outreach: constraints.txt holds $(grep -c '==' constraints.txt) pins; next: make setup test"
