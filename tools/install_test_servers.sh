#!/bin/sh
# Installs the servers that tests of connectors ask: MariaDB, Dovecot (IMAP) and OpenSSH. Used by
# the Makefile. Quick when they are there; without root or apt-get their tests are skipped.
set -eu

missing=""
for pair in mariadbd:mariadb-server dovecot:dovecot-imapd sshd:openssh-server; do
	PATH="$PATH:/usr/sbin" command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair##*:}"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
	echo "Tests that need$missing are skipped: they are not on this machine." >&2
	exit 0
fi
echo "Installing$missing, which tests of connectors ask." >&2
# Nothing is started by it: each test starts a server of its own.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod +x "$policy"
	trap 'rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
{ apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } >/dev/null 2>&1 ||
	echo "Installing$missing failed: their tests are skipped." >&2
