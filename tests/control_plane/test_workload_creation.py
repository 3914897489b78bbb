import pytest
from lightkube.models import batch_v1, core_v1, meta_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import to_dict, with_spec

UID = "batch.kubernetes.io/controller-uid"
POD = {"containers": [{"name": "web", "image": "nginx"}], "restartPolicy": "Never"}


def job(name="sum", **spec):
    metadata = {"name": name} if name else {"generateName": "sum-"}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": metadata,
        "spec": {"template": {"spec": POD}, **spec},
    }


def autoscaler(version, **spec):
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    return {
        "apiVersion": f"autoscaling/{version}",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web"},
        "spec": {"scaleTargetRef": target, "maxReplicas": 3, **spec},
    }


@pytest.mark.parametrize("name", ["sum", ""])
def test_a_stored_job_selects_by_the_uid_that_it_has(bare, name):
    made = bare.client.create(job(name))
    assert made.spec.selector.matchLabels == {UID: made.metadata.uid}
    assert made.spec.template.metadata.labels["job-name"] == made.metadata.name
    assert bare.client.get("jobs", made.metadata.name).metadata.uid == made.metadata.uid


def test_a_job_of_a_controller_selects_by_its_own_uid(bare):
    container = core_v1.Container(name="web", image="nginx")
    template = core_v1.PodTemplateSpec(spec=core_v1.PodSpec(containers=[container], restartPolicy="Never"))
    meta = meta_v1.ObjectMeta(name="sum", namespace="default", uid="not-mine")
    made = bare.client.create(batch_v1.Job(metadata=meta, spec=batch_v1.JobSpec(template=template)))
    assert made.metadata.uid != "not-mine"
    assert made.spec.selector.matchLabels == {UID: made.metadata.uid}


def test_a_refused_job_leaves_no_trace_in_the_names_to_come(bare):
    before = bare.server.storage.rng.getstate()
    with pytest.raises(ApiError):
        bare.client.create(job(completions=-1))
    assert bare.server.storage.rng.getstate() == before


def test_a_change_of_a_jobs_spec_is_counted(bare):
    made = bare.client.create(job())
    assert made.metadata.generation == 1
    changed = bare.client.update(with_spec(made, parallelism=3))
    assert changed.metadata.generation == 2
    with pytest.raises(ApiError, match="field is immutable"):
        bare.client.patch("jobs", "sum", {"spec": {"completions": 5}})


def test_jobs_are_chosen_by_their_successes(bare):
    bare.client.create(job())
    assert len(bare.client.list("jobs", field_selector="status.successful=0")) == 1
    assert bare.client.list("jobs", field_selector="status.successful!=0") == []


def test_an_autoscaler_is_one_in_both_versions(bare):
    made = bare.client.create(autoscaler("v1", targetCPUUtilizationPercentage=60))
    assert made.apiVersion == "autoscaling/v2"
    assert made.spec.metrics[0].resource.target.averageUtilization == 60
    assert to_dict(made)["status"] == {"desiredReplicas": 0, "currentMetrics": None}
    changed = bare.client.update({**autoscaler("v1"), "metadata": {"name": "web", "namespace": "default"}})
    assert changed.spec.metrics[0].resource.target.averageUtilization == 80


def test_a_priority_class_has_no_second_generation(bare):
    manifest = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "high"}, "value": 5}
    bare.client.create(manifest)
    changed = bare.client.update({**manifest, "description": "first come"})
    assert (changed.description, changed.metadata.generation) == ("first come", 1)
    with pytest.raises(ApiError, match="may not be changed in an update"):
        bare.client.update({**manifest, "value": 6})


def test_a_long_prefix_is_cut_so_that_a_generated_name_fits_into_a_label(bare):
    manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "a" * 80}}
    assert len(bare.client.create(manifest).metadata.name) == 63
