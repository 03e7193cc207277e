from pathlib import Path

from ingest.reports import FileReport


def test_a_file_taken_whole_is_told_in_few_words() -> None:
    report = FileReport(Path("/x/logins.csv"), "logins", "committed", rows=1200, accepted=1200)
    assert report.line() == "logins.csv as logins: committed, 1,200 of 1,200 rows taken"


def test_what_was_left_out_is_told_with_its_reasons() -> None:
    report = FileReport(
        Path("logins.csv"),
        status="committed",
        rows=5,
        accepted=2,
        reasons={"bad_time": 2, "bad_ip": 1},
        ignored={"ip.private": 1},
        rejects_file=Path("rejects/one.jsonl"),
        note="read as logins",
    )
    assert report.line() == (
        "logins.csv: committed, 2 of 5 rows taken; rejected: bad_ip 1, bad_time 2; ignored: ip.private 1;"
        " see rejects/one.jsonl; read as logins"
    )
