/* Drawing a ladder as text: time at the left, one lifeline per node in order of appearance, an arrow per message that
 * ends in x where it was lost, [A] where a timer fired, * where the user of the stack learned or did something; at the
 * right what the picture cannot say.
 */
#include <string.h>

#include "ladder.h"

#include "sn/capture.h"
#include "ss/msg.h"
#include "words.h"

enum {
    COLUMNS_MAX = 12,
    TIME_WIDTH = 16,
    GAP_MIN = 20,
    GAP_MAX = 64,
    ARROW_MIN = 10,
    LINE_BYTES = COLUMNS_MAX * GAP_MAX
};

typedef struct canvas {
    const sn_cast *cast;
    uint32_t columns[COLUMNS_MAX]; /* nodes */
    uint32_t count;
    uint32_t gap; /* from lifeline to lifeline */
    char line[LINE_BYTES];
} canvas;

static uint32_t column_of(const canvas *c, uint32_t node)
{
    for (uint32_t i = 0; i < c->count; i++) {
        if (c->columns[i] == node) {
            return i;
        }
    }
    return SN_NOBODY;
}

static void widen(canvas *c, uint32_t wanted)
{
    c->gap = wanted <= c->gap ? c->gap : wanted < GAP_MAX ? wanted : GAP_MAX;
}

static void add_column(canvas *c, uint32_t node)
{
    if (node >= c->cast->node_count || column_of(c, node) != SN_NOBODY || c->count == COLUMNS_MAX) {
        return;
    }
    c->columns[c->count++] = node;
    widen(c, (uint32_t)strlen(c->cast->nodes[node].name) + 4u);
}

static uint32_t x_of(const canvas *c, uint32_t column)
{
    return column * c->gap + c->gap / 2;
}

static uint32_t width(const canvas *c)
{
    return c->count * c->gap;
}

static void clear(canvas *c)
{
    memset(c->line, ' ', width(c));
    for (uint32_t i = 0; i < c->count; i++) {
        c->line[x_of(c, i)] = '|';
    }
}

static void put_line(const canvas *c, rp_file *out, ss_time at, const ss_buffer *remark)
{
    char time[32];
    ss_buffer b = ss_buffer_on(time, sizeof time);
    rp_buffer_ms(&b, at);
    for (size_t i = b.len; i < TIME_WIDTH - 1; i++) {
        rp_put_char(out, ' ');
    }
    rp_put(out, ss_buffer_slice(&b));
    rp_put_char(out, ' ');
    uint32_t used = width(c);
    while (remark->len == 0 && used != 0 && c->line[used - 1] == ' ') {
        used--;
    }
    rp_put(out, (ss_slice){ c->line, used });
    rp_put(out, ss_buffer_slice(remark));
    rp_put_char(out, '\n');
}

static void write_names(const canvas *c, rp_file *out)
{
    char line[LINE_BYTES];
    memset(line, ' ', width(c));
    uint32_t end = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        const char *name = c->cast->nodes[c->columns[i]].name;
        const uint32_t len = (uint32_t)strlen(name);
        const uint32_t at = x_of(c, i) - len / 2;
        memcpy(line + at, name, len);
        end = at + len;
    }
    rp_put_left(out, "             ms", TIME_WIDTH);
    rp_put(out, (ss_slice){ line, end });
    rp_put_char(out, '\n');
}

/* ---- rows ---- */

static void put_label(ss_buffer *b, const ladder_row *row)
{
    if (row->is_request != 0) {
        ss_put(b, ss_method_name((ss_method)row->method));
    } else {
        ss_put_u64(b, row->status);
        ss_put_char(b, ' ');
        ss_put(b, ss_method_name((ss_method)row->method));
    }
    ss_put_char(b, ' ');
    ss_put_u64(b, row->cseq);
    if (row->transport != SS_TRANSPORT_UDP) {
        ss_put_char(b, ' ');
        ss_put(b, ss_transport_name((ss_transport)row->transport));
    }
}

static bool is_lost(const ladder_row *row)
{
    return row->arrived == SS_TIME_NEVER && row->cause != SN_CAUSE_NONE;
}

/* Dashes from one lifeline to the other, the label in their middle, the head at the end or an x before it. */
static void draw_arrow(canvas *c, const ladder_row *row, uint32_t from, uint32_t to)
{
    const uint32_t left = x_of(c, from < to ? from : to) + 1;
    const uint32_t right = x_of(c, from < to ? to : from) - 1;
    const uint32_t short_of = is_lost(row) ? 3u : 0u;
    const uint32_t first = from < to ? left : left + short_of;
    const uint32_t last = from < to ? right - short_of : right;
    memset(c->line + first, '-', last - first + 1);
    c->line[from < to ? last : first] = is_lost(row) ? 'x' : from < to ? '>' : '<';

    char text[48];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    ss_put_char(&b, ' ');
    put_label(&b, row);
    ss_put_char(&b, ' ');
    const uint32_t room = last - first - 1;
    if (b.len <= room) {
        memcpy(c->line + first + (last - first + 1 - b.len) / 2, text, b.len);
    }
}

static void remark_message(const canvas *c, const ladder_row *row, ss_buffer *b)
{
    if (row->nth > 1) {
        ss_put_text(b, "sent again (");
        ss_put_u64(b, row->nth);
        ss_put_text(b, "), ");
    }
    if (is_lost(row)) {
        ss_put_text(b, "lost ");
        ss_put_text(b, row->lost_on_link != 0 ? "on " : "at ");
        if (row->lost_on_link != 0) {
            sn_capture_put_link(b, c->cast, row->lost_at);
        } else {
            ss_put_text(b, sn_capture_name(c->cast, row->lost_at));
        }
        ss_put_text(b, ": ");
        ss_put_text(b, sn_cause_text((sn_cause)row->cause));
    } else if (row->arrived == SS_TIME_NEVER) {
        ss_put_text(b, "did not arrive");
    } else {
        ss_put_text(b, "arrives ");
        rp_buffer_ms(b, row->arrived);
        if (row->arrivals > 1) {
            ss_put_text(b, ", and ");
            ss_put_u64(b, row->arrivals - 1u);
            ss_put_text(b, " more of it");
        }
    }
}

static void draw_message(canvas *c, rp_file *out, const ladder_row *row)
{
    char remark[256];
    ss_buffer b = ss_buffer_on(remark, sizeof remark);
    const uint32_t from = column_of(c, row->node), to = column_of(c, row->peer);
    if (from != SN_NOBODY && to != SN_NOBODY && from != to) {
        draw_arrow(c, row, from, to);
    } else {
        put_label(&b, row);
        ss_put_text(&b, " from ");
        ss_put_text(&b, sn_capture_name(c->cast, row->node));
        ss_put_text(&b, " to ");
        ss_put_text(&b, row->peer == SN_NOBODY ? "nobody" : sn_capture_name(c->cast, row->peer));
        ss_put_text(&b, "; ");
    }
    remark_message(c, row, &b);
    put_line(c, out, row->at, &b);
}

static void put_at_lifeline(canvas *c, uint32_t node, const char *text)
{
    const uint32_t column = column_of(c, node);
    const size_t len = strlen(text);
    if (column != SN_NOBODY && len <= c->gap) {
        memcpy(c->line + x_of(c, column) - len / 2, text, len);
    }
}

static void draw_timer(canvas *c, rp_file *out, const ladder_row *row)
{
    char mark[16], remark[160];
    const char *letter = rp_letter_name(row->letter);
    ss_buffer m = ss_buffer_on(mark, sizeof mark - 1);
    ss_put_char(&m, '[');
    ss_put_text(&m, letter);
    ss_put_char(&m, ']');
    mark[m.len] = '\0';
    put_at_lifeline(c, row->node, mark);

    ss_buffer b = ss_buffer_on(remark, sizeof remark);
    ss_put_text(&b, "timer ");
    ss_put_text(&b, letter);
    ss_put_text(&b, " fired at ");
    ss_put_text(&b, sn_capture_name(c->cast, row->node));
    ss_put_text(&b, " after ");
    rp_buffer_ms(&b, row->branch);
    ss_put_text(&b, " ms (");
    ss_put(&b, ss_method_name((ss_method)row->method));
    ss_put_text(&b, row->machine == SS_ICT || row->machine == SS_NICT ? " client)" : " server)");
    put_line(c, out, row->at, &b);
}

static void draw_event(canvas *c, rp_file *out, const ladder_row *row)
{
    char remark[128];
    put_at_lifeline(c, row->node, "*");
    ss_buffer b = ss_buffer_on(remark, sizeof remark);
    ss_put_text(&b, sn_capture_name(c->cast, row->node));
    ss_put_text(&b, ": ");
    ss_put_text(&b, sn_call_event_name((sn_call_event)row->event));
    if (row->status != 0) {
        ss_put_char(&b, ' ');
        ss_put_u64(&b, row->status);
        ss_put_text(&b, row->synthetic != 0 ? " (made up)" : "");
    }
    put_line(c, out, row->at, &b);
}

static void draw_connection(canvas *c, rp_file *out, const ladder_row *row)
{
    char remark[160];
    put_at_lifeline(c, row->node, "=");
    ss_buffer b = ss_buffer_on(remark, sizeof remark);
    ss_put_text(&b, sn_capture_name(c->cast, row->node));
    ss_put_text(&b, ": ");
    ss_put(&b, ss_transport_name((ss_transport)row->transport));
    ss_put_text(&b, " connection with ");
    ss_put_text(&b, row->peer == SN_NOBODY ? "nobody" : sn_capture_name(c->cast, row->peer));
    ss_put_char(&b, ' ');
    ss_put_text(&b, sn_connection_event_text((sn_connection_event)row->event));
    put_line(c, out, row->at, &b);
}

/* A column per node in order of appearance, wide enough for every name and for the label of every arrow. */
static canvas lay_out(const sn_cast *cast, const ladder_call *call)
{
    canvas c = { .cast = cast, .gap = GAP_MIN };
    for (uint32_t i = 0; i < call->count; i++) {
        const ladder_row *row = &call->rows[i];
        add_column(&c, row->node);
        if (row->kind == LADDER_MESSAGE) {
            char text[48];
            ss_buffer b = ss_buffer_on(text, sizeof text);
            put_label(&b, row);
            widen(&c, (uint32_t)b.len + ARROW_MIN);
            add_column(&c, row->peer);
        }
    }
    c.gap += c.gap % 2; /* names stand in the middle */
    return c;
}

void rp_ladder_draw(rp_file *out, const sn_cast *cast, const ladder_call *call)
{
    canvas c = lay_out(cast, call);
    write_names(&c, out);
    for (uint32_t i = 0; i < call->count; i++) {
        const ladder_row *row = &call->rows[i];
        clear(&c);
        switch ((ladder_kind)row->kind) {
        case LADDER_MESSAGE:
            draw_message(&c, out, row);
            break;
        case LADDER_TIMER:
            draw_timer(&c, out, row);
            break;
        case LADDER_EVENT:
            draw_event(&c, out, row);
            break;
        case LADDER_CONNECTION:
            draw_connection(&c, out, row);
            break;
        }
    }
    if (call->left_out != 0) {
        rp_put_text(out, "… and ");
        rp_put_u64(out, call->left_out);
        rp_put_text(out, " more\n");
    }
}
