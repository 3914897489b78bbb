import pytest

from kubelab.clients.kubectl import go_template
from kubelab.clients.kubectl.flags import CommandError

PODS = {
    "kind": "List",
    "items": [
        {"metadata": {"name": "a", "labels": {"app": "web", "app.kubernetes.io/name": "w"}}, "n": 1, "ready": True},
        {"metadata": {"name": "b"}, "n": 2, "ready": False},
    ],
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{.kind}}", "List"),
        ("{{range .items}}{{.metadata.name}} {{end}}", "a b "),
        ("{{range $i, $pod := .items}}{{$i}}={{$pod.n}};{{end}}", "0=1;1=2;"),
        ("{{range .none}}x{{else}}nothing{{end}}", "nothing"),
        ("{{range .items}}{{if .ready}}up{{else if eq .n 2}}two{{end}} {{end}}", "up two "),
        ("{{with index .items 1}}{{.metadata.name}}{{end}}", "b"),
        ('{{index (index .items 0).metadata.labels "app.kubernetes.io/name"}}', "w"),
        ("{{len .items}} {{len .kind}}", "2 4"),
        ('{{printf "%s:%d|%5.1f|%v|%q" .kind 3 2.5 true "x"}}', 'List:3|  2.5|true|"x"'),
        ('{{println "a" 1}}', "a 1\n"),
        ('{{"a" | printf "%s-%s" "b"}}', "b-a"),
        ("{{if and true (not false) (or false 1)}}yes{{end}}", "yes"),
        ("{{if and (gt 3 2) (le 2 2) (ne 1 2) (lt 1 2) (ge 2 1)}}yes{{end}}", "yes"),
        ("a {{- /* not shown */ -}} b", "ab"),
        ("{{$x := 5}}{{$x}}{{$x = 6}}{{$x}}", "56"),
        ("{{range .items}}{{if eq .n 2}}{{break}}{{end}}{{.n}}{{end}}", "1"),
        ("{{range .items}}{{if eq .n 1}}{{continue}}{{end}}{{.n}}{{end}}", "2"),
        ("{{.missing}} {{.missing.deeper}}", "<no value> <no value>"),
        ("{{(index .items 0).metadata.labels}}", "map[app:web app.kubernetes.io/name:w]"),
        ('{{"c2VjcmV0" | base64decode}}', "secret"),
        ("{{`raw \\n`}} {{'a'}} {{0x10}}", "raw \\n 97 16"),
        ('{{html "<"}} {{urlquery "a b"}}', "&lt; a+b"),
        ("{{slice .kind 1 3}}", "is"),
    ],
)
def test_templates_are_rendered_as_go_does(template, text):
    assert go_template.render(template, PODS) == text


@pytest.mark.parametrize(
    "template",
    [
        "{{",
        "{{range .items}}",
        "{{end}}",
        "{{nope .}}",
        "{{.items.name}}",
        "{{index .items 9}}",
        "{{if}}{{end}}",
        "{{$y}}",
        "{{.kind.deeper}}",
    ],
)
def test_what_is_wrong_is_refused(template):
    with pytest.raises(CommandError):
        go_template.render(template, PODS)
