# SPDX-License-Identifier: Apache-2.0
"""Every example of README.md and docs/ is run, page by page, in a folder of its own.

What is run, in the order of the page:

* ```console blocks: lines that start with `$ ` are commands (a `\\` at the end goes on in the next line), the
  lines below are the output, stdout and stderr together. A command that fails is followed by `$ echo $?`.
* ```python blocks: one namespace a page. A ```text block right behind is what the block prints.
* ```cpp blocks: programs, built with the page's own ```cmake block (or one like it) against the library that
  `make test` built, then run in the folder of the page; a ```text block right behind is what they print.
* blocks with a NAME behind their kind (```csv donors.csv): files, written as they stand.

Other blocks (```sh: installation) are not run. In expected output `...` stands for anything, a line of it for
any number of lines; durations and sizes of memory may differ, as may spaces at the end of a line.
"""

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# What a make target runs once the package is built.
MAKE_TARGETS = {"make demo": f"{sys.executable} -m allomatch.demo"}
BUILDS = [ROOT / "build" / name for name in ("release", "bench", "dev")]
CONSUMER = """\
cmake_minimum_required(VERSION 3.25)
project(example LANGUAGES CXX)
find_package(allomatch CONFIG REQUIRED)
add_executable(example main.cpp)
target_link_libraries(example PRIVATE allomatch::allomatch)
"""


@dataclass
class Block:
    kind: str
    name: str
    text: str
    line: int


def blocks_of(page):
    blocks, open_block = [], None
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        if open_block is None and (start := re.fullmatch(r"```(\w+)(?: (\S+))?", line)):
            open_block = Block(start[1], start[2] or "", "", number)
        elif open_block is not None and line == "```":
            blocks.append(open_block)
            open_block = None
        elif open_block is not None:
            open_block.text += line + "\n"
    assert open_block is None, f"{page.name}:{open_block.line}: the block is not closed"
    return blocks


# -- output ------------------------------------------------

_MEASURED = re.compile(r" *\d[\d,.]* (ms|s|us|MB|bytes)\b")


def unmeasured(text):
    text = re.sub(r"^seconds: .*$", "seconds: ..", text, flags=re.MULTILINE)
    text = _MEASURED.sub(r" # \1", text)
    return "\n".join(line.rstrip() for line in text.strip("\n").split("\n"))


def fits(expected, printed):
    pattern = ""
    for line in unmeasured(expected).split("\n"):
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*?".join(re.escape(part) for part in line.split("...")) + r"\n"
    return re.fullmatch(pattern, unmeasured(printed) + "\n") is not None


def check_output(where, expected, printed):
    if not fits(expected, printed):
        raise AssertionError(f"{where}\n--- the page says\n{expected}\n--- printed\n{printed}")


# -- console ------------------------------------------------


def commands_of(text):
    """[command, expected output] of a console block."""
    commands = []
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith("$ "):
            command = line[2:]
            while command.endswith("\\"):
                command += "\n" + next(lines)
            commands.append([command, []])
        else:
            commands[-1][1].append(line)
    return [(command, "\n".join(output)) for command, output in commands]


def run_console(block, where, folder, environment):
    last, failed = 0, None
    for command, expected in commands_of(block.text):
        if failed is not None:
            assert command == "echo $?", f"{failed}\nfailed with exit code {last}"
            failed = None
        command = MAKE_TARGETS.get(command, command)
        done = subprocess.run(
            ["bash", "-c", f"(exit {last})\n{command}"],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=50,
        )
        last = done.returncode
        if last != 0:
            failed = f"{where}: $ {command}\n{done.stdout}"
        if expected or not last:
            check_output(f"{where}: $ {command}", expected, done.stdout)
    assert failed is None, f"{failed}\nfailed with exit code {last}"


# -- C++ ------------------------------------------------


def newest(folders, patterns):
    files = [file for folder in folders for pattern in patterns for file in folder.rglob(pattern)]
    return max((file.stat().st_mtime for file in files), default=0)


@pytest.fixture(scope="session")
def prefix(tmp_path_factory):
    """The library, installed from a build of the checkout. Skips, with the reason, where there is none."""
    if "ALLOMATCH_PREFIX" in os.environ:
        return Path(os.environ["ALLOMATCH_PREFIX"])
    if shutil.which("cmake") is None or shutil.which("ninja") is None:
        pytest.skip("C++ examples not compiled: cmake or ninja is missing")
    sources = newest([ROOT / "include", ROOT / "src"], ["*.hpp", "*.cpp", "*.tsv"])
    stale = False
    for build in BUILDS:
        library = build / "liballomatch.a"
        if not library.exists() or not (build / "cmake_install.cmake").exists():
            continue
        if library.stat().st_mtime < sources:
            stale = True
            continue
        folder = tmp_path_factory.mktemp("prefix")
        installed = subprocess.run(
            ["cmake", "--install", build, "--prefix", folder], capture_output=True, text=True
        )
        assert installed.returncode == 0, installed.stderr
        return folder
    found = "the built library is older than the sources" if stale else "no built library"
    pytest.skip(f"C++ examples not compiled: {found}; make test-cpp builds it")


def program(source, cmake, folder, prefix):
    """Builds one program the way the page says."""
    folder.mkdir()
    (folder / "CMakeLists.txt").write_text(cmake)
    (folder / "main.cpp").write_text(source)
    build = folder / "build"
    configure = ["cmake", "-G", "Ninja", "-S", folder, "-B", build, f"-DCMAKE_PREFIX_PATH={prefix}"]
    for command in ([*configure, "-DCMAKE_BUILD_TYPE=Debug"], ["cmake", "--build", build]):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert done.returncode == 0, done.stdout
    name = re.search(r"add_executable\((\w+)", cmake)[1]
    return build / name


# -- pages ------------------------------------------------


class Page:
    def __init__(self, path, folder):
        self.path = path
        self.blocks = blocks_of(path)
        self.folder = folder
        self.names = {"__name__": f"docs.{path.stem}"}
        self.ran = False
        programs = Path(sys.executable).parent
        self.environment = os.environ | {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONIOENCODING": "utf-8",
            "COLUMNS": "80",
            "LC_ALL": "C.UTF-8",
        }

    def where(self, block):
        return f"{self.path.relative_to(ROOT)}:{block.line}"

    def output_behind(self, i):
        behind = self.blocks[i + 1] if i + 1 < len(self.blocks) else None
        return behind.text if behind is not None and behind.kind == "text" and not behind.name else None

    def run_python(self, i):
        block = self.blocks[i]
        code = compile("\n" * block.line + block.text, self.path.name, "exec")
        printed = io.StringIO()
        with in_folder(self.folder), contextlib.redirect_stdout(printed):
            exec(code, self.names)
        check_output(self.where(block), self.output_behind(i) or "", printed.getvalue())

    def run_all(self):
        """Once; programs need the files that the page makes first."""
        if self.ran:
            return
        self.ran = True
        for i, block in enumerate(self.blocks):
            if block.kind == "console":
                run_console(block, self.where(block), self.folder, self.environment)
            elif block.kind == "python":
                self.run_python(i)
            elif block.name:
                (self.folder / block.name).write_text(block.text, encoding="utf-8")


@contextlib.contextmanager
def in_folder(folder):
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    made = {}

    def make(path):
        if path not in made:
            made[path] = Page(path, tmp_path_factory.mktemp(path.stem))
        return made[path]

    return make


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_page(pages, path):
    pages(path).run_all()


WITH_PROGRAMS = [path for path in PAGES if any(block.kind == "cpp" for block in blocks_of(path))]


@pytest.mark.parametrize("path", WITH_PROGRAMS, ids=lambda path: path.name)
def test_programs(pages, path, prefix):
    page = pages(path)
    page.run_all()
    cmake = next((block.text for block in page.blocks if block.kind == "cmake"), CONSUMER)
    programs = [i for i, block in enumerate(page.blocks) if block.kind == "cpp"]
    folders = [page.folder / f"program{page.blocks[i].line}" for i in programs]
    with ThreadPoolExecutor(2) as pool:
        texts = [page.blocks[i].text for i in programs]
        built = list(pool.map(program, texts, repeat(cmake), folders, repeat(prefix)))
    for i, run in zip(programs, built, strict=True):
        where = page.where(page.blocks[i])
        done = subprocess.run(
            [run], cwd=page.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert done.returncode == 0, f"{where}\n{done.stdout}"
        check_output(where, page.output_behind(i) or "", done.stdout)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    prose = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", prose):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_output_is_compared():
    assert fits("a ... c\n...\nz 3 ms", "a b c\nd\ne\nz 4.5 ms")
    assert not fits("a\nb", "a\nc")
    assert not fits("a", "a\nb")
    assert fits("a\n...", "a")
