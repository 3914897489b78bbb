import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubelab.api.kinds import KINDS
from kubelab.api.virtual_kinds import REVIEWS
from kubelab.clients.http.routes import find_route, segments


def route(path):
    return find_route(segments(path), (*KINDS, *REVIEWS))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/api/v1/pods", ("Pod", "", "", "")),
        ("/api/v1/namespaces/shop/pods", ("Pod", "shop", "", "")),
        ("/api/v1/namespaces/shop/pods/web-1", ("Pod", "shop", "web-1", "")),
        ("/api/v1/namespaces/shop/pods/web-1/log", ("Pod", "shop", "web-1", "log")),
        ("/api/v1/namespaces/shop", ("Namespace", "", "shop", "")),
        ("/api/v1/namespaces/shop/finalize", ("Namespace", "", "shop", "finalize")),
        ("/api/v1/namespaces/shop/status", ("Namespace", "", "shop", "status")),
        ("/api/v1/nodes/worker-1", ("Node", "", "worker-1", "")),
        ("/apis/apps/v1/namespaces/a/deployments/web/scale", ("Deployment", "a", "web", "scale")),
        ("/apis/autoscaling/v1/namespaces/a/horizontalpodautoscalers", ("HorizontalPodAutoscaler", "a", "", "")),
        ("/apis/events.k8s.io/v1/events", ("Event", "", "", "")),
        ("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", ("SelfSubjectAccessReview", "", "", "")),
    ],
)
def test_a_url_names_a_resource(path, expected):
    found = route(path)
    assert (found.kind.name, found.namespace, found.name, found.subresource) == expected


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api",
        "/api/v1",
        "/api/v1/",
        "/api/v1/pods/",
        "/api/v1/podz",
        "/api/v2/pods",
        "/apis/apps/v1",
        "/apis/apps/v1/pods",
        "/api/v1/pods/web-1",
        "/api/v1/namespaces//pods",
        "/api/v1/namespaces/a/nodes",
        "/api/v1/namespaces/a/pods/b/log/more",
        "/api/v1/namespaces/a%2Fb/pods",
        "/api/v1/namespaces/a/pods/..",
        "/api/v1/namespaces/a/pods/%2e%2e",
        "/api/v1/namespaces/a/pods/b%00c",
    ],
)
def test_other_urls_name_nothing(path):
    assert route(path) is None


def test_what_follows_a_proxy_is_kept():
    found = route("/api/v1/namespaces/a/services/web:80/proxy/x/y")
    assert (found.name, found.subresource, found.rest) == ("web:80", "proxy", "x/y")


def test_the_old_form_of_watches_is_understood():
    assert route("/api/v1/watch/namespaces/a/pods").watched


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(max_size=60))
def test_any_text_is_a_route_or_none(text):
    route(f"/{text}")
    route(f"/api/v1/namespaces/{text}")
