"""What was learned, frozen: one JSON file per model, never changed once written, chosen by the clock of the night.

HOME/models/<kind>-<as_of>-<digest>.json     learned from this ledger, by `linkgraph fit`
linkgraph/shipped/<kind>.json                learned from generated worlds, delivered with the program

A night at T may only use a model that knew nothing later than T, so that an old night gives the same figures again.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from linkgraph.errors import RunError
from linkgraph.runs import write_atomically

_SHIPPED = Path(__file__).parent / "shipped"


@dataclass(frozen=True, slots=True)
class Model:
    """One learned thing.

    kind: evidence, ring or score. as_of: newest known time it may have seen, epoch seconds; 0 for what generated worlds
    taught. provenance: window, counts, seeds: where it comes from, in plain JSON. values: what was learned, plain JSON.
    """

    kind: str
    as_of: int
    provenance: dict[str, Any]
    values: dict[str, Any]

    def digest(self) -> str:
        """Sixteen hex digits of everything in it."""
        return hashlib.sha256(self._text().encode()).hexdigest()[:16]

    def stamp(self) -> dict[str, Any]:
        """What `run.json` says of it."""
        return {"as_of": self.as_of, "digest": self.digest(), "provenance": self.provenance}

    def _text(self) -> str:
        return json.dumps(asdict(self), sort_keys=True) + "\n"

    def save(self, home: Path) -> Path:
        """Write it into the home; the same model twice is one file."""
        folder = home / "models"
        folder.mkdir(parents=True, exist_ok=True)
        return self.write(folder / f"{self.kind}-{self.as_of}-{self.digest()}.json")

    def write(self, path: Path) -> Path:
        """Write it to a file, in one step."""
        write_atomically(path, self._text())
        return path


def read_model(path: Path) -> Model:
    """The model in a file; RunError if it is damaged."""
    try:
        return Model(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise RunError(f"model {path.name} cannot be read") from error


def models_at(home: Path, clock: int) -> dict[str, Model]:
    """The model of each kind that a night at `clock` (epoch microseconds) uses: the newest that knew nothing later,
    else the shipped one, else none."""
    found = {path.stem: read_model(path) for path in sorted(_SHIPPED.glob("*.json"))}
    for path in sorted((home / "models").glob("*.json")):
        model = read_model(path)
        held = found.get(model.kind)
        if model.as_of <= clock // 1_000_000 and (held is None or model.as_of >= held.as_of):
            found[model.kind] = model
    return found
