import pytest
from judged_pods import faults, volume_faults


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ({"emptyDir": {}}, []),
        ({"emptyDir": {}, "hostPath": {"path": "/x"}}, ["hostPath"]),
        ({"emptyDir": {"sizeLimit": "-1"}}, ["emptyDir.sizeLimit"]),
        ({"hostPath": {"path": ""}}, ["hostPath.path"]),
        ({"hostPath": {"path": "/a/../b"}}, ["hostPath.path"]),
        ({"hostPath": {"path": "/a", "type": "Folder"}}, ["hostPath.type"]),
        ({"secret": {}}, ["secret.secretName"]),
        ({"secret": {"secretName": "s", "defaultMode": 0o1000}}, ["secret.defaultMode"]),
        (
            {"configMap": {"name": "c", "items": [{"key": "", "path": "/a"}]}},
            ["configMap.items[0].key", "configMap.items[0].path"],
        ),
        ({"configMap": {"name": "c", "items": [{"key": "k", "path": "..a"}]}}, ["configMap.items[0].path"]),
        ({"persistentVolumeClaim": {"claimName": ""}}, ["persistentVolumeClaim.claimName"]),
        ({"nfs": {"server": "s", "path": "relative"}}, ["nfs.path"]),
        ({"gcePersistentDisk": {"pdName": ""}}, ["persistentDisk.pdName"]),
        ({"iscsi": {"targetPortal": "p", "iqn": "iqn.2001-04.com.example:disk", "lun": 0}}, []),
        ({"iscsi": {"targetPortal": "p", "iqn": "disk", "lun": 256}}, ["iscsi.iqn", "iscsi.lun"]),
        ({"fc": {"targetWWNs": ["w"]}}, ["fc.lun"]),
        ({"flexVolume": {"driver": "d", "options": {"kubernetes.io/a": "b"}}}, ["flexVolume.options[kubernetes.io/a]"]),
        ({"azureDisk": {"diskName": "d", "diskURI": "u", "kind": "Managed"}}, ["azureDisk.diskURI"]),
        ({"csi": {"driver": "Drivers.example.com"}}, []),
        ({"csi": {"driver": ""}}, ["csi.driver"]),
        ({"image": {}}, ["image.reference"]),
        ({"ephemeral": {}}, ["ephemeral.volumeClaimTemplate"]),
        (
            {"ephemeral": {"volumeClaimTemplate": {"metadata": {"name": "x"}, "spec": {}}}},
            [
                "ephemeral.volumeClaimTemplate.metadata.name",
                "ephemeral.volumeClaimTemplate.spec.accessModes",
                "ephemeral.volumeClaimTemplate.spec.resources[storage]",
            ],
        ),
        (
            {"projected": {"sources": [{"secret": {}, "configMap": {"name": "c"}}]}},
            ["projected.sources[0].secret.name", "projected.sources[0]"],
        ),
        (
            {"projected": {"sources": [{"serviceAccountToken": {"path": "t", "expirationSeconds": 60}}]}},
            ["projected.sources[0].serviceAccountToken.expirationSeconds"],
        ),
        (
            {"downwardAPI": {"items": [{"path": "p", "fieldRef": {"fieldPath": "spec.nodeName"}}]}},
            ["downwardAPI.fieldRef.fieldPath"],
        ),
    ],
)
def test_volumes(source, wrong):
    assert volume_faults(**source) == wrong


def test_volumes_have_names_of_their_own():
    assert faults(volumes=[{"name": "a"}, {"name": "a"}, {"name": ""}]) == ["volumes[1].name", "volumes[2].name"]


@pytest.mark.parametrize(
    ("mounts", "wrong"),
    [
        ([{"name": "data", "mountPath": "/a"}], []),
        ([{"name": "date", "mountPath": "/a"}], ["volumeMounts[0].name"]),
        ([{"name": "data", "mountPath": "/a"}, {"name": "data", "mountPath": "/a"}], ["volumeMounts[1].mountPath"]),
        ([{"name": "data", "mountPath": "/a", "subPath": "../b"}], ["volumeMounts.subPath"]),
        ([{"name": "data", "mountPath": "/a", "subPath": "b", "subPathExpr": "c"}], ["volumeMounts[0].subPathExpr"]),
        ([{"name": "data", "mountPath": "/a", "mountPropagation": "Bidirectional"}], ["volumeMounts.mountPropagation"]),
        ([{"name": "data", "mountPath": "/a", "recursiveReadOnly": "Enabled"}], ["volumeMounts.recursiveReadOnly"]),
    ],
)
def test_mounts(mounts, wrong):
    held = [{"name": "web", "image": "nginx", "volumeMounts": mounts}]
    found = faults(containers=held, volumes=[{"name": "data"}])
    assert [field.removeprefix("containers[0].") for field in found] == wrong


def test_a_volume_that_is_wrong_cannot_be_mounted():
    held = [{"name": "web", "image": "nginx", "volumeMounts": [{"name": "data", "mountPath": "/a"}]}]
    assert faults(containers=held, volumes=[{"name": "data", "secret": {}}]) == [
        "volumes[0].secret.secretName",
        "containers[0].volumeMounts[0].name",
    ]


def test_devices_are_made_of_claims():
    held = [{"name": "web", "image": "nginx", "volumeDevices": [{"name": "data", "devicePath": "/dev/x"}]}]
    assert faults(containers=held, volumes=[{"name": "data"}]) == ["containers[0].volumeDevices[0].name"]
    assert faults(containers=held, volumes=[{"name": "data", "persistentVolumeClaim": {"claimName": "c"}}]) == []
