/* A ladder in 80 columns: a line for each row, what the picture cannot say beside the lifeline or on a line below it, and
 * idle time of a second or more left out and said so. Names that have no room are cut.
 */
#include <string.h>

#include "ladder/ladder.h"

#include "sn/capture.h"
#include "ss/msg.h"
#include "words.h"

enum {
    COLUMNS = 80,
    TIME_WIDTH = 12,
    GAP_MIN = 13,
    GAP_MAX = 30,
    ROOM_MAX = LADDER_COLUMNS_MAX * GAP_MAX
};

#define IDLE SS_S(1)

typedef struct narrow {
    const sn_cast *cast;
    rp_file *out;
    ladder_columns columns;
    uint32_t gap, room; /* room: of a line, behind its time */
    char line[ROOM_MAX];
} narrow;

static uint32_t x_of(const narrow *n, uint32_t column)
{
    return column * n->gap + n->gap / 2;
}

static void clear(narrow *n)
{
    memset(n->line, ' ', sizeof n->line);
    for (uint32_t i = 0; i < n->columns.count; i++) {
        n->line[x_of(n, i)] = '|';
    }
}

/* `at` is SS_TIME_NEVER on a line that goes on. */
static void put_line(const narrow *n, ss_time at)
{
    char time[32];
    ss_buffer b = ss_buffer_on(time, sizeof time);
    if (at != SS_TIME_NEVER) {
        rp_buffer_ms(&b, at);
    }
    for (size_t i = b.len; i < TIME_WIDTH - 1; i++) {
        rp_put_char(n->out, ' ');
    }
    rp_put(n->out, ss_buffer_slice(&b));
    rp_put_char(n->out, ' ');
    uint32_t used = n->room;
    while (used != 0 && n->line[used - 1] == ' ') {
        used--;
    }
    rp_put(n->out, (ss_slice){ n->line, used });
    rp_put_char(n->out, '\n');
}

static void put_at(narrow *n, uint32_t x, ss_slice text)
{
    for (size_t i = 0; i < text.len && x + i < n->room; i++) {
        const char c = text.at[i];
        n->line[x + i] = (unsigned char)c < 0x20 || (unsigned char)c >= 0x7f ? '?' : c;
    }
}

static void write_names(narrow *n)
{
    memset(n->line, ' ', sizeof n->line);
    for (uint32_t i = 0; i < n->columns.count; i++) {
        ss_slice name = ss_slice_from(n->cast->nodes[n->columns.nodes[i]].name);
        if (name.len > n->gap - 1) {
            name = ss_slice_cut(name, name.len - (n->gap - 1), name.len); /* ends tell them apart */
        }
        put_at(n, x_of(n, i) - (uint32_t)name.len / 2, name);
    }
    rp_put_text(n->out, "         ms ");
    uint32_t used = n->room;
    while (used != 0 && n->line[used - 1] == ' ') {
        used--;
    }
    rp_put(n->out, (ss_slice){ n->line, used });
    rp_put_char(n->out, '\n');
}

/* ---- rows ---- */

/* As much as has room: "INVITE 1 #2", "INVITE #2", "INVITE"; "200 INVITE 1", "200". */
static void put_label(narrow *n, const ladder_row *row, uint32_t first, uint32_t last)
{
    char text[64];
    const uint32_t room = last > first ? last - first - 1 : 0;
    for (unsigned shorter = 0; shorter < 3; shorter++) {
        ss_buffer b = ss_buffer_on(text, sizeof text);
        if (shorter == 0) {
            rp_ladder_label(&b, row);
        } else if (row->is_request != 0) {
            ss_put(&b, ss_method_name((ss_method)row->method));
        } else {
            ss_put_u64(&b, row->status);
        }
        if (row->nth > 1 && shorter < 2) {
            ss_put_text(&b, " #");
            ss_put_u64(&b, row->nth);
        }
        if (b.len + 2 <= room) {
            const uint32_t at = first + (last - first + 1 - (uint32_t)b.len) / 2;
            n->line[at - 1] = ' ';
            put_at(n, at, ss_buffer_slice(&b));
            n->line[at + b.len] = ' ';
            return;
        }
    }
}

static void draw_arrow(narrow *n, const ladder_row *row, uint32_t from, uint32_t to)
{
    const bool lost = rp_ladder_is_lost(row);
    const uint32_t left = x_of(n, from < to ? from : to) + 1;
    const uint32_t right = x_of(n, from < to ? to : from) - 1;
    const uint32_t short_of = lost ? 2u : 0u;
    const uint32_t first = from < to ? left : left + short_of;
    const uint32_t last = from < to ? right - short_of : right;
    memset(n->line + first, '-', last - first + 1);
    n->line[from < to ? last : first] = lost ? 'x' : from < to ? '>' : '<';
    put_label(n, row, first + (from > to), last - (from < to));
}

/* Beside a lifeline when it has room on the line, else from its left end on. */
static void put_note(narrow *n, uint32_t node, const char *mark, ss_slice text)
{
    const uint32_t column = rp_ladder_column(&n->columns, node);
    const uint32_t x = column == SN_NOBODY ? 0 : x_of(n, column);
    const uint32_t len = (uint32_t)strlen(mark);
    put_at(n, x < len / 2 ? 0 : x - len / 2, ss_slice_from(mark));
    const uint32_t behind = x + len - len / 2 + 1;
    if (behind + text.len <= n->room) {
        put_at(n, behind, text);
    } else if (text.len + 2 + len / 2 <= x) {
        put_at(n, x - len / 2 - 1 - (uint32_t)text.len, text);
    } else {
        put_at(n, text.len < n->room ? n->room - (uint32_t)text.len : 0, text);
    }
}

/* What has a name goes without it: its lifeline says it. */
static ss_slice without_name(const narrow *n, const ladder_row *row, ss_slice text)
{
    const ss_slice name = ss_slice_from(sn_capture_name(n->cast, row->node));
    if (rp_ladder_column(&n->columns, row->node) != SN_NOBODY && ss_slice_starts(text, name) &&
        text.len > name.len + 2) {
        return ss_slice_cut(text, name.len + 2, text.len);
    }
    return text;
}

static void draw_note(narrow *n, const ladder_row *row, const char *mark)
{
    char remark[LADDER_REMARK_BYTES];
    ss_buffer b = ss_buffer_on(remark, sizeof remark);
    rp_ladder_remark(n->cast, row, &b);
    put_note(n, row->node, mark, without_name(n, row, ss_buffer_slice(&b)));
    put_line(n, row->at);
}

static void draw_timer(narrow *n, const ladder_row *row)
{
    char mark[24], text[96];
    ss_buffer b = ss_buffer_on(mark, sizeof mark - 1);
    ss_put_char(&b, '[');
    ss_put_text(&b, rp_letter_name(row->letter));
    ss_put_char(&b, ']');
    mark[b.len] = '\0';
    b = ss_buffer_on(text, sizeof text);
    ss_put_text(&b, "after ");
    rp_buffer_ms(&b, row->branch);
    ss_put_text(&b, " ms, ");
    ss_put(&b, ss_method_name((ss_method)row->method));
    ss_put_text(&b, row->machine == SS_ICT || row->machine == SS_NICT ? " client" : " server");
    put_note(n, row->node, mark, ss_buffer_slice(&b));
    put_line(n, row->at);
}

static void draw_message(narrow *n, const ladder_row *row)
{
    char text[LADDER_REMARK_BYTES];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    const uint32_t from = rp_ladder_column(&n->columns, row->node);
    const uint32_t to = rp_ladder_column(&n->columns, row->peer);
    if (from == SN_NOBODY || to == SN_NOBODY || from == to) {
        rp_ladder_label(&b, row);
        ss_put_text(&b, from == to && from != SN_NOBODY ? " to itself" : " to ");
        if (from != to || from == SN_NOBODY) {
            ss_put_text(&b,
                        row->peer == SN_NOBODY ? "nobody" : sn_capture_name(n->cast, row->peer));
        }
        put_note(n, row->node, ">", ss_buffer_slice(&b));
        put_line(n, row->at);
        return;
    }
    draw_arrow(n, row, from, to);
    put_line(n, row->at);
    if (rp_ladder_is_lost(row)) {
        clear(n);
        ss_put_text(&b, row->lost_on_link != 0 ? "lost on " : "lost at ");
        if (row->lost_on_link != 0) {
            sn_capture_put_link(&b, n->cast, row->lost_at);
        } else {
            ss_put_text(&b, sn_capture_name(n->cast, row->lost_at));
        }
        ss_put_text(&b, ": ");
        ss_put_text(&b, sn_cause_text((sn_cause)row->cause));
        put_note(n, row->node, "|", ss_buffer_slice(&b));
        put_line(n, SS_TIME_NEVER);
    }
}

static void draw_pause(narrow *n, ss_span span)
{
    char text[64];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    ss_put_text(&b, ". . . ");
    rp_buffer_ms(&b, span);
    ss_put_text(&b, " ms . . .");
    clear(n);
    for (uint32_t i = 0; i < n->columns.count; i++) {
        n->line[x_of(n, i)] = ':';
    }
    put_at(n, x_of(n, 0) + 3, ss_buffer_slice(&b));
    put_line(n, SS_TIME_NEVER);
}

static void draw_row(narrow *n, const ladder_row *row)
{
    clear(n);
    switch ((ladder_kind)row->kind) {
    case LADDER_MESSAGE:
    case LADDER_ICMP:
        draw_message(n, row);
        break;
    case LADDER_TIMER:
        draw_timer(n, row);
        break;
    case LADDER_EVENT:
        draw_note(n, row, "*");
        break;
    case LADDER_CONNECTION:
        draw_note(n, row, "=");
        break;
    case LADDER_STATE:
        draw_note(n, row, "o");
        break;
    }
}

void rp_ladder_narrow(rp_file *out, const sn_cast *cast, const ladder_call *call)
{
    narrow n = { .cast = cast, .out = out, .columns = rp_ladder_columns(cast, call) };
    const uint32_t count = n.columns.count == 0 ? 1 : n.columns.count;
    const uint32_t fair = (COLUMNS - TIME_WIDTH) / count;
    n.gap = fair > GAP_MAX ? GAP_MAX : fair < GAP_MIN ? GAP_MIN : fair;
    n.room = n.gap * count > COLUMNS - TIME_WIDTH ? n.gap * count : COLUMNS - TIME_WIDTH;
    write_names(&n);
    for (uint32_t i = 0; i < call->count; i++) {
        if (i > 0 && call->rows[i].at - call->rows[i - 1].at >= IDLE) {
            draw_pause(&n, call->rows[i].at - call->rows[i - 1].at);
        }
        draw_row(&n, &call->rows[i]);
    }
    if (call->left_out != 0) {
        rp_put_text(out, "... and ");
        rp_put_u64(out, call->left_out);
        rp_put_text(out, " more\n");
    }
}
