from contextlib import closing
from pathlib import Path

from linkgraph.explain.account import explain, render
from linkgraph.explain.explanation import Explanation, Fact, Rival
from linkgraph.store.embedded import EmbeddedView
from tests.builders import WORLD, Tables, account, identifier, pair, tables, used
from tests.unit.store.test_embedded import publish


def told(folder: Path, content: Tables, account_id: str = "a1") -> tuple[Explanation, dict[str, Rival]]:
    with closing(EmbeddedView(publish(folder, content))) as opened:
        found = explain(opened, account_id)
    return found, {each.name: each for each in found.rivals}


def test_one_hand_comes_first_with_every_doubt_against_it(tmp_path: Path) -> None:
    found, _ = told(tmp_path, WORLD)
    first = found.rivals[0]
    assert (first.name, first.supports[0]) == ("one_hand", Fact("with a2: access: 9 bits; instrument: 6 bits", "a2"))
    doubts = [each.text for each in found.doubts if each.code != "not_counted"]
    assert [each.text for each in first.opposes] == doubts


def test_a_thing_sold_and_what_both_used_at_once_stand_on_two_sides(tmp_path: Path) -> None:
    content = tables(
        accounts=[account("a1"), account("a2")],
        identifiers=[identifier("device:old"), identifier("device:both")],
        used=[
            used("a1", "device:old", 90, 60),
            used("a2", "device:old", 30, 1),
            used("a1", "device:both", 20, 11),
            used("a2", "device:both", 20, 11),
        ],
        links=[pair("a1", "a2", 9.0, ["access=9"], ["device:old", "device:both"])],
    )
    found, by_name = told(tmp_path, content)
    assert by_name["handed_on"] == Rival(
        "handed_on",
        (Fact("with a2: never in use at the same time: 30 days apart", "device:old"),),
        (Fact("with a2: both used the device over 10 days", "device:both"),),
    )
    assert "Rival explanation: a thing that was sold or handed on" in render(found)


def test_a_thing_that_went_to_one_may_be_shared_with_another(tmp_path: Path) -> None:
    content = tables(
        accounts=[account(name) for name in ("a1", "a2", "a3")],
        identifiers=[identifier("device:d", degree=3)],
        used=[used("a1", "device:d", 90, 60), used("a2", "device:d", 69, 60), used("a3", "device:d", 30, 1)],
        links=[
            pair("a1", "a2", 9.0, ["access=9"], ["device:d"]),
            pair("a1", "a3", 5.0, ["access=5"], ["device:d"]),
        ],
    )
    _, by_name = told(tmp_path, content)
    assert by_name["handed_on"].supports[0].text.startswith("with a3: never in use at the same time")
    assert by_name["handed_on"].opposes == (Fact("with a2: both used the device over 10 days", "device:d"),)


def test_a_crowd_is_told_by_what_counts_and_not_by_hubs(tmp_path: Path) -> None:
    content = tables(
        accounts=[account("a1"), account("a2")],
        identifiers=[
            identifier("ip:many", degree=12),
            identifier("device:few"),
            identifier("ip:hub", degree=900, counted=False),
        ],
        used=[used(name, key) for name in ("a1", "a2") for key in ("ip:many", "device:few", "ip:hub")],
        links=[pair("a1", "a2", 9.0, ["access=9"], ["ip:many", "device:few"])],
    )
    _, by_name = told(tmp_path, content)
    crowd = by_name["crowd"]
    assert (crowd.supports, crowd.opposes) == (
        (Fact("12 accounts used the ip", "ip:many"),),
        (Fact("2 accounts used the device", "device:few"),),
    )


def test_a_victim_is_a_story_and_who_is_linked_with_nobody_has_none(tmp_path: Path) -> None:
    _, by_name = told(tmp_path / "1", WORLD, "a3")
    assert by_name["victim"].supports == (Fact("nothing known decides"),)
    _, none = told(tmp_path / "2", tables(accounts=[account("a1", flagged=True)]))
    assert none == {}
