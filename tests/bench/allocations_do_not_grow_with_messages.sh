#!/usr/bin/env bash
# No allocation per message once warm: twice the traffic may cost a few doublings of tables more, not an allocation a message.
source "$(dirname "$0")/lib.sh"

cat >count.c <<'C'
/* Counts what goes through the allocator, and says so at exit. Loaded before libc. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned long long count;
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
void *malloc(size_t n) { count++; return __libc_malloc(n); }
void *calloc(size_t n, size_t m) { count++; return __libc_calloc(n, m); }
void *realloc(void *p, size_t n) { count++; return __libc_realloc(p, n); }
__attribute__((destructor)) static void say(void)
{
    FILE *f = fopen(getenv("COUNT_TO"), "w");
    fprintf(f, "%llu\n", count);
    fclose(f);
}
C
cc -O1 -shared -fPIC -o count.so count.c

# run NAME END: allocations, then datagrams sent
run() {
    COUNT_TO=$1.count LD_PRELOAD=$PWD/count.so "$SIPSIM" run "$scenario" -o "$1" --force --quiet \
        --set "calls.mix.during=20s..$2" --set "duration=$2" >/dev/null
}
run half 120s
run whole 220s
half=$(cat half.count) whole=$(cat whole.count)
messages=$(($(field whole/results.json datagrams_sent) - $(field half/results.json datagrams_sent)))
printf '{"bench":"allocations","half":%s,"whole":%s,"more_messages":%s,"allocations_per_1000_messages":%s}\n' \
    "$half" "$whole" "$messages" $(((whole - half) * 1000 / messages))
[[ $messages -gt 5000 ]]
[[ $(((whole - half) * 100)) -lt $messages ]]
