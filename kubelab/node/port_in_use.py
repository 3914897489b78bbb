"""What programs say when somebody else has their port. Only data, by the name of the file that is run."""

from __future__ import annotations

from kubelab.node.behavior import PortInUse

_BIND = "bind() to 0.0.0.0:{port} failed (98: Address already in use)"
_APACHE = PortInUse(
    (
        (0.0, "(98)Address already in use: AH00072: make_sock: could not bind to address 0.0.0.0:{port}"),
        (0.0, "no listening sockets available, shutting down"),
        (0.0, "AH00015: Unable to open logs"),
    )
)
_NGINX = PortInUse(
    (
        *(
            (0.5 * turn, line)
            for turn in range(5)
            for line in (
                f"[emerg] 1#1: {_BIND}",
                f"nginx: [emerg] {_BIND}",
                "[notice] 1#1: try again to bind() after 500ms",
            )
        ),
        (2.5, "[emerg] 1#1: still could not bind()"),
        (2.5, "nginx: [emerg] still could not bind()"),
    ),
    keeps=1,
)
_PYTHON = PortInUse(
    (
        (0.0, "Traceback (most recent call last):"),
        (0.0, "OSError: [Errno 98] Address already in use"),
    )
)
_MYSQL = PortInUse(
    (
        (0.0, "[ERROR] [MY-010262] [Server] Can't start server: Bind on TCP/IP port: Address already in use"),
        (0.0, "[ERROR] [MY-010119] [Server] Aborting"),
    )
)

WORDS: dict[str, PortInUse] = {
    "nginx": _NGINX,
    "nginx-unprivileged": _NGINX,
    "nginxdemos": _NGINX,
    "httpd-foreground": _APACHE,
    "apache2-foreground": _APACHE,
    "httpd": PortInUse(((0.0, "httpd: bind: Address already in use"),)),
    "http-echo": PortInUse(
        ((0.0, "[ERR] server exited with: listen tcp :{port}: bind: address already in use"),), keeps=1
    ),
    "whoami": PortInUse(keeps=1),
    "caddy": PortInUse(((0.0, "Error: loading initial config: listening on :{port}: bind: address already in use"),)),
    "redis-server": PortInUse(
        (
            (0.0, "# Warning: Could not create server TCP listening socket *:{port}: bind: Address already in use"),
            (0.0, "# Failed listening on port {port} (tcp), aborting."),
        )
    ),
    "memcached": PortInUse(((0.0, "failed to listen on TCP port {port}: Address already in use"),), 71),
    "postgres": PortInUse(
        (
            (0.0, 'LOG:  could not bind IPv4 address "0.0.0.0": Address in use'),
            (0.0, "HINT:  Is another postmaster already running on port {port}? If not, wait a few seconds and retry."),
            (0.0, "FATAL:  could not create any TCP/IP sockets"),
        )
    ),
    "mysqld": _MYSQL,
    "mariadbd": _MYSQL,
    "mongod": PortInUse(((0.0, "Failed to set up listener: SocketException: Address already in use"),), 48),
    "python": _PYTHON,
    "python3": _PYTHON,
    "node": PortInUse(((0.0, "Error: listen EADDRINUSE: address already in use :::{port}"),)),
    "nc": PortInUse(((0.0, "nc: bind: Address already in use"),)),
}
