"""The catalogue: which program runs in which image, and what each program does. Only data.

An image is found by its name without registry, `library/`, tag and digest. Sizes are those of the images' packed
layers, rounded; `tags` says which tags there are, where that is known.
"""

from __future__ import annotations

from dataclasses import dataclass

from kubelab.node.behavior import Behavior


@dataclass(frozen=True, slots=True)
class Image:
    """What a container starts if its manifest does not say otherwise, and how many bytes have to be pulled for it."""

    size: int
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    tags: str = ""


MB = 1_000_000
UNKNOWN_SIZE = 100 * MB

IMAGES: dict[str, Image] = {
    # web servers
    "nginx": Image(
        72 * MB,
        command=("nginx", "-g", "daemon off;"),
        tags=r"latest|(stable|mainline)?-?(alpine|perl|slim|otel)*|1(\.([0-9]|[12][0-9]|3[01])(\.\d{1,2})?)?(-.+)?",
    ),
    "nginxinc/nginx-unprivileged": Image(72 * MB, command=("nginx-unprivileged",)),
    "httpd": Image(60 * MB, command=("httpd-foreground",)),
    "caddy": Image(20 * MB, command=("caddy", "run")),
    "traefik": Image(50 * MB, command=("traefik",)),
    "haproxy": Image(40 * MB, command=("haproxy",)),
    "php": Image(180 * MB, command=("apache2-foreground",)),
    "wordpress": Image(250 * MB, command=("apache2-foreground",)),
    "tomcat": Image(200 * MB, command=("catalina.sh", "run")),
    "nginxdemos/hello": Image(17 * MB, command=("nginxdemos",)),
    # small servers that say who they are
    "hashicorp/http-echo": Image(4 * MB, entrypoint=("/http-echo",)),
    "traefik/whoami": Image(3 * MB, entrypoint=("/whoami",)),
    "containous/whoami": Image(3 * MB, entrypoint=("/whoami",)),
    "registry.k8s.io/e2e-test-images/agnhost": Image(53 * MB, entrypoint=("/agnhost",), command=("pause",)),
    "registry.k8s.io/echoserver": Image(46 * MB, command=("echoserver",)),
    "gcr.io/google-samples/hello-app": Image(12 * MB, command=("/hello-app",), tags=r"[12]\.0"),
    "us-docker.pkg.dev/google-samples/containers/gke/hello-app": Image(
        12 * MB, command=("/hello-app",), tags=r"[12]\.0"
    ),
    "gcr.io/google-samples/kubernetes-bootcamp": Image(84 * MB, command=("bootcamp",), tags="v1"),
    "jocatalin/kubernetes-bootcamp": Image(84 * MB, command=("bootcamp",), tags="v[12]|latest"),
    "paulbouwer/hello-kubernetes": Image(45 * MB, command=("hello-kubernetes",)),
    "stefanprodan/podinfo": Image(35 * MB, command=("./podinfo",)),
    "ghcr.io/stefanprodan/podinfo": Image(35 * MB, command=("./podinfo",)),
    "jmalloc/echo-server": Image(6 * MB, command=("echo-server",)),
    "ealen/echo-server": Image(40 * MB, command=("/whoami",)),
    "kennethreitz/httpbin": Image(200 * MB, command=("/whoami",)),
    "registry.k8s.io/hpa-example": Image(175 * MB, command=("hpa-example",)),
    "gcr.io/google-samples/gb-frontend": Image(175 * MB, command=("apache2-foreground",)),
    "registry.k8s.io/ingress-nginx/controller": Image(115 * MB, entrypoint=("/nginx-ingress-controller",)),
    # data
    "redis": Image(45 * MB, command=("redis-server",)),
    "valkey/valkey": Image(45 * MB, command=("redis-server",)),
    "memcached": Image(30 * MB, command=("memcached",)),
    "postgres": Image(160 * MB, command=("postgres",)),
    "mysql": Image(230 * MB, command=("mysqld",)),
    "mariadb": Image(110 * MB, command=("mariadbd",)),
    "mongo": Image(280 * MB, command=("mongod",)),
    "rabbitmq": Image(110 * MB, command=("rabbitmq-server",)),
    "nats": Image(7 * MB, command=("nats-server",)),
    "cassandra": Image(150 * MB, command=("cassandra",)),
    "elasticsearch": Image(600 * MB, command=("elasticsearch",)),
    # observing
    "prom/prometheus": Image(115 * MB, command=("prometheus",)),
    "grafana/grafana": Image(150 * MB, command=("grafana-server",)),
    "fluent/fluentd": Image(20 * MB, command=("tail", "-f")),
    "fluent/fluent-bit": Image(35 * MB, command=("tail", "-f")),
    # boxes: without a command they find no terminal and end at once
    "busybox": Image(2_200_000, command=("sh",)),
    "alpine": Image(3_800_000, command=("sh",)),
    "bash": Image(6 * MB, command=("sh",)),
    "debian": Image(48 * MB, command=("sh",)),
    "ubuntu": Image(30 * MB, command=("sh",)),
    "fedora": Image(65 * MB, command=("sh",)),
    "centos": Image(80 * MB, command=("sh",)),
    "rockylinux": Image(70 * MB, command=("sh",)),
    "python": Image(50 * MB, command=("sh",)),
    "node": Image(60 * MB, command=("sh",)),
    "perl": Image(380 * MB, command=("sh",)),
    "ruby": Image(70 * MB, command=("sh",)),
    "golang": Image(270 * MB, command=("sh",)),
    "curlimages/curl": Image(9 * MB, entrypoint=("/entrypoint.sh",), command=("curl",)),
    "nicolaka/netshoot": Image(200 * MB, command=("sh",)),
    "registry.k8s.io/busybox": Image(1_200_000, command=("sh",)),
    "gcr.io/google-containers/busybox": Image(700_000, command=("sh",)),
    "hello-world": Image(3_000, command=("/hello",)),
    "polinux/stress": Image(4 * MB, command=("stress",)),
    "registry.k8s.io/pause": Image(320_000, entrypoint=("/pause",)),
    "gcr.io/google-containers/pause": Image(320_000, entrypoint=("/pause",)),
}

_HTML = ("/", "/index.html")
_STATIC = ("GET", "HEAD")  # nginx's answers where there are only files

# By the name of the file that is run. Those that are read from their arguments are in programs.py.
PROGRAMS: dict[str, Behavior] = {
    "nginx": Behavior(
        listens=(80,),
        paths=(*_HTML, "/50x.html"),
        methods=_STATIC,
        root="/usr/share/nginx/html",
        body="Welcome to nginx! ({pod})",
        logs=(
            (0.0, "/docker-entrypoint.sh: Configuration complete; ready for start up"),
            (0.0, "[notice] 1#1: start worker processes"),
        ),
        memory=6 * MB,
        cpu=0.0001,
        cpu_per_request=0.0005,
    ),
    "nginx-unprivileged": Behavior(
        listens=(8080,),
        paths=_HTML,
        methods=_STATIC,
        root="/usr/share/nginx/html",
        body="Welcome to nginx! ({pod})",
        memory=6 * MB,
        cpu=0.0001,
        cpu_per_request=0.0005,
    ),
    "nginxdemos": Behavior(listens=(80,), body="Server name: {pod}", memory=6 * MB, cpu=0.0001, cpu_per_request=0.0005),
    "httpd-foreground": Behavior(
        listens=(80,),
        paths=_HTML,
        root="/usr/local/apache2/htdocs",
        body="It works! ({pod})",
        logs=((0.0, "[mpm_event:notice] AH00489: Apache/2.4 (Unix) configured -- resuming normal operations"),),
        memory=8 * MB,
        cpu=0.0002,
        cpu_per_request=0.001,
    ),
    "apache2-foreground": Behavior(
        starts_after=1.0,
        ready_after=1.0,
        listens=(80,),
        body="OK! ({pod})",
        memory=14 * MB,
        cpu=0.001,
        cpu_per_request=0.005,
    ),
    # a page that computes a million square roots: the one of the walkthrough of autoscaling
    "hpa-example": Behavior(
        starts_after=1.0, ready_after=1.0, listens=(80,), body="OK!", memory=14 * MB, cpu=0.001, cpu_per_request=0.05
    ),
    "caddy": Behavior(listens=(80, 443), body="Caddy works! ({pod})"),
    "traefik": Behavior(listens=(80,)),
    "nginx-ingress-controller": Behavior(
        starts_after=1.0,
        ready_after=1.0,
        listens=(80, 443, 10254),
        program="nginx-ingress-controller",
        memory=90 * MB,
        cpu=0.002,
        cpu_per_request=0.0005,
    ),
    "haproxy": Behavior(listens=(80,)),
    "catalina.sh": Behavior(
        starts_after=3.0,
        ready_after=3.0,
        listens=(8080,),
        sigterm_exit=143,
        memory=180 * MB,
        cpu=0.003,
        cpu_per_request=0.005,
    ),
    "whoami": Behavior(listens=(80,), body="Hostname: {pod}", logs=((0.0, "Starting up on port 80"),), sigterm_exit=2),
    "echoserver": Behavior(listens=(8080,), body="Hostname: {pod}"),
    "hello-app": Behavior(
        listens=(8080,),
        body="Hello, world!\nVersion: {tag}.0\nHostname: {pod}",
        logs=((0.0, "Server listening on port 8080"),),
        sigterm_exit=2,
    ),
    "bootcamp": Behavior(
        listens=(8080,),
        body="Hello Kubernetes bootcamp! | Running on: {pod} | {tag}",
        logs=((0.0, "Kubernetes Bootcamp App Started"),),
        sigterm_exit=143,
    ),
    "hello-kubernetes": Behavior(listens=(8080,), body="Hello world!\npod: {pod}"),
    "echo-server": Behavior(listens=(8080,), body="Request served by {pod}", sigterm_exit=2),
    "podinfo": Behavior(listens=(9898,), body='{"hostname": "{pod}"}'),
    "redis-server": Behavior(
        listens=(6379,),
        body="+PONG",
        logs=((0.0, "* Ready to accept connections tcp"),),
        memory=9 * MB,
        cpu=0.002,
        cpu_per_request=0.0001,
    ),
    "memcached": Behavior(listens=(11211,), memory=4 * MB, cpu=0.001, cpu_per_request=0.0001),
    "postgres": Behavior(
        starts_after=2.0,
        ready_after=2.0,
        listens=(5432,),
        logs=((2.0, "LOG:  database system is ready to accept connections"),),
        memory=40 * MB,
        cpu=0.003,
    ),
    "mysqld": Behavior(
        starts_after=8.0,
        ready_after=8.0,
        listens=(3306,),
        logs=((8.0, "[Server] /usr/sbin/mysqld: ready for connections."),),
        memory=420 * MB,
        cpu=0.008,
    ),
    "mariadbd": Behavior(
        starts_after=4.0,
        ready_after=4.0,
        listens=(3306,),
        logs=((4.0, "[Note] mariadbd: ready for connections."),),
        memory=110 * MB,
        cpu=0.002,
    ),
    "mongod": Behavior(
        starts_after=1.0,
        ready_after=1.0,
        listens=(27017,),
        logs=((1.0, "Waiting for connections"),),
        memory=150 * MB,
        cpu=0.006,
    ),
    "rabbitmq-server": Behavior(starts_after=6.0, ready_after=6.0, listens=(5672, 15672), memory=130 * MB, cpu=0.005),
    "nats-server": Behavior(listens=(4222, 8222)),
    "cassandra": Behavior(
        starts_after=20.0, ready_after=20.0, listens=(9042,), sigterm_exit=143, memory=1200 * MB, cpu=0.02
    ),
    "elasticsearch": Behavior(
        starts_after=15.0, ready_after=15.0, listens=(9200, 9300), sigterm_exit=143, memory=1300 * MB, cpu=0.02
    ),
    "prometheus": Behavior(listens=(9090,), memory=60 * MB, cpu=0.003),
    "grafana-server": Behavior(starts_after=2.0, ready_after=2.0, listens=(3000,), memory=80 * MB, cpu=0.003),
    "hello": Behavior(exit_after=0.01, logs=((0.0, "Hello from Docker!"),)),
    "pause": Behavior(memory=500_000, cpu=0.0),
    "tail": Behavior(ignores_sigterm=True, files=(), memory=1 * MB, cpu=0.0),
    "stress": Behavior(memory=2 * MB, cpu=1.0),
}

# Programs that end at once unless one of these is in their environment: with which code, and saying what.
NEEDS_ENVIRONMENT: dict[str, tuple[tuple[str, ...], int, str]] = {
    "postgres": (
        ("POSTGRES_PASSWORD", "POSTGRES_PASSWORD_FILE", "POSTGRES_HOST_AUTH_METHOD"),
        1,
        "Error: Database is uninitialized and superuser password is not specified.",
    ),
    "mysqld": (
        ("MYSQL_ROOT_PASSWORD", "MYSQL_ROOT_PASSWORD_FILE", "MYSQL_ALLOW_EMPTY_PASSWORD", "MYSQL_RANDOM_ROOT_PASSWORD"),
        1,
        "[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified",
    ),
    "mariadbd": (
        (
            "MARIADB_ROOT_PASSWORD",
            "MARIADB_ROOT_PASSWORD_HASH",
            "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD",
            "MARIADB_RANDOM_ROOT_PASSWORD",
            "MYSQL_ROOT_PASSWORD",
            "MYSQL_ALLOW_EMPTY_PASSWORD",
        ),
        1,
        "[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified",
    ),
}
