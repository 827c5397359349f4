from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cluster.nodes import Cluster, running_cluster


@pytest.fixture(scope="package")
def cluster() -> Iterator[Cluster]:
    """One for all tests: to start it takes more than a minute."""
    with running_cluster() as started:
        yield started
