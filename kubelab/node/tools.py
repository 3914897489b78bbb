"""Which programs and files an image brings along. Only data, and how it is looked up.

Left out
    Images that the catalogue does not know are taken to have everything, and so are those of programming languages.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from kubelab.node.image_store import Name, entry_of, name_of

_EMPTY = (
    "traefik/whoami", "containous/whoami", "hashicorp/http-echo", "registry.k8s.io/pause", "hello-world", "nats",
    "gcr.io/google-containers/pause",
)  # fmt: skip
_BUSYBOX = (
    "busybox", "alpine", "registry.k8s.io/busybox", "gcr.io/google-containers/busybox", "bash", "curlimages/curl",
    "prom/prometheus", "traefik", "caddy", "nginxdemos/hello", "gcr.io/google-samples/hello-app",
    "us-docker.pkg.dev/google-samples/containers/gke/hello-app",
)  # fmt: skip
_BUSYBOX_ONLY = ("arp", "arping", "ifconfig", "netstat", "route", "traceroute")
# On Debian and Oracle Linux these come in packages of their own, which servers' images leave out.
_SLIM = (
    "nginx", "nginxinc/nginx-unprivileged", "httpd", "redis", "valkey/valkey", "memcached", "postgres", "mysql",
    "mariadb", "debian",
)  # fmt: skip
_NOT_IN_SLIM = ("free", "killall", "pgrep", "pkill", "ps", "sysctl", "top", "uptime", "vi", "watch")
_EVERYTHING = (
    "nicolaka/netshoot",
    "registry.k8s.io/e2e-test-images/agnhost",
    "registry.k8s.io/ingress-nginx/controller",
)
_NETWORK = ("curl", "wget", "nslookup", "ip", "ping", "nc", "dig", "host")
_CURL = (
    "nginx",
    "nginxinc/nginx-unprivileged",
    "curlimages/curl",
    "nginxdemos/hello",
    "elasticsearch",
    "php",
    "wordpress",
)
_CURL_AND_WGET = ("python", "node", "ruby", "golang", "perl", "tomcat")
# Images whose programs are all known: these, and the usual ones of Unix.
_BRINGS: dict[str, tuple[str, ...]] = {
    "nginx": ("nginx-debug", "docker-entrypoint.sh", "envsubst"),
    "nginxinc/nginx-unprivileged": ("nginx", "docker-entrypoint.sh", "envsubst"),
    "httpd": ("httpd", "apachectl", "ab"),
    "redis": ("redis-cli", "redis-sentinel", "redis-benchmark", "docker-entrypoint.sh"),
    "valkey/valkey": ("valkey-server", "valkey-cli", "redis-cli", "redis-sentinel", "docker-entrypoint.sh"),
    "memcached": ("docker-entrypoint.sh",),
    "postgres": (
        "pg_isready", "psql", "pg_ctl", "pg_dump", "pg_basebackup", "initdb", "createdb", "docker-entrypoint.sh",
    ),
    "mysql": ("mysql", "mysqladmin", "mysqldump", "docker-entrypoint.sh"),
    "mariadb": (
        "mariadb", "mariadb-admin", "mysql", "mysqladmin", "mysqld", "healthcheck.sh", "docker-entrypoint.sh",
    ),
    "mongo": ("mongosh", "mongo", "mongos", "mongodump", "docker-entrypoint.sh"),
    "busybox": ("httpd", "telnet"),
    "registry.k8s.io/busybox": ("httpd",),
    "gcr.io/google-containers/busybox": ("httpd",),
    "alpine": ("apk",),
    "debian": ("apt", "apt-get", "dpkg", "perl"),
    "ubuntu": ("apt", "apt-get", "dpkg", "perl"),
    "curlimages/curl": ("apk",),
    "polinux/stress": (),
    **dict.fromkeys(_EMPTY, ()),
}  # fmt: skip
_UNIX = (
    "arch", "ash", "awk", "base64", "basename", "bash", "cat", "chgrp", "chmod", "chown", "chroot", "cksum", "cmp",
    "comm", "cp", "cut", "date", "dd", "df", "diff", "dirname", "dmesg", "du", "echo", "egrep", "env", "expand",
    "expr", "factor", "false", "fgrep", "find", "flock", "fold", "free", "getent", "grep", "groups", "gunzip",
    "gzip", "head", "hostid", "hostname", "id", "install", "ionice", "kill", "killall", "less", "link", "ln",
    "logger", "login", "ls", "lsof", "md5sum", "mkdir", "mkfifo", "mknod", "mktemp", "more", "mount", "mv", "nice",
    "nl", "nohup", "nproc", "od", "paste", "pgrep", "pidof", "pkill", "printenv", "printf", "ps", "pwd",
    "readlink", "realpath", "rev", "rm", "rmdir", "sed", "seq", "sh", "sha1sum", "sha256sum", "sha512sum", "shred",
    "shuf", "sleep", "sort", "split", "stat", "stty", "su", "sum", "sync", "sysctl", "tac", "tail", "tar", "tee",
    "test", "time", "timeout", "top", "touch", "tr", "true", "truncate", "tsort", "tty", "umount", "uname", "uniq",
    "unlink", "unzip", "uptime", "users", "vi", "watch", "wc", "which", "who", "whoami", "xargs", "xxd", "yes",
    "zcat", "[", "dash", "busybox", "nc", "tini",
)  # fmt: skip
_FOLDERS = (
    "/bin/", "/dev/", "/etc/", "/home/", "/lib/", "/media/", "/mnt/", "/opt/", "/proc/", "/root/", "/run/", "/sbin/",
    "/srv/", "/sys/", "/tmp/", "/usr/", "/usr/bin/", "/usr/local/", "/usr/sbin/", "/var/", "/var/lib/", "/var/log/",
    "/var/run/", "/var/tmp/", "/bin/sh", "/etc/group", "/etc/os-release", "/etc/passwd",
)  # fmt: skip
_FILES = {
    "nginx": (
        "/etc/nginx/nginx.conf", "/etc/nginx/conf.d/default.conf", "/etc/nginx/mime.types", "/run/nginx.pid",
        "/var/run/nginx.pid", "/usr/sbin/nginx", "/var/cache/nginx/", "/var/log/nginx/", "/docker-entrypoint.sh",
    ),
    "httpd": ("/usr/local/apache2/conf/httpd.conf", "/usr/local/apache2/logs/httpd.pid"),
    "redis": ("/data/", "/usr/local/bin/redis-server", "/usr/local/bin/redis-cli"),
    "postgres": ("/var/lib/postgresql/data/PG_VERSION", "/var/lib/postgresql/data/postmaster.pid"),
}  # fmt: skip


def has(image: str, program: str) -> bool:
    """Whether an image has one of the commands that are known.

    Examples
    --------
    >>> [has("nginx:1.27", name) for name in ("sh", "curl", "wget")], has("nginx:1.27-alpine", "wget")
    ([True, True, False], True)
    >>> has("busybox", "curl"), has("traefik/whoami", "sh"), has("example.com/own:1", "curl")
    (False, False, True)
    """
    name = name_of(image)
    if entry_of(image) is None or name.short in _EVERYTHING:
        return True
    if name.short in _EMPTY:
        return False
    if program == "curl" and name.short in _CURL:
        return True
    if _small(name):
        return program not in ("curl", "dig", "host") and (program != "bash" or name.short == "bash")
    if name.short in _SLIM and program in _NOT_IN_SLIM:
        return False
    if program in ("curl", "wget") and name.short in _CURL_AND_WGET and "slim" not in name.tag:
        return True
    return program not in _NETWORK


def lacks(image: str, program: str, places: Sequence[str] = ()) -> bool:
    """Whether there is certainly no such program in an image; `places` are where volumes are mounted.

    Examples
    --------
    >>> [lacks("nginx:1.27", name) for name in ("nginx", "/bin/sh", "curl", "wget", "python", "/app/run")]
    [False, False, False, True, True, True]
    >>> lacks("postgres:17", "pg_isready"), lacks("nginx:1.27", "pg_isready"), lacks("example.com/own:1", "own")
    (False, True, False)
    """
    entry, name, base = entry_of(image), name_of(image), program.rpartition("/")[2]
    if any(program.startswith(f"{place.rstrip('/')}/") for place in places):
        return False
    if entry is None or base in {each.rpartition("/")[2] for each in (*entry.entrypoint, *entry.command)}:
        return False
    if base in (*_NETWORK, *_NOT_IN_SLIM, "sh", "bash", "ash", "dash", "busybox"):
        return not has(image, base)
    if name.short not in _BRINGS or base in _BRINGS[name.short] or (_small(name) and base in _BUSYBOX_ONLY):
        return False
    return name.short in _EMPTY or base not in _UNIX


def is_usual(program: str) -> bool:
    """Whether a program is one of those that come along with a system."""
    return program in _UNIX or program in _BUSYBOX_ONLY or program in _NETWORK


def has_script(image: str) -> bool:
    """Whether an image begins with a script, which then starts what it is given."""
    return "docker-entrypoint.sh" in _BRINGS.get(name_of(image).short, ())


@lru_cache(maxsize=512)
def image_files(image: str) -> dict[str, str]:
    """The files of an image that are known of; nobody knows what is in them."""
    name = name_of(image)
    if name.short in _EMPTY:
        return {}
    return dict.fromkeys((*_FOLDERS, *_FILES.get(name.short, ())), "")


def _small(name: Name) -> bool:
    """Whether it has busybox's programs."""
    return name.short in _BUSYBOX or "alpine" in name.tag
