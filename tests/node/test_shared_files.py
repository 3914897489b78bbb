"""Files of containers: what is in a volume is shared and stays, everything else goes with its container."""

import pytest
from pods_by_hand import Hand

HTML = "/usr/share/nginx/html"


@pytest.fixture
def hand():
    return Hand()


def pair(hand, script, **volume):
    mount = [{"name": "html", "mountPath": HTML}]
    other = [{"name": "html", "mountPath": "/html"}]
    hand.api.create(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "web"},
            "spec": {
                "volumes": [{"name": "html", **(volume or {"emptyDir": {}})}],
                "containers": [
                    {"name": "web", "image": "nginx:1.27", "volumeMounts": mount},
                    {"name": "writer", "image": "busybox:1.36", "command": ["sh", "-c", script], "volumeMounts": other},
                ],
            },
        }
    )
    hand.api.bind("web", "default", "worker-1")
    hand.cluster.run(3)


def page(hand, path="/", name="web"):
    answer = hand.cluster.request(f"http://{hand.get(name).status.podIP}{path}")
    return answer.status, answer.body


def test_one_container_writes_the_page_that_the_other_serves(hand):
    pair(hand, "echo made by hand > /html/index.html; sleep infinity")
    assert page(hand) == (200, "made by hand\n")
    assert page(hand, "/other.html")[0] == 404
    assert hand.cluster.kubectl(f"exec web -c web -- cat {HTML}/index.html") == "made by hand\n"


def test_a_loop_that_writes_is_seen_at_every_turn(hand):
    pair(hand, "while true; do date +%s > /html/index.html; sleep 5; done")
    first = page(hand)[1]
    hand.cluster.run(5)
    assert int(page(hand)[1]) == int(first) + 5


def test_an_empty_folder_is_forbidden_and_what_is_not_there_is_not_found(hand):
    pair(hand, "sleep infinity")
    assert (page(hand)[0], page(hand, "/index.html")[0]) == (403, 404)
    hand.cluster.kubectl("exec web -c writer -- sh -c 'echo late > /html/index.html'")
    assert page(hand) == (200, "late\n")
    hand.cluster.kubectl(f"exec web -c web -- rm {HTML}/index.html")
    assert page(hand)[0] == 403


def test_a_page_of_the_image_can_be_removed_and_comes_back_with_a_new_container(hand):
    hand.pod(livenessProbe={"httpGet": {"path": "/", "port": 80}, "periodSeconds": 2})
    hand.cluster.run(3)
    assert hand.cluster.kubectl(f"exec web -- ls {HTML}") == "50x.html\nindex.html\n"
    hand.cluster.kubectl(f"exec web -- rm {HTML}/index.html")
    assert page(hand)[0] == 403
    assert page(hand, "/50x.html")[0] == 200
    hand.cluster.run(10)
    assert hand.status().restartCount == 1
    assert page(hand)[0] == 200
    assert ("Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 403") in hand.events()


def test_a_restart_empties_the_containers_own_layer_and_no_volume(hand):
    pair(hand, "sleep 20; exit 1")
    hand.cluster.kubectl("exec web -c writer -- sh -c 'echo one > /html/kept; echo two > /tmp/lost'")
    hand.cluster.run(30)
    assert hand.get().status.containerStatuses[1].restartCount == 1
    assert hand.cluster.kubectl("exec web -c writer -- cat /html/kept") == "one\n"
    assert "No such file" in hand.cluster.kubectl("exec web -c writer -- cat /tmp/lost")


def test_a_new_pod_begins_afresh(hand):
    pair(hand, "sleep infinity")
    hand.cluster.kubectl("exec web -c writer -- sh -c 'echo old > /html/index.html'")
    hand.api.delete("pods", "web", grace_period_seconds=0)
    hand.cluster.run(40)
    pair(hand, "sleep infinity")
    assert page(hand)[0] == 403


def test_an_init_container_prepares_the_page(hand):
    script = "wget -O /work/index.html http://localhost || echo prepared > /work/index.html"
    hand.pod(
        volumeMounts=[{"name": "html", "mountPath": HTML}],
        spec={
            "volumes": [{"name": "html", "emptyDir": {}}],
            "initContainers": [
                {
                    "name": "make",
                    "image": "busybox:1.36",
                    "command": ["sh", "-c", script],
                    "volumeMounts": [{"name": "html", "mountPath": "/work"}],
                }
            ],
        },
    )
    hand.cluster.run(10)
    assert page(hand) == (200, "prepared\n")


def test_a_mounted_config_map_is_served_and_outlives_the_api_server(hand):
    hand.cluster.kubectl("create configmap page --from-literal=index.html=first")
    pair(hand, "sleep infinity", configMap={"name": "page"})
    assert page(hand) == (200, "first")
    assert page(hand, "/50x.html")[0] == 404
    hand.cluster.kubectl("""patch configmap page -p '{"data": {"index.html": "second"}}'""")
    assert page(hand) == (200, "second")
    hand.cluster.stop("kube-apiserver")
    address = next(iter(hand.cluster.workers["worker-1"].runtime.by_address))
    assert hand.cluster.request(f"http://{address}/").body == "second"


def test_what_is_read_only_stays_as_it_is(hand):
    hand.cluster.kubectl("create configmap page --from-literal=index.html=first")
    pair(hand, "sleep infinity", configMap={"name": "page"})
    hand.cluster.kubectl("exec web -c writer -- sh -c 'echo mine > /html/index.html'")
    assert page(hand) == (200, "first")


def test_a_probe_sees_what_another_container_writes(hand):
    hand.pod(
        volumeMounts=[{"name": "work", "mountPath": "/work"}],
        readinessProbe={"exec": {"command": ["cat", "/work/ready"]}, "periodSeconds": 1},
        spec={
            "volumes": [{"name": "work", "emptyDir": {}}],
            "initContainers": [
                {
                    "name": "helper",
                    "image": "busybox:1.36",
                    "restartPolicy": "Always",
                    "command": ["sh", "-c", "sleep 15; touch /work/ready; sleep infinity"],
                    "volumeMounts": [{"name": "work", "mountPath": "/work"}],
                }
            ],
        },
    )
    hand.cluster.run(14)
    assert hand.conditions()["Ready"] == "False"
    hand.cluster.run(4)
    assert hand.conditions()["Ready"] == "True"


def test_a_sidecar_follows_the_log_of_the_other(hand):
    mount = [{"name": "logs", "mountPath": "/var/log"}]
    write = "i=0; while true; do echo line $i >> /var/log/1.log; i=$((i+1)); sleep 1; done"
    follow = {"name": "follow", "image": "busybox:1.36", "volumeMounts": mount}
    hand.api.create(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "web"},
            "spec": {
                "volumes": [{"name": "logs", "emptyDir": {}}],
                "containers": [
                    {"name": "app", "image": "busybox:1.36", "command": ["sh", "-c", write], "volumeMounts": mount},
                    {**follow, "args": ["/bin/sh", "-c", "tail -n+1 -F /var/log/1.log"]},
                    {**follow, "name": "alone", "command": ["tail", "-f", "/var/log/1.log"]},
                ],
            },
        }
    )
    hand.api.bind("web", "default", "worker-1")
    hand.cluster.run(4)
    lines = [f"line {number}" for number in range(4)]
    assert hand.cluster.kubectl("logs web -c follow").splitlines() == lines
    assert hand.cluster.kubectl("logs web -c alone").splitlines() == lines
    twin = hand.cluster.fork()
    twin.run(5)
    assert len(twin.kubectl("logs web -c follow").splitlines()) == 9
    assert hand.cluster.kubectl("logs web -c follow").splitlines() == lines


def test_a_script_is_in_a_folder(hand):
    hand.pod(image="busybox:1.36", command=["sh", "-c", "cd /tmp && echo one > a; mkdir -p b; pwd; ls; sleep 60"])
    hand.cluster.run(3)
    assert hand.cluster.kubectl("logs web").splitlines() == ["/tmp", "a", "b"]
    assert hand.cluster.kubectl("exec web -- sh -c 'cd /tmp/b; cat ../a; rm ../a; ls ..'") == "one\nb\n"


def test_a_small_web_server_shows_what_a_script_has_written_into_its_folder(hand):
    script = "mkdir /www; echo small > /www/index.html; exec httpd -f -p 80 -h /www"
    hand.pod(image="busybox:1.36", command=["sh", "-c", script])
    hand.cluster.run(3)
    assert page(hand) == (200, "small\n")
    assert page(hand, "/nope")[0] == 404
