"""The rules that both Compose files keep. No engine is needed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from compose.hdfs import HEAP as HDFS_HEAP
from compose.probe import PROBES
from compose.roles import ROLES
from compose.spark import HEAP as SPARK_HEAP
from tests.compose.files import (
    ONE_SHOTS,
    ROOT,
    SETTING,
    STACKS,
    every,
    host_ports,
    long_running,
    read,
    services,
    settings,
    size_bytes,
)
from tests.compose.picture import drawn, pictures
from tests.test_docs import shown

CASES = [pytest.param(service, id=f"{stack}-{name}") for stack, name, service in every()]
LASTING = [
    pytest.param(service, id=f"{stack}-{name}") for stack in STACKS for name, service in long_running(stack).items()
]
NAMED = [pytest.param(stack, name, service, id=f"{stack}-{name}") for stack, name, service in every()]
MOUNTED = {"generator", "batch-job", "dashboard", "event-generator", "streaming-dashboard"}  # ./data/input or output
NOT_OURS = {5000, 7000}  # AirPlay's
MIB = 1 << 20
HEAPS = {  # service: its virtual machine's heap, in MiB
    "namenode": int(HDFS_HEAP[:-1]),
    "datanode": int(HDFS_HEAP[:-1]),
    "spark-master": int(SPARK_HEAP[:-1]),
    "history": int(SPARK_HEAP[:-1]),
}


def test_each_stack_is_a_project_of_its_own() -> None:
    names = [read(stack)["name"] for stack in STACKS]
    assert len(set(names)) == len(names) == 2


@pytest.mark.parametrize("service", CASES)
def test_no_container_has_a_fixed_name(service: dict[str, object]) -> None:
    assert "container_name" not in service


@pytest.mark.parametrize("service", CASES)
def test_every_service_is_of_the_one_image_that_is_built_here(service: dict[str, object]) -> None:
    assert service["image"] == settings()["DEMO_IMAGE"]
    assert service["pull_policy"] == ("build" if "build" in service else "never")


@pytest.mark.parametrize("stack", STACKS)
def test_one_service_of_a_stack_builds_the_image(stack: str) -> None:
    assert len([name for name, service in services(stack).items() if "build" in service]) == 1


def test_the_image_rests_on_one_base_and_nothing_floats() -> None:
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    stages = {line.split()[3] for line in lines if line.startswith("FROM ") and " AS " in line}
    rests_on = {line.split()[1] for line in lines if line.startswith("FROM ")} - stages
    assert rests_on == {"${BASE}"}
    assert "ARG BASE=debian:trixie-slim" in lines
    named = [*lines, *(line for path in STACKS.values() for line in (ROOT / path).read_text("utf-8").splitlines())]
    assert not [line for line in [*named, settings()["BASE_IMAGE"]] if ":latest" in line]


@pytest.mark.parametrize(("stack", "name", "service"), NAMED)
def test_every_service_is_a_role_of_the_image(stack: str, name: str, service: dict[str, list[str]]) -> None:
    (role,) = service["command"]
    assert role in ROLES
    assert role.removeprefix("stream-") == name.removesuffix("-1").removesuffix("-2")


@pytest.mark.parametrize("service", LASTING)
def test_every_lasting_service_has_a_check_that_tells_ready_from_alive(service: dict[str, Any]) -> None:
    words: list[str] = service["healthcheck"]["test"]
    assert words[:-1] == ["CMD", "python", "-IS", "services/compose/probe.py"]
    assert words[-1] in PROBES
    assert service["healthcheck"]["start_period"] == "300s"  # a slow laptop's


@pytest.mark.parametrize("stack", STACKS)
def test_every_dependency_has_a_condition_that_fits(stack: str) -> None:
    found = services(stack)
    for service in found.values():
        for other, how in service.get("depends_on", {}).items():
            ends = other in ONE_SHOTS
            assert how == {"condition": "service_completed_successfully" if ends else "service_healthy"}
            assert found[other].get("profiles") in (None, service.get("profiles")), f"{other} is not always there"


@pytest.mark.parametrize("stack", STACKS)
def test_a_lasting_service_waits_for_every_one_shot(stack: str) -> None:
    adopted = {other for service in long_running(stack).values() for other in service.get("depends_on", {})}
    assert ONE_SHOTS & services(stack).keys() <= adopted


@pytest.mark.parametrize("service", LASTING)
def test_a_lasting_service_comes_back_by_itself(service: dict[str, object]) -> None:
    assert service["restart"] == "unless-stopped"


@pytest.mark.parametrize("stack", STACKS)
def test_a_one_shot_is_tried_again_a_few_times(stack: str) -> None:
    assert {services(stack)[name]["restart"] for name in ONE_SHOTS & services(stack).keys()} == {"on-failure:3"}


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_with_all_its_profiles_wants_less_than_6_gigabytes(stack: str) -> None:
    assert sum(size_bytes(service["mem_limit"]) for service in services(stack).values()) < 6 << 30


@pytest.mark.parametrize(("stack", "name", "service"), NAMED)
def test_a_heap_fits_in_its_limit(stack: str, name: str, service: dict[str, str]) -> None:
    limit = size_bytes(service["mem_limit"]) / MIB
    defaults = (ROOT / "docker" / "conf" / "spark" / "spark-defaults.conf").read_text("utf-8")
    jobs = {key: int(heap) for key, heap in re.findall(r"^spark\.(\w+)\.memory +(\d+)m$", defaults, re.MULTILINE)}
    heaps = HEAPS | {"kafka": 256, "batch-job": jobs["driver"], "streaming-job": jobs["driver"]}
    heaps |= dict.fromkeys(("spark-worker-1", "spark-worker-2"), int(SPARK_HEAP[:-1]) + jobs["executor"])
    assert heaps.get(name, 0) <= 0.7 * limit


@pytest.mark.parametrize("service", CASES)
def test_logs_are_rotated(service: dict[str, object]) -> None:
    assert service["logging"] == {"driver": "json-file", "options": {"max-size": "5m", "max-file": "2"}}


@pytest.mark.parametrize("stack", STACKS)
def test_ports_are_this_machines_alone(stack: str) -> None:
    assert {address for address, _ in host_ports(stack)} == {"127.0.0.1"}


def test_no_port_is_wanted_twice_and_none_is_somebody_elses() -> None:
    ports = [port for stack in STACKS for _, port in host_ports(stack)]
    assert len(set(ports)) == len(ports)
    assert not set(ports) & NOT_OURS


@pytest.mark.parametrize("stack", STACKS)
def test_every_setting_is_in_the_commented_file_with_the_same_default(stack: str) -> None:
    known = settings()
    for name, default in SETTING.findall((ROOT / STACKS[stack]).read_text("utf-8")):
        assert known[name] == default


@pytest.mark.parametrize(("stack", "name", "service"), NAMED)
def test_nobody_is_root_for_longer_than_it_takes_to_become_a_folders_owner(
    stack: str, name: str, service: dict[str, Any]
) -> None:
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    if name in MOUNTED:
        assert service["user"] == "0:0"
        assert service["cap_add"] == ["SETUID", "SETGID", "CHOWN"]
        assert ROLES[service["command"][0]].mounted
    else:
        assert service["user"] == "10001:10001"
        assert "cap_add" not in service


@pytest.mark.parametrize(("stack", "name", "service"), NAMED)
def test_nothing_is_written_to_the_image_and_no_signal_is_lost(
    stack: str, name: str, service: dict[str, object]
) -> None:
    assert service["read_only"] is True
    assert service["init"] is (name not in MOUNTED)  # an init that stays root may not signal who is not
    assert not service.get("privileged")


@pytest.mark.parametrize("service", CASES)
def test_every_service_has_time_to_end(service: dict[str, str]) -> None:
    assert 10 <= int(service["stop_grace_period"].removesuffix("s")) <= 60


@pytest.mark.parametrize("stack", STACKS)
def test_another_business_is_told_to_those_alone_who_go_by_it(stack: str) -> None:
    told = {name for name, service in services(stack).items() if "SCHEMA" in service.get("environment", {})}
    assert told == (MOUNTED | ONE_SHOTS | {"streaming-job"}) & services(stack).keys()


@pytest.mark.parametrize("stack", STACKS)
def test_only_extracts_and_results_are_mounted_from_the_host(stack: str) -> None:
    named = read(stack)["volumes"]
    for name, service in services(stack).items():
        for volume in service.get("volumes", ()):
            if isinstance(volume, str):
                assert volume.split(":")[0] in named
            else:
                assert volume["source"] in ("./data/input", "./data/output")
                assert volume["bind"] == {"create_host_path": True}
                assert name in MOUNTED


@pytest.mark.parametrize("stack", STACKS)
def test_what_must_outlive_a_container_is_on_a_volume_of_its_own(stack: str) -> None:
    kept = {
        "namenode": "hdfs",
        "datanode": "hdfs",
        "kafka": "kafka",
        "spark-master": "master",
        "streaming-job": "stream",
    }
    for name, volume in kept.items():
        if name in services(stack):
            assert f"{volume}:" in " ".join(map(str, services(stack)[name]["volumes"]))


def test_no_volume_begins_with_a_folder_in_it() -> None:
    """An engine that fills a volume for two containers that come up at once fails at the second folder of a name."""
    image = (ROOT / "Dockerfile").read_text("utf-8")
    folders = re.findall(r"/var/lib/demo/[\w/]+", image)
    assert len(folders) > 3
    assert [folder for folder in folders if Path(folder).parent != Path("/var/lib/demo")] == []


def test_the_folders_that_are_mounted_are_there_after_a_clone() -> None:
    assert (ROOT / "data/input/.gitkeep").is_file()
    assert (ROOT / "data/output/.gitkeep").is_file()


def test_the_build_is_sent_what_it_needs_and_nothing_else() -> None:
    first, *more = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    sent = {line.removeprefix("!") for line in more if line.startswith("!")}
    assert first == "*"
    words = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    copied = [line.split()[1:-1] for line in words if line.startswith("COPY ") and "--from=" not in line]
    for source in {Path(name) for names in copied for name in names}:
        assert any(Path(name) in (source, *source.parents) for name in sent)
    assert not {"data", ".git", ".venv", ".artifacts", "tests"} & sent


@pytest.mark.parametrize("command", sorted({one for one, _ in shown() if " compose " in one}))
def test_a_docker_command_in_the_documents_names_a_file_a_service_and_settings_that_are_there(command: str) -> None:
    words = command.split()
    given = [word.partition("=")[0] for word in words if "=" in word]
    stack = next(name for name, file in STACKS.items() if file in words)
    assert set(given) <= settings().keys()
    assert words[len(given) : len(given) + 3] == ["docker", "compose", "-f"]
    if "run" in words:  # one service, and then the words of a program
        assert services(stack).keys() & set(words) == {"batch-job"}
        return
    named = [word for word in words[words.index("up") + 1 :] if not word.startswith("-")]
    assert set(named) <= long_running(stack).keys()


def test_the_pictures_in_the_documents_are_those_of_the_files() -> None:
    assert pictures() == {stack: drawn(stack) for stack in STACKS}
