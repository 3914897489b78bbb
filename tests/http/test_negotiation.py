import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubelab.api.errors import ApiError
from kubelab.clients.http.negotiation import negotiate

PARTIAL_LIST = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"


@pytest.mark.parametrize(
    ("accept", "media_type", "shape"),
    [
        ("", "application/json", ""),
        ("*/*", "application/json", ""),
        ("application/yaml", "application/yaml", ""),
        (f"{TABLE},application/json", "application/json", "Table"),
        ("application/vnd.kubernetes.protobuf,application/json", "application/json", ""),
        (PARTIAL_LIST, "application/json", "PartialObjectMetadataList"),
        ("application/json;as=Chart;v=v1;g=meta.k8s.io,application/json", "application/json", ""),
        ("application/yaml;q=0.2,application/json", "application/json", ""),
    ],
)  # fmt: skip
def test_the_best_that_there_is_is_given(accept, media_type, shape):
    form = negotiate(accept)
    assert (form.media_type, form.shape) == (media_type, shape)


@pytest.mark.parametrize(
    "accept", ["text/html", "application/vnd.kubernetes.protobuf", "application/json;q=0", f"{TABLE}x"]
)
def test_what_there_is_not_is_refused(accept):
    with pytest.raises(ApiError) as caught:
        negotiate(accept)
    assert caught.value.code == 406


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(alphabet=';,=/qas*. \t"1e-application/jsonyaml', max_size=60))
def test_any_header_is_a_form_or_a_406(accept):
    code = 0
    try:
        negotiate(accept)
    except ApiError as refused:
        code = refused.code
    assert code in (0, 406)
