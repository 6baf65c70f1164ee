"""What the installers are told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from demo.setup.packages import BOOTSTRAP, paragraph, read_pip_settings, uv_settings
from demo.setup.places import here

LISTING = """\
:env:.disable-pip-version-check='1'
:env:.find-links='{folder} /nowhere'
:env:.timeout='180'
global.cert='/etc/ssl/certs/ca-certificates.crt'
global.index_url='file:///first'
install.index_url='file:///second'
install.extra_index_url='file:///a\\nfile:///b'
"""


def test_uv_gets_the_settings_that_pip_has_on_this_machine(tmp_path: Path) -> None:
    assert uv_settings(read_pip_settings(LISTING.format(folder=tmp_path)), {}) == {
        "UV_SYSTEM_CERTS": "1",
        "UV_NO_PROGRESS": "1",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_DEFAULT_INDEX": "file:///second",
        "UV_INDEX": "file:///a file:///b",
        "UV_FIND_LINKS": str(tmp_path),
        "UV_HTTP_TIMEOUT": "180",
        "SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt",
    }


def test_a_variable_that_is_set_already_stays() -> None:
    settings = uv_settings({"cert": "/from/pip", "no_index": "true"}, {"SSL_CERT_FILE": "/from/here"})
    assert settings.get("SSL_CERT_FILE") is None
    assert settings["UV_NO_INDEX"] == "1"


def test_what_pip_itself_prints_is_understood(tmp_path: Path) -> None:
    config = tmp_path / "pip.conf"
    config.write_text("[global]\nindex_url = file:///in/the/file\ntimeout = 7\n")
    environ = {"PIP_CONFIG_FILE": str(config), "PIP_INDEX_URL": "file:///in/the/environment"}
    command = [sys.executable, "-m", "pip", "config", "list"]
    listing = subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout
    settings = read_pip_settings(listing)
    assert (settings["index_url"], settings["timeout"]) == ("file:///in/the/environment", "7")


@pytest.mark.parametrize("name", BOOTSTRAP)
def test_the_lock_pins_what_installs_the_lock(name: str) -> None:
    lines = paragraph(here().packages_lock.read_text(), name).splitlines()
    assert lines[0].startswith(f"{name}==")
    assert all(line.strip().startswith("--hash=sha256:") for line in lines[1:] if "#" not in line)
    assert len(lines) > 1


def test_a_package_that_is_not_locked_is_not_looked_for() -> None:
    with pytest.raises(LookupError, match="has no uv; run `make lock`"):
        paragraph("uvicorn==1.0 \\\n    --hash=sha256:00\n", "uv")
