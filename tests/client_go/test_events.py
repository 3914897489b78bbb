from kubelab.client_go.events import EventRecorder


def about(bare):
    return bare.client.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}})


def said(bare):
    return [(event.reason, event.message, event.count) for event in bare.client.list("events")]


def test_the_same_event_again_counts_up(bare):
    recorder, obj = EventRecorder(bare.client, "tester", bare.clock), about(bare)
    for _ in range(3):
        recorder.event(obj, "Normal", "Tried", "tried it")
        bare.clock.run(bare.clock.now + 1)
    assert said(bare) == [("Tried", "tried it", 3)]


def test_the_tenth_similar_event_is_combined(bare):
    recorder, obj = EventRecorder(bare.client, "tester", bare.clock), about(bare)
    for number in range(12):
        recorder.event(obj, "Normal", "Tried", f"tried {number}")
    assert len(said(bare)) == 10
    assert ("Tried", "(combined from similar events): tried 11", 3) in said(bare)


def test_a_flood_about_one_object_is_dropped_and_comes_back_slowly(bare):
    recorder, obj = EventRecorder(bare.client, "tester", bare.clock), about(bare)
    for number in range(40):
        recorder.event(obj, "Normal", f"Reason{number}", "said")
    assert len(said(bare)) == 25
    bare.clock.run(301)
    recorder.event(obj, "Normal", "Late", "said")
    recorder.event(obj, "Normal", "TooLate", "said")
    assert len(said(bare)) == 26


def test_what_is_dropped_is_counted_all_the_same(bare):
    recorder, obj = EventRecorder(bare.client, "tester", bare.clock), about(bare)
    for _ in range(30):
        recorder.event(obj, "Normal", "Tried", "tried it")
    assert said(bare) == [("Tried", "tried it", 25)]
    bare.clock.run(301)
    recorder.event(obj, "Normal", "Tried", "tried it")
    assert said(bare) == [("Tried", "tried it", 31)]


def test_an_event_that_was_said_before_stays_itself_among_the_combined(bare):
    recorder, obj = EventRecorder(bare.client, "tester", bare.clock), about(bare)
    for number in [*range(10), 9]:
        recorder.event(obj, "Normal", "Tried", f"tried {number}")
    assert ("Tried", "tried 9", 1) in said(bare)
    assert ("Tried", "(combined from similar events): tried 9", 1) in said(bare)


def test_the_scheduler_writes_series_without_a_count(bare):
    recorder, obj = EventRecorder(bare.client, "default-scheduler", bare.clock, series=True), about(bare)
    recorder.event(obj, "Warning", "FailedScheduling", "0/3 nodes are available")
    assert said(bare) == [("FailedScheduling", "0/3 nodes are available", None)]


def test_recording_never_fails_its_caller(bare):
    recorder, obj = EventRecorder(bare.client, "tester", bare.clock), about(bare)
    bare.server.stop()
    recorder.event(obj, "Normal", "Lost", "nobody hears it")
    bare.server.start()
    recorder.event(obj, "Normal", "Lost", "nobody hears it")
    assert said(bare) == [("Lost", "nobody hears it", 1)]
