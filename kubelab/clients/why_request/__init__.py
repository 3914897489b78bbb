"""Why a request got no good answer: which object is at fault, and what would mend it."""

from kubelab.clients.why_request.request import why_request
from kubelab.clients.why_request.verdict import WhyRequest

__all__ = ["WhyRequest", "why_request"]
