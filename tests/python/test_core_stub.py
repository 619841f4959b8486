# SPDX-License-Identifier: Apache-2.0
"""The stub of the compiled module against the module, and the types of the package."""

import ast
import importlib.util
import inspect
import re
import subprocess
import sys

import pytest
from allomatch import _core
from conftest import ROOT

STUB = ROOT / "python" / "allomatch" / "_core.pyi"


def parameters(node):
    """Of a function in the stub: (name, has a default, keyword only), self left out."""
    arguments = node.args.posonlyargs + node.args.args
    without = len(arguments) - len(node.args.defaults)
    found = [(a.arg, i >= without, False) for i, a in enumerate(arguments)]
    found += [
        (a.arg, d is not None, True) for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    ]
    return [one for one in found if one[0] != "self"]


def signature(function):
    """The same from the first line of a pybind11 docstring."""
    line = function.__doc__.splitlines()[0]
    inside = line[line.index("(") + 1 : line.rindex(") ->")]
    parts, depth, part = [], 0, ""
    for char in inside:
        depth += (char in "([{") - (char in ")]}")
        if char == "," and depth == 0:
            parts.append(part)
            part = ""
        else:
            part += char
    parts = [one.strip() for one in [*parts, part] if one.strip()]
    found, keyword_only = [], False
    for one in parts:
        if one == "*":
            keyword_only = True
        elif one != "/":
            name = re.match(r"\w+", one)[0]
            if name not in ("self", "arg0"):
                found.append((name, " = " in one, keyword_only))
    return found


def of_stub():
    tree = ast.parse(STUB.read_text(encoding="utf-8"))
    functions, classes = {}, {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            functions[node.name] = parameters(node)
        elif isinstance(node, ast.ClassDef):
            members = {}
            for member in node.body:
                if isinstance(member, ast.FunctionDef):
                    marks = {mark.id for mark in member.decorator_list if isinstance(mark, ast.Name)}
                    kind = (
                        "property"
                        if "property" in marks
                        else "static"
                        if "staticmethod" in marks
                        else "method"
                    )
                    members[member.name] = (kind, [] if kind == "property" else parameters(member))
            classes[node.name] = members
    return functions, classes


def of_module():
    functions, classes = {}, {}
    for name, value in vars(_core).items():
        if inspect.isclass(value):
            members = {}
            for member, raw in vars(value).items():
                own = member in ("__init__", "__len__", "__arrow_c_stream__") or not member.startswith("_")
                if not own or (member == "__init__" and "(self" not in (raw.__doc__ or "")[:20]):
                    continue
                if isinstance(raw, property):
                    members[member] = ("property", [])
                else:
                    kind = "static" if isinstance(raw, staticmethod) else "method"
                    members[member] = (kind, signature(getattr(value, member)))
            classes[name] = members
        elif callable(value) and not name.startswith("__"):
            functions[name] = signature(value)
    return functions, classes


def test_functions():
    assert of_stub()[0] == of_module()[0]


def test_classes():
    stub, module = of_stub()[1], of_module()[1]
    assert set(stub) == set(module)
    for name in module:
        assert stub[name] == module[name], name


def test_the_package_is_typed():
    if importlib.util.find_spec("mypy") is None:
        pytest.skip("mypy is not installed")
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--config-file",
        "pyproject.toml",
        "python/allomatch",
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
