"""Everything that a model may write, through every way in; in a process of its own with bounds on memory and time."""

from __future__ import annotations

import json
import math
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from fc_gym.bfcl.executor import Executor
from fc_gym.bfcl.grade import Grader
from fc_gym.bfcl.play import Session
from fc_gym.bfcl.responses import calls_in_json, calls_in_text
from fc_gym.bfcl.tasks import BfclTask
from fc_gym.errors import CallError, TaskError

MEMORY = 1536 * 1024 * 1024
SECONDS = 300
MARK = "MARK_OF_THE_MODEL"
MESSAGE = 2000
WATCHED = ("os.system", "os.exec", "os.spawn", "os.fork", "subprocess.", "socket.", "urllib.", "shutil.", "ctypes.")
TASK = BfclTask(
    id="multi_turn_base_0",
    classes=("GorillaFileSystem", "MathAPI", "TicketAPI"),
    config={"GorillaFileSystem": {"root": {"home": {"type": "directory", "contents": {}}}}},
    turns=(({"role": "user", "content": "Look around."},),),
    truth=(("ls()",),),
)
RUN = f"__import__('os').system('touch {MARK}')"
DEEP = 10_000
MANY = 100_000

CODE = {
    "an import": RUN,
    "an import as an argument": f"ls(a={RUN})",
    "an import in a list": f"ls(a=[{RUN}])",
    "an import as a key": f"ls(a={{{RUN}: 1}})",
    "a lambda": f"(lambda: {RUN})()",
    "a lambda as an argument": f"ls(a=lambda: {RUN})",
    "a chain of attributes": "().__class__.__bases__[0].__subclasses__()",
    "a chain as an argument": "ls(a=().__class__.__bases__[0])",
    "attributes of a tool": "ls.__globals__['__builtins__']",
    "a call on a result": "ls()()",
    "a call in a call": "ls(a=ls())",
    "a method of a text": "echo(content='{0.__class__}'.format(1))",
    "an f-string": f'echo(content=f\'{{open("{MARK}", "w")}}\')',
    "an f-string of great width": "echo(content=f'{1:99999999999}')",
    "a list comprehension": f"ls(a=[open('{MARK}', 'w') for _ in (1,)])",
    "a set comprehension": f"ls(a={{open('{MARK}', 'w') for _ in (1,)}})",
    "a generator": f"ls(a=(open('{MARK}', 'w') for _ in (1,)))",
    "an endless comprehension": "ls(a=[x for x in iter(int, 1)])",
    "a walrus": "ls(a=(b := 1))",
    "an exec": f"exec('open({MARK!r}, chr(119))')",
    "an eval": f"eval('open({MARK!r}, chr(119))')",
    "an open": f"open('{MARK}', 'w')",
    "a compile": "compile('1', '', 'eval')",
    "globals": "globals()",
    "a breakpoint": "breakpoint()",
    "an input": "input()",
    "an exit": "exit()",
    "a denied name": "kill(1)",
    "a star": "ls(*[True])",
    "two stars": "ls(**{'a': True})",
    "a star in a list": "ls(a=[*'ab'])",
    "two stars in a dict": "ls(a={**{}})",
    "an await": "ls(a=await ls())",
    "a yield": "ls(a=(yield))",
    "a condition": "ls(a=1 if 1 else 2)",
    "a comparison": "ls(a=1 < 2)",
    "an and": "ls(a=1 and 2)",
    "an index": "ls(a=[1][0])",
    "two statements": "ls(); ls()",
    "two lines": "ls()\nls()",
    "an import statement": "import os",
    "a comment that hides a bracket": "ls(#)",
    "a decorator": "@ls\ndef f(): pass",
    "a denied name by its module": "os.kill(1, 9)",
    "a module": f"os.system('touch {MARK}')",
    "nothing": "",
    "a null byte": "ls(a='\0')",
    "a null byte as the name": "\0ls()",
    "half a pair as the name": "\ud800()",
    "half a pair": "cd(folder='\ud800')",
    "an unknown coding": "# coding: rot13\nyf()",
    "a byte order mark": "\ufeff\ufeffls()",
    "a tool in wide letters that is none": "ｏｐｅｎ('a')",
}
"""Refused by `Session.run` and `Executor.run`."""

NAMES = {
    name: f"{name}()"
    for name in (
        "__init__",
        "__class__",
        "__reduce__",
        "__reduce_ex__",
        "__dict__",
        "__eq__",
        "__getattribute__",
        "__subclasshook__",
        "_hidden",
        "_entry",
        "_here",
        "load",
        "self.ls",
        "GorillaFileSystem",
        "GorillaFileSystem.ls",
        "ls.__call__",
        "instances",
        "root",
        "None",
        "True",
        "print",
        "type",
        "vars",
        "dir",
        "__build_class__",
    )
}
"""Names that are no tools, refused as well."""

LARGE: Mapping[str, Callable[[], str]] = {
    "a text of 10 MB": lambda: "echo(content='" + "x" * 10_000_000 + "')",
    "a call of 10 MB": lambda: "ls(" + " " * 10_000_000 + ")",
    "a name of 10 MB": lambda: "l" * 10_000_000 + "()",
    "10 MB of brackets": lambda: "(" * 10_000_000,
    "brackets": lambda: "ls(a=" + "[" * DEEP + "]" * DEEP + ")",
    "parentheses": lambda: "ls(a=" + "(" * DEEP + "1" + ")" * DEEP + ")",
    "parentheses around": lambda: "(" * DEEP + "ls()" + ")" * DEEP,
    "braces": lambda: "ls(a=" + "{1:" * DEEP + "1" + "}" * DEEP + ")",
    "open brackets": lambda: "[" * 60_000,
    "minuses": lambda: "ls(a=" + "-" * DEEP + "1)",
    "nots": lambda: "ls(a=" + "not " * DEEP + "1)",
    "calls": lambda: "ls(" * DEEP + ")" * DEEP,
    "calls one after another": lambda: "ls" + "()" * DEEP,
    "attributes": lambda: "ls" + ".a" * DEEP + "()",
    "indexes": lambda: "ls" + "[0]" * DEEP + "()",
    "lambdas": lambda: "ls(a=" + "lambda:" * 5000 + "1)",
    "conditions": lambda: "ls(a=" + "1 if 1 else " * 5000 + "1)",
    "f-strings": lambda: "ls(a=" + "f'{" * 5000 + "}'" * 5000 + ")",
    "sums": lambda: "ls(a=" + "1+" * DEEP + "1)",
    "arguments": lambda: "ls(" + ",".join(["1"] * MANY) + ")",
    "arguments that fit": lambda: "ls(" + ",".join(["1"] * 30_000) + ")",
    "named arguments": lambda: "ls(" + ",".join(f"a{number}=1" for number in range(MANY)) + ")",
    "named arguments that fit": lambda: "ls(" + ",".join(f"a{number}=1" for number in range(7000)) + ")",
    "the same argument": lambda: "ls(" + "a=1," * 10_000 + ")",
    "blanks": lambda: " " * 60_000,
    "backslashes": lambda: "ls(a='" + "\\" * 59_999 + "')",
    "new lines": lambda: "ls(a=1" + "\n" * 60_000 + "",
    "a number of a million digits": lambda: "round_number(number=" + "9" * 10**6 + ")",
    "a number of 60,000 digits": lambda: "round_number(number=" + "9" * 60_000 + ")",
    "a power of powers": lambda: "round_number(number=9**9**9)",
    "a chain of powers": lambda: "round_number(number=((10**99)**99)**99)",
    "a long shift": lambda: "round_number(number=1 << 10**12)",
    "a long text times a number": lambda: "echo(content='a' * 10**12)",
    "a long list times a number": lambda: "mean(numbers=[1] * 10**12)",
    "a text that asks for width": lambda: "echo(content='%99999999999d' % 1)",
}
"""Too long, too deep or too large, refused as well."""

HEAVY: Mapping[str, Callable[[], Sequence[str]]] = {
    "words before brackets": lambda: ["mkdir(dir_name='|" + "ls(" * 15_000 + "')"],
    "blanks before no bracket": lambda: ["cd(folder='" + "a " * 30_000 + "')"],
    "one word": lambda: ["cd(folder='" + "a" * 60_000 + "')", "cd(folder='" + "a" * 60_000 + "(')"],
    "a hexadecimal number that cannot be told": lambda: ["round_number(number=0x" + "f" * 60_000 + ")"],
    "hexadecimal numbers multiplied": lambda: [f"multiply(a=0x{'f' * 30_000}, b=0x{'f' * 30_000})"],
    "a power": lambda: [
        "power(base=10, exponent=10**9)",
        "power(10, 1000000000)",
        "power(base=-3, exponent=999999999)",
    ],
    "powers of what is no whole number": lambda: ["power(1.5, 10**9)", "power(10, -10**9)", "power(0.1, 10**9)"],
    "a power of a large number": lambda: [f"power(base=0x{'f' * 60_000}, exponent=50)", "power(10**99, 10**99)"],
    "a power of no number": lambda: ["power('a', 2)", "power([1], 10**9)", "power(True, 10**9)", "power(1j, 10**9)"],
    "the precision of a logarithm": lambda: [f"logarithm(2, 10, {one})" for one in ("10**9", "1e9", "2**70", "-10**9")],
    "logarithms of odd numbers": lambda: [
        "logarithm(0, 10, 5)",
        "logarithm(-1, 10, 5)",
        "logarithm(2, 1, 5)",
        "logarithm(1e308*10, 10, 999)",
        f"logarithm(0x{'f' * 60_000}, 10, 999)",
        "logarithm(2, 1.0000000000000002, 1000)",
        "logarithm('9'*60000, 10, 999)",
        "logarithm('1e999999999', 10, 999)",
        "logarithm('1e-999999999', 3, 999)",
    ],
    "the precision of a root": lambda: [
        f"square_root(2, {one})" for one in ("10**9", "10**18", "2**70", "-10**9", "1e9")
    ],
    "roots of odd numbers": lambda: [
        "square_root(1e308*10, 5)",
        f"square_root(0x{'f' * 60_000}, 999)",
        "square_root('2', 5)",
    ],
    "places to round to": lambda: [
        f"round_number({one}, {places})"
        for one in ("1", "1.5", "10**99")
        for places in ("10**9", "-10**9", "2**70", "-2**70")
    ],
    "many numbers": lambda: [f"{name}([{'10**99,' * 8000}])" for name in ("mean", "standard_deviation", "sum_values")],
    "many large files": lambda: (
        [
            call
            for number in range(100)
            for call in (f"touch(file_name='f{number}')", f"echo('{'x' * 60_000}', 'f{number}')")
        ]
        + ["du()", "find()", "ls()"]
    ),
    "a directory in itself": lambda: [
        *("mkdir('a')", "cp('a', 'a')", "find()", "du()", "find('a')", "cd('a')", "cd('a')", "pwd()", "cp('a', 'a')"),
        *("mv('a', 'a')", "find()", "du()", "rmdir('a')", "rm('a')", "ls()"),
    ],
    "directories that double": lambda: [
        "mkdir('d0')",
        *(
            call
            for at in range(25)
            for call in (
                f"mkdir('d{at + 1}')",
                f"cp('d{at}', 'e')",
                f"mv('d{at}', 'd{at + 1}')",
                f"mv('e', 'd{at + 1}')",
            )
        ),
        "find()",
        "find(name='x')",
        "du()",
        "du(human_readable=True)",
        "ls()",
    ],
    "directories 2,000 deep": lambda: (
        [call for _ in range(2000) for call in ("mkdir('a')", "cd('a')")]
        + ["pwd()", "cd('/')", "find()", "du()", "cp('a', 'b')", "rm('a')"]
    ),
    "lines without end": lambda: [
        "touch('a')",
        "touch('b')",
        f"echo('{'a' * 20}\\n' * 3000, 'a')",
        f"echo('{'b' * 20}\\n' * 3000, 'b')",
        "diff('a', 'b')",
        "sort('a')",
        "wc('a', 'l')",
        "tail('a', 10**99)",
        "tail('a', -10**99)",
        "grep('a', '(a+)+$')",
    ],
    "updates of a ticket": lambda: [
        "ticket_login('a', 'b')",
        "create_ticket('t')",
        "edit_ticket(1, {'title': {'a': [{}]}})",
        "edit_ticket(1, [])",
        "edit_ticket(1, {1: 2})",
        "create_ticket('t', priority=[])",
        "create_ticket('t', priority=10**99)",
        "get_ticket(10**99)",
    ],
    "arguments of other kinds": lambda: [
        f"{name}({one})"
        for name in ("cd", "mkdir", "touch", "cat", "rm", "rmdir", "sort", "find", "wc", "mean", "echo", "get_ticket")
        for one in ("None", "1", "[]", "{}", "()", "True", "b''", "...", "1j", "{1}", "'\\ud800'", "'a\\0b'", "[[]]")
    ],
}
"""Calls that are read, but whose work must stay small whatever they ask for."""


def _nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


PARTS: Mapping[str, Callable[[], tuple[str, dict[str, Any]]]] = {
    "a text of 10 MB": lambda: ("echo", {"content": "x" * 10_000_000}),
    "a name of 10 MB": lambda: ("x" * 10_000_000, {}),
    "lists": lambda: ("echo", {"content": _nested(DEEP)}),
    "lists that are read": lambda: ("echo", {"content": _nested(300)}),
    "lists 100,000 deep": lambda: ("mean", {"numbers": _nested(MANY)}),
    "arguments": lambda: ("ls", {f"a{number}": 1 for number in range(MANY)}),
    "a large number": lambda: ("round_number", {"number": 10**100_000}),
    "large numbers multiplied": lambda: ("multiply", {"a": 10**100_000, "b": 10**100_000}),
    "a power": lambda: ("power", {"base": 10, "exponent": 10**9}),
    "a power of a large number": lambda: ("power", {"base": 10**100_000, "exponent": 10**100_000}),
    "a precision": lambda: ("square_root", {"number": 2, "precision": 10**100_000}),
    "no number": lambda: ("add", {"a": math.nan, "b": math.inf}),
    "a special method": lambda: ("__init__", {}),
    "the loader": lambda: ("load", {"config": {}}),
    "self": lambda: ("ls", {"self": 1}),
    "half a pair": lambda: ("mkdir", {"dir_name": "\ud800"}),
    "no name": lambda: ("", {"": ""}),
}
"""Calls given in parts, as `Session.call` takes them."""

RESPONSES: Mapping[str, Callable[[], Any]] = {
    "nothing": lambda: None,
    "a number": lambda: 5,
    "a text": lambda: "[ls()]",
    "lists": lambda: _nested(DEEP),
    "no JSON": lambda: [{"ls": "{"}],
    "a list as arguments": lambda: [{"ls": "[]"}],
    "brackets": lambda: [{"ls": '{"a": ' + "[" * DEEP + "]" * DEEP + "}"}],
    "open brackets": lambda: [{"ls": "[" * 60_000}],
    "objects": lambda: [{"ls": '{"a":' * DEEP + "1" + "}" * DEEP}],
    "brackets that are read": lambda: [{"ls": '{"a": ' + "[" * 900 + "]" * 900 + "}"}],
    "10 MB": lambda: [{"ls": '{"a": "' + "x" * 10_000_000 + '"}'}],
    "a number of a million digits": lambda: [{"ls": '{"a": ' + "9" * 10**6 + "}"}],
    "a number of 60,000 digits": lambda: [{"ls": '{"a": ' + "9" * 60_000 + "}"}],
    "an exponent": lambda: [{"ls": '{"a": 1e999999999}'}],
    "no numbers": lambda: [{"ls": '{"a": NaN, "b": -Infinity}'}],
    "lists as values": lambda: [{"ls": {"a": _nested(DEEP)}}],
    "a number as a value": lambda: [{"ls": {"a": 10**100_000}}],
    "code as the name": lambda: [{RUN: "{}"}],
    "code as a parameter": lambda: [{"ls": json.dumps({f"a={RUN}, b": 1})}],
    "no names": lambda: [{"": {"": ""}}],
    "calls": lambda: [{"ls": "{}"}] * MANY,
    "half a pair": lambda: [{"cd": '{"folder": "\\ud800"}'}],
    "a null byte": lambda: [{"cd": '{"folder": "\\u0000"}'}],
}
"""What a function-calling model may answer with."""

TEXTS: Mapping[str, Callable[[], str]] = {
    "a cycle of words": lambda: "[" + "ls()," * 12_000 + "]",
    "backticks": lambda: "`" * 10_000_000,
    "new lines": lambda: "\n" * 10_000_000 + "x",
    "hexadecimal": lambda: "[ls(a=0x" + "f" * 60_000 + ")]",
    "hexadecimal with a sign": lambda: "[ls(a=-0x" + "f" * 60_000 + ")]",
    "a dict of dicts": lambda: "[ls(a=" + "{'b':" * 80 + "{}" + "}" * 80 + ")]",
    "calls in calls": lambda: "[" + "ls(a=" * 80 + "1" + ")" * 80 + "]",
    "a sum": lambda: "[ls(a=9**9**9)]",
    "a long sum": lambda: "[ls(a=" + "1+" * 3000 + "1)]",
    "an index": lambda: "[ls(a=b" + "[0]" * 5000 + ")]",
    "a call without keywords": lambda: "[ls(a=b" + "()" * 5000 + ")]",
    "a number as a key": lambda: "[ls(a={0x" + "f" * 6000 + ": 1})]",
    "a dict as a key": lambda: "[ls(a={{}: 1})]",
    "a dict of code": lambda: f"[ls(a={{'{RUN}': {{}}}})]",
}
"""What a prompted model may answer with, besides the call texts above in a list."""


def _call_texts() -> Iterator[tuple[str, Callable[[], str]]]:
    for name, text in (CODE | NAMES).items():
        yield name, partial(str, text)
    yield from LARGE.items()


def _session() -> Session:
    return Session(TASK.classes, TASK.config)


def _ran(made: Callable[[], str]) -> dict[str, Any]:
    played = _session().run(made())
    return {"refused": bool(played.exception), "length": len(played.text)}


def _executed(made: Callable[[], Sequence[str]]) -> dict[str, Any]:
    calls = made()
    texts = Executor(_session(), "model").run(calls)
    return {
        "refused": texts[0].startswith("Error during execution: "),
        "length": len(texts[0]),
        "whole": all(isinstance(one, str) for one in texts) and len(texts) == len(calls),
    }


def _graded(made: Callable[[], Sequence[str]]) -> dict[str, Any]:
    verdict = Grader().grade(TASK, [[made()]])
    return {"refused": not verdict.valid, "whole": verdict.valid or bool(verdict.error_type)}


def _called(made: Callable[[], tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    result = _session().call(*made())
    return {"refused": not result["ok"], "whole": isinstance(result["text"], str)}


def _told(made: Callable[[], Sequence[str]]) -> dict[str, Any]:
    session = _session()
    session.exec(made())
    try:
        return {"refused": False, "whole": set(session.state()) == set(TASK.classes)}
    except TaskError:
        return {"refused": True}


def _decoded(read: Callable[[Any], list[str]], made: Callable[[], Any]) -> dict[str, Any]:
    response = made()
    try:
        calls = read(response)
    except CallError as error:
        return {"refused": True, "length": len(error.message), "whole": error.code == "malformed"}
    executed = Executor(_session(), "model").run(calls[:50])
    return {"refused": False, "whole": all(isinstance(one, str) for one in [*calls, *executed])}


def _put(shape: Callable[[str], Any], made: Callable[[], str]) -> Any:
    return shape(made())


def _trials() -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
    """Name every way in and what goes through it."""
    for name, made in _call_texts():
        alone = partial(_put, lambda text: [text], made)
        yield f"Session.run: {name}", partial(_ran, made)
        yield f"Executor.run: {name}", partial(_executed, alone)
        yield f"Grader.grade: {name}", partial(_graded, alone)
        yield f"Session.call: {name}", partial(_called, partial(_put, lambda text: (text, {}), made))
        yield (
            f"JSON, the name: {name}",
            partial(_decoded, calls_in_json, partial(_put, lambda text: [{text: "{}"}], made)),
        )
        yield (
            f"JSON, arguments: {name}",
            partial(_decoded, calls_in_json, partial(_put, lambda text: [{"ls": text}], made)),
        )
    for name, calls in HEAVY.items():
        yield f"Executor.run, work: {name}", partial(_executed, calls)
        yield f"Grader.grade, work: {name}", partial(_graded, calls)
        yield f"Session.state, work: {name}", partial(_told, calls)
    for name, made in [*_call_texts(), *((f"a list, {name}", made) for name, made in TEXTS.items())]:
        yield f"text: {name}", partial(_decoded, calls_in_text, made)
        yield f"text, official: {name}", partial(_decoded, partial(calls_in_text, official=True), made)
    for name, parts in PARTS.items():
        yield f"Session.call, parts: {name}", partial(_called, parts)
    for name, response in RESPONSES.items():
        yield f"JSON: {name}", partial(_decoded, calls_in_json, response)


def _main() -> None:
    """Do every trial and print one line for each, so that the one that ends the process is known."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    events: list[str] = []
    sys.addaudithook(lambda event, _: events.append(event) if event.startswith(WATCHED) else None)
    for name, trial in _trials():
        print(json.dumps({"begun": name}), flush=True)
        try:
            told = {"whole": True, **trial()}
        except BaseException as error:
            told = {"escaped": f"{type(error).__name__}: {str(error)[:200]}"}
        print(json.dumps({"name": name, **told, "events": events}), flush=True)
        events.clear()


if __name__ == "__main__":
    _main()
    sys.exit()
TRIALS = [name for name, _ in _trials()]
REFUSED = [one for one in TRIALS if one.startswith(("Session.run: ", "Executor.run: "))]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Mapping[str, Any]]:
    folder = tmp_path_factory.mktemp("hostile")
    path = os.pathsep.join(one for one in sys.path if one)
    command = [sys.executable, "-X", "faulthandler", __file__]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        output, ended = done.stdout, f"exit status {done.returncode}: {done.stderr[-500:].decode(errors='replace')}"
    except subprocess.TimeoutExpired as error:
        output, ended = error.stdout or b"", f"more than {SECONDS} s"
    rows = [json.loads(line) for line in output.splitlines()]
    found = {row["name"]: row for row in rows if "name" in row}
    if rows and "begun" in rows[-1]:
        found[rows[-1]["begun"]] = {"escaped": f"the process ended: {ended}", "events": []}
    found["marks"] = {"left": [one.name for one in Path(folder).iterdir()]}
    return found


@pytest.mark.parametrize("name", TRIALS)
def test_it_ends_in_a_result_or_a_refusal(name: str, outcomes: Mapping[str, Mapping[str, Any]]) -> None:
    assert name in outcomes, "an earlier one ended the process"
    assert "escaped" not in outcomes[name] and outcomes[name]["whole"], outcomes[name]


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_call_of_a_tool_is_refused_in_few_words(
    name: str, outcomes: Mapping[str, Mapping[str, Any]]
) -> None:
    assert outcomes[name]["refused"] and outcomes[name]["length"] < MESSAGE, outcomes[name]


def test_nothing_of_it_is_run(outcomes: Mapping[str, Mapping[str, Any]]) -> None:
    assert outcomes["marks"]["left"] == []
    assert [(name, row["events"]) for name, row in outcomes.items() if row.get("events")] == []
