from kubelab.client_go.informer import Informer


class Heard:
    def __init__(self):
        self.changes = []

    def on_change(self, kind, old, new):
        self.changes.append((old and old.metadata.name, new and new.metadata.name))


def config(name):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}


def informer(bare):
    made, heard = Informer(bare.client, "configmaps"), Heard()
    made.handlers.append(heard)
    return made, heard


def test_first_a_list_then_a_watch(bare):
    bare.client.create(config("a"))
    cache, heard = informer(bare)
    assert cache.start()
    bare.client.create(config("b"))
    assert [obj.metadata.name for obj in cache] == ["a"]
    bare.clock.run(1)
    assert [obj.metadata.name for obj in cache] == ["a", "b"]
    bare.client.delete("configmaps", "a")
    bare.clock.run(2)
    assert heard.changes == [(None, "a"), (None, "b"), ("a", None)]
    assert cache.get("default/b").metadata.name == "b"


def test_what_happened_while_it_was_away_is_told_when_it_comes_back(bare):
    bare.client.create(config("kept"))
    bare.client.create(config("gone"))
    cache, heard = informer(bare)
    cache.start()
    cache.stop()
    heard.changes.clear()
    bare.client.delete("configmaps", "gone")
    bare.client.create(config("new"))
    bare.clock.run(1)
    assert heard.changes == []
    cache.start()
    assert heard.changes == [("gone", None), (None, "new")]


def test_nothing_arrives_after_it_was_stopped_even_what_was_on_its_way(bare):
    cache, heard = informer(bare)
    cache.start()
    bare.client.create(config("a"))
    cache.forget()
    bare.clock.run(1)
    assert heard.changes == []
    assert len(cache) == 0
