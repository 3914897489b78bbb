import pytest

PODS = "/api/v1/namespaces/default/pods"
LOG = f"{PODS}/talker/log"


@pytest.fixture(scope="module")
def web(served):
    script = "while true; do echo tick; sleep 5; done"
    containers = [{"name": "talk", "image": "busybox:1.36", "command": ["sh", "-c", script]}]
    body = {"metadata": {"name": "talker"}, "spec": {"containers": containers}}
    assert served.ask("POST", PODS, body).code == 201
    two = {"metadata": {"name": "two"}, "spec": {"containers": [{"name": n, "image": "nginx:1.27"} for n in "ab"]}}
    assert served.ask("POST", PODS, two).code == 201
    served.server.cluster.run(120)
    return served


def test_a_log_is_plain_text_and_can_be_cut(web):
    reply = web.get(LOG)
    assert reply.headers["Content-Type"].startswith("text/plain")
    lines = reply.body.decode().splitlines()
    assert len(lines) > 15
    assert set(lines) == {"tick"}
    assert web.get(f"{LOG}?tailLines=2").body == b"tick\ntick\n"
    assert web.get(f"{LOG}?tailLines=0").body == b""
    assert web.get(f"{LOG}?limitBytes=7").body == b"tick\nti"
    recent = web.get(f"{LOG}?sinceSeconds=21").body.decode().splitlines()
    assert 3 <= len(recent) <= 6 + 40  # time goes on while it is asked
    stamped = web.get(f"{LOG}?timestamps=true&tailLines=1").body.decode()
    assert stamped.startswith("2026-01-01T00:0")
    assert stamped.endswith("Z tick\n")


def test_a_log_that_is_followed_goes_on_until_the_container_ends(web):
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=10)
    headers = {"Authorization": f"Bearer {web.token}"}
    connection.request("GET", f"{LOG}?follow=true&tailLines=1", headers=headers)
    answer = connection.getresponse()
    assert [answer.readline() for _ in range(4)] == [b"tick\n"] * 4
    web.ask("DELETE", f"{PODS}/talker", {"gracePeriodSeconds": 0})
    web.server.cluster.run(60)
    answer.read()  # which ends
    connection.close()


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [
        ("two/log", 400, "a container name must be specified for pod two, choose one of: [a b]"),
        ("two/log?container=x", 400, "container x is not valid for pod two"),
        ("two/log?container=a&previous=true", 400, 'previous terminated container "a" in pod "two" not found'),
        ("two/log?container=a&tailLines=-1", 422, "tailLines"),
        ("two/log?container=a&sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z", 422, "at most one"),
        ("two/log?container=a&sinceTime=yesterday", 400, "cannot parse"),
        ("nobody/log", 404, 'pods "nobody" not found'),
    ],
)
def test_wrong_questions_are_refused_as_kubernetes_does(web, path, code, words):
    reply = web.get(f"{PODS}/{path}")
    assert reply.code == code
    assert words in reply.json["message"]


def test_a_node_that_is_cut_off_gives_no_logs(fresh):
    body = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "nginx:1.27"}]}}
    fresh.ask("POST", PODS, body)
    fresh.server.cluster.run(30)
    fresh.server.cluster.cut("worker-1")
    reply = fresh.get(f"{PODS}/p/log")
    assert (reply.code, "no route to host" in reply.json["message"]) == (500, True)
