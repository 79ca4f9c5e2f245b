#!/bin/sh
# Installs Debian packages (the arguments) for their programs only: no daemon of theirs is started, now or at the next boot.
# What ran before is left alone. Runs as root, one at a time.
set -u
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
guard=/usr/sbin/policy-rc.d
mark='made by Warrener while it installs packages'
mkdir -p /run/lock
exec 9>/run/lock/warrener-apt
flock 9
# A guard of somebody else's stays as it is; one that a killed run of ours left behind is removed with this one.
if [ ! -e "$guard" ] || grep -q "$mark" "$guard"; then
  trap 'rm -f "$guard"' EXIT
  trap 'exit 130' HUP INT TERM
  printf '#!/bin/sh\n# %s\nexit 101\n' "$mark" >"$guard" && chmod 755 "$guard" || exit 1
fi

before=$(mktemp)
installed() { dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sort; }
installed >"$before"
[ -z "$(ls /var/lib/dpkg/updates)" ] || dpkg --configure -a # an earlier run of somebody's was cut off
apt-get -qq -o DPkg::Lock::Timeout=300 update || exit 1
apt-get -y -q -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold \
  --no-install-recommends install "$@" 9>&- || exit 1

if [ -d /run/systemd/system ]; then
  installed | comm -13 "$before" - | sed -n 's/^installed //p' | while read -r package; do
    units=$(dpkg -L "$package" | sed -n 's:^\(/usr\)\{0,1\}/lib/systemd/system/\([^/@]*\.\(service\|socket\)\)$:\2:p')
    [ -z "$units" ] || systemctl --quiet disable $units || true
  done
fi
rm -f "$before"
