"""Verdicts as an operator types them: ruled, acted on by the next night, listed, taken back."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from linkgraph import runs
from linkgraph.settings import Settings
from tests.api.serving import serving
from tests.e2e.conftest import Run
from tests.golden.worlds import AS_OF, customer, feeds, label, login, read, settle, together

TRIO = ("bad", "near", "other")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    world = feeds(
        *together(*[customer(one, 40, own=False) for one in TRIO]),
        *[login(one, 3, device_id="a-tablet") for one in TRIO],
        label("bad", "fraud"),
    )
    return settle(tmp_path / "world", world)


@pytest.fixture
def run(settings: Settings, command: Run) -> Run:
    """Runs one command in that home."""
    return partial(command, home=settings.home)


def risk(settings: Settings) -> float:
    """The risk of `near` in the published run."""
    return read(settings, runs.open_run(settings.home), TRIO).accounts["near"].risk


def tablet(settings: Settings) -> str:
    found = read(settings, runs.open_run(settings.home), TRIO).identifier("near", "device")
    return f"device:{found.identifier}"


def key_file(run: Run, folder: Path, name: str, role: str) -> str:
    path = folder / f"{name}.key"
    path.write_text(run("key", "create", "--role", role, "--name", name)[1])
    return str(path)


def test_a_verdict_acts_from_the_next_night_until_it_is_withdrawn(run: Run, settings: Settings) -> None:
    assert run("nightly")[0] == 0
    first, condemned = runs.open_run(settings.home), risk(settings)
    assert condemned > 0.5
    code, out, _ = run("verdict", "add", "not_evidence", tablet(settings), "--reason", "a shop's counter")
    verdict_id = out.split()[0]
    assert (code, "in_force" in out) == (0, True)
    assert risk(settings) == condemned
    assert run("nightly")[0] == 0
    assert risk(settings) == 0.0
    record = runs.open_run(settings.home).record()
    assert record["verdicts"]["in_force"] == [verdict_id]
    # As it was known then: nothing had been ruled yet.
    assert run("nightly", "--as-of", str(AS_OF))[0] == 0
    assert "verdicts" not in runs.open_run(settings.home).record()
    assert run("verdict", "withdraw", verdict_id)[0] == 0
    assert run("nightly")[0] == 0
    again = runs.open_run(settings.home)
    assert (again.run_id, again.record()["tables"]) == (first.run_id, first.record()["tables"])
    (listed,) = json.loads(run("verdict", "list", "--json")[1])
    assert (listed["state"], listed["verdict_id"], listed["version"]) == ("withdrawn", verdict_id, 2)


def test_why_two_are_linked_names_the_verdict_in_the_command_line_and_over_http(run: Run, settings: Settings) -> None:
    run("nightly")
    token = tablet(settings)
    verdict_id = run("verdict", "add", "not_evidence", token, "--reason", "a shop's counter")[1].split()[0]
    assert "What reviewers ruled" not in run("why", "near", "bad")[1]
    before = runs.published_id(settings.home)
    run("nightly")
    text = run("why", "near", "bad")[1]
    assert f"  {verdict_id} of " in text
    assert (
        f"on {token.partition(':')[0]} {token.partition(':')[2][:20]}...: no evidence: it links nobody any more" in text
    )
    assert f"a reviewer ruled out what they share (not_evidence) ({verdict_id})" in text
    assert "What reviewers ruled" not in run("why", "near", "bad", "--run", str(before))[1]
    with serving(settings.home) as client:
        why = client.get("/v1/accounts/near/links/bad").json()["data"]
        assert client.get(f"/v1/accounts/near/links/bad?run={before}").json()["data"]["verdicts"] == []
    (told,) = why["verdicts"]
    assert (told["verdict_id"], told["parts"], f"{told['kind']}:{told['identifier']}") == (verdict_id, True, token)
    assert (told["account_a"], told["account_b"], why["verdicts_more"]) == ("near", "bad", False)
    assert [each["code"] for each in why["doubts"]].count("ruled_apart") == 1


def test_a_stage_is_run_again_with_the_verdicts_of_its_run(run: Run, settings: Settings) -> None:
    """Whatever has been ruled since: another set of verdicts is another night."""
    run("nightly")
    verdict_id = run("verdict", "add", "not_evidence", tablet(settings), "--reason", "a shop's counter")[1].split()[0]
    run("nightly")
    ruled = runs.open_run(settings.home).record()
    code, out, err = run("nightly", "--only", "score")
    assert (code, out.startswith(f"{ruled['run_id']}: score"), "verdicts" in err) == (0, True, False)
    run("verdict", "withdraw", verdict_id)
    run("verdict", "add", "cleared", "other", "--reason", "spoke to her")
    code, out, err = run("nightly", "--only", "score")
    assert (code, out.startswith(f"{ruled['run_id']}: score")) == (0, True)
    assert "with the verdicts that this run was made with" in err
    again = runs.open_run(settings.home).record()
    assert (again["tables"], again["verdicts"]) == (ruled["tables"], ruled["verdicts"])


def test_a_preview_says_what_the_verdict_does_and_keeps_nothing(run: Run, settings: Settings) -> None:
    run("nightly")
    said = json.loads(run("verdict", "preview", "not_evidence", tablet(settings), "--json")[1])
    assert said["moved"][0]["after"]["risk"] == 0.0
    assert {each["account_id"] for each in said["moved"]} >= {"near", "other"}
    assert "not foreseen: which rings" in run("verdict", "preview", "cleared", "near")[1]
    assert run("verdict", "list")[1] == ""
    assert run("verdict", "preview", "cleared", "nobody")[0] == 1


def outcome(run: Run, verdict_id: str, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("verdict", "show", verdict_id, "--json", *options)[1])["outcome"]
    return found


def test_a_verdict_shows_what_it_changed_in_every_run(run: Run, settings: Settings) -> None:
    """Foreseen, come about, and undone again when it is withdrawn."""
    run("nightly")
    before = str(runs.published_id(settings.home))
    assert read(settings, runs.open_run(settings.home), TRIO).flagged() == {"near", "other"}
    verdict_id = run("verdict", "add", "not_evidence", tablet(settings), "--reason", "a shop's counter")[1].split()[0]
    foreseen = {(each["account_id"], each["foreseen"]) for each in outcome(run, verdict_id)["accounts"]}
    assert foreseen == {("near", "released"), ("other", "released")}
    assert f"run {before} was made without it" in run("verdict", "show", verdict_id)[1]
    assert [each["flagged"] for each in outcome(run, verdict_id)["accounts"]] == [True, True]
    run("nightly")
    found = outcome(run, verdict_id)
    assert (found["acted"], found["pairs_parted"], found["accounts_parted"], found["together"]) == (True, 3, 3, [])
    assert [each["flagged"] for each in found["accounts"]] == [False, False]
    assert "foreseen to be released, not flagged: near other" in run("verdict", "show", verdict_id)[1]
    earlier = outcome(run, verdict_id, "--run", before)
    assert (earlier["acted"], [each["flagged"] for each in earlier["accounts"]]) == (False, [True, True])
    run("verdict", "withdraw", verdict_id)
    run("nightly")
    assert "foreseen to be released, flagged: near other" in run("verdict", "show", verdict_id)[1]


def test_who_meets_again_through_other_evidence_is_named(command: Run, tmp_path: Path) -> None:
    """Three share a tablet and a telephone: without the tablet they are one ring all the same."""
    ids = ("bad", "near", "other", "fourth")
    world = feeds(
        *together(*[customer(one, 40, own=False) for one in ids]),
        *[login(one, 3, device_id="a-tablet") for one in ids[:3]],
        *[login(one, 4, device_id="a-telephone") for one in ids],
        label("bad", "fraud"),
    )
    settings = settle(tmp_path / "again", world)
    ask = partial(command, home=settings.home)
    ask("nightly")
    (shared,) = (each for each in read(settings, runs.open_run(settings.home), ids).used["bad"] if each.degree == 3)
    rule = ("verdict", "add", "not_evidence", f"{shared.kind}:{shared.identifier}", "--reason", "a shop's counter")
    verdict_id = ask(*rule)[1].split()[0]
    ask("nightly")
    found = outcome(ask, verdict_id)
    assert (found["pairs_parted"], found["together"]) == (3, ["bad", "near", "other"])
    assert "in one ring all the same, through other evidence: bad near other" in ask("verdict", "show", verdict_id)[1]


def test_a_hub_needs_two_people(run: Run, settings: Settings, tmp_path: Path) -> None:
    run("nightly")
    ann, bob = key_file(run, tmp_path, "ann", "investigator"), key_file(run, tmp_path, "bob", "lead")
    rule = ("verdict", "add", "hub", tablet(settings), "--class", "office", "--reason", "a works council's tablet")
    code, out, _ = run(*rule, "--key-file", ann)
    verdict_id = out.split()[0]
    assert (code, "proposed" in out) == (0, True)
    run("nightly")
    assert risk(settings) > 0.5
    code, _, err = run("verdict", "approve", verdict_id, "--key-file", ann)
    assert (code, "of their own" in err) == (1, True)
    assert run("verdict", "approve", verdict_id, "--key-file", bob)[0] == 0
    run("nightly")
    assert risk(settings) == 0.0
    assert "in_force" in run("verdict", "list")[1]
    assert run("audit", "verify")[1].startswith("sound: 4 rows")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("add", "harmless", "near", "--reason", "x"), 2, "verdict: verdict"),
        (("add", "fraud", "near", "bad", "--reason", "x"), 2, "verdict: target"),
        (("add", "hub", "device:" + "0" * 32, "--reason", "x"), 2, "verdict: class"),
        (("preview", "fraud", "near"), 1, "no run is published"),
        (("add", "fraud", "near", "--reason", "4111 1111 1111 1111"), 2, "verdict: reason"),
        (("withdraw", "v-none"), 1, "no such verdict"),
        (("show", "v-none"), 1, "no such verdict"),
        (("approve", "v-none", "--key-file", "nowhere"), 2, "--key-file"),
    ],
)
def test_what_is_wrong_is_said(run: Run, arguments: tuple[str, ...], code: int, words: str) -> None:
    ended, out, err = run("verdict", *arguments)
    assert (ended, out, words in err) == (code, "", True)
    assert "4111" not in err
