"""Scripts that look at the cluster: what they find depends on when they look; they ask as every request does."""

import kubelab as kl

IMAGES = ("nginx:1.27", "busybox:1.36", "curlimages/curl:8")
LOOP = "while true; do wget -qO- http://shop; sleep 1; done"
WEB = """
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: shop}}
spec: {terminationGracePeriodSeconds: 1, containers: [{name: web, image: "nginx:1.27"}]}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: shop}, ports: [{port: 80}]}
"""


def script(text, name="client", image="busybox:1.36", **spec):
    held = {"name": "c", "image": image, "command": ["sh", "-c", text]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"containers": [held], **spec}}


def shop(*more):
    cluster = kl.Cluster(workers=2, seed=1, size=kl.WorkerSize(images=IMAGES))
    cluster.apply(WEB)
    cluster.run(5)
    if more:
        cluster.apply(*more)
    return cluster.run(5)


def log(cluster, name="client"):
    return cluster.kubectl(f"logs {name}").splitlines()


def phase(cluster, name="client"):
    return cluster.get("pods", name).status.phase


def test_a_loop_of_wget_writes_what_the_service_answers():
    cluster = shop(script(LOOP))
    assert set(log(cluster)) == {"Welcome to nginx! (web)"}
    assert 3 <= len(log(cluster)) <= 5


def test_what_the_loop_gets_changes_with_the_cluster():
    cluster = shop(script(LOOP))
    cluster.api.delete("pods", "web")
    cluster.run(5)
    address = cluster.get("services", "shop").spec.clusterIP
    assert log(cluster)[-1] == f"wget: can't connect to remote host ({address}): Connection refused"
    cluster.apply(WEB)
    cluster.run(5)
    assert log(cluster)[-1] == "Welcome to nginx! (web)"


def test_its_requests_are_in_the_log_of_the_server_under_the_pods_address():
    cluster = shop(script(LOOP))
    address = cluster.get("pods", "client").status.podIP
    assert any(line.startswith(f"{address} - ") for line in log(cluster, "web"))


def test_policies_hold_for_it():
    cluster = shop(script("wget -T 2 -qO- http://shop || echo lost", restartPolicy="Never"))
    deny = {"podSelector": {"matchLabels": {"app": "shop"}}, "policyTypes": ["Ingress"]}
    cluster.apply(
        {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "deny"}, "spec": deny}
    )
    cluster.apply(script("wget -T 2 -qO- http://shop || echo lost", "late", restartPolicy="Never"))
    cluster.run(8)
    assert log(cluster) == ["Welcome to nginx! (web)"]
    assert log(cluster, "late") == ["wget: download timed out", "lost"]
    assert phase(cluster, "late") == "Succeeded"


def test_an_init_container_waits_for_a_name():
    waiting = script("echo ready; sleep infinity", "app")
    until = "until nslookup db; do echo waiting for db; sleep 2; done"
    waiting["spec"]["initContainers"] = [{"name": "wait", "image": "busybox:1.36", "command": ["sh", "-c", until]}]
    cluster = shop(waiting)
    cluster.run(20)
    assert phase(cluster, "app") == "Pending"
    assert "waiting for db" in cluster.kubectl("logs app -c wait")
    cluster.kubectl("create service clusterip db --tcp=5432")
    cluster.run(6)
    assert phase(cluster, "app") == "Running"
    assert cluster.kubectl("logs app -c c") == "ready\n"


def test_a_single_command_needs_no_shell():
    once = {"restartPolicy": "Never"}
    wget = script("", "one", **once)
    wget["spec"]["containers"][0]["command"] = ["wget", "-qO-", "http://shop"]
    curl = script("", "two", "curlimages/curl:8", **once)
    del curl["spec"]["containers"][0]["command"]
    curl["spec"]["containers"][0]["args"] = ["-s", "http://shop"]
    fails = script("", "three", **once)
    fails["spec"]["containers"][0]["command"] = ["wget", "-qO-", "http://shpo"]
    cluster = shop(wget, curl, fails)
    assert (log(cluster, "one"), log(cluster, "two")) == (["Welcome to nginx! (web)"], ["Welcome to nginx! (web)"])
    assert [phase(cluster, name) for name in ("one", "two", "three")] == ["Succeeded", "Succeeded", "Failed"]
    assert log(cluster, "three") == ["wget: bad address 'shpo'"]


def test_kubectl_run_with_a_command_leaves_the_answer_in_its_log():
    cluster = shop()
    cluster.kubectl("run tmp --image=busybox:1.36 --restart=Never -- wget -qO- http://shop")
    cluster.settle()
    assert (log(cluster, "tmp"), phase(cluster, "tmp")) == (["Welcome to nginx! (web)"], "Succeeded")


def test_a_script_may_become_a_server_when_what_it_waits_for_is_there():
    text = "until nc -z db 80; do sleep 1; done; exec httpd -f -p 8080"
    cluster = shop(script(text))
    address = cluster.get("pods", "client").status.podIP
    assert not cluster.request(f"http://{address}:8080").ok
    db = WEB.partition("---")[2].replace("name: shop", "name: db")
    cluster.apply(db)
    cluster.run(5)
    assert cluster.request(f"http://{address}:8080").ok


def test_a_file_that_exec_makes_lets_a_waiting_script_go_on():
    cluster = shop(script("until [ -f /tmp/go ]; do sleep 1; done; echo gone", restartPolicy="Never"))
    cluster.kubectl("exec client -- touch /tmp/go")
    cluster.run(3)
    assert (log(cluster), phase(cluster)) == (["gone"], "Succeeded")


def test_a_first_packet_that_nobody_answers_is_sent_again():
    cluster = shop()
    cluster.stop("kube-proxy", "worker-1")
    cluster.stop("kube-proxy", "worker-2")
    cluster.apply(WEB.partition("---")[2].replace("name: shop", "name: new"))
    cluster.apply(script("wget -qO- http://new", restartPolicy="Never"))
    cluster.run(10)
    assert log(cluster) == []
    cluster.start("kube-proxy", "worker-1")
    cluster.start("kube-proxy", "worker-2")
    cluster.run(12)
    assert log(cluster) == ["Welcome to nginx! (web)"]


def test_it_costs_settle_nothing_and_a_fork_goes_on_alike():
    cluster = shop(script(LOOP))
    before = cluster.now
    cluster.settle()
    assert cluster.now < before + 60
    twin = cluster.fork()
    twin.run(20)
    cluster.run(20)
    assert log(twin) == log(cluster)
    assert twin.journal.digest() == cluster.journal.digest()


def test_a_killed_machine_ends_it_for_good():
    cluster = shop(script(LOOP))
    node = cluster.get("pods", "client").spec.nodeName
    cluster.kill(node)
    entries = sum(1 for entry in cluster.journal if entry.verb == "request")
    cluster.run(20)
    assert sum(1 for entry in cluster.journal if entry.verb == "request") == entries
