/* stack/msg/lex.c once more, byte by byte, under other names. */
#include "scalar_scanners.h"

#define SS_LEX_SCALAR      1
#define ss_lex_classes     scalar_lex_classes
#define ss_lex_run_escaped scalar_run_escaped
#define ss_lex_all         scalar_lex_all
#define ss_lex_all_escaped scalar_lex_all_escaped
#define ss_lex_lws_some    scalar_lex_lws_some
#define ss_lex_quoted      scalar_lex_quoted
#define ss_lex_host        scalar_host
#define ss_lex_is_ipv4     scalar_lex_is_ipv4
#define ss_lex_is_ipv6     scalar_lex_is_ipv6
#define ss_lex_port        scalar_lex_port
#define ss_lex_unescape    scalar_lex_unescape
#include "stack/msg/lex.c"

_Static_assert(LEX_BLOCK == 0, "this is the variant without blocks");

size_t scalar_run(ss_slice s, size_t at, unsigned classes)
{
    return ss_lex_run(s, at, classes);
}

size_t scalar_control(ss_slice s, size_t at)
{
    return ss_lex_control(s, at);
}

size_t scalar_find(ss_slice s, size_t at, char c)
{
    return ss_lex_find(s, at, c);
}
