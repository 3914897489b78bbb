"""Which of the known commands an image brings along. Only data, and how it is looked up.

Left out
    Images that the catalogue does not know are taken to have everything.
"""

from __future__ import annotations

from kubelab.node.image_store import entry_of, name_of

_EMPTY = (
    "traefik/whoami", "containous/whoami", "hashicorp/http-echo", "registry.k8s.io/pause", "hello-world", "nats",
    "gcr.io/google-containers/pause",
)  # fmt: skip
_BUSYBOX = (
    "busybox", "alpine", "registry.k8s.io/busybox", "gcr.io/google-containers/busybox", "bash", "curlimages/curl",
    "prom/prometheus", "traefik", "caddy", "nginxdemos/hello", "gcr.io/google-samples/hello-app",
    "us-docker.pkg.dev/google-samples/containers/gke/hello-app",
)  # fmt: skip
_EVERYTHING = (
    "nicolaka/netshoot",
    "registry.k8s.io/e2e-test-images/agnhost",
    "registry.k8s.io/ingress-nginx/controller",
)
_NETWORK = ("curl", "wget", "nslookup", "ip", "ping", "nc")
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
    small = name.short in _BUSYBOX or "alpine" in name.tag
    if small:
        return program != "curl" and (program != "bash" or name.short == "bash")
    if program in ("curl", "wget") and name.short in _CURL_AND_WGET and "slim" not in name.tag:
        return True
    return program not in _NETWORK
