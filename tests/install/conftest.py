"""The wheel, built once a worker from a copy of the sources."""

import sys

import pytest

from tests.install.places import QUIET, copy_package, run


@pytest.fixture(scope="session")
def sources(tmp_path_factory):
    """A folder with the files of the distribution and nothing else."""
    return copy_package(tmp_path_factory.mktemp("sources"))


@pytest.fixture(scope="session")
def wheel(sources, tmp_path_factory):
    """The built wheel's path."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", *QUIET, "--no-deps", "-w", folder, sources)
    (file,) = folder.glob("*.whl")
    return file
