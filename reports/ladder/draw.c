/* Drawing a ladder as text: time at the left, one lifeline per node in order of appearance, an arrow per message that
 * ends in x where it was lost, [A] where a timer fired, * where the user of the stack learned or did something; at the
 * right what the picture cannot say.
 */
#include <string.h>

#include "ladder/ladder.h"

#include "sn/capture.h"
#include "words.h"

enum {
    TIME_WIDTH = 16,
    GAP_MIN = 20,
    GAP_MAX = 64,
    ARROW_MIN = 10,
    LINE_BYTES = LADDER_COLUMNS_MAX * GAP_MAX
};

typedef struct canvas {
    const sn_cast *cast;
    ladder_columns columns;
    uint32_t gap; /* from lifeline to lifeline */
    char line[LINE_BYTES];
} canvas;

static void widen(canvas *c, uint32_t wanted)
{
    c->gap = wanted <= c->gap ? c->gap : wanted < GAP_MAX ? wanted : GAP_MAX;
}

static uint32_t x_of(const canvas *c, uint32_t column)
{
    return column * c->gap + c->gap / 2;
}

static uint32_t width(const canvas *c)
{
    return c->columns.count * c->gap;
}

static void clear(canvas *c)
{
    memset(c->line, ' ', width(c));
    for (uint32_t i = 0; i < c->columns.count; i++) {
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
    for (uint32_t i = 0; i < c->columns.count; i++) {
        const char *name = c->cast->nodes[c->columns.nodes[i]].name;
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

/* Dashes from one lifeline to the other, the label in their middle, the head at the end or an x before it. */
static void draw_arrow(canvas *c, const ladder_row *row, uint32_t from, uint32_t to)
{
    const uint32_t left = x_of(c, from < to ? from : to) + 1;
    const uint32_t right = x_of(c, from < to ? to : from) - 1;
    const uint32_t short_of = rp_ladder_is_lost(row) ? 3u : 0u;
    const uint32_t first = from < to ? left : left + short_of;
    const uint32_t last = from < to ? right - short_of : right;
    memset(c->line + first, '-', last - first + 1);
    c->line[from < to ? last : first] = rp_ladder_is_lost(row) ? 'x' : from < to ? '>' : '<';

    char text[48];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    ss_put_char(&b, ' ');
    rp_ladder_label(&b, row);
    ss_put_char(&b, ' ');
    const uint32_t room = last - first - 1;
    if (b.len <= room) {
        memcpy(c->line + first + (last - first + 1 - b.len) / 2, text, b.len);
    }
}

static void draw_message(canvas *c, rp_file *out, const ladder_row *row)
{
    char remark[256];
    ss_buffer b = ss_buffer_on(remark, sizeof remark);
    const uint32_t from = rp_ladder_column(&c->columns, row->node),
                   to = rp_ladder_column(&c->columns, row->peer);
    if (from != SN_NOBODY && to != SN_NOBODY && from != to) {
        draw_arrow(c, row, from, to);
    } else {
        rp_ladder_label(&b, row);
        ss_put_text(&b, " from ");
        ss_put_text(&b, sn_capture_name(c->cast, row->node));
        ss_put_text(&b, " to ");
        ss_put_text(&b, row->peer == SN_NOBODY ? "nobody" : sn_capture_name(c->cast, row->peer));
        ss_put_text(&b, "; ");
    }
    rp_ladder_remark(c->cast, row, &b);
    put_line(c, out, row->at, &b);
}

static void put_at_lifeline(canvas *c, uint32_t node, const char *text)
{
    const uint32_t column = rp_ladder_column(&c->columns, node);
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
    rp_ladder_remark(c->cast, row, &b);
    put_line(c, out, row->at, &b);
}

/* What the user of the stack did or learned, what became of a connection. */
static void draw_mark(canvas *c, rp_file *out, const ladder_row *row, const char *mark)
{
    char remark[160];
    put_at_lifeline(c, row->node, mark);
    ss_buffer b = ss_buffer_on(remark, sizeof remark);
    rp_ladder_remark(c->cast, row, &b);
    put_line(c, out, row->at, &b);
}

/* Wide enough for every name and for the label of every arrow. */
static canvas lay_out(const sn_cast *cast, const ladder_call *call)
{
    canvas c = { .cast = cast, .columns = rp_ladder_columns(cast, call), .gap = GAP_MIN };
    for (uint32_t i = 0; i < c.columns.count; i++) {
        widen(&c, (uint32_t)strlen(cast->nodes[c.columns.nodes[i]].name) + 4u);
    }
    for (uint32_t i = 0; i < call->count; i++) {
        char text[48];
        ss_buffer b = ss_buffer_on(text, sizeof text);
        if (rp_ladder_travels(&call->rows[i])) {
            rp_ladder_label(&b, &call->rows[i]);
            widen(&c, (uint32_t)b.len + ARROW_MIN);
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
        case LADDER_ICMP:
            draw_message(&c, out, row);
            break;
        case LADDER_TIMER:
            draw_timer(&c, out, row);
            break;
        case LADDER_EVENT:
            draw_mark(&c, out, row, "*");
            break;
        case LADDER_CONNECTION:
            draw_mark(&c, out, row, "=");
            break;
        case LADDER_STATE:
            draw_mark(&c, out, row, "o");
            break;
        }
    }
    if (call->left_out != 0) {
        rp_put_text(out, "… and ");
        rp_put_u64(out, call->left_out);
        rp_put_text(out, " more\n");
    }
}
