#!/bin/sh
# Makes or renews the environment in .venv from a lock with hashes. Used by the Makefile.
# usage: make_environment.sh PYTHON LOCKFILE
set -eu
python=$1
lock=$2

say() { printf '%s\n' "$*" >&2; }

if ! command -v "$python" >/dev/null 2>&1; then
	say "$python is not on this machine. Install Python 3.11 or newer (on Debian and Ubuntu:"
	say "apt-get install python3 python3-venv) and run make again."
	exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
	say "$("$python" --version) is too old: Python 3.11 or newer is needed."
	say "Name another one with: make PYTHON=python3.12"
	exit 1
fi
# Debian splits the part of Python that makes environments into a package of its own.
if ! "$python" -c 'import ensurepip' >/dev/null 2>&1; then
	package="python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
		say "Installing $package, which Python needs to make an environment."
		apt-get update -qq && apt-get install -y -qq "$package" >/dev/null
	else
		say "Python cannot make an environment yet. Run: sudo apt-get install $package"
		exit 1
	fi
fi

[ -x .venv/bin/python ] || "$python" -m venv .venv
# The lock names everything there is, so nothing is left to resolve (and older pips trip over
# extras when they resolve with hashes).
say "Installing the packages of $lock into .venv (some minutes the first time)."
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
	--require-hashes -r "$lock"
.venv/bin/python -m pip install --quiet --disable-pip-version-check \
	--no-deps --no-build-isolation --editable .
# Start-up is half the run time when Python must compile its packages anew each time.
.venv/bin/python -m compileall -q -j 0 dronten_pipeline >/dev/null || true
# What dbt reads of the project is the same in every home: a first run takes it over from here.
.venv/bin/python -m dronten_pipeline.contracts.dbt_project || true
