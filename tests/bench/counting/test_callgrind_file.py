"""What a dump of callgrind's says: functions, calls, what they took, and code that has no name."""

from wsbench.counting.callgrind_file import Function, allocations, graph, lookups, read

DUMP = """\
version: 1
events: Ir

ob=(1) /usr/lib/libpython3.so.1.0
fl=(1) /build/ceval.c
fn=(1) eval
0 100
cfn=(2) eval'2
calls=3 0
0 900
cob=(2) ???
cfi=(2) ???
cfn=(3) 0x0000000005018220
calls=2 0
* 40

fn=(2)
0 200
cob=(3) /lib/libc.so.6
cfi=(3) malloc.c
cfn=(4) malloc
calls=5 0
0 50

ob=(2)
fl=(2)
fn=(3)
0 40

ob=(1)
fl=(2)
fn=(5) 0x000000000000a000
0 7
"""


def test_a_dump_is_read():
    """Recursion is one function; the cost of a call is none of the caller's own."""
    dump = read(DUMP.splitlines())
    loop, made = Function("eval", "ceval.c"), Function("0x0000000005018220", "???")
    assert dump.own == {loop: 300, made: 40, Function("???", "libpython3"): 7}
    assert dump.calls[loop, loop] == 3
    assert dump.costs == {
        (loop, loop): 900,
        (loop, made): 40,
        (loop, Function("malloc", "malloc.c")): 50,
    }
    assert allocations(dump) == {"eval (ceval.c)": 5.0}


def test_code_without_a_name_has_its_address_where_that_is_asked_for():
    """Else all of an object's is one."""
    dump = read(DUMP.splitlines())
    own, costs = graph(dump, addresses=True)
    assert own == {"eval (ceval.c)": 300, "0x0000000005018220": 40, "??? (libpython3)": 7}
    assert costs["eval (ceval.c)", "0x0000000005018220"] == 40
    assert graph(dump)[0] == {"eval (ceval.c)": 300, "??? (???)": 40, "??? (libpython3)": 7}


LOOKUPS = """\
fl=(1) typeobject.c
fn=(1) _PyType_Lookup
0 60
cfn=(2) find_name_in_mro
calls=3 0
0 900
cfn=(3) find_name_in_mro.constprop.0
calls=1 0
0 200

fn=(2)
0 300
cfn=(2)
calls=1 0
0 100
cfn=(4) PyDict_GetItem
calls=9 0
0 500
"""


def test_lookups_in_types_are_added_up_with_what_they_call():
    """From outside of them, whatever a compiler made of the name; one within another is a part of it."""
    assert lookups(read(LOOKUPS.splitlines())) == 1_100
    assert lookups(read(DUMP.splitlines())) == 0
