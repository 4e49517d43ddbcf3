"""The profiles name what exists."""

import pytest
from wsbench.plan.run import cells_of
from wsbench.planning.profiles import PROFILES
from wsbench.targets.catalogue import CLIENTS, SERVERS
from wsbench.targets.spec_parser import read_specs


@pytest.mark.parametrize("name", PROFILES)
def test_profiles_name_what_exists(name: str):
    """A profile is made of servers and clients of the catalogue, and can be planned."""
    profile = PROFILES[name]
    assert set(profile.servers) <= set(SERVERS)
    assert set(profile.clients) <= set(CLIENTS)
    assert cells_of(read_specs(profile.servers), profile.clients, profile.workloads)
    assert profile.pace.throughput_turns <= profile.pace.latency_turns
