"""Kubernetes manifests, one object a file: a Deployment and what belongs to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wavoice.deploy.image.plan import ADMIN_PORT, DATA, PORT, SECRETS, SETTLE_SECONDS, USER, Plan

_PROBE_SECONDS = 5


def manifests(plan: Plan) -> Mapping[str, dict[str, Any]]:
    """Objects by file name, in the order in which they are applied. No secret is among them: the Deployment
    refers to one of the bot's name.
    """
    first = {"volume": _volume(plan)} if plan.sqlite else {"migrate": _migrate(plan)}
    found = {**first, "service": _service(plan), "deployment": _deployment(plan)}
    if plan.wishes.replicas > 1:
        found["disruption"] = _disruption(plan)
    if plan.host is not None:
        found["ingress"] = _ingress(plan, plan.host)
    return {f"{number}-{name}.yaml": made for number, (name, made) in enumerate(found.items(), 1)}


def _object(plan: Plan, version: str, kind: str, spec: dict[str, Any], name: str = "") -> dict[str, Any]:
    metadata = {"name": name or plan.name, "labels": _labels(plan)}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}


def _labels(plan: Plan) -> dict[str, str]:
    return {"app.kubernetes.io/name": plan.name, "app.kubernetes.io/part-of": "wavoice"}


def _deployment(plan: Plan) -> dict[str, Any]:
    # Two processes never work on one SQLite file, not even while one follows the other.
    recreate = {"type": "Recreate"}
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
    spec = {
        "replicas": plan.wishes.replicas,
        "selector": {"matchLabels": _labels(plan)},
        "strategy": recreate if plan.sqlite else rolling,
        "progressDeadlineSeconds": plan.ready_seconds + 60,
        "template": {"metadata": {"labels": _labels(plan)}, "spec": _pod(plan, _serving(plan))},
    }
    return _object(plan, "apps/v1", "Deployment", spec)


def _pod(plan: Plan, container: dict[str, Any]) -> dict[str, Any]:
    volumes: list[dict[str, Any]] = [
        {"name": "tmp", "emptyDir": {}},
        {"name": "secrets", "secret": {"secretName": plan.name, "defaultMode": 0o440}},
    ]
    if plan.sqlite:
        volumes.append({"name": "data", "persistentVolumeClaim": {"claimName": plan.name}})
    return {
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": plan.end_seconds,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": volumes,
    }


def _container(plan: Plan, *arguments: str) -> dict[str, Any]:
    mounts = [
        {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 -- the container's own
        {"name": "secrets", "mountPath": SECRETS, "readOnly": True},
    ]
    if plan.sqlite:
        mounts.append({"name": "data", "mountPath": DATA})
    return {
        "name": "bot",
        "image": plan.image,
        "args": list(arguments),
        "env": [{"name": name, "value": value} for name, value in plan.variables.items()],
        "volumeMounts": mounts,
        "resources": {
            "requests": {"cpu": "500m", "memory": plan.wishes.memory},
            "limits": {"memory": plan.wishes.memory},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }


def _serving(plan: Plan) -> dict[str, Any]:
    def probe(path: str, failures: int) -> dict[str, Any]:
        return {
            "httpGet": {"path": path, "port": "admin"},
            "periodSeconds": _PROBE_SECONDS,
            "timeoutSeconds": 3,
            "failureThreshold": failures,
        }

    return {
        **_container(plan, "serve"),
        "ports": [{"name": "webhook", "containerPort": PORT}, {"name": "admin", "containerPort": ADMIN_PORT}],
        "startupProbe": probe("/readyz", max(1, plan.ready_seconds // _PROBE_SECONDS)),
        "readinessProbe": probe("/readyz", 2),
        "livenessProbe": probe("/healthz", 6),
        "lifecycle": {"preStop": {"sleep": {"seconds": SETTLE_SECONDS}}},
    }


def _migrate(plan: Plan) -> dict[str, Any]:
    """The schema before the release; it only adds, so the release before goes on meanwhile."""
    pod = {**_pod(plan, _container(plan, "db", "upgrade")), "restartPolicy": "Never"}
    spec = {
        "backoffLimit": 2,
        "ttlSecondsAfterFinished": 86_400,
        "template": {"metadata": {"labels": {"app.kubernetes.io/part-of": "wavoice"}}, "spec": pod},
    }
    tag = plan.image.rpartition(":")[2]
    return _object(plan, "batch/v1", "Job", spec, f"{plan.name}-{tag}"[:63])


def _service(plan: Plan) -> dict[str, Any]:
    ports = [{"name": "webhook", "port": PORT, "targetPort": "webhook"}]
    return _object(plan, "v1", "Service", {"selector": _labels(plan), "ports": ports})


def _volume(plan: Plan) -> dict[str, Any]:
    spec = {
        "accessModes": ["ReadWriteOncePod"],
        "resources": {"requests": {"storage": plan.wishes.storage}},
    }
    return _object(plan, "v1", "PersistentVolumeClaim", spec)


def _disruption(plan: Plan) -> dict[str, Any]:
    spec = {"maxUnavailable": 1, "selector": {"matchLabels": _labels(plan)}}
    return _object(plan, "policy/v1", "PodDisruptionBudget", spec)


def _ingress(plan: Plan, host: str) -> dict[str, Any]:
    """Only the webhook is public."""
    backend = {"service": {"name": plan.name, "port": {"name": "webhook"}}}
    path = {"path": "/webhooks/whatsapp", "pathType": "Exact", "backend": backend}
    spec = {
        "tls": [{"hosts": [host], "secretName": f"{plan.name}-tls"}],
        "rules": [{"host": host, "http": {"paths": [path]}}],
    }
    return _object(plan, "networking.k8s.io/v1", "Ingress", spec)
