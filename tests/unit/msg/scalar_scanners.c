/* stack/msg/lex.c once more, byte by byte, under other names. */
#include "scalar_scanners.h"

#define SS_LEX_SCALAR      1
#define ss_lex_classes     scalar_lex_classes
#define ss_lex_run_escaped scalar_run_escaped
#define ss_lex_run_on      scalar_run_on
#define ss_lex_odd_at_end  scalar_odd_at_end
#define ss_lex_all         scalar_lex_all
#define ss_lex_all_escaped scalar_lex_all_escaped
#define ss_lex_lws_some    scalar_lex_lws_some
#define ss_lex_quoted_text scalar_lex_quoted_text
#define ss_lex_control     scalar_lex_control
#define ss_lex_host_text   scalar_host_text
#define ss_lex_port_text   scalar_port_text
#define ss_lex_is_ipv4     scalar_lex_is_ipv4
#define ss_lex_is_ipv6     scalar_lex_is_ipv6
#define ss_lex_port        scalar_lex_port
#include "stack/msg/host.c"
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

size_t scalar_host(ss_slice s, size_t at)
{
    return ss_lex_host(s, at);
}

uint64_t scalar_odd(ss_slice s, size_t at)
{
    return lex_odd(s, at);
}

size_t scalar_quoted(ss_slice s, size_t at)
{
    return ss_lex_quoted(s, at);
}

size_t scalar_next_mark(ss_slice s, size_t at)
{
    const lex_text t = lex_text_of(s);
    return lex_next_mark(&t, at);
}
