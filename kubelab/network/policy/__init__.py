"""NetworkPolicy: who may talk to whom, as each node's agent enforces it."""

from kubelab.network.policy.agent import PolicyAgent
from kubelab.network.policy.policies import AGENT, ALLOWED, Policies, Verdict

__all__ = ["AGENT", "ALLOWED", "Policies", "PolicyAgent", "Verdict"]
