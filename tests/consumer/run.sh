#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs a built allomatch to a temporary place, builds a program against it, and builds the same program with
# allomatch as a subdirectory; runs both.
# Usage: run.sh SOURCE_DIR BUILD_DIR
set -eu
if [ $# -ne 2 ]; then
    echo "usage: run.sh SOURCE_DIR BUILD_DIR" >&2
    exit 2
fi
source_dir=$(cd "$1" && pwd)
build_dir=$(cd "$2" && pwd)
here=$source_dir/tests/consumer
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
generator=$(sed -n 's/^CMAKE_GENERATOR:INTERNAL=//p' "$build_dir/CMakeCache.txt")
compiler=$(sed -n 's/^CMAKE_CXX_COMPILER:[A-Z]*=//p' "$build_dir/CMakeCache.txt")
launcher=$(command -v ccache || true)

cmake --install "$build_dir" --prefix "$work/prefix" > "$work/install.log" || { cat "$work/install.log"; exit 1; }
cmake -S "$here" -B "$work/installed" -G "$generator" -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_PREFIX_PATH="$work/prefix"
cmake --build "$work/installed"
"$work/installed/consumer"

cmake -S "$here/subdirectory" -B "$work/subdirectory" -G "$generator" -DCMAKE_CXX_COMPILER="$compiler" \
    -DCMAKE_CXX_COMPILER_LAUNCHER="$launcher" -DCMAKE_BUILD_TYPE=Release -DALLOMATCH_SOURCE_DIR="$source_dir"
cmake --build "$work/subdirectory" --parallel 1
"$work/subdirectory/consumer"
