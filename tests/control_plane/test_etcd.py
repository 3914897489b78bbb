import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubelab.control_plane.etcd import Change, CompactedError, CompareFailedError, Etcd


class Recorder:
    def __init__(self):
        self.seen = {}
        self.changes = []

    def deliver(self, change: Change):
        self.changes.append(change)
        if change.now.value is None:
            self.seen.pop(change.now.key)
        else:
            self.seen[change.now.key] = change.now.value


def test_each_write_makes_one_revision_and_the_past_stays_readable():
    etcd = Etcd()
    first = etcd.put("/a", 1)
    second = etcd.put("/a", 2)
    assert second.mod_revision == first.mod_revision + 1
    assert (second.create_revision, second.version) == (first.mod_revision, 2)
    assert etcd.get("/a", first.mod_revision).value == 1
    assert etcd.get("/a").value == 2


def test_deleted_key_is_gone_now_and_there_before():
    etcd = Etcd()
    etcd.put("/a", 1)
    revision = etcd.revision
    etcd.delete("/a")
    assert etcd.get("/a") is None
    assert etcd.range("/", revision)[0].value == 1
    assert etcd.delete("/a") is None


def test_compare_and_swap_refuses_another_revision():
    etcd = Etcd()
    etcd.put("/a", 1, expected=0)
    with pytest.raises(CompareFailedError):
        etcd.put("/a", 2, expected=0)
    held = etcd.get("/a")
    etcd.put("/a", 2, expected=held.mod_revision)
    with pytest.raises(CompareFailedError):
        etcd.delete("/a", expected=held.mod_revision)
    assert etcd.get("/a").value == 2


def test_range_is_ordered_and_by_prefix():
    etcd = Etcd()
    for key in ("/pods/b", "/nodes/x", "/pods/a"):
        etcd.put(key, key)
    assert [held.key for held in etcd.range("/pods/")] == ["/pods/a", "/pods/b"]


def test_watch_from_a_compacted_revision_is_refused():
    etcd = Etcd()
    for value in range(5):
        etcd.put("/a", value)
    etcd.compact(4)
    with pytest.raises(CompactedError):
        etcd.watch("/", Recorder().deliver, after=2)
    with pytest.raises(CompactedError):
        etcd.get("/a", 3)
    assert etcd.get("/a", 4).value == 2


def test_closed_watcher_hears_nothing():
    etcd, recorder = Etcd(), Recorder()
    watcher = etcd.watch("/", recorder.deliver)
    etcd.put("/a", 1)
    watcher.close()
    etcd.put("/a", 2)
    assert recorder.seen == {"/a": 1}


def test_snapshot_brings_back_what_was():
    etcd = Etcd()
    etcd.put("/a", 1)
    etcd.put("/b", 2)
    snapshot = etcd.snapshot()
    etcd.delete("/a")
    etcd.put("/c", 3)
    newest = etcd.revision
    etcd.restore(snapshot)
    assert {held.key: held.value for held in etcd.range("")} == {"/a": 1, "/b": 2}
    assert etcd.revision > newest


WRITES = st.lists(
    st.tuples(st.sampled_from(["/a", "/b", "/c/d"]), st.one_of(st.none(), st.integers(0, 9))), max_size=40
)


@given(WRITES, st.integers(0, 40))
def test_a_watch_replays_to_the_list_and_revisions_only_grow(writes, start):
    etcd, late, states, seen = Etcd(), Recorder(), {}, [1]
    for key, value in writes:
        if value is None:
            etcd.delete(key)
        else:
            etcd.put(key, value)
        seen.append(etcd.revision)
        states[etcd.revision] = {held.key: held.value for held in etcd.range("")}
    assert seen == sorted(seen)
    for revision, state in states.items():
        assert {held.key: held.value for held in etcd.range("", revision)} == state
    after = min(start, etcd.revision)
    late.seen = {held.key: held.value for held in etcd.range("", after)}
    etcd.watch("", late.deliver, after=after)
    assert late.seen == {held.key: held.value for held in etcd.range("")}
