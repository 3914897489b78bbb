import shutil
import subprocess
from pathlib import Path

import pytest

from kubelab.clients import kustomize

HERE = Path(__file__).parent / "kustomized"
FOLDERS = ("base", "over", "base2", "many")
KUBECTL = shutil.which("kubectl")
WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "nginx:1.27", envFrom: [{configMapRef: {name: settings}}]}]}
"""


@pytest.fixture
def built(tmp_path):
    """The objects that a kustomization makes of `web.yaml`, by kind."""

    def build(text, **others):
        (tmp_path / "web.yaml").write_text(WEB)
        for name, content in others.items():
            (tmp_path / name.replace("_", ".")).write_text(content)
        (tmp_path / "kustomization.yaml").write_text(f"resources: [web.yaml]\n{text}")
        return kustomize.build(str(tmp_path)).text

    return build


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_is_built_is_what_kubectl_builds(folder):
    assert kustomize.build(str(HERE / folder)).text == (HERE / f"{folder}.expected.yaml").read_text()


@pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed")
@pytest.mark.parametrize("folder", FOLDERS)
def test_what_is_expected_is_what_kubectl_prints_now(folder):
    done = subprocess.run([KUBECTL, "kustomize", HERE / folder], capture_output=True, text=True, check=True)
    built = kustomize.build(str(HERE / folder))
    assert done.stdout == built.text
    assert done.stderr == "".join(f"{warning}\n" for warning in built.warnings)


def test_a_generated_config_map_is_named_after_its_content_and_found_by_that_name(built):
    text = built("configMapGenerator: [{name: settings, literals: [color=red]}]")
    assert text.count("settings-d7568b82h8") == 2
    other = built("configMapGenerator: [{name: settings, literals: [color=blue]}]")
    assert "settings-d7568b82h8" not in other


def test_without_the_suffix_where_it_is_switched_off(built):
    text = built(
        "configMapGenerator: [{name: settings, literals: [color=red]}]\ngeneratorOptions: {disableNameSuffixHash: true}"
    )
    assert text.count("name: settings\n") == 2


def test_prefixes_suffixes_and_namespaces_reach_the_references(built):
    text = built(
        "namePrefix: a-\nnameSuffix: -z\nnamespace: shop\nconfigMapGenerator: [{name: settings, envs: [a.env]}]",
        a_env="A=1\n",
    )
    assert "name: a-web-z\n  namespace: shop\n" in text
    assert text.count("name: a-settings-z-") == 2


def test_labels_stay_out_of_selectors_unless_they_are_wanted_there(built):
    assert "matchLabels:\n      app: web\n  template" in built("labels: [{pairs: {team: a}}]")
    assert "matchLabels:\n      app: web\n      team: a\n" in built(
        "labels: [{pairs: {team: a}, includeSelectors: true}]"
    )
    assert "matchLabels:\n      app: web\n      team: a\n" in built("commonLabels: {team: a}")


def test_old_fields_are_warned_of():
    assert [line.split("'")[1] for line in kustomize.build(str(HERE / "many")).warnings] == [
        "patchesJson6902",
        "patchesStrategicMerge",
    ]


def test_images_and_replicas_are_set_without_a_patch(built):
    text = built("images: [{name: nginx, newName: reg.io/nginx, newTag: '2'}]\nreplicas: [{name: web, count: 4}]")
    assert "image: reg.io/nginx:2\n" in text
    assert "replicas: 4\n" in text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("helmCharts: [{name: x}]", "the field 'helmCharts' of"),
        ("nonsense: 1", 'invalid Kustomization: json: unknown field "nonsense"'),
        ("patches: [{target: {kind: Deployment}, patch: '[{op: remove, path: /spec/nope}]'}]", "nonexistent key: nope"),
        ("namespace: 1", "namespace is no string"),
        ("components: [../nope]", "doesn't exist|no such file"),
    ],
)
def test_what_cannot_be_built_is_refused(built, text, said):
    with pytest.raises(kustomize.KustomizeError, match=said):
        built(text)


def test_a_folder_without_a_kustomization_is_refused(tmp_path):
    with pytest.raises(kustomize.KustomizeError, match="unable to find one of"):
        kustomize.build(str(tmp_path))
