"""The files of a deployment are whole, and careful."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from tests.integration.deployment.files import (
    COMPOSE,
    OURS,
    ROOT,
    SERVICES,
    WORKFLOWS,
    exec_form,
    instructions,
    stages,
)

from loanwright.service.settings import Settings

#: The keys of the compose specification that are used here; a misspelled one is found.
SERVICE_KEYS = {
    *("build", "cap_add", "cap_drop", "command", "depends_on", "environment", "healthcheck"),
    *("hostname", "image", "init", "logging", "networks", "ports", "profiles", "read_only"),
    *("restart", "secrets", "security_opt", "shm_size", "stop_grace_period", "tmpfs", "user"),
    "volumes",
}
HEALTH_KEYS = {"test", "interval", "timeout", "retries", "start_period", "disable"}
CONDITIONS = {"service_healthy", "service_completed_successfully", "service_started"}
KNOWN_INSTRUCTIONS = {
    *("ARG", "CMD", "COPY", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "RUN", "STOPSIGNAL"),
    *("USER", "WORKDIR"),
}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_says_nothing_that_compose_does_not_know(name):
    assert set(SERVICES[name]) <= SERVICE_KEYS
    assert set(SERVICES[name].get("healthcheck", {})) <= HEALTH_KEYS
    for other, wanted in SERVICES[name].get("depends_on", {}).items():
        assert wanted["condition"] in CONDITIONS
        if wanted["condition"] == "service_healthy":
            checked = SERVICES[other].get("healthcheck") or other in OURS
            assert checked


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_uses_only_what_the_file_declares(name):
    one = SERVICES[name]
    used = {s if isinstance(s, str) else s["source"] for s in one.get("secrets", ())}
    assert used <= set(COMPOSE["secrets"])
    assert set(one["networks"]) <= set(COMPOSE["networks"])
    for volume in one.get("volumes", ()):
        source = volume.split(":")[0]
        place = (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]
        assert place, volume


def test_everything_that_is_declared_is_used():
    text = "\n".join(json.dumps(one) for one in SERVICES.values())
    for kind in ("secrets", "volumes", "networks"):
        for name in COMPOSE[kind]:
            assert f'"{name}' in text or f"/{name}" in text, f"{kind}: {name}"


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_can_do_little(name):
    one = SERVICES[name]
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "pid", "ipc", "network_mode", "container_name"} & set(one)
    if name != "rabbitmq":
        assert one["read_only"] is True
    if name in OURS:
        assert one["user"] == "10001:10001"
        assert "cap_add" not in one
        assert any(place.startswith("/var/cache/loanwright:") for place in one["tmpfs"])


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_has_a_version(name):
    image = SERVICES[name]["image"]
    assert name in OURS or re.fullmatch(r"[\w./-]+:v?\d+\.\d+[\w.-]*", image), image


def test_only_the_door_can_be_reached_from_outside():
    published = {name: one["ports"] for name, one in SERVICES.items() if "ports" in one}
    assert set(published) == {"nginx", "prometheus"}
    assert all("127.0.0.1" in port for ports in published.values() for port in ports)
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "rabbitmq"):
        assert SERVICES[name]["networks"] == ["inside"]


def test_workers_can_be_many():
    worker = SERVICES["worker"]
    assert not {"container_name", "ports", "hostname"} & set(worker)
    assert worker["stop_grace_period"] == "30s"


def test_no_secret_stands_in_the_file():
    text = (ROOT / "compose.yaml").read_text()
    assert not re.search(r"://[^/\s]+:[^/\s]+@", text)
    told = re.findall(r"(?im)^\s*\w*(?:password|secret_|_key|token)\w*: *\S.*$", text)
    assert told
    assert all("/run/secrets" in line or "{file: deploy/secrets/" in line for line in told)
    assert "deploy/secrets/" in (ROOT / ".gitignore").read_text()
    assert all(one["file"].startswith("deploy/secrets/") for one in COMPOSE["secrets"].values())


def test_every_setting_of_the_containers_exists():
    known = {f"LOANWRIGHT_{name.upper()}" for name in Settings.model_fields}
    for one in OURS.values():
        told = {name for name in one["environment"] if name.startswith("LOANWRIGHT_")}
        assert told <= known
        files = {name.upper() for name in one["secrets"]}
        assert files <= known
    env = " ".join(rest for word, rest in instructions() if word == "ENV")
    assert set(re.findall(r"\b(LOANWRIGHT_\w+)=", env)) <= known


def test_the_dockerfile_is_whole():
    assert {word for word, _ in instructions()} <= KNOWN_INSTRUCTIONS
    names = list(stages())
    seen: set[str] = set()
    for name in names[1:]:
        for word, rest in stages()[name]:
            if word == "FROM" and rest.split()[0] != "python:${PYTHON}":
                assert rest.split()[0] in seen
            source = re.search(r"--from=(\S+)", rest)
            assert source is None or source.group(1) in seen
        seen.add(name)
    assert names[-1] == "serve"


def test_what_an_image_copies_is_there_and_is_let_in():
    let_in = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in let_in
    for word, rest in instructions():
        if word == "COPY" and "--from=" not in rest:
            for source in rest.split()[:-1]:
                assert (ROOT / source).exists(), source
                assert f"!{source}" in let_in, source
    for kept in (one[1:] for one in let_in if one.startswith("!")):
        assert (ROOT / kept).exists(), kept


@pytest.mark.parametrize("name", ["serve", "train"])
def test_an_image_runs_as_nobody_special(name):
    words = stages()[name]
    assert words[-1] == ("USER", "10001:10001")
    assert not any(word in {"RUN", "COPY"} for word, _ in words[words.index(words[-1]) + 1 :])
    assert any(word == "HEALTHCHECK" for word, _ in stages()["runtime"])


def test_everything_that_is_installed_is_known_by_its_hash():
    installs = [rest for word, rest in instructions() if word == "RUN" and "pip install" in rest]
    assert len(installs) == 5
    for rest in installs:
        assert "--require-hashes" in rest or "--no-deps --no-index" in rest


def test_the_image_of_the_service_has_no_training_stack():
    packages = {
        line.split("==")[0]
        for line in (ROOT / "requirements/serve.lock").read_text().splitlines()
        if "==" in line
    }
    needed = {"fastapi", "numba", "polars", "psycopg", "aio-pika", "opentelemetry-sdk", "scipy"}
    assert needed <= packages
    assert not packages & {"lightgbm", "scikit-learn", "optuna", "xgboost-cpu", "pytest"}
    assert "hatchling" not in packages


def test_the_locks_agree_on_every_version():
    def pins(name):
        lines = (ROOT / "requirements" / name).read_text().splitlines()
        return {line.split(" ;")[0].split(" \\")[0] for line in lines if "==" in line}

    assert pins("serve.lock") <= pins("dev.lock")
    assert pins("build.lock") <= pins("dev.lock")


def test_the_image_begins_what_compose_begins():
    assert exec_form("CMD") == SERVICES["api"]["command"]
    assert exec_form("HEALTHCHECK") == ["loanwright", "health"]


def test_the_proxy_configuration_is_one(tmp_path):
    nginx = shutil.which("nginx")
    if nginx is None:
        pytest.skip("no nginx here to read deploy/nginx.conf")
    made = secrets_in(tmp_path / "secrets")
    text = (ROOT / "deploy/nginx.conf").read_text()
    text = text.replace(" /tmp/", f" {tmp_path}/").replace("/run/secrets", str(made))
    (tmp_path / "nginx.conf").write_text(text)
    told = subprocess.run(
        [nginx, "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert told.returncode == 0, told.stderr


def test_the_alerts_and_the_dashboard_ask_for_metrics_that_exist():
    from tests.docs.generate import PAGES

    known = set(re.findall(r"^\| `(\w+)`", PAGES["metrics.md"](), re.M))
    known |= {f"{name}_{part}" for name in known for part in ("bucket", "sum", "count")}
    for file in ("deploy/alerts.yml", "deploy/grafana.json"):
        asked = set(re.findall(r"\bloanwright_\w+", (ROOT / file).read_text()))
        assert asked
        assert asked <= known, file


def test_prometheus_understands_its_configuration(tmp_path):
    alerts = yaml.safe_load((ROOT / "deploy/alerts.yml").read_text())
    rules = [rule for group in alerts["groups"] for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules) >= 8
    for rule in rules:
        assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"].keys() == {"summary", "remedy"}
    jobs = yaml.safe_load((ROOT / "deploy/prometheus.yml").read_text())["scrape_configs"]
    asked = {one["dns_sd_configs"][0]["names"][0]: one["dns_sd_configs"][0]["port"] for one in jobs}
    assert asked == {"api": 8000, "worker": 9464}
    promtool = shutil.which("promtool")
    if promtool is not None:
        command = [promtool, "check", "rules", str(ROOT / "deploy/alerts.yml")]
        told = subprocess.run(command, capture_output=True, text=True, timeout=30)
        assert told.returncode == 0, told.stdout + told.stderr


def test_the_units_start_commands_that_exist():
    for name in ("loanwright.service", "loanwright-worker@.service"):
        text = (ROOT / "deploy" / name).read_text()
        assert re.search(r"^ExecStart=/opt/loanwright/bin/loanwright (serve|worker)\b", text, re.M)
        assert "NoNewPrivileges=yes" in text
        credentials = re.findall(r"^LoadCredential=(\w+):", text, re.M)
        known = {f"loanwright_{field}" for field in Settings.model_fields}
        assert set(credentials) <= known


def secrets_in(directory: Path) -> Path:
    """Make the secrets of a deployment."""
    command = ["sh", str(ROOT / "deploy/make-secrets.sh"), str(directory)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return directory


def test_secrets_are_made_once_and_are_the_owners_alone(tmp_path):
    made = secrets_in(tmp_path / "secrets")
    files = {path.name: path.read_bytes() for path in made.iterdir()}
    assert {Path(one["file"]).name for one in COMPOSE["secrets"].values()} == set(files)
    assert made.stat().st_mode & 0o777 == 0o700
    password = files["postgres_password"].decode()
    assert len(password) == 64
    assert f":{password}@postgres:5432" in files["loanwright_database_url"].decode()
    secrets_in(made)
    assert {path.name: path.read_bytes() for path in made.iterdir()} == files


def test_the_secrets_that_are_made_are_accepted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOANWRIGHT_SECRETS_DIR", str(secrets_in(tmp_path / "secrets")))
    settings = Settings()
    assert settings.database_url.startswith("postgresql+psycopg://loanwright:")
    assert settings.broker_url.get_secret_value().startswith("amqp://loanwright:")
    assert len(settings.master_key.get_secret_value()) == 64


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_is_whole(name):
    flow = WORKFLOWS[name]
    # YAML reads the bare word `on` as true.
    assert set(flow) <= {"name", True, "permissions", "concurrency", "env", "jobs"}
    assert flow["permissions"] == {"contents": "read"}
    for job in flow["jobs"].values():
        assert set(job.get("needs", ())) <= set(flow["jobs"])
        assert job["timeout-minutes"] <= 90
        for step in job["steps"]:
            assert ("run" in step) != ("uses" in step)
            if "uses" in step:
                assert re.fullmatch(r"[\w.-]+/[\w./-]+@v\d+(\.\d+)*", step["uses"])


def test_workflows_run_only_what_there_is():
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    commands = set(re.findall(r"^## loanwright (\w+)", _cli(), re.M))
    lines = [
        line
        for flow in WORKFLOWS.values()
        for job in flow["jobs"].values()
        for step in job["steps"]
        for line in str(step.get("run", "")).splitlines()
    ]
    assert lines
    for line in lines:
        assert set(re.findall(r"\bmake ([a-z-]+)", line)) <= targets, line
        assert set(re.findall(r"\bloanwright ([a-z]+)", line.split("docker")[0])) <= commands, line
        for script in re.findall(r"(?<!\S)(?:\./)?(\.ci/\w+|deploy/[\w.-]+\.sh)", line):
            assert (ROOT / script).stat().st_mode & 0o100, script


def test_a_deployment_waits_for_the_tests_and_for_a_person():
    (deploy,) = [
        job for flow in WORKFLOWS.values() for name, job in flow["jobs"].items() if name == "deploy"
    ]
    assert deploy["environment"]["name"]
    assert deploy["needs"]


def _cli():
    from tests.docs.generate import PAGES

    return PAGES["cli.md"]()
