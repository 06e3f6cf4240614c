/* Drawing a ladder as a picture: one line per row, time running down, idle time left out and said so. An arrow leaves when
 * its message did and comes when that came, so that messages that cross are seen to cross; one that was lost ends where it
 * died. Integers only; colours and fonts are those of the page's style sheet.
 */
#include <string.h>

#include "html/html.h"
#include "ladder/ladder.h"

#include "page.h"
#include "sn/capture.h"
#include "words.h"

enum {
    TOP = 46,    /* below the names */
    LEFT = 104,  /* the times stand there */
    SIDE = 118,  /* left of the first lifeline, and */
    RIGHT = 150, /* right of the last one: what happens there is said there, where no arrow goes */
    STEP = 30,
    PAUSE = 34, /* more, where idle time is left out */
    GAP_MIN = 190,
    GAP_MAX = 330,
    LETTER = 8, /* width of one, about */
    HEAD = 9,
    LEAN_MAX = 350 /* thousandths: steeper, a word cannot be read */
};

#define IDLE SS_S(1)

typedef struct picture {
    const sn_cast *cast;
    const ladder_call *call;
    rp_file *out;
    ladder_columns columns;
    uint32_t gap, bottom;
    uint32_t y[LADDER_ROWS_MAX];
} picture;

/* ---- places ---- */

static uint32_t x_of(const picture *p, uint32_t column)
{
    return LEFT + SIDE + column * p->gap;
}

static bool pauses_before(const ladder_call *call, uint32_t i)
{
    return i > 0 && call->rows[i].at - call->rows[i - 1].at >= IDLE;
}

static uint32_t wider(uint32_t gap, uint32_t wanted)
{
    return wanted <= gap ? gap : wanted < GAP_MAX ? wanted : GAP_MAX;
}

static void lay_out(picture *p)
{
    p->gap = GAP_MIN;
    for (uint32_t i = 0; i < p->columns.count; i++) {
        const size_t name = strlen(p->cast->nodes[p->columns.nodes[i]].name);
        p->gap = wider(p->gap, (uint32_t)name * LETTER + 3 * LETTER);
    }
    uint32_t y = TOP;
    for (uint32_t i = 0; i < p->call->count; i++) {
        char label[48];
        ss_buffer b = ss_buffer_on(label, sizeof label);
        if (rp_ladder_travels(&p->call->rows[i])) {
            rp_ladder_label(&b, &p->call->rows[i]);
            p->gap = wider(p->gap, (uint32_t)b.len * LETTER + 14 * LETTER);
        }
        y += pauses_before(p->call, i) ? STEP + PAUSE : STEP;
        p->y[i] = y;
    }
    p->bottom = y + 2 * STEP;
}

/* Where an instant after row `from` lies: at the row of that instant, or between two. */
static uint32_t y_of(const picture *p, uint32_t from, ss_time at)
{
    const ladder_row *rows = p->call->rows;
    for (uint32_t i = from + 1; i < p->call->count; i++) {
        if (rows[i].at < at) {
            continue;
        }
        const ss_span whole = rows[i].at - rows[i - 1].at, part = at - rows[i - 1].at;
        const uint32_t way = p->y[i] - p->y[i - 1];
        const uint32_t along = (uint32_t)((part >> 10) * way / ((whole >> 10) + 1));
        return p->y[i - 1] + (along < way - 6 ? along : way - 6);
    }
    return p->y[p->call->count - 1] + STEP - 6;
}

/* ---- elements ---- */

static void attribute(const picture *p, const char *name, uint32_t value)
{
    rp_put_char(p->out, ' ');
    rp_put_text(p->out, name);
    rp_put_text(p->out, "=\"");
    rp_put_u64(p->out, value);
    rp_put_char(p->out, '"');
}

static void line(const picture *p, const char *class, uint32_t x1, uint32_t y1, uint32_t x2,
                 uint32_t y2)
{
    rp_put_text(p->out, "<line class=\"");
    rp_put_text(p->out, class);
    rp_put_char(p->out, '"');
    attribute(p, "x1", x1);
    attribute(p, "y1", y1);
    attribute(p, "x2", x2);
    attribute(p, "y2", y2);
    rp_put_text(p->out, "/>");
}

static void text_at(const picture *p, const char *class, uint32_t x, uint32_t y)
{
    rp_put_text(p->out, "<text class=\"");
    rp_put_text(p->out, class);
    rp_put_char(p->out, '"');
    attribute(p, "x", x);
    attribute(p, "y", y);
    rp_put_char(p->out, '>');
}

static void text_end(const picture *p)
{
    rp_put_text(p->out, "</text>");
}

/* What the pointer shows when it rests on the row. */
static void begin_row(const picture *p, const ladder_row *row)
{
    char remark[LADDER_REMARK_BYTES];
    ss_buffer b = ss_buffer_on(remark, sizeof remark);
    if (rp_ladder_travels(row)) {
        rp_ladder_label(&b, row);
        ss_put_text(&b, ": ");
    }
    rp_ladder_remark(p->cast, row, &b);
    rp_put_text(p->out, "<g");
    if (row->text_len != 0) {
        attribute(p, "data-row", (uint32_t)(row - p->call->rows));
    }
    rp_put_text(p->out, "><title>");
    rp_put_ms(p->out, row->at);
    rp_put_text(p->out, " ms: ");
    rp_html_slice(p->out, ss_buffer_slice(&b));
    rp_put_text(p->out, "</title>");
}

static void end_row(const picture *p)
{
    rp_put_text(p->out, "</g>\n");
}

/* ---- messages ---- */

/* How much of the way it came, in quarters. */
static uint32_t quarters(const ladder_row *row)
{
    if (row->arrived != SS_TIME_NEVER) {
        return 4;
    }
    if (row->lost_on_link != 0 && row->lost_at == SN_UP(row->node)) {
        return 1;
    }
    return row->lost_on_link != 0 && row->lost_at == SN_DOWN(row->peer) ? 3 : 2;
}

static void put_head(const picture *p, uint32_t x, uint32_t y, bool to_right)
{
    rp_put_text(p->out, "<path class=\"head\" d=\"M");
    rp_put_u64(p->out, x);
    rp_put_char(p->out, ' ');
    rp_put_u64(p->out, y);
    rp_put_text(p->out, to_right ? "l-9-4v8z\"/>" : "l9-4v8z\"/>");
}

static void put_cross(const picture *p, uint32_t x, uint32_t y)
{
    line(p, "cross", x - 5, y - 5, x + 5, y + 5);
    line(p, "cross", x - 5, y + 5, x + 5, y - 5);
}

/* Thousandths as a number of SVG. */
static void put_milli(const picture *p, int32_t value)
{
    const uint32_t size = (uint32_t)(value < 0 ? -value : value);
    const char digits[] = { '.', (char)('0' + size / 100 % 10), (char)('0' + size / 10 % 10),
                            (char)('0' + size % 10) };
    if (value < 0) {
        rp_put_char(p->out, '-');
    }
    rp_put_u64(p->out, size / 1000);
    rp_put(p->out, (ss_slice){ digits, sizeof digits });
}

/* What follows leans as its arrow does, with (x, y) where it was: a word as wide as the way would else be cut by the line. */
static void begin_lean(const picture *p, int32_t slope, uint32_t x)
{
    rp_put_text(p->out, "<g transform=\"matrix(1 ");
    put_milli(p, slope);
    rp_put_text(p->out, " 0 1 0 ");
    put_milli(p, -slope * (int32_t)x);
    rp_put_text(p->out, ")\">");
}

static void put_arrow_label(const picture *p, const ladder_row *row, uint32_t x, uint32_t y,
                            int32_t slope)
{
    char label[48];
    ss_buffer b = ss_buffer_on(label, sizeof label);
    rp_ladder_label(&b, row);
    begin_lean(p, slope, x);
    text_at(p,
            rp_ladder_is_lost(row) ? "label lost"
            : row->nth > 1         ? "label again"
                                   : "label",
            x, y - 5);
    rp_put(p->out, ss_buffer_slice(&b));
    if (row->nth > 1) {
        rp_put_text(p->out, " · again (");
        rp_put_u64(p->out, row->nth);
        rp_put_char(p->out, ')');
    }
    text_end(p);
    rp_put_text(p->out, "</g>");
}

static void draw_arrow(const picture *p, uint32_t i, uint32_t from, uint32_t to)
{
    const ladder_row *row = &p->call->rows[i];
    const uint32_t x1 = x_of(p, from), whole = x_of(p, to), y1 = p->y[i];
    const uint32_t part = quarters(row);
    const uint32_t y2 = row->arrived != SS_TIME_NEVER ? y_of(p, i, row->arrived) : y1 + 2 * part;
    const bool to_right = whole > x1;
    const uint32_t way = (to_right ? whole - x1 : x1 - whole) * part / 4;
    const uint32_t x2 = to_right ? x1 + way : x1 - way;
    line(p, part == 4 ? row->nth > 1 ? "arrow again" : "arrow" : "arrow lost", x1, y1, x2, y2);
    if (part == 4) {
        put_head(p, x2, y2, to_right);
    } else {
        put_cross(p, x2, y2);
    }
    /* before the middle of the whole way: long arrows lie apart there */
    const uint32_t near = (to_right ? whole - x1 : x1 - whole) * 2 / 5;
    const uint32_t fall = (y2 - y1) * 1000 / way;
    const int32_t lean = (int32_t)(fall < LEAN_MAX ? fall : LEAN_MAX) * (to_right ? 1 : -1);
    put_arrow_label(p, row, to_right ? x1 + near : x1 - near, y1 + (y2 - y1) * near / way, lean);
}

static void draw_message(const picture *p, uint32_t i)
{
    const ladder_row *row = &p->call->rows[i];
    const uint32_t from = rp_ladder_column(&p->columns, row->node);
    const uint32_t to = rp_ladder_column(&p->columns, row->peer);
    if (from != SN_NOBODY && to != SN_NOBODY && from != to) {
        draw_arrow(p, i, from, to);
        return;
    }
    char label[48];
    ss_buffer b = ss_buffer_on(label, sizeof label);
    rp_ladder_label(&b, row);
    text_at(p, "event", x_of(p, from == SN_NOBODY ? 0 : from) + 10, p->y[i] + 4);
    rp_put(p->out, ss_buffer_slice(&b));
    rp_put_text(p->out, " to ");
    rp_html_text(p->out, row->peer == SN_NOBODY ? "nobody" : sn_capture_name(p->cast, row->peer));
    text_end(p);
}

/* ---- what happens at one node ---- */

static void draw_timer(const picture *p, const ladder_row *row, uint32_t x, uint32_t y)
{
    const char *name = rp_letter_name(row->letter);
    const uint32_t half = (uint32_t)strlen(name) * LETTER / 2 + 6;
    rp_put_text(p->out, "<rect class=\"timer\" rx=\"4\"");
    attribute(p, "x", x - half);
    attribute(p, "y", y - 10);
    attribute(p, "width", 2 * half);
    attribute(p, "height", 20);
    rp_put_text(p->out, "/>");
    text_at(p, "letter", x, y + 4);
    rp_put_text(p->out, name);
    text_end(p);
}

static void draw_event(const picture *p, const ladder_row *row, uint32_t x, uint32_t y)
{
    rp_put_text(p->out, "<circle class=\"mark\" r=\"4\"");
    attribute(p, "cx", x);
    attribute(p, "cy", y);
    rp_put_text(p->out, "/>");
    const bool is_first = x == x_of(p, 0);
    text_at(p, is_first ? "event left" : "event", is_first ? x - 10 : x + 10, y + 4);
    rp_put_text(p->out, rp_ladder_mark(row));
    if (row->status != 0) {
        rp_put_char(p->out, ' ');
        rp_put_u64(p->out, row->status);
    }
    text_end(p);
}

static void draw_row(const picture *p, uint32_t i)
{
    const ladder_row *row = &p->call->rows[i];
    const uint32_t column = rp_ladder_column(&p->columns, row->node);
    begin_row(p, row);
    if (rp_ladder_travels(row)) {
        draw_message(p, i);
    } else if (column != SN_NOBODY && row->kind == LADDER_TIMER) {
        draw_timer(p, row, x_of(p, column), p->y[i]);
    } else if (column != SN_NOBODY) {
        draw_event(p, row, x_of(p, column), p->y[i]);
    }
    end_row(p);
}

/* ---- the rest ---- */

static void draw_lifelines(const picture *p)
{
    for (uint32_t i = 0; i < p->columns.count; i++) {
        const uint32_t x = x_of(p, i);
        line(p, "life", x, TOP, x, p->bottom - STEP / 2);
        text_at(p, "node", x, TOP - 14);
        rp_html_text(p->out, p->cast->nodes[p->columns.nodes[i]].name);
        text_end(p);
    }
    rp_put_char(p->out, '\n');
}

/* The lifelines are broken where nothing happened for long. */
static void draw_pause(const picture *p, uint32_t i)
{
    const uint32_t y = p->y[i] - (STEP + PAUSE) / 2;
    rp_put_text(p->out, "<rect class=\"gap\" height=\"16\"");
    attribute(p, "x", LEFT);
    attribute(p, "y", y - 8);
    attribute(p, "width", x_of(p, p->columns.count) - LEFT);
    rp_put_text(p->out, "/>");
    text_at(p, "pause", x_of(p, 0), y + 4);
    rp_put_text(p->out, "⋮ ");
    rp_put_ms(p->out, p->call->rows[i].at - p->call->rows[i - 1].at);
    rp_put_text(p->out, " ms pass");
    text_end(p);
    rp_put_char(p->out, '\n');
}

static void draw_time(const picture *p, uint32_t i)
{
    if (i == 0 || p->call->rows[i].at != p->call->rows[i - 1].at) {
        text_at(p, "time", LEFT - 4, p->y[i] + 4);
        rp_put_ms(p->out, p->call->rows[i].at);
        text_end(p);
    }
}

/* `style`: of a picture that stands alone. */
static void draw(rp_file *out, const sn_cast *cast, const ladder_call *call, ss_slice style)
{
    picture p = {
        .cast = cast, .call = call, .out = out, .columns = rp_ladder_columns(cast, call)
    };
    if (call->count == 0) {
        return;
    }
    lay_out(&p);
    const uint32_t width = x_of(&p, p.columns.count - 1) + RIGHT;
    rp_put_text(out, "<svg class=\"ladder\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
                     "aria-label=\"Ladder diagram; the list below "
                     "says the same in words\"");
    attribute(&p, "width", width);
    attribute(&p, "height", p.bottom);
    rp_put_text(out, " viewBox=\"0 0 ");
    rp_put_u64(out, width);
    rp_put_char(out, ' ');
    rp_put_u64(out, p.bottom);
    rp_put_text(out, "\">\n");
    if (style.len != 0) {
        rp_put_text(out, "<style><![CDATA[\n");
        rp_put(out, style);
        rp_put_text(out,
                    "svg { background: var(--paper); font-family: sans-serif; }\n]]></style>\n");
    }
    draw_lifelines(&p);
    for (uint32_t i = 0; i < call->count; i++) {
        if (pauses_before(call, i)) {
            draw_pause(&p, i);
        }
        draw_time(&p, i);
        draw_row(&p, i);
    }
    rp_put_text(out, "</svg>\n");
}

void rp_ladder_svg(rp_file *out, const sn_cast *cast, const ladder_call *call)
{
    draw(out, cast, call, SS_EMPTY);
}

void rp_ladder_picture(const rp_ladder *l, const sn_cast *cast, rp_file *out)
{
    ladder_story story;
    rp_put_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    if (rp_ladder_main_story(l, &story) && story.call->count != 0) {
        draw(out, cast, story.call, rp_page_css);
    } else {
        rp_put_text(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\"/>\n");
    }
}
