#!/usr/bin/env bash
# Make .venv with every pinned dependency and this project in it. Does nothing that is already done right.
# PYTHON=… chooses the interpreter. Exit code 2: something a person has to mend first, said in one sentence.
set -euo pipefail
cd "$(dirname "$0")/.."

OLDEST="3.11"
VENV_PYTHON=".venv/bin/python"

say() { printf 'outreach: %s\n' "$*"; }
give_up() {
  printf 'outreach: %s\n' "$*" >&2
  exit 2
}

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' </dev/null >/dev/null 2>&1; }

find_python() {
  local candidate
  for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
    if command -v "$candidate" >/dev/null && is_new_enough "$candidate"; then
      printf '%s' "$candidate"
      return
    fi
  done
}

make_environment() {
  if is_new_enough "$VENV_PYTHON"; then return; fi
  local python
  python="$(find_python)"
  if [ -z "$python" ]; then
    give_up "Python $OLDEST or newer is needed and none was found: install one (Debian, Ubuntu: apt install python3 python3-venv), or name it with make setup PYTHON=/path/to/python3."
  fi
  rm -rf .venv
  if command -v uv >/dev/null; then
    uv venv --quiet --no-python-downloads --python "$python" .venv
  elif ! "$python" -m venv .venv >.make/venv.log 2>&1; then
    rm -rf .venv
    give_up "this Python cannot make virtual environments: install its venv module (Debian, Ubuntu: apt install python3-venv) and run the same command again; the reason is in .make/venv.log."
  fi
}

install_with_uv() {
  uv pip install --quiet --python "$VENV_PYTHON" --require-hashes -r constraints.txt &&
    uv pip install --quiet --python "$VENV_PYTHON" --no-deps --no-build-isolation -e .
}

install_with_pip() {
  # The environment may have been made by uv, which leaves pip out.
  "$VENV_PYTHON" -m pip --version >/dev/null 2>&1 || "$VENV_PYTHON" -m ensurepip >/dev/null
  local pip=("$VENV_PYTHON" -m pip --quiet --disable-pip-version-check --no-input)
  "${pip[@]}" install --require-hashes -r constraints.txt &&
    "${pip[@]}" install --no-deps --no-build-isolation -e .
}

install_everything() {
  # pip is second because a mirror set up in pip's own configuration is unknown to uv.
  if command -v uv >/dev/null && install_with_uv; then return; fi
  install_with_pip ||
    give_up "the pinned packages could not be installed (the lines above say why): check the network or the mirror that pip is set up for, and run the same command again."
}

mkdir -p .make
started=$SECONDS
make_environment
say "installing the pinned packages into .venv (a few minutes the first time) ..."
install_everything
say "ready after $((SECONDS - started)) s: $("$VENV_PYTHON" --version), $(grep -c '==' constraints.txt) pins, .venv/bin/outreach."
