/* The scanners of stack/msg/lex.h as they are where no processor goes by blocks: compiled a second time with SS_LEX_SCALAR. */
#ifndef SCALAR_SCANNERS_H
#define SCALAR_SCANNERS_H

#include "ss/base.h"

size_t scalar_host(ss_slice s, size_t at);
size_t scalar_run(ss_slice s, size_t at, unsigned classes);
size_t scalar_run_escaped(ss_slice s, size_t at, unsigned classes);
size_t scalar_control(ss_slice s, size_t at);
size_t scalar_find(ss_slice s, size_t at, char c);

size_t scalar_quoted(ss_slice s, size_t at);
size_t scalar_next_mark(ss_slice s, size_t at);
uint64_t scalar_odd(ss_slice s, size_t at);

#endif
