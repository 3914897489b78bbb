import math

import pytest
from lone_proxies import Proxies

import kubelab as kl
from kubelab.network.packet import Packet
from kubelab.node.proxy import iptables, nft_names

BALANCED = [{"ip": "198.51.100.9"}]


def web(bare, mode="iptables", *endpoints, **spec):
    proxies = Proxies(bare, mode)
    ports = [{"name": "http", "port": 80, **({"nodePort": 30080} if "type" in spec else {})}]
    proxies.service(ports, **spec)
    proxies.endpoints(*(endpoints or ("a1", "b1", "c1")))
    return proxies


def test_chains_are_called_as_upstream_calls_them():
    """The names in pkg/proxy/iptables/proxier_test.go and of the Services that every cluster has."""
    assert iptables.digest("ns1/svc1:p80" + "tcp") == "XPGD46QRK7WJZT7O"
    assert iptables.digest("ns1/svc1:p80" + "tcp" + "10.180.0.1:80") == "SXIVWICOYRO3J4NJ"
    assert iptables.digest("kube-system/kube-dns:dns" + "udp") == "TCOU7JCQXEZGVUNU"
    assert nft_names.digest("ns1/svc1/tcp/p80__10.180.0.1/80") == "5OJB2KTY"


def test_iptables_rules_of_a_service(bare):
    name = iptables.digest("default/web:http" + "tcp")
    ends = [iptables.digest(f"default/web:http{'tcp'}10.244.{third}.1:8080") for third in range(2)]
    assert web(bare, "iptables", "a1", "b1", type="NodePort").nodes["a"].listing("web").splitlines() == [
        "*nat",
        *(f":KUBE-{kind} - [0:0]" for kind in (f"EXT-{name}", f"SVC-{name}", f"SEP-{ends[0]}", f"SEP-{ends[1]}")),
        '-A KUBE-SERVICES -d 10.96.0.50/32 -p tcp -m comment --comment "default/web:http cluster IP" '
        f"-m tcp --dport 80 -j KUBE-SVC-{name}",
        f'-A KUBE-NODEPORTS -p tcp -m comment --comment "default/web:http" -m tcp --dport 30080 -j KUBE-EXT-{name}',
        f'-A KUBE-EXT-{name} -m comment --comment "masquerade traffic for default/web:http external destinations" '
        "-j KUBE-MARK-MASQ",
        f"-A KUBE-EXT-{name} -j KUBE-SVC-{name}",
        f"-A KUBE-SVC-{name} ! -s 10.244.0.0/16 -d 10.96.0.50/32 -p tcp -m comment --comment "
        '"default/web:http cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ',
        f'-A KUBE-SVC-{name} -m comment --comment "default/web:http -> 10.244.0.1:8080" '
        f"-m statistic --mode random --probability 0.5000000000 -j KUBE-SEP-{ends[0]}",
        f'-A KUBE-SVC-{name} -m comment --comment "default/web:http -> 10.244.1.1:8080" -j KUBE-SEP-{ends[1]}',
        *(
            f"-A KUBE-SEP-{end} {rest}"
            for third, end in enumerate(ends)
            for rest in (
                f'-s 10.244.{third}.1/32 -m comment --comment "default/web:http" -j KUBE-MARK-MASQ',
                f'-p tcp -m comment --comment "default/web:http" -m tcp -j DNAT --to-destination 10.244.{third}.1:8080',
            )
        ),
        "COMMIT",
    ]


def test_iptables_rules_of_a_local_guarded_sticky_service(bare):
    proxies = web(
        bare,
        type="LoadBalancer",
        externalTrafficPolicy="Local",
        sessionAffinity="ClientIP",
        loadBalancerSourceRanges=["203.0.113.0/29"],
        ingress=BALANCED,
    )
    text = proxies.nodes["a"].listing("web")
    name = iptables.digest("default/web:http" + "tcp")
    for line in (
        f'-d 198.51.100.9/32 -p tcp -m comment --comment "default/web:http loadbalancer IP" -m tcp --dport 80 '
        f"-j KUBE-FW-{name}",
        f'-A KUBE-FW-{name} -s 203.0.113.0/29 -m comment --comment "default/web:http loadbalancer IP" '
        f"-j KUBE-EXT-{name}",
        f'-A KUBE-EXT-{name} -s 10.244.0.0/16 -m comment --comment "pod traffic for default/web:http external '
        f'destinations" -j KUBE-SVC-{name}',
        f'"route LOCAL traffic for default/web:http external destinations" -m addrtype --src-type LOCAL '
        f"-j KUBE-SVC-{name}",
        f"-A KUBE-EXT-{name} -j KUBE-SVL-{name}",
        "-m recent --rcheck --seconds 10800 --reap --name KUBE-SEP-",
        "-m recent --set --name KUBE-SEP-",
        f'-m comment --comment "default/web:http traffic not accepted by KUBE-FW-{name}" -m tcp --dport 80 -j DROP',
        '"default/web:http health check node port"',
    ):
        assert line in text
    proxies.endpoints("b1")
    text = proxies.nodes["a"].listing("web")
    assert "KUBE-SVL" not in text
    assert (
        '-A KUBE-EXTERNAL-SERVICES -p tcp -m comment --comment "default/web:http has no local endpoints" '
        "-m addrtype --dst-type LOCAL -m tcp --dport 30080 -j DROP" in text
    )


@pytest.mark.parametrize("mode", ["iptables", "nftables"])
@pytest.mark.parametrize("count", [1, 2, 7])
def test_every_endpoint_is_as_likely_as_the_others(bare, mode, count):
    """Chances of 1/n, 1/(n-1) … one after the other make 1/n each."""
    proxies = web(bare, mode, *(f"a{number}" for number in range(1, count + 1)))
    rules = proxies.nodes["a"].chains("web")
    last = {"iptables": "KUBE-SEP", "nftables": "endpoint"}[mode]
    left, shares = 1.0, {}
    for rule in rules:
        targets = [(share, target) for share, target in rule.targets if target.startswith(last)]
        for share, target in targets:
            shares[target] = left * share
        if len(targets) == 1:
            left -= left * targets[0][0]
    assert len(shares) == count
    assert all(math.isclose(share, 1 / count) for share in shares.values())


@pytest.mark.parametrize("mode", ["iptables", "ipvs", "nftables"])
@pytest.mark.parametrize("policy", ["Cluster", "Local"])
def test_a_packet_goes_through_chains_that_the_text_names(bare, mode, policy):
    proxies = web(bare, mode, type="LoadBalancer", externalTrafficPolicy=policy, ingress=BALANCED)
    node = proxies.nodes["a"]
    text = node.listing()
    for destination, port in (("10.96.0.50", 80), ("172.18.0.2", 30080), ("198.51.100.9", 80)):
        for source in ("203.0.113.7", "10.244.0.77", "10.244.0.1", "172.18.0.2"):
            sent = node.translate(Packet(source, destination, port), pick=0.0)
            assert len(sent.chain) >= 2 or mode == "ipvs"
            assert sent.masquerade == ("KUBE-MARK-MASQ" in sent.chain or "mark-for-masquerade" in sent.chain)
            assert [chain for chain in sent.chain if chain not in text and chain != "KUBE-MARK-MASQ"] == []


def test_ipvsadm(bare):
    proxies = web(bare, "ipvs", "a1", "b1", type="NodePort", sessionAffinity="ClientIP")
    assert proxies.nodes["b"].listing("web") == (
        "IP Virtual Server version 1.2.1 (size=4096)\n"
        "Prot LocalAddress:Port Scheduler Flags\n"
        "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n"
        "TCP  10.96.0.50:80 rr persistent 10800\n"
        "  -> 10.244.0.1:8080              Masq    1      0          0         \n"
        "  -> 10.244.1.1:8080              Masq    1      0          0         \n"
        "TCP  172.18.0.3:30080 rr persistent 10800\n"
        "  -> 10.244.0.1:8080              Masq    1      0          0         \n"
        "  -> 10.244.1.1:8080              Masq    1      0          0         \n"
    )


def test_nft_list_table(bare):
    proxies = web(bare, "nftables", "a1", "b1", type="NodePort")
    text = proxies.nodes["a"].listing("web")
    name = f"{nft_names.digest('default/web/tcp/http')}-default/web/tcp/http"
    ends = [f"default/web/tcp/http__10.244.{third}.1/8080" for third in range(2)]
    ends = [f"endpoint-{nft_names.digest(end)}-{end}" for end in ends]
    for line in (
        "table ip kube-proxy {",
        f"elements = {{ 10.96.0.50 . tcp . 80 : goto service-{name} }}",
        f"elements = {{ tcp . 30080 : goto external-{name} }}",
        f"\tchain service-{name} {{\n\t\tip daddr 10.96.0.50 ip saddr != 10.244.0.0/16 jump mark-for-masquerade\n"
        f"\t\tnumgen random mod 2 vmap {{ 0 : goto {ends[0]}, 1 : goto {ends[1]} }}\n\t}}",
        f"\tchain {ends[0]} {{\n\t\tip saddr 10.244.0.1 jump mark-for-masquerade\n"
        "\t\tmeta l4proto tcp dnat to 10.244.0.1:8080\n\t}",
    ):
        assert line in text
    assert text.count("{") == text.count("}")
    proxies.endpoints()
    assert '10.96.0.50 . tcp . 80 comment "default/web:http" : goto reject-chain' in proxies.nodes["a"].listing("web")


def test_rules_of_a_cluster_are_shown_as_they_are_on_the_node():
    cluster = kl.Cluster(workers=2, seed=1)
    cluster.stop("kube-proxy", "worker-1")
    cluster.api.create(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "web"},
            "spec": {"clusterIP": "10.96.0.50", "ports": [{"port": 80}]},
        }
    )
    cluster.settle()
    lines = cluster.rules("worker-2", "web").splitlines()
    assert lines[1] == (
        '-A KUBE-SERVICES -d 10.96.0.50/32 -p tcp -m comment --comment "default/web has no endpoints" '
        "-m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable"
    )
    assert "10.96.0.50" in cluster.rules("worker-2")
    assert "10.96.0.50" not in cluster.rules("worker-1")
    assert "KUBE-SVC-NPX46M4PTMTKRN6Y" in cluster.rules("worker-1")
    with pytest.raises(ValueError, match="worker-1 has no rules of service 'default/web': there is default/kub"):
        cluster.rules("worker-1", "web")
    with pytest.raises(ValueError, match="no kube-proxy runs on 'master': there is worker-1, worker-2"):
        cluster.rules("master")
    assert repr(cluster.rules("worker-1")).startswith("*nat\n")
