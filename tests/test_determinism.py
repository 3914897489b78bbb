"""Same seed, same story: in two processes, whatever order sets have there."""

import os
import subprocess
import sys

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 5
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: "nginx:1.27", ports: [{containerPort: 80}]}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
"""
STORY = f"""
import sys
import kubelab as kl
cluster = kl.Cluster(workers=3, seed=int(sys.argv[1]))
cluster.apply({WEB!r})
cluster.settle()
load = cluster.traffic("http://web", rate=2)
cluster.kill("worker-2").run(400)
load.stop()
cluster.revive("worker-2").settle()
print(cluster.journal.digest(), len(cluster.journal))
"""


def told(seed: int, hash_seed: str) -> str:
    run = subprocess.run(
        [sys.executable, "-c", STORY, str(seed)],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout


def test_two_processes_tell_the_same_story_byte_for_byte():
    assert told(7, "1") == told(7, "4242")


def test_another_seed_tells_another_story():
    assert told(7, "1") != told(8, "1")
