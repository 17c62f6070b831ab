"""What a monitor asks for: runs, queues and workers, read from PostgreSQL and Redis at the moment of asking.

Nothing is counted in a process, so it does not matter which web process answers.
"""

import hmac
from collections.abc import Iterator

import sqlalchemy as sa
from flask import Blueprint, Response, abort, current_app, request
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from rq import Worker

from webapp.extensions import QUEUE_NAMES, QueueUnavailable, db, queue
from webapp.models import GenerationJob, JobStatus
from webapp.web.access import open_to_all

bp = Blueprint("metrics", __name__)


@bp.get("/metrics")
@open_to_all
def metrics() -> Response:
    expected, given = current_app.config["TIMELOOM_METRICS_TOKEN"], request.authorization
    if not expected:
        abort(404)
    if (
        given is None
        or given.type != "bearer"
        or not hmac.compare_digest((given.token or "").encode(), expected.encode())
    ):
        abort(401)
    registry = CollectorRegistry()
    registry.register(Present())
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Present(Collector):
    """How things stand now; what hangs on Redis is left out while it is away."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield self._runs()
        yield self._oldest_heartbeat()
        try:
            with queue.named_failure():
                waiting = [(name, queue.get(name).count) for name in QUEUE_NAMES]
                workers = Worker.count(connection=queue.connection)
        except QueueUnavailable:
            yield GaugeMetricFamily("timeloom_redis_up", "1 while Redis answers", 0)
            return
        yield GaugeMetricFamily("timeloom_redis_up", "1 while Redis answers", 1)
        yield GaugeMetricFamily("timeloom_workers", "Workers that are alive", workers)
        family = GaugeMetricFamily("timeloom_queue_jobs", "Jobs that wait in a queue", labels=["queue"])
        for name, count in waiting:
            family.add_metric([name], count)
        yield family

    def _runs(self) -> GaugeMetricFamily:
        query = sa.select(GenerationJob.status, sa.func.count()).group_by(GenerationJob.status)
        counts = dict(iter(db.session.execute(query)))
        family = GaugeMetricFamily("timeloom_runs", "Generations by status", labels=["status"])
        for status in JobStatus:
            family.add_metric([status.value], counts.get(status, 0))
        return family

    def _oldest_heartbeat(self) -> GaugeMetricFamily:
        age = sa.func.extract("epoch", sa.func.now() - sa.func.min(GenerationJob.heartbeat_at))
        seconds = db.session.scalar(sa.select(age).where(GenerationJob.status == JobStatus.RUNNING))
        text = "Seconds since the quietest running generation was heard of"
        return GaugeMetricFamily("timeloom_heartbeat_age_seconds", text, float(seconds or 0))
