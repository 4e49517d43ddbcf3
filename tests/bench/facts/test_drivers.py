"""How what drove a run is named, and what else decides what it did."""

from client_runs import run_of_clients
from wsbench.facts.drivers import decides, driver_of, drove, titled
from wsbench.records.common import Proof
from wsbench.targets.client_spec import client_of

RUN = run_of_clients({"wire": 30.0, "websockets==15.0.1": 50.0, "old=websockets==12.0": 60.0, "picows": 40.0})


def test_titles_name_library_and_version():
    """Once, and a label of the user's besides; wire is wire, and what never drove is its label."""
    labels = ("wire", "websockets==15.0.1", "old", "picows", "ws4py")
    assert [titled(RUN, label) for label in labels] == [
        "wire",
        "websockets 15.0.1",
        "old, websockets 12.0",
        "picows 2.3.1",
        "ws4py",
    ]


def test_versions_have_what_else_decides():
    """Machine code of the library's own, and distributions that it runs on."""
    assert driver_of(RUN, "picows") == "2.3.1 with compiled parts, aiofastnet 1.2.0"
    assert driver_of(RUN, "old") == "12.0 with compiled parts"
    assert driver_of(RUN, "wire") == driver_of(RUN, "nobody") == ""
    assert drove(RUN, "nobody") is None


def test_machine_code_of_others_is_not_the_librarys():
    """Speed-ups of a distribution beside it are told by its version."""
    plain = Proof("0.6.0", "CPython 3.11.7", "threads", speedups=("wsaccel.utf8validator",))
    assert decides(client_of("ws4py"), plain) == ()
