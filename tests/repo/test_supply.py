"""What is installed is what is pinned, the bill of materials lists it, and no secret was ever committed.

Known vulnerabilities are asked for by hand, since that needs the network: see CONTRIBUTING.
"""

import json
import re
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest
from detect_secrets.core.scan import scan_line
from detect_secrets.settings import transient_settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
# What finds forms and names of secrets. What finds entropy finds digests and the names of tests.
DETECTORS = (
    "ArtifactoryDetector", "AWSKeyDetector", "AzureStorageKeyDetector", "BasicAuthDetector", "CloudantDetector",
    "DiscordBotTokenDetector", "GitHubTokenDetector", "GitLabTokenDetector", "IbmCloudIamDetector",
    "IbmCosHmacDetector", "JwtTokenDetector", "KeywordDetector", "MailchimpDetector", "NpmDetector", "OpenAIDetector",
    "PrivateKeyDetector", "PypiTokenDetector", "SendGridDetector", "SlackDetector", "SoftlayerDetector",
    "SquareOAuthDetector", "StripeDetector", "TelegramBotTokenDetector", "TwilioKeyDetector",
)  # fmt: skip
# Looked at: each is words, or opens nothing but what a test makes and throws away.
HARMLESS = {
    "canary", "short", "only-for-tests", "s3cret-and-long", "s3cret", "hunter2", "PASSWORD",
    "00112233445566778899aabbccddeeff", "AKIAIOSFODNN7EXAMPLX", "BEGIN RSA PRIVATE KEY", "correct horse battery",
    "API keys",
}  # fmt: skip
OUR_KEY = re.compile(r"lks_[0-9a-f]{12}_(?!A{43})[A-Za-z0-9_-]{43}")
# Put there by the set-up itself, or by the package that is worked on.
BESIDE = {"linkgraph", "pip", "setuptools", "uv"}


def pinned(name: str) -> dict[str, str]:
    """Names and versions of a hashed requirement file, as far as they are for this platform."""
    lines = (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines()
    found = [Requirement(line.rstrip(" \\")) for line in lines if re.match(r"[a-z0-9]", line)]
    return {
        canonicalize_name(each.name): str(each.specifier).removeprefix("==")
        for each in found
        if each.marker is None or each.marker.evaluate()
    }


def installed() -> dict[str, str]:
    """Names and versions of this environment."""
    found = {canonicalize_name(each.metadata["Name"]): each.version for each in distributions()}
    return {name: version for name, version in found.items() if name not in BESIDE}


def test_what_is_installed_is_what_is_pinned() -> None:
    wanted = {name: version for name, version in pinned("dev.txt").items() if name not in BESIDE}
    assert installed() == wanted


def test_the_bill_of_materials_lists_what_runs(tmp_path: Path) -> None:
    out = tmp_path / "sbom.json"
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", "--output-file", str(out), "requirements/base.txt"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    bill = json.loads(out.read_text(encoding="utf-8"))
    listed = {(canonicalize_name(each["name"]), each["version"]) for each in bill["components"]}
    assert bill["bomFormat"] == "CycloneDX"
    # What else is listed is for other platforms.
    assert listed & set(installed().items()) == set(pinned("base.txt").items())
    hashed = [each for each in bill["components"] if any("hashes" in ref for ref in each.get("externalReferences", ()))]
    assert len(hashed) == len(bill["components"])


def test_a_line_with_a_secret_is_noticed() -> None:
    # In parts, since these lines are committed too.
    lines = [
        "aws = 'AKI" + "A" + "B" * 16 + "'",
        "-----BEGIN" + " EC PRIVATE KEY-----",
        "pass" + "word = 'not so secret'",
    ]
    assert [line for line in lines if not secrets_of([line])] == []
    assert secrets_of([f"lks_0123456789ab_{'b' * 43}"])


def secrets_of(lines: list[str]) -> set[str]:
    """What looks like a secret in some lines, and is not known to be none."""
    with transient_settings({"plugins_used": [{"name": name} for name in DETECTORS]}):
        found = {str(each.secret_value) for line in lines for each in scan_line(line)}
    return (found - HARMLESS) | {key for line in lines for key in OUR_KEY.findall(line)}


def test_no_secret_was_ever_committed() -> None:
    command = ["git", "log", "-p", "--no-color", "--unified=0", "HEAD", "--", ".", ":!requirements"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if ended.returncode:
        pytest.skip("no history here")
    changes = ended.stdout.decode("utf-8", "replace").splitlines()
    added = sorted({line[1:].strip() for line in changes if line.startswith("+") and not line.startswith("+++")})
    assert secrets_of(added) == set()
