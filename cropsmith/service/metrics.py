"""Figures of the service for Prometheus: no names of keys, no addresses of photos."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

BUCKETS = (0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
"""Seconds."""


class Metrics:
    """The figures of one service, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "cropsmith_requests", "Answered requests.", ["status"], registry=self.registry
        )
        self.request_seconds = Histogram(
            "cropsmith_request_seconds",
            "From the request to the beginning of its answer.",
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.accepted = Counter("cropsmith_jobs_accepted", "Jobs.", registry=self.registry)
        self.ended = Counter(
            "cropsmith_jobs_ended", "Jobs by outcome.", ["state"], registry=self.registry
        )
        self.seconds = Histogram(
            "cropsmith_job_seconds",
            "At a worker, without waiting.",
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.callbacks = Counter(
            "cropsmith_callbacks", "Calls by what they came to.", ["state"], registry=self.registry
        )
        self.workers_died = Counter(
            "cropsmith_workers_died", "Workers that ended by themselves.", registry=self.registry
        )
        self.open = Gauge("cropsmith_jobs_open", "Queued or running.", registry=self.registry)
        self.workers = Gauge("cropsmith_workers_ready", "Workers.", registry=self.registry)

        self.mean = 1.0
        """Seconds of a job lately; a second, before there was any."""

    def spent(self, seconds: float) -> None:
        """Count a job's time at a worker."""
        self.seconds.observe(seconds)
        self.mean += 0.1 * (seconds - self.mean)

    def text(self) -> bytes:
        """Return the figures in Prometheus' text format."""
        return generate_latest(self.registry)
