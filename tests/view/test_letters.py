from kubelab.view.draw.letters import fit, lines, narrowest, width, wrapped

POD = "customer-recommendation-backend-service-65c8c86d5-sq848"


def test_what_has_room_stays_as_it_is() -> None:
    assert fit("web-1", 100, 8) == "web-1"
    assert lines(POD, 600, 8) == [POD]


def test_a_name_is_abbreviated_in_the_middle_and_keeps_its_suffix() -> None:
    for room in (60, 80, 120, 200):
        short = fit(POD, room, 8)
        assert width(short, 8) <= room
        assert short.startswith("c")
        assert short.endswith("sq848")
        assert "…" in short


def test_without_any_room_there_is_still_a_sign() -> None:
    assert fit(POD, 3, 8) == "…"


def test_a_name_goes_on_behind_a_hyphen() -> None:
    assert lines("shop-f44c686b-bh7sn", 110, 8.5) == ["shop-f44c686b-", "bh7sn"]
    assert lines("KUBE-SEP-MGPXCBYZNCDADW3E", 130, 8) == ["KUBE-SEP-", "MGPXCBYZNCDADW3E"]


def test_the_last_line_keeps_the_end_of_the_name() -> None:
    first, last = lines(POD, 110, 8)
    assert first.startswith("c")
    assert "…" in first
    assert last == "65c8c86d5-sq848"


def test_a_hash_without_room_is_the_one_that_is_abbreviated() -> None:
    chain, name = lines("KUBE-SEP-MGPXCBYZNCDADW3E", 80, 8)
    assert chain == "KUBE-SEP-"
    assert name.startswith("M")
    assert name.endswith("3E")


def test_no_line_is_wider_than_its_room() -> None:
    words = "checkout.shop.example.com/recommendations/v2 → web"
    for room in (60, 90, 120, 200):
        assert all(width(line, 8) <= room for line in [*wrapped(words, room, 8), *lines(words, room, 8)])


def test_ports_and_arrows_go_together_with_their_words() -> None:
    assert wrapped("10.104.21.166:80", 85, 8) == ["10.104.21.166", ":80"]
    assert wrapped("port 80 → targetPort 80", 85, 8) == ["port 80 →", "targetPort 80"]
    assert wrapped("shop.example.com/ → 80", 110, 8)[-1].endswith("→ 80")
    assert wrapped("p = 0.333", 40, 8) == [fit("p = 0.333", 40, 8)]


def test_the_narrowest_box_holds_two_lines() -> None:
    assert len(lines("KUBE-SERVICES", narrowest("KUBE-SERVICES", 8), 8)) == 2
