#!/bin/sh
# Opens Cradle's page; on first use makes the environment .venv before. What follows goes to `cradle app`.
# Without a network: packages in the folder `wheels` are used and nothing else is asked for.

cd "$(dirname "$0")" || exit 1
PYTHONUTF8=1
export PYTHONUTF8
encoding=${PYTHONIOENCODING:-$(locale charmap 2>/dev/null)}
case "$encoding" in
    [Gg][Bb]*) # a terminal in GBK: all that is printed is in it
        PYTHONIOENCODING=$encoding
        export PYTHONIOENCODING
        ;;
esac
python=.venv/bin/python
marker=.venv/.started

say() { # say NAME: a text of the folder `start`, which is kept as UTF-8
    case "$encoding" in
        [Gg][Bb]*) iconv -f UTF-8 -t GB18030 "start/$1.txt" 2>/dev/null && return ;;
    esac
    cat "start/$1.txt"
}

leave() { # leave MESSAGE: say why in both languages; a window of its own stays open until a key is pressed
    say "$1" >&2
    if [ -t 0 ] && [ "${SHLVL:-2}" -le 1 ]; then read -r _; fi
    exit 1
}

new_enough() { # new_enough PROGRAM: whether it is a Python from which an environment can be made
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1
}

find_python() { # a name may stand for a launcher that fails, so all of PATH is tried
    for name in python3.12 python3.13 python3 python3.14 python; do
        found=$(
            IFS=:
            for folder in $PATH; do
                if [ -x "$folder/$name" ] && new_enough "$folder/$name"; then
                    echo "$folder/$name"
                    break
                fi
            done
        )
        if [ -n "$found" ]; then return 0; fi
    done
    return 1
}

install() { # everything of pyproject.toml and of the page, in the versions of constraints.txt
    if ! new_enough "$python"; then
        find_python || leave no-python
        "$found" -m venv --clear .venv || leave not-installed
    fi
    if [ -d wheels ]; then
        "$python" -m pip install --no-index --find-links wheels -c constraints.txt -e ".[dashboard]" || leave not-installed
    else
        "$python" -m pip install -c constraints.txt -e ".[dashboard]" || leave not-installed
    fi
    cat pyproject.toml constraints.txt >"$marker"
}

if [ ! -x "$python" ] || ! cat pyproject.toml constraints.txt | cmp -s - "$marker"; then
    say first-use
    install
fi
say opening
"$python" cradle.py app "$@"
status=$?
if [ "$status" -ne 0 ] && [ "$status" -ne 130 ] && [ -t 0 ] && [ "${SHLVL:-2}" -le 1 ]; then read -r _; fi
exit "$status"
