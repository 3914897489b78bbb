"""Negotiation: in which form a client wants its answer.

In Kubernetes
    staging/src/k8s.io/apiserver/pkg/endpoints/handlers/negotiation.
    https://kubernetes.io/docs/reference/using-api/api-concepts/#alternate-representations-of-resources

Left out
    Protobuf and CBOR: whoever offers JSON beside them gets JSON.
"""

from __future__ import annotations

from dataclasses import dataclass

from kubelab.api.errors import ApiError

JSON, YAML = "application/json", "application/yaml"
TABLE, PARTIAL, PARTIAL_LIST = "Table", "PartialObjectMetadata", "PartialObjectMetadataList"
_META_VERSIONS = ("v1", "v1beta1")
_MOST = 64  # of media types that one header may list


@dataclass(frozen=True, slots=True)
class Format:
    """JSON or YAML, and what an object is turned into (`shape`: Table, PartialObjectMetadata; empty: itself)."""

    media_type: str = JSON
    shape: str = ""
    version: str = "v1"

    @property
    def content_type(self) -> str:
        """What the answer's `Content-Type` says."""
        return self.media_type

    @property
    def api_version(self) -> str:
        """The version that tables and partial objects are of."""
        return f"meta.k8s.io/{self.version}"


@dataclass(frozen=True, slots=True)
class Offer:
    """One media type that a client takes, with its parameters."""

    media_type: str
    parameters: dict[str, str]
    quality: float


def offers(accept: str) -> list[Offer]:
    """What an `Accept` header lists, the best first.

    Examples
    --------
    >>> [(offer.media_type, offer.quality) for offer in offers("application/json;q=0.5, application/yaml")]
    [('application/yaml', 1.0), ('application/json', 0.5)]
    """
    found = []
    for part in accept.split(",")[:_MOST]:
        media_type, *rest = (piece.strip() for piece in part.split(";"))
        parameters = dict(_pair(piece) for piece in rest if "=" in piece)
        if media_type:
            found.append(Offer(media_type.lower(), parameters, _quality(parameters.pop("q", "1"))))
    found.sort(key=_by_quality)
    return found


def negotiate(accept: str) -> Format:
    """The form that an `Accept` header asks for; JSON where it asks for nothing.

    Raises
    ------
    ApiError
        406: nothing that it lists can be given.

    Examples
    --------
    >>> negotiate("application/json;as=Table;v=v1;g=meta.k8s.io,application/json").shape
    'Table'
    """
    listed = offers(accept)
    if not listed:
        return Format()
    for offer in listed:
        form = _form(offer)
        if form is not None:
            return form
    raise not_acceptable((JSON, YAML))


def negotiate_watch(accept: str) -> Format:
    """The same for a watch: a stream of JSON lines, whatever its events hold."""
    form = negotiate(accept.replace(f"{JSON};stream=watch", JSON))
    if form.media_type != JSON:
        raise not_acceptable((JSON, f"{JSON};stream=watch"))
    return form


def not_acceptable(can: tuple[str, ...]) -> ApiError:
    """406: the client takes none of what there is."""
    return ApiError(406, "NotAcceptable", f"only the following media types are accepted: {', '.join(can)}")


def _form(offer: Offer) -> Format | None:
    if offer.quality <= 0:
        return None
    media_type = {"*/*": JSON, "application/*": JSON, "text/yaml": YAML}.get(offer.media_type, offer.media_type)
    if media_type not in (JSON, YAML):
        return None
    shape = offer.parameters.get("as", "")
    if not shape:
        return Format(media_type)
    version = offer.parameters.get("v", "")
    known = shape in (TABLE, PARTIAL, PARTIAL_LIST) and offer.parameters.get("g") == "meta.k8s.io"
    return Format(media_type, shape, version) if known and version in _META_VERSIONS else None


def _pair(text: str) -> tuple[str, str]:
    key, _, value = text.partition("=")
    return key.strip().lower(), value.strip().strip('"')


def _quality(text: str) -> float:
    try:
        quality = float(text)
    except ValueError:
        return 1.0
    return quality if 0 <= quality <= 1 else 1.0


def _by_quality(offer: Offer) -> float:
    return -offer.quality
