"""Figures of the running service, in the form that Prometheus reads. No label holds anything of a customer.

Labels are operations, statuses and names of ours: all known beforehand, so that their number is bounded.
"""

from collections.abc import Callable, Iterable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from linkgraph import runs
from linkgraph.casework.audit import read_head
from linkgraph.casework.opening import Casework
from linkgraph.errors import LinkgraphError
from linkgraph.settings import Settings

MEDIA_TYPE: Final = CONTENT_TYPE_LATEST
_SECONDS: Final = (0.005, 0.01, 0.015, 0.025, 0.04, 0.08, 0.15, 0.25, 0.4, 1.0, 2.0, 4.0)


class Metrics:
    """Counters of one application, and what is read from the home when somebody asks."""

    def __init__(self, settings: Settings, casework: Casework, now: Callable[[], float]) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_State(settings, casework, now))
        self.requests = Histogram(
            "linkgraph_request_seconds",
            "time until an answer began, its audit row included",
            ["operation", "status"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.audit = Histogram(
            "linkgraph_audit_seconds",
            "time that an answer waited for its row",
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.truncated = Counter(
            "linkgraph_limits_hit_total", "lists that a limit cut", ["list"], registry=self._registry
        )
        self.busy = Gauge("linkgraph_requests_at_work", "requests whose answer has not begun", registry=self._registry)
        self.verified = Gauge(
            "linkgraph_audit_verified_timestamp_seconds",
            "when this process last found the chain sound",
            registry=self._registry,
        )

    def text(self) -> bytes:
        """All of them."""
        return generate_latest(self._registry)


class _State(Collector):
    """What is there, looked at when it is asked for; a figure that cannot be had is left out."""

    def __init__(self, settings: Settings, casework: Casework, now: Callable[[], float]) -> None:
        self._settings, self._casework, self._now = settings, casework, now

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Age of the published run, and height of the audit."""
        for name, meaning, read in (
            ("linkgraph_run_age_seconds", "since the published run's as_of", self._age),
            ("linkgraph_audit_rows", "rows of the audit chain", self._rows),
        ):
            try:
                yield GaugeMetricFamily(name, meaning, value=read())
            except (LinkgraphError, OSError):
                continue

    def _age(self) -> float:
        return self._now() - runs.open_run(self._settings.home).stamp().as_of

    def _rows(self) -> float:
        with self._casework.database.read() as connection:
            return read_head(connection).seq
