"""The distribution `upnext`; versions of what it needs are pinned in requirements.lock."""

from pathlib import Path

from setuptools import find_packages, setup

PACKAGES = ("models", "listening_log", "components", "serving", "surfaces", "tfx_pipeline")


def requirements() -> list[str]:
    """What the packages import, as requirements.in says."""
    lines = (Path(__file__).parent / "requirements.in").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


setup(
    name="upnext",
    version="0.1.0",
    description="Decides what to play next: from a listening log to a served ranking",
    python_requires=">=3.10,<3.11",
    packages=find_packages(include=[name for package in PACKAGES for name in (package, f"{package}.*")]),
    package_data={
        "components.schema": ["*.pbtxt"],
        "listening_log.world": ["words.json"],
        "surfaces.playlists": ["phrases.yaml"],
        "surfaces.room": ["static/*"],
    },
    install_requires=requirements(),
    entry_points={"console_scripts": ["upnext = tfx_pipeline.cli.main:main"]},
)
