from kubelab.network.overlay import Overlay


def test_machines_get_addresses_in_the_order_of_asking():
    overlay = Overlay()
    assert [overlay.machine_address(name) for name in ("master", "b", "a", "b")] == [
        "172.18.0.2", "172.18.0.3", "172.18.0.4", "172.18.0.3",
    ]  # fmt: skip


def test_pod_addresses_come_from_the_nodes_range_in_turn():
    overlay = Overlay()
    overlay.machine_address("master")
    assert overlay.node_range("worker-1") == "10.244.1.0/24"
    assert [overlay.allocate("worker-1") for _ in range(3)] == ["10.244.1.2", "10.244.1.3", "10.244.1.4"]
    overlay.release("worker-1", "10.244.1.2")
    assert overlay.allocate("worker-1") == "10.244.1.5"


def test_a_full_range_gives_nothing_and_a_freed_address_again():
    overlay = Overlay()
    given = [overlay.allocate("w") for _ in range(253)]
    assert len(set(given)) == 253
    assert overlay.allocate("w") is None
    overlay.release("w", given[7])
    assert overlay.allocate("w") == given[7]


def test_an_address_leads_to_its_machine():
    overlay = Overlay()
    for number in range(300):
        overlay.machine_address(f"m{number}")
    assert overlay.machine_address("m299") == "172.18.1.45"
    assert overlay.node_range("m299") == "10.245.43.0/24"
    assert overlay.node_of("10.245.43.9") == "m299"
    assert overlay.node_of("172.18.1.45") == "m299"
    assert overlay.node_of("10.9.9.9") is None
    assert overlay.machine_at("10.245.43.9") is None
