#!/usr/bin/env bash
# cmake --install gives a program, two libraries, headers and pkg-config files with which a stranger's program compiles and links.
set -euo pipefail

cmake -S "$SOURCE_DIR" -B build -G Ninja -DBUILD_TESTING=OFF -DCMAKE_BUILD_TYPE=Release >configure.log 2>&1 ||
    { cat configure.log; exit 1; }
cmake --build build >build.log 2>&1 || { cat build.log; exit 1; }
rm -rf prefix
cmake --install build --prefix "$PWD/prefix" >install.log

prefix/bin/sipsim version
pc=$(dirname "$(find prefix -name sipsim-stack.pc)")
export PKG_CONFIG_PATH=$PWD/$pc

cat >stranger.c <<'C'
#include <ss/engine.h>
#include <stdio.h>
#include <stdlib.h>

_Noreturn void ss_assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, condition);
    abort();
}

int main(void)
{
    static unsigned char memory[65536];
    ss_arena arena = { .base = memory, .cap = sizeof memory };
    ss_msg msg;
    ss_diag diag;
    const ss_status status = ss_msg_parse(&msg, &arena, ss_slice_from("OPTIONS sip:a@b SIP/2.0\r\n\r\n"), &diag);
    printf("%s: %s\n", ss_status_name(status), diag.sentence);
    return status == SS_ERR_SYNTAX || status == SS_ERR_SEMANTIC ? 0 : 1;
}
C
# shellcheck disable=SC2046  # flags are words
cc -std=c17 -o stranger stranger.c $(pkg-config --cflags --libs sipsim-stack)
./stranger

cat >world.c <<'C'
#include <sn/world.h>
#include <stdio.h>
#include <stdlib.h>

_Noreturn void ss_assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, condition);
    abort();
}

int main(void)
{
    sn_plan *plan = sn_plan_new();
    const char *why = "";
    const ss_status status = sn_plan_finish(plan, &why);
    printf("an empty plan: %s, %s\n", ss_status_name(status), why);
    sn_plan_free(plan);
    return status == SS_OK;
}
C
# shellcheck disable=SC2046
cc -std=c17 -o world world.c $(pkg-config --cflags --libs --static sipsim-simnet)
./world
