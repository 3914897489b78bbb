"""What kubelab's kubectl is known to print otherwise than the real kubectl 1.32, and why.

kubelab is a kubectl 1.36; the one beside it in the tests is a 1.32, in the build that Google ships. Each entry of
`ALIKE` takes one difference out of both texts. `OTHERWISE` lists the commands that print something else altogether.
"""

import re

_AGE = r"\b\d+[smhdy](?:\d+[smhd])?\b"

# (what to look for, what to put in its place, why)
ALIKE = (
    (r"(?m) from \S+ namespace(?=$| \()", "", "1.34 and later say from which namespace something was deleted"),
    (r'(?m)^E\d{4} .*\] "command failed" err="(.*)"$', r"error: \1", "Google's build logs what others print"),
    (r"(?m)^Error: unknown", "error: unknown", "the same"),
    (r'\\"', '"', "the same"),
    (
        r"(?m)^( *)metadata:\n +creationTimestamp: null\n(?=\1[a-z])",
        r"\1metadata: {}\n",
        "1.33 drops empty dates",
    ),
    (r"(?m)^ *\"?creationTimestamp\"?: null,?\n", "", "the same"),
    (r"(?m)^ *terminatingReplicas: 0\n", "", "1.32 does not know this field"),
    (r"cannot delete cannot delete", "cannot delete", "1.32 says it twice"),
    (r"unrecognized condition: (\"\"|\[\])", "unrecognized condition", "1.36 takes several --for, and lists them"),
    (r"(?m)^Warning: resource (statefulsets|daemonsets)/.* was previously managed .*\n", "", "1.32: Deployments only"),
    (r"(?m)^  (line \d+, column|replace operation).*\n", "", "kubelab tells where in the file a mistake is"),
    (r"/tmp/(LIVE|MERGED)(-\d+)?/", r"\1/", "temporary folders have other names each time"),
    (r"(?m)^(--- LIVE|\+\+\+ MERGED)(\S+)\t.*$", r"\1\2", "their files are of now"),
    (r"https://\S+", "https://", "it is reached under another address"),
    (r"the server has asked for the client to provide credentials", "Unauthorized", "so where nothing is cached"),
    (r"/tmp/\S+/kubeconfig|~/\.kube/config", "FILE", "the kubeconfig is a file elsewhere"),
    (r"(?m)^ *certificate-authority-data: .*\n", "", "kubelab's kubectl needs no certificates"),
    (r"(?m)^preferences: \{\}\n", "", "1.33 drops empty preferences"),
    (r"(?m)^E\d{4} .* memcache\.go.*\n", "", "Google's build logs each try"),
    (r"(ConfigMap|Secret)Optional(Name)?:(\s+)<nil>", r"Optional:\3false", "1.32 prints a pointer"),
    (r"(\d+/(?:TCP|UDP)) \([\w-]+\)", r"\1", "1.33 and later tell the names of ports"),
)
# The same, in descriptions and lists of events: the real one counts ages to the computer's clock.
IN_DESCRIPTIONS = (
    (_AGE, "<age>", "ages are counted to the computer's clock"),
    (r"(?m)^ *Kube-Proxy Version:.*\n", "", "gone since 1.33"),
    (r"(?m)^(Mountable secrets|Tokens):.*\n", "", "gone since 1.34"),
    (r"(?m)^Time Zone:.*\n", "", "new in 1.33"),
    (r"(?m)^Namespace: .*\n", "", "1.32 leaves it out for DaemonSets"),
    (r"spec\.(?:initC|c)ontainers\{[^}]*\}: ", "", "new in 1.33, before messages of events"),
    (r"-+", "-", "lines under headings are as long as the longest age"),
    (r" +", " ", "columns are as wide as the longest age"),
)
# Go shows the keys of a map in another order each time; and 1.32 writes JSON in the order of its structs.
SHUFFLED = (
    "config get-clusters",
    "describe cm",
    "describe limits",
    "describe quota",
    "describe ns",
    "describe secret",
    "drain",
    "-o json",
)
OTHERWISE = {
    "get --raw /version": "kubelab's kubectl speaks to the API server without HTTP",
    "set": "help is kubelab's own, and short",
    "patch deploy two -p '{'": "kubelab's kubectl reads the patch itself, and says what is wrong with it",
    "scale deploy nope --replicas=1": "1.32 puts 'no objects passed to scale' before it",
    "autoscale deploy two --min=1 --max=3 --cpu-percent=80 --dry-run=client -o yaml": "1.32 makes an autoscaling/v1",
    "wait pod/lonely --for=condition=Ready --for=jsonpath='{.status.phase}'=Running --timeout=1s": "1.32 takes one",
    "apply -f {files}/two.yaml --prune": "kubelab's kubectl does not prune",
}


def plain(line, text):
    """A text without what is known to differ."""
    for pattern, instead, _ in ALIKE:
        text = re.sub(pattern, instead, text)
    if re.match("describe|events|.* --watch-events", line):
        for pattern, instead, _ in IN_DESCRIPTIONS:
            text = re.sub(pattern, instead, text)
    return text


def is_shuffled(line):
    """Whether only the order may differ."""
    return any(word in line for word in SHUFFLED)
