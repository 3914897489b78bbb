"""curl, wget, nslookup, nc and ping: the network as a container sees it, in the words of busybox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelab.clients import curl as commands
from kubelab.network.dice import Dice
from kubelab.network.dns.zone import REVERSE
from kubelab.network.loss import REFUSED, SILENT, UNRESOLVED, LostError
from kubelab.network.packet import Packet
from kubelab.network.response import Response
from kubelab.network.sender import in_pod
from kubelab.network.trip import Trip, name
from kubelab.network.trip.trip import Options
from kubelab.network.url import parsed
from kubelab.node.shell import FOREVER, Done

if TYPE_CHECKING:
    from kubelab.clients.inside.container import Inside

LEAST = 0.005  # to start a program takes that long
PATIENCE = 130.0  # TCP's, when nobody has said anything else: net.ipv4.tcp_syn_retries
LOOKUP_PATIENCE = 10.0  # nslookup asks twice, and waits 5 s each time
_ICMP = "ICMP"


def curl(inside: Inside, args: list[str]) -> Done:
    """`curl URL`: what answers, or why nothing does."""
    meta = inside.pod.metadata
    done = commands.curl(inside.cluster, args, source=_source(inside), namespace=meta.namespace)
    for answer in done.responses[-1:]:
        _note(inside, answer)
    return Done(done.stdout, done.stderr, done.code, LEAST + sum(each.latency for each in done.responses))


def wget(inside: Inside, args: list[str]) -> Done:
    """`wget -qO- URL`: what answers, on standard output, or into a file of the page's name."""
    urls, options = _words(args, {"-T": "T", "--timeout": "T", "-t": "", "--tries": "", "-O": "O", "--header": ""})
    if not urls:
        return Done("", "wget: missing URL\n", 1)
    seconds = _number(options.get("T"))
    answer = _asked(inside, urls[0], seconds)
    if answer is None:
        return Done("", f"wget: not an http or ftp url: {urls[0]}\n", 1)
    host, took = urls[0].partition("://")[2] or urls[0], LEAST + answer.latency
    host = host.partition("/")[0]
    said = "" if "q" in options else f"Connecting to {host} ({answer.address}:{_port(urls[0])})\n"
    if answer.ok:
        target = options.get("O", "")
        if "spider" in options:
            return Done("", said + ("" if "q" in options else "remote file exists\n"), 0, took)
        if target == "-":
            return Done(_whole(answer.body), said, 0, took)
        path = target or "/" + (parsed(urls[0]).path.partition("?")[0].rpartition("/")[2] or "index.html")
        if path != "/dev/null":
            inside.write(path, _whole(answer.body), append=False)
        return Done("", said + ("" if "q" in options else f"saving to '{path.lstrip('/')}'\n"), 0, took)
    if answer.status:
        return Done("", f"{said}wget: server returned error: HTTP/1.1 {answer.status}\n", 1, took)
    if answer.code == UNRESOLVED or not answer.address:
        return Done("", f"wget: bad address '{host}'\n", 1, took)
    why = f"can't connect to remote host ({answer.address}): "
    if answer.code == REFUSED:
        why += "Connection refused"
    elif answer.code == SILENT:
        why = f"{why}Connection timed out" if seconds is None else "download timed out"
    else:
        why = "error getting response"
    return Done("", f"{said}wget: {why}\n", 1, took)


def nslookup(inside: Inside, args: list[str]) -> Done:
    """`nslookup NAME`: the addresses behind a name, as its name server tells them; behind an address, its names."""
    names = [arg for arg in args if not arg.startswith("-")]
    if not names:
        return Done("", "nslookup: a name is needed\n", 1)
    asked = _reversed(names[0])
    trip = _trip(inside, asked)
    trip.sender = trip.sender._replace(dns=trip.sender.dns._replace(hosts=()))  # it does not look into /etc/hosts
    server = next(iter(trip.sender.dns.servers), "127.0.0.1")
    head = f"Server:\t\t{server}\nAddress:\t{server}:53\n\n"
    try:
        name.resolved(trip)
    except LostError as lost:
        if lost.code == SILENT:
            return Done(";; connection timed out; no servers could be reached\n\n", "", 1, LOOKUP_PATIENCE)
        if trip.answer is not None and trip.answer.pointers:
            said = "".join(f"{asked}\tname = {each}\n" for each in trip.answer.pointers)
            return Done(f"{head}{said}\n", "", 0, LEAST + trip.time)
        return Done(f"{head}** server can't find {asked}: NXDOMAIN\n\n", "", 1, LEAST + trip.time)
    answer = trip.answer
    full = (answer.tried[-1] if answer is not None and answer.tried else names[0]).rstrip(".")
    said = head
    for alias in answer.aliases if answer is not None else ():
        said += f"{full}\tcanonical name = {alias}\n"
        full = alias
    addresses = answer.addresses if answer is not None and answer.addresses else (trip.destination,)
    return Done(
        said + "".join(f"Name:\t{full}\nAddress: {each}\n" for each in addresses) + "\n", "", 0, LEAST + trip.time
    )


def _reversed(name: str) -> str:
    """The name under which the names of an address are asked for; every other name stays as it is."""
    parts = name.split(".")
    address = len(parts) == 4 and all(part.isdigit() and int(part) < 256 for part in parts)
    return ".".join(reversed(parts)) + REVERSE if address else name


def nc(inside: Inside, args: list[str]) -> Done:
    """`nc -zv HOST PORT`: whether a connection is taken. With `-l` it listens, and never comes back."""
    words, options = _words(args, {"-w": "w", "-p": "p"})
    if "l" in options:
        return Done(seconds=FOREVER)
    if len(words) < 2 or not words[1].isdigit():
        return Done("", "nc: HOST and PORT are needed\n", 1)
    answer = _asked(inside, f"http://{words[0]}:{words[1]}", _number(options.get("w")), connects=True)
    if answer is None:
        return Done("", f"nc: bad address '{words[0]}'\n", 1)
    took, where = LEAST + answer.latency, f"{words[0]} ({answer.address}:{words[1]})"
    if not answer.error:
        return Done("", f"{where} open\n" if "v" in options else "", 0, took)
    if answer.code == UNRESOLVED or not answer.address:
        return Done("", f"nc: bad address '{words[0]}'\n", 1, took)
    why = "Connection refused" if answer.code == REFUSED else "Connection timed out"
    return Done("", f"nc: {where}: {why}\n", 1, took)


def ping(inside: Inside, args: list[str]) -> Done:
    """`ping -c 3 HOST`: an echo from a pod or a machine. Nobody answers for the address of a Service.

    In Kubernetes
        A cluster IP is virtual: rules know its TCP and UDP ports alone.
        https://kubernetes.io/docs/reference/networking/virtual-ips/
    """
    words, options = _words(args, {"-c": "c", "-W": "W", "-w": "w", "-i": ""})
    if not words:
        return Done("", "ping: HOST is needed\n", 1)
    trip, many = _trip(inside, words[0]), int(_number(options.get("c")) or 4)
    try:
        address = name.resolved(trip)
    except LostError:
        return Done("", f"ping: bad address '{words[0]}'\n", 1, LEAST + trip.time)
    way = _way(inside, trip, address)
    out = f"PING {words[0]} ({address}): 56 data bytes\n"
    if way is not None:
        time = f"{2000 * way:.3f}"
        out += "".join(f"64 bytes from {address}: seq={at} ttl=62 time={time} ms\n" for at in range(many))
    got = many if way is not None else 0
    out += f"\n--- {words[0]} ping statistics ---\n"
    out += f"{many} packets transmitted, {got} packets received, {100 - 100 * got // many}% packet loss\n"
    if way is not None:
        out += f"round-trip min/avg/max = {time}/{time}/{time} ms\n"
    waits = many - 1 + (LEAST if got else _number(options.get("W")) or 10.0)
    return Done(out, "", int(not got), float(waits))


def _way(inside: Inside, trip: Trip, address: str) -> float | None:
    """How long an echo's way is; None where none comes back."""
    cluster, sender = inside.cluster, trip.sender
    overlay, target = cluster.overlay, cluster.overlay.node_of(address)
    if address.startswith("127.") or address == sender.address:
        return cluster.timings.hop_same_node
    if target is None or overlay.links.obstacle(sender.node, target) is not None:
        return None
    worker = cluster.workers.get(target)
    pods_own = overlay.machine_at(address) is None and address != overlay.gateway(target)
    if pods_own and (worker is None or address not in worker.runtime.by_address):
        return None
    packet = Packet(sender.address, address, 0, _ICMP)
    ends = ((sender.node, "egress"), (target, "ingress"))
    if not all(overlay.policies.verdict(node, packet, direction).allowed for node, direction in ends):
        return None
    return overlay.links.seconds(sender.node, target)


def _asked(inside: Inside, url: str, timeout: float | None, **options: Any) -> Response | None:
    """What becomes of a request; None where it is no URL."""
    url, meta = url if "://" in url else f"http://{url}", inside.pod.metadata
    patience = timeout or PATIENCE
    try:
        answer = inside.cluster.request(url, _source(inside), namespace=meta.namespace, timeout=patience, **options)
    except (ValueError, LookupError):
        return None
    _note(inside, answer)
    return answer


def _note(inside: Inside, answer: Response) -> None:
    """Remember how long nobody has answered the first packet."""
    inside.silent_for = answer.latency if answer.code == SILENT and answer.address and not answer.connect else 0.0


def _trip(inside: Inside, host: str) -> Trip:
    """A request that is only beginning, to look its name up."""
    cluster, node = inside.cluster, inside.pod.spec.nodeName
    sandbox = cluster.workers[node].runtime.sandboxes[inside.pod.metadata.uid]
    url = parsed(f"http://{host}")
    return Trip(cluster, url, in_pod(cluster, node, sandbox), Options(PATIENCE, PATIENCE), Dice(cluster.rng))


def _source(inside: Inside) -> str:
    meta = inside.pod.metadata
    return f"pod/{meta.namespace}/{meta.name}"


def _words(args: list[str], valued: dict[str, str]) -> tuple[list[str], dict[str, str]]:
    """What is asked for, and the options: those that have a value, and the letters of the others."""
    words, options, held = list[str](), dict[str, str](), ""
    for arg in args:
        key, equals, value = arg.partition("=")
        if held:
            options[valued[held]], held = arg, ""
        elif not arg.startswith("-"):
            words.append(arg)
        elif key in valued and equals:
            options[valued[key]] = value
        elif arg in valued:
            held = arg
        elif arg[:2] in valued and not arg.startswith("--"):
            options[valued[arg[:2]]] = arg[2:]
        elif arg.startswith("--"):
            options[arg[2:]] = ""
        else:
            short = f"-{arg[-1]}"
            glued = next((at for at, letter in enumerate(arg) if at and f"-{letter}" in valued), None)
            options |= dict.fromkeys(arg[1:glued], "")
            if glued is not None and arg[glued + 1 :]:
                options[valued[f"-{arg[glued]}"]] = arg[glued + 1 :]
            elif glued is not None:
                held = short
    return words, options


def _number(text: str | None) -> float | None:
    return float(text) if text and text.replace(".", "", 1).isdigit() else None


def _port(url: str) -> int:
    return parsed(url).port


def _whole(body: str) -> str:
    return body if body.endswith("\n") else f"{body}\n"
