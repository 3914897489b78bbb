import pytest

import kubelab as kl
from kubelab.clients.inside import commands
from kubelab.clients.inside.container import Inside
from kubelab.clients.inside.terminal import Terminal

MANIFEST = """
apiVersion: v1
kind: ConfigMap
metadata: {name: conf}
data: {color: blue, app.ini: "a=1"}
---
apiVersion: v1
kind: Secret
metadata: {name: pass}
stringData: {word: xyz}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  volumes:
  - {name: conf, configMap: {name: conf}}
  - {name: pass, secret: {secretName: pass, items: [{key: word, path: the/word}]}}
  containers:
  - name: web
    image: nginx:1.27-alpine
    env:
    - {name: PLAIN, value: "1"}
    - {name: TWICE, value: "$(PLAIN)$(PLAIN)"}
    - {name: COLOR, valueFrom: {configMapKeyRef: {name: conf, key: color}}}
    - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
    - {name: APP, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}
    envFrom: [{prefix: P_, secretRef: {name: pass}}]
    volumeMounts:
    - {name: conf, mountPath: /etc/conf}
    - {name: conf, mountPath: /app.ini, subPath: app.ini}
    - {name: pass, mountPath: /etc/pass}
    livenessProbe:
      {exec: {command: [cat, /tmp/healthy]}, periodSeconds: 5, failureThreshold: 1, initialDelaySeconds: 20}
"""


@pytest.fixture
def inside():
    cluster = kl.Cluster(workers=1, seed=1)
    cluster.apply(MANIFEST)
    cluster.run(10)
    pod = cluster.get("pods", "web")
    held = cluster.workers["worker-1"].runtime.sandboxes[pod.metadata.uid].containers["web"]
    return Inside(cluster, cluster.api, pod, "web", held)


def ran(inside, *argv):
    done = commands.run(inside, list(argv))
    return done.out, done.err, done.code


def test_the_environment_is_that_of_the_manifest(inside):
    out, _, code = ran(inside, "env")
    found = dict(line.split("=", 1) for line in out.splitlines())
    assert code == 0
    assert (found["PLAIN"], found["TWICE"], found["COLOR"], found["NODE"]) == ("1", "11", "blue", "worker-1")
    assert (found["APP"], found["P_word"], found["HOSTNAME"]) == ("web", "xyz", "web")
    assert found["KUBERNETES_SERVICE_HOST"] == "10.96.0.1"
    assert ran(inside, "printenv", "COLOR", "NONE") == ("blue\n", "", 1)


def test_mounted_files_can_be_read_and_listed(inside):
    assert ran(inside, "cat", "/etc/conf/color") == ("blue", "", 0)
    assert ran(inside, "cat", "/app.ini", "/etc/pass/the/word") == ("a=1xyz", "", 0)
    assert ran(inside, "ls", "/etc/conf") == ("app.ini\ncolor\n", "", 0)
    assert ran(inside, "cat", "/nope") == ("", "cat: can't open '/nope': No such file or directory\n", 1)
    account = "/var/run/secrets/kubernetes.io/serviceaccount"
    assert ran(inside, "cat", f"{account}/namespace") == ("default", "", 0)
    assert ran(inside, "cat", f"{account}/token")[0].count(".") == 2


def test_services_answer_by_name_and_others_do_not(inside):
    assert ran(inside, "curl", "-s", "http://web")[0].startswith("Welcome to nginx!")
    assert ran(inside, "wget", "-qO-", "web")[2] == 0
    assert ran(inside, "curl", "http://nosuch") == ("", "curl: (6) Could not resolve host: nosuch\n", 6)
    assert ran(inside, "curl", "-m", "2", "http://web:81")[2] in (7, 28)
    assert "10.96" in ran(inside, "nslookup", "web")[0] or "Address: 10." in ran(inside, "nslookup", "web")[0]
    assert ran(inside, "nslookup", "nosuch")[2] == 1


def test_a_script_runs_its_commands_in_order(inside):
    assert ran(inside, "sh", "-c", "echo a; false && echo b || echo c; hostname") == ("a\nc\nweb\n", "", 0)
    assert ran(inside, "sh", "-c", 'echo "$COLOR is ${PLAIN}"; exit 3; echo no') == ("blue is 1\n", "", 3)
    assert ran(inside, "sh", "-c", "nosuch") == ("", "sh: nosuch: not found\n", 127)
    assert ran(inside, "sh", "-c", "echo 'open")[2] == 2


def test_an_image_has_its_own_programs_only():
    cluster = kl.Cluster(workers=1, seed=1)
    for name, image in (("web", "nginx:1.27"), ("box", "busybox:1.36"), ("who", "traefik/whoami:v1.10")):
        command = {"command": ["sleep", "infinity"]} if name == "box" else {}
        spec = {"containers": [{"name": "c", "image": image, **command}]}
        cluster.apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec})
    cluster.run(15)
    missing = 'exec: "{}": executable file not found in $PATH'
    assert "curl: (6)" in cluster.kubectl("exec web -- curl http://shop")
    assert missing.format("wget") in cluster.kubectl("exec web -- wget -qO- http://shop")
    assert "bad address" in cluster.kubectl("exec box -- wget -qO- http://shop")
    assert cluster.kubectl("exec box -- sh -c 'curl shop'").startswith("sh: curl: not found\n")
    assert "curl: (6)" in cluster.kubectl("exec web -- sh -c 'apt-get install -y wget; curl shop'")
    assert missing.format("sh") in cluster.kubectl("exec who -- sh -c ls")


def test_commands_of_the_network_speak_as_busybox_does(inside):
    address = inside.cluster.get("services", "web").spec.clusterIP
    assert ran(inside, "nc", "-zv", "web.default", "80") == ("", f"web.default ({address}:80) open\n", 0)
    assert ran(inside, "nc", "-z", "-w", "2", "web.default", "81")[2] == 1
    pod_address = inside.pod.status.podIP
    assert "1 packets transmitted, 1 packets received, 0% packet loss" in ran(inside, "ping", "-c", "1", pod_address)[0]
    assert "100% packet loss" in ran(inside, "ping", "-c1", "web.default")[0]
    assert ran(inside, "hostname", "-i") == (f"{pod_address}\n", "", 0)
    out, _, code = ran(inside, "nslookup", "web")
    assert (f"Name:\tweb.default.svc.cluster.local\nAddress: {address}\n" in out, code) == (True, 0)
    assert "nameserver 10.96.0.10" in ran(inside, "cat", "/etc/resolv.conf")[0]


def test_a_script_has_pipes_variables_and_files(inside):
    text = "X=$(cat /etc/conf/color); echo $X > /tmp/x; cat /tmp/x | tr a-z A-Z; env | grep -c ^COLOR="
    assert ran(inside, "sh", "-c", text) == ("BLUE\n1\n", "", 0)
    assert ran(inside, "cat", "/tmp/x") == ("blue\n", "", 0)
    assert ran(inside, "sh", "-c", "for i in 1 2; do wget -qO- http://web | wc -l; done") == ("1\n1\n", "", 0)


def test_a_page_that_is_written_is_served(inside):
    folder = "/usr/share/nginx/html"
    ran(inside, "sh", "-c", f"echo second > {folder}/index.html; echo news > {folder}/news.txt")
    assert inside.cluster.request("http://web").body == "second\n"
    assert ran(inside, "curl", "-s", "localhost/news.txt") == ("news\n", "", 0)


def test_what_never_ends_is_broken_off(inside):
    out, _, code = ran(inside, "sh", "-c", "while true; do echo on; sleep 1; done")
    assert (set(out.split()), code) == ({"on"}, 130)


def test_a_file_made_by_hand_keeps_a_liveness_probe_happy_and_its_loss_does_not(inside):
    ran(inside, "touch", "/tmp/healthy")
    inside.cluster.run(60)
    assert inside.cluster.get("pods", "web").status.containerStatuses[0].restartCount == 0
    assert ran(inside, "rm", "/tmp/healthy") == ("", "", 0)
    assert ran(inside, "rm", "/tmp/healthy")[2] == 1
    inside.cluster.run(10)
    assert inside.cluster.get("pods", "web").status.containerStatuses[0].restartCount == 1
    inside.cluster.run(35)  # the new container has no such file either
    assert inside.cluster.get("pods", "web").status.containerStatuses[0].restartCount == 2


def test_a_terminal_echoes_and_runs_lines(inside):
    terminal = Terminal(inside, tty=True)
    assert terminal.greeting() == b"/ # "
    assert terminal.feed(b"echx\x7fo hi\r") == (b"echx\b \bo hi\r\nhi\r\n/ # ", b"")
    assert terminal.feed(b"abc\x03") == (b"abc^C\r\n/ # ", b"")
    assert terminal.feed(b"nosuch\r\n")[0].endswith(b"sh: nosuch: not found\r\n/ # ")
    assert not terminal.over
    terminal.feed(b"exit 4\r")
    assert (terminal.over, terminal.code) == (True, 4)


def test_a_pipe_runs_lines_without_echo(inside):
    terminal = Terminal(inside, tty=False)
    assert terminal.feed(b"echo one\nls /nope\n") == (b"one\n", b"ls: /nope: No such file or directory\n")
    assert terminal.feed(b"echo two\x04") == (b"two\n", b"")
    assert terminal.over
