import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { unshareMounts } from './namespaces.ts';

/** What an image's layer is made by, and what starts with a server of it. */
interface Recipe {
  readonly script: string;
  readonly services: readonly string[];
}

/**
 * Instead of systemd: starts and stops the few services there are, with Debian's own start-stop-daemon. What is enabled
 * is a file in /etc/sandbox/enabled.
 */
const SYSTEMCTL = `#!/bin/sh
# The sandbox's stand-in for systemd. Knows rabbitmq-server, mosquitto and ssh.
set -u
dir=/etc/sandbox/enabled; mkdir -p "$dir"
daemon() { # name user program args...
  n=$1 u=$2; shift 2
  start-stop-daemon --start --oknodo --quiet --background --make-pidfile --pidfile "/run/$n.pid" --chuid "$u" --chdir / --output "/var/log/$n.log" --startas "$@"
}
start() {
  case $1 in
    ssh|sshd) mkdir -p /run/sshd; daemon ssh root /usr/sbin/sshd -- -D ;;
    mosquitto) [ -x /usr/sbin/mosquitto ] || return 5
      mkdir -p /run/mosquitto; chown mosquitto: /run/mosquitto; : >>/var/log/mosquitto.log; chown mosquitto: /var/log/mosquitto.log
      daemon mosquitto mosquitto /usr/sbin/mosquitto -- -c /etc/mosquitto/mosquitto.conf ;;
    rabbitmq-server) [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || return 5
      : >>/var/log/rabbitmq-server.log; chown rabbitmq: /var/log/rabbitmq-server.log
      daemon rabbitmq-server rabbitmq /usr/bin/env -- HOME=/var/lib/rabbitmq LC_ALL=C.UTF-8 RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='+sbwt none +S 2:2' /usr/lib/rabbitmq/bin/rabbitmq-server ;;
    *) echo "Unit $1.service not found." >&2; return 5 ;;
  esac
}
stop() {
  n=$1; [ "$n" = sshd ] && n=ssh
  if [ "$n" = rabbitmq-server ] && [ -e "/run/$n.pid" ]; then timeout 20 rabbitmqctl -q stop >/dev/null 2>&1; fi
  start-stop-daemon --stop --oknodo --quiet --retry TERM/8/KILL/3 --pidfile "/run/$n.pid" --remove-pidfile
}
active() { n=$1; [ "$n" = sshd ] && n=ssh; start-stop-daemon --status --pidfile "/run/$n.pid"; }
verb= units= now=
for word in "$@"; do
  case $word in
    --now) now=1 ;;
    -*) ;;
    *) if [ -z "$verb" ]; then verb=$word; else units="$units \${word%.service}"; fi ;;
  esac
done
case $verb in
  start-enabled) for f in "$dir"/*; do [ -e "$f" ] && start "\${f##*/}"; done; exit 0 ;;
  stop-all) for p in rabbitmq-server mosquitto; do stop "$p"; done; exit 0 ;;
  daemon-reload|is-system-running) exit 0 ;;
esac
code=0
for unit in $units; do
  case $verb in
    start) start "$unit" || code=$? ;;
    stop) stop "$unit" ;;
    restart|reload-or-restart|try-restart) stop "$unit"; start "$unit" || code=$? ;;
    reload) start-stop-daemon --stop --signal HUP --quiet --pidfile "/run/$unit.pid" || code=$? ;;
    enable) : >"$dir/$unit"; [ -z "$now" ] || start "$unit" || code=$? ;;
    disable) rm -f "$dir/$unit"; [ -z "$now" ] || stop "$unit" ;;
    is-active|status) if active "$unit"; then echo active; else echo inactive; code=3; fi ;;
    is-enabled) if [ -e "$dir/$unit" ]; then echo enabled; else echo disabled; code=1; fi ;;
    *) echo "Unknown command verb $verb." >&2; code=1 ;;
  esac
done
exit $code
`;

/** What every image has: the stand-in for systemd, an sshd of its own, and nothing of the host's brokers. */
const COMMON = `
rm -rf /etc/rabbitmq /var/lib/rabbitmq /var/log/rabbitmq /etc/mosquitto /var/lib/mosquitto /var/log/mosquitto /etc/ssh/ssh_host_* /etc/ssh/sshd_config.d
mkdir -p /etc/ssh /etc/sandbox/enabled
cat >/etc/ssh/sshd_config <<'X'
Port 22
HostKey /etc/ssh/ssh_host_ed25519_key
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
UsePAM no
Subsystem sftp internal-sftp
PidFile none
X
rm -f /usr/bin/systemctl /bin/systemctl
cat >/usr/bin/systemctl <<'SANDBOX_SYSTEMCTL'
${SYSTEMCTL}SANDBOX_SYSTEMCTL
chmod 755 /usr/bin/systemctl
printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d
rm -f /etc/cloud/cloud-init.disabled /usr/bin/cloud-init
`;

const installed = (user: string, folder: string): string =>
  `install -d -m 0755 /etc/${folder}; install -d -o ${user} -g ${user} -m 0750 /var/lib/${folder} /var/log/${folder}\n`;

/** Packages that a plain Debian installs from inside: they are kept with the image, a server has no network of its own. */
const PACKAGES = ['rabbitmq-server', 'mosquitto'];

const recipes: Readonly<Record<string, Recipe>> = {
  RabbitMQ: { script: `${COMMON}${installed('rabbitmq', 'rabbitmq')}`, services: ['rabbitmq-server'] },
  Mosquitto: {
    script: `${COMMON}${installed('mosquitto', 'mosquitto')}mkdir -p /etc/mosquitto/conf.d
printf 'persistence true\\npersistence_location /var/lib/mosquitto/\\ninclude_dir /etc/mosquitto/conf.d\\n' >/etc/mosquitto/mosquitto.conf
printf 'listener 1883 0.0.0.0\\nallow_anonymous true\\n' >/etc/mosquitto/conf.d/lab.conf
`,
    services: ['mosquitto'],
  },
  Debian: {
    script: `${COMMON}export DEBIAN_FRONTEND=noninteractive
dpkg --purge --force-depends ${PACKAGES.join(' ')} >/dev/null 2>&1 || true
for p in ${PACKAGES.join(' ')}; do ! dpkg-query -W -f '\${db:Status-Status}' $p 2>/dev/null | grep -qx installed; done
rm -rf /etc/rabbitmq /var/lib/rabbitmq /etc/mosquitto /var/lib/mosquitto /etc/apt/sources.list /etc/apt/sources.list.d/* /var/lib/apt/lists/*
cd /srv/apt
for d in *.deb; do dpkg-deb -f "$d"; echo "Filename: ./$d"; echo "Size: $(stat -c %s "$d")"; echo "SHA256: $(sha256sum "$d" | cut -d' ' -f1)"; echo; done >Packages
echo 'deb [trusted=yes] file:/srv/apt ./' >/etc/apt/sources.list
`,
    services: [],
  },
};

/** The images: thin layers over this machine's own root, each made once. */
export class Images {
  readonly #folder: string;
  readonly #say: (text: string) => void;
  readonly #making = new Map<string, Promise<string>>();

  constructor(folder: string, say: (text: string) => void) {
    this.#folder = folder;
    this.#say = say;
    mkdirSync(folder, { recursive: true });
  }

  /** Whether servers can be made from an image here. */
  offered(name: string): boolean {
    return name in recipes && (name !== 'Debian' || existsSync('/usr/bin/apt-get'));
  }

  /** What starts with a server of an image. */
  services(name: string): readonly string[] {
    return recipes[name]?.services ?? [];
  }

  /** The folder that makes an image, laid over this machine's root. @throws Error with the end of what failed */
  async layer(name: string): Promise<string> {
    const making = this.#making.get(name) ?? this.#made(name);
    this.#making.set(name, making);
    return making.catch((error: unknown) => {
      this.#making.delete(name); // the next server tries again
      throw error;
    });
  }

  async #made(name: string): Promise<string> {
    const recipe = recipes[name];
    if (recipe === undefined) throw new Error(`there is no image ${name}`);
    const folder = join(this.#folder, name);
    const mark = `${folder}.made`;
    // Made anew when the recipe changes.
    if (existsSync(mark) && readFileSync(mark, 'utf8') === recipe.script) return folder;
    this.#say(`making the image ${name}`);
    await this.#make(name, folder, recipe);
    writeFileSync(mark, recipe.script);
    return folder;
  }

  async #make(name: string, folder: string, recipe: Recipe): Promise<void> {
    const [layer, work, root] = ['new', 'work', 'root'].map((part) => `${folder}.${part}`) as [
      string,
      string,
      string,
    ];
    for (const part of [layer, work, root]) {
      rmSync(part, { recursive: true, force: true });
      mkdirSync(part, { recursive: true });
    }
    if (name === 'Debian') await this.#download(join(layer, 'srv/apt'));
    const script = `set -e
mount -t overlay -o lowerdir=/,upperdir=${layer},workdir=${work} overlay ${root}
mount -t proc proc ${root}/proc; mount -t tmpfs tmpfs ${root}/run; mount -t tmpfs tmpfs ${root}/tmp
mount -t tmpfs tmpfs ${root}/dev; : >${root}/dev/null; mount --bind /dev/null ${root}/dev/null
chroot ${root} sh -euc "$1"`;
    const command = [...unshareMounts(), '--pid', '--fork', 'sh', '-c', script, 'sh', recipe.script];
    await attempt(`the image ${name} could not be made`, 'unshare', command, '/');
    for (const part of [work, root]) rmSync(part, { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
    renameSync(layer, folder);
  }

  async #download(folder: string): Promise<void> {
    mkdirSync(folder, { recursive: true });
    const command = ['-q', '-o', 'APT::Sandbox::User=root', 'download', ...PACKAGES];
    await attempt(`apt-get could not download ${PACKAGES.join(' and ')}`, 'apt-get', command, folder);
  }
}

async function attempt(what: string, program: string, args: readonly string[], cwd: string): Promise<void> {
  try {
    await promisify(execFile)(program, args, { cwd });
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().slice(-500) : '';
    throw new Error(`${what}: ${said === '' ? String(error) : said}`, { cause: error });
  }
}
