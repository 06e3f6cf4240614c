/* run --verify: each fact of each world becomes the line that events.jsonl would hold, with a hash of the packet's bytes;
 * the two texts must be the same, and the first line that is not names the event. Only what one world is ahead by is
 * kept.
 */
#include "verify.h"

#include <stdlib.h>
#include <string.h>

#include "rp/events.h"

void cli_verify_init(cli_verify *v, const sn_cast *cast)
{
    *v = (cli_verify){ .side = { { .cast = cast }, { .cast = cast } } };
}

void cli_verify_free(cli_verify *v)
{
    for (unsigned i = 0; i < 2; i++) {
        free(v->side[i].at);
        free(v->first[i]);
    }
}

static bool make_room(cli_lines *l, size_t wanted)
{
    if (l->cap - l->len >= wanted) {
        return true;
    }
    const size_t cap = (l->cap + wanted) * 2;
    char *bigger = realloc(l->at, cap);
    if (bigger == NULL) {
        l->has_failed = true;
        return false;
    }
    l->at = bigger;
    l->cap = cap;
    return true;
}

static void add_line(void *self, const sn_fact *fact, ss_slice packet)
{
    cli_lines *l = self;
    if (l->has_failed || !make_room(l, RP_EVENT_BYTES + 32)) {
        return;
    }
    ss_buffer b = ss_buffer_on(l->at + l->len, RP_EVENT_BYTES + 32);
    if (packet.len != 0) {
        ss_put_hex(&b, ss_hash64(0, packet), 16);
        ss_put_char(&b, ' ');
    }
    rp_event_put(&b, l->cast, fact);
    SS_ASSERT(!b.overflow);
    l->len += b.len;
}

sn_sink cli_verify_sink(cli_verify *v, unsigned side)
{
    return (sn_sink){ .self = &v->side[side], .fact = add_line };
}

/* The line around a place, without its end. */
static char *line_at(const cli_lines *l, size_t place)
{
    if (place >= l->len) {
        return NULL;
    }
    size_t from = place, to = place;
    while (from != 0 && l->at[from - 1] != '\n') {
        from--;
    }
    while (to != l->len && l->at[to] != '\n') {
        to++;
    }
    char *line = malloc(to - from + 1);
    if (line != NULL) {
        memcpy(line, l->at + from, to - from);
        line[to - from] = '\0';
    }
    return line;
}

static void drop(cli_lines *l, size_t count)
{
    l->len -= count;
    if (count != 0) {
        memmove(l->at, l->at + count, l->len);
    }
}

static void found(cli_verify *v, size_t place)
{
    v->differs = true;
    v->first[0] = line_at(&v->side[0], place);
    v->first[1] = line_at(&v->side[1], place);
}

bool cli_verify_compare(cli_verify *v, bool is_over)
{
    const cli_lines *a = &v->side[0], *b = &v->side[1];
    const size_t common = a->len < b->len ? a->len : b->len;
    size_t line_start = 0;
    for (size_t i = 0; i < common && !v->differs; i++) {
        if (a->at[i] != b->at[i]) {
            found(v, i);
        } else if (a->at[i] == '\n') {
            line_start = i + 1;
        }
    }
    if (!v->differs && is_over && a->len != b->len) {
        found(v, common);
    }
    if (!v->differs) {
        drop(&v->side[0], line_start);
        drop(&v->side[1], line_start);
    }
    return !v->differs;
}

bool cli_verify_failed(const cli_verify *v)
{
    return v->side[0].has_failed || v->side[1].has_failed;
}
