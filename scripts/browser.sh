#!/usr/bin/env bash
# See to it that a Chromium and a Chinese font are there for the browser tests.
# As root on Debian or Ubuntu what is missing is installed; elsewhere it is said what will be skipped and how to get it.
# With CI=true nothing may be skipped: what cannot be had is a failure.
set -euo pipefail

has_chromium() {
  command -v chromium || command -v chromium-browser || command -v google-chrome || command -v google-chrome-stable
}
has_chinese_font() { command -v fc-list && fc-list :lang=zh family | grep -q .; }

missing() {
  local packages=()
  has_chromium >/dev/null || packages+=(chromium)
  has_chinese_font >/dev/null || packages+=(fontconfig fonts-noto-cjk)
  echo "${packages[*]}"
}

install() {
  local log=.make/browser.log
  mkdir -p .make
  echo "outreach: installing $* for the browser tests (log: $log) ..."
  export DEBIAN_FRONTEND=noninteractive
  apt-get update </dev/null >"$log" 2>&1 && apt-get install -y --no-install-recommends "$@" </dev/null >>"$log" 2>&1
}

cd "$(dirname "$0")/.."
packages="$(missing)"
if [ -n "$packages" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  # shellcheck disable=SC2086 # a list of package names
  install $packages || echo "outreach: apt-get could not install them." >&2
  packages="$(missing)"
fi
if [ -z "$packages" ]; then
  echo "outreach: Chromium and a Chinese font are here; browser tests will run."
elif [ "${CI:-}" = true ]; then
  echo "outreach: CI may skip nothing, and these are missing: $packages. Install them on the machine that runs CI." >&2
  exit 1
else
  echo "outreach: ****** SKIPPING BROWSER TESTS (and those of posters, without a font) ****** missing: $packages."
  echo "outreach: to run them too: sudo apt-get install $packages (Debian, Ubuntu; elsewhere any Chromium and a CJK font)."
fi
