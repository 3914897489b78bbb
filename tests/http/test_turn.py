import threading

from kubelab.clients.turn import Turn


def test_hooks_are_called_once_for_each_turn_however_often_it_is_taken():
    turn, said = Turn(), []
    turn.before.append(lambda: said.append("before"))
    turn.after.append(lambda: said.append("after"))
    with turn, turn:
        said.append("mine")
    assert said == ["before", "mine", "after"]


def test_one_at_a_time_has_it():
    turn, inside, most = Turn(), [], []

    def work():
        for _ in range(200):
            with turn:
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1


def test_a_cell_holds_it_until_a_server_is_there():
    turn = Turn()
    turn.begin_cell()
    assert not _free(turn)
    turn.begin_serving()  # in the middle of the cell
    assert _free(turn)
    turn.end_cell()
    turn.begin_cell()
    assert _free(turn)
    turn.end_cell()
    turn.end_serving()
    turn.begin_cell()
    assert not _free(turn)
    turn.end_cell()
    assert _free(turn)


def test_a_hook_that_fails_leaves_it_free():
    turn = Turn()
    turn.before.append(_fail)
    for _ in range(2):
        try:
            with turn:
                raise AssertionError("never reached")
        except ZeroDivisionError:
            pass
    turn.before.clear()
    assert _free(turn)


def _fail():
    raise ZeroDivisionError


def _free(turn):
    got = []

    def take():
        if turn._lock.acquire(timeout=0.1):
            got.append(1)
            turn._lock.release()

    thread = threading.Thread(target=take)
    thread.start()
    thread.join()
    return bool(got)
