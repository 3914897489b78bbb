"""A label selector as Go prints it: so it stands in messages of Kubernetes."""

from __future__ import annotations

from lightkube.models import meta_v1


def as_go_prints(selector: meta_v1.LabelSelector | None) -> str:
    """The selector as `%v` and `%+v` print it.

    Examples
    --------
    >>> as_go_prints(meta_v1.LabelSelector(matchLabels={"app": "web"}))
    '&LabelSelector{MatchLabels:map[string]string{app: web,},MatchExpressions:[]LabelSelectorRequirement{},}'
    >>> as_go_prints(None)
    'nil'
    """
    if selector is None:
        return "nil"
    labels = "".join(f"{key}: {value}," for key, value in sorted((selector.matchLabels or {}).items()))
    rules = "".join(
        f"LabelSelectorRequirement{{Key:{rule.key},Operator:{rule.operator},Values:[{' '.join(rule.values or ())}],}},"
        for rule in selector.matchExpressions or ()
    )
    return (
        f"&LabelSelector{{MatchLabels:map[string]string{{{labels}}},"
        f"MatchExpressions:[]LabelSelectorRequirement{{{rules}}},}}"
    )
