"""What curl prints."""

import pytest

import kubelab as kl
from kubelab.clients.curl import curl
from kubelab.clients.curl.flags import UsageError, parse
from kubelab.clients.magics import CurlMagic

SHOP = """
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: shop}}
spec: {nodeName: worker-2, containers: [{name: web, image: "nginx:1.27"}]}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {clusterIP: 10.96.0.80, type: NodePort, selector: {app: shop}, ports: [{port: 80, nodePort: 30080}]}
---
apiVersion: v1
kind: Service
metadata: {name: nobody}
spec: {clusterIP: 10.96.0.90, selector: {app: nobody}, ports: [{port: 80}]}
"""


@pytest.fixture
def cluster():
    made = kl.Cluster(workers=2, size=kl.WorkerSize(images=("nginx:1.27",)))
    made.apply(SHOP)
    return made.settle()


def test_the_body_and_nothing_else(cluster):
    done = curl(cluster, "http://shop")
    assert (done.stdout, done.stderr, done.code) == ("Welcome to nginx! (web)", "", 0)
    assert curl(cluster, "shop").stdout == done.stdout


def test_verbose(cluster):
    assert (
        str(curl(cluster, "-v http://shop/cart?id=1 -H 'X-Shop: yes'")).splitlines()
        == (
            """
*   Trying 10.96.0.80:80...
* Connected to shop (10.96.0.80) port 80
> GET /cart?id=1 HTTP/1.1
> Host: shop
> User-Agent: curl/8.5.0
> Accept: */*
> X-Shop: yes
>\x20
< HTTP/1.1 404 Not Found
< Date: Thu, 01 Jan 2026 00:00:01 GMT
< Content-Type: text/plain
< Content-Length: 12
<\x20
404 from web
* Connection #0 to host shop left intact
"""
        ).splitlines()[1:]
    )


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("http://nope", 6, "Could not resolve host: nope"),
        ("http://nobody", 7, "Failed to connect to nobody port 80 after 1 ms: Couldn't connect to server"),
        ("http://shop:81", 28, "Failed to connect to shop port 81 after 127000 ms: Couldn't connect to server"),
        ("-m 2 http://shop:81", 28, "Connection timed out after 2000 milliseconds"),
        ("--connect-timeout 3 http://shop:81", 28, "Connection timed out after 3000 milliseconds"),
        ("https://shop:80", 35, "error:0A00010B:SSL routines::wrong version number"),
        ("-f http://shop/nope", 22, "The requested URL returned error: 404"),
        ("ftp://shop", 1, 'Protocol "ftp" not supported or disabled in libcurl'),
        ("http://", 3, "URL rejected: No host part in the URL"),
        ("http://shop:99999", 3, "URL rejected: Port number was not a decimal number between 0 and 65535"),
    ],
)
def test_failures_in_curls_words(cluster, line, code, words):
    done = curl(cluster, line)
    assert (done.code, done.stderr) == (code, f"curl: ({code}) {words}\n")
    silent = curl(cluster, f"-s {line}")
    assert (silent.code, silent.stderr) == (code, "")
    assert curl(cluster, f"-sS {line}").stderr == done.stderr


def test_an_answer_that_does_not_come_in_time(cluster):
    meta = {"name": "slow", "annotations": {"kubelab.io/behavior.web": "{latency: 5}"}}
    cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": meta,
            "spec": {"containers": [{"name": "web", "image": "nginx:1.27"}]},
        }
    )
    cluster.run(5)
    address = cluster.api.get("pods", "slow").status.podIP
    done = curl(cluster, f"-m 2 http://{address}")
    assert done.stderr == "curl: (28) Operation timed out after 2000 milliseconds with 0 bytes received\n"
    assert curl(cluster, f"http://{address}").code == 0


def test_certificates_are_looked_at_unless_told_otherwise(cluster):
    refused = curl(cluster, "https://kubernetes/readyz")
    assert refused.code == 60
    assert refused.stderr.startswith("curl: (60) SSL certificate problem: unable to get local issuer certificate\n")
    assert curl(cluster, "-k https://kubernetes/readyz").stdout == "ok"


def test_headers_first(cluster):
    head = curl(cluster, "-I http://worker-1:30080").stdout
    assert head == "HTTP/1.1 200 OK\nDate: Thu, 01 Jan 2026 00:00:01 GMT\n\n"
    both = curl(cluster, "-i http://worker-1:30080").stdout
    assert both.endswith("Content-Length: 23\n\nWelcome to nginx! (web)")


def test_write_out(cluster):
    line = (
        r"-s -o /dev/null -w '%{http_code} %{remote_ip}:%{remote_port} %{time_connect} %{time_total}%%\n' http://shop"
    )
    assert curl(cluster, line).stdout == "200 10.96.0.80:80 0.002000 0.004000%\n"
    assert curl(cluster, "-s -w '%{http_code} %{exitcode}' http://nobody").stdout == "000 7"
    assert curl(cluster, "-s -w '%{what}' -o x http://shop").stdout == ""


def test_the_request_is_what_was_asked_for(cluster):
    done = curl(cluster, "-v -d a=1 -d b=2 -A me -H 'Host: shop.example.com' -H 'Accept:' http://shop")
    assert "> POST / HTTP/1.1\n> Host: shop.example.com\n> User-Agent: me\n> Content-Length: 7\n" in done.stderr
    assert "Accept" not in done.stderr
    worker = cluster.workers["worker-2"]
    lines = worker.runtime.logs(cluster.api.get("pods", "web").metadata.uid, "web")
    assert lines[-1].endswith('"POST / HTTP/1.1" 405')  # nginx takes nothing that is sent to a file
    assert "> DELETE / HTTP/1.1" in curl(cluster, "-v -XDELETE http://shop").stderr
    assert "Content-Length: 3" in curl(cluster, "-v -d @- http://shop", stdin="abc").stderr.partition("<")[0]


def test_resolve_and_several_urls(cluster):
    done = curl(cluster, "--resolve shop.example.com:30080:172.18.0.3 http://shop.example.com:30080 http://nope")
    assert done.stdout == "Welcome to nginx! (web)"
    assert done.code == 6
    assert str(done) == "Welcome to nginx! (web)\ncurl: (6) Could not resolve host: nope\n"
    assert [answer.status for answer in done.responses] == [200, 0]


class Redirecting:
    def forward(self, asked, dice):
        from kubelab.network.program import Reply

        if asked.path == "/old":
            return Reply(308, "moved", (("Location", "/new"),))
        if asked.path == "/round":
            return Reply(302, "", (("Location", "/round"),))
        return Reply(200, f"at {asked.path}")


def test_redirects_are_followed_when_told_to(cluster):
    (container,) = cluster.workers["worker-2"].runtime.find("default", "web").containers.values()
    container.program = Redirecting()
    assert curl(cluster, "http://shop/old").stdout == "moved"
    done = curl(cluster, "-L -w ' %{num_redirects} %{url_effective}' http://shop/old")
    assert done.stdout == "at /new 1 http://shop/new"
    lost = curl(cluster, "-sSL --max-redirs 3 http://shop/round")
    assert (lost.code, lost.stderr) == (47, "curl: (47) Maximum (3) redirects followed\n")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("--foo http://shop", "curl: option --foo: is unknown"),
        ("-s% http://shop", "curl: option -s%: is unknown"),
        ("-o", "curl: option -o: requires parameter"),
        ("-m soon http://shop", "curl: option -m: expected a proper numerical parameter"),
        ("", "curl: (2) no URL specified"),
        ("'http://shop", "curl: No closing quotation"),
    ],
)
def test_a_command_line_that_makes_no_sense(cluster, line, words):
    done = curl(cluster, line)
    assert done.code == 2
    assert done.stderr.splitlines()[0] == words


def test_options_in_a_bundle():
    found = parse(["-sSfLkvo", "/dev/null", "-XPUT", "--url", "http://a", "http://b"])
    assert found.urls == ["http://b", "http://a"]
    assert found.options["request"] == "PUT"
    assert all(found.has(name) for name in ("silent", "show-error", "fail", "location", "insecure", "verbose"))
    with pytest.raises(UsageError):
        parse(["--max-time"])


class Shell:
    user_ns: dict = {}


def test_the_magic(cluster, capsys):
    magic = CurlMagic(Shell(), cluster)
    magic.run("-s http://shop")
    assert capsys.readouterr().out == "Welcome to nginx! (web)\n"
    magic.run("-sS --source pod/web", "http://localhost\n\nhttp://nobody\n")
    assert capsys.readouterr().out == (
        "Welcome to nginx! (web)\n"
        "curl: (7) Failed to connect to nobody port 80 after 1 ms: Couldn't connect to server\n"
    )
    magic.run("-s -d @- http://shop", "a: 1\n")
    assert capsys.readouterr().out == "405 from web\n"
    magic.run("--source pod/nope http://shop")
    assert capsys.readouterr().out.startswith("error: no pod 'nope' runs")
    CurlMagic(Shell()).run("http://shop")
    assert "there is no cluster yet" in capsys.readouterr().out
