#!/bin/sh
# Installs the browser that attacks the web server in tests, where it is missing and we may.
# Used by .ci/run; without a browser those tests are skipped.
set -eu
if command -v chromium >/dev/null 2>&1; then
	exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
	echo "Installing chromium, with which the tests attack the web server." >&2
	export DEBIAN_FRONTEND=noninteractive
	# Without it the other tests still say what they have to say.
	{ apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; } ||
		echo "chromium could not be installed: its tests are skipped." >&2
else
	echo "No chromium: its tests are skipped. Run: sudo apt-get install chromium" >&2
fi
