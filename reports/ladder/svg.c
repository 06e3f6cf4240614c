/* Drawing a ladder as a picture: one line per row, time running down, idle time left out and said so. An arrow leaves when
 * its message did and comes when that came, so that messages that cross are seen to cross; one that was lost ends where it
 * died. Words are looked places for where no other word is, nor a line if it can be, and are drawn above all lines. Integers only;
 * colours and fonts are those of the page's style sheet.
 */
#include <string.h>

#include "html/html.h"
#include "ladder/ladder.h"
#include "ladder/places.h"

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
    LETTER = 8, /* width of one, at most, about */
    WORD_LETTER = 7,
    LEAN_MAX = 450, /* thousandths: steeper, a word cannot be read */
    LIFT_MAX = 16,  /* … it is lifted instead, as far as it still belongs to its arrow */
    ABOVE = 5,      /* a word stands so far above its arrow */
    WORD_HALF = 7,  /* half as high */
    NEAR = 40       /* rows: what is further away is in nobody's way */
};

#define IDLE SS_S(1)

typedef struct picture {
    const sn_cast *cast;
    const ladder_call *call;
    rp_file *out;
    ladder_columns columns;
    uint32_t gap, bottom;
    uint32_t y[LADDER_ROWS_MAX];
    ladder_bar lines[LADDER_ROWS_MAX], words[LADDER_ROWS_MAX]; /* of each row */
    uint16_t along
        [LADDER_ROWS_MAX]; /* the middle of an arrow's word, from its beginning; other words: 1 they stand left */
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

/* What happened at a lifeline. */
static void put_mark(ss_buffer *b, const ladder_row *row)
{
    if (row->kind == LADDER_TIMER) {
        ss_put_text(b, rp_letter_name(row->letter));
        return;
    }
    ss_put_text(b, rp_ladder_mark(row));
    if (row->status != 0) {
        ss_put_char(b, ' ');
        ss_put_u64(b, row->status);
    }
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

typedef struct arrow {
    int32_t x1, y1, x2, y2; /* as far as it came */
    int32_t whole;          /* from lifeline to lifeline */
    int32_t lean;           /* of its word, thousandths */
    int32_t lift;           /* of its word above the line, in its middle */
    bool is_whole, to_right;
} arrow;

static void put_word(ss_buffer *b, const ladder_row *row)
{
    rp_ladder_label(b, row);
    if (row->nth > 1) {
        ss_put_text(b, " · again (");
        ss_put_u64(b, row->nth);
        ss_put_char(b, ')');
    }
}

static int32_t width_of(const ladder_row *row, bool is_arrow)
{
    char text[80];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    if (is_arrow) {
        put_word(&b, row);
    } else {
        put_mark(&b, row);
    }
    return (int32_t)b.len * WORD_LETTER;
}

/* False: it does not go from lifeline to lifeline. */
static bool find_arrow(const picture *p, uint32_t i, arrow *out)
{
    const ladder_row *row = &p->call->rows[i];
    const uint32_t from = rp_ladder_column(&p->columns, row->node);
    const uint32_t to = rp_ladder_column(&p->columns, row->peer);
    if (!rp_ladder_travels(row) || from == SN_NOBODY || to == SN_NOBODY || from == to) {
        return false;
    }
    const uint32_t part = quarters(row), y1 = p->y[i];
    const uint32_t y2 = row->arrived != SS_TIME_NEVER ? y_of(p, i, row->arrived) : y1 + 2 * part;
    arrow a = { .x1 = (int32_t)x_of(p, from),
                .y1 = (int32_t)y1,
                .y2 = (int32_t)y2,
                .to_right = to > from,
                .is_whole = part == 4 };
    a.whole = (int32_t)((to > from ? to - from : from - to) * p->gap);
    const int32_t way = a.whole * (int32_t)part / 4;
    a.x2 = a.to_right ? a.x1 + way : a.x1 - way;
    const int32_t fall = (a.y2 - a.y1) * 1000 / way;
    const int32_t width = width_of(row, true), leans = fall < LEAN_MAX ? fall : LEAN_MAX;
    const int32_t lift = (fall - leans) * width / 2000;
    a.lift = ABOVE + (lift < LIFT_MAX ? lift : LIFT_MAX);
    a.lean = leans * (a.to_right ? 1 : -1);
    *out = a;
    return true;
}

/* The word of an arrow whose middle is `along` from its beginning. */
static ladder_bar word_of(const arrow *a, int32_t along, int32_t width)
{
    const int32_t way = a->to_right ? a->x2 - a->x1 : a->x1 - a->x2;
    const int32_t x = a->to_right ? a->x1 + along : a->x1 - along;
    const int32_t y = a->y1 + (a->y2 - a->y1) * along / way - a->lift - WORD_HALF / 2;
    const int32_t rise = a->lean * width / 2000;
    return (ladder_bar){ x - width / 2, y - rise, x + width / 2, y + rise, WORD_HALF };
}

/* How much is in its way: a line can be read through, a word cannot. Its own line is not. */
static uint32_t cost_of(const picture *p, uint32_t i, const ladder_bar *word)
{
    const uint32_t first = i < NEAR ? 0 : i - NEAR;
    const uint32_t count = p->call->count - first < 2 * NEAR ? p->call->count - first : 2 * NEAR;
    return 8 * rp_bar_touches(word, p->words + first, count) +
           rp_bar_touches(word, p->lines + first, count) - rp_bars_touch(word, &p->lines[i]);
}

/* Before the middle if it can be: long arrows lie apart there. */
static void place_word(picture *p, uint32_t i, const arrow *a)
{
    static const uint8_t twentieths[] = { 8, 7, 9, 10, 6, 11, 12, 5, 13, 14, 4, 15 };
    const int32_t width = width_of(&p->call->rows[i], true);
    uint32_t least = UINT32_MAX;
    for (size_t k = 0; k < SS_COUNT(twentieths); k++) {
        const int32_t along = a->whole * twentieths[k] / 20;
        const ladder_bar word = word_of(a, along, width);
        const uint32_t cost = cost_of(p, i, &word);
        const bool fits = along >= width / 2 + 6 && a->whole - along >= width / 2 + 12;
        if (cost < least && (fits || k == 0)) {
            least = cost;
            p->along[i] = (uint16_t)along;
        }
    }
    p->words[i] = word_of(a, p->along[i], width);
}

static void put_arrow_label(const picture *p, uint32_t i, const arrow *a)
{
    char text[80];
    const ladder_row *row = &p->call->rows[i];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    const int32_t way = a->to_right ? a->x2 - a->x1 : a->x1 - a->x2, along = p->along[i];
    const uint32_t x = (uint32_t)(a->to_right ? a->x1 + along : a->x1 - along);
    const uint32_t y = (uint32_t)(a->y1 + (a->y2 - a->y1) * along / way);
    begin_lean(p, a->lean, x);
    text_at(p,
            rp_ladder_is_lost(row) ? "label lost"
            : row->nth > 1         ? "label again"
                                   : "label",
            x, y - (uint32_t)a->lift);
    put_word(&b, row);
    rp_put(p->out, ss_buffer_slice(&b));
    text_end(p);
    rp_put_text(p->out, "</g>");
}

static void draw_line(const picture *p, uint32_t i)
{
    const ladder_row *row = &p->call->rows[i];
    arrow a;
    if (!find_arrow(p, i, &a)) {
        return;
    }
    const uint32_t x2 = (uint32_t)a.x2, y2 = (uint32_t)a.y2;
    begin_row(p, row);
    line(p,
         !a.is_whole    ? "arrow lost"
         : row->nth > 1 ? "arrow again"
                        : "arrow",
         (uint32_t)a.x1, (uint32_t)a.y1, x2, y2);
    if (a.is_whole) {
        put_head(p, x2, y2, a.to_right);
    } else {
        put_cross(p, x2, y2);
    }
    end_row(p);
}

static void draw_message(const picture *p, uint32_t i)
{
    const ladder_row *row = &p->call->rows[i];
    const uint32_t from = rp_ladder_column(&p->columns, row->node);
    arrow a;
    if (find_arrow(p, i, &a)) {
        put_arrow_label(p, i, &a);
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

static void draw_event(const picture *p, uint32_t i, uint32_t x)
{
    const ladder_row *row = &p->call->rows[i];
    const uint32_t y = p->y[i];
    rp_put_text(p->out, "<circle class=\"mark\" r=\"4\"");
    attribute(p, "cx", x);
    attribute(p, "cy", y);
    rp_put_text(p->out, "/>");
    const bool is_left = p->along[i] != 0;
    char text[80];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    put_mark(&b, row);
    text_at(p, is_left ? "event left" : "event", is_left ? x - 10 : x + 10, y + 4);
    rp_put(p->out, ss_buffer_slice(&b));
    text_end(p);
}

static ladder_bar level_bar(int32_t x, int32_t width, uint32_t y)
{
    return (ladder_bar){ x, (int32_t)y, x + width, (int32_t)y, WORD_HALF };
}

/* Right of its lifeline, unless fewer things are in its way on the left; outside of the first and the last one there are none. */
static void place_mark(picture *p, uint32_t i, uint32_t column)
{
    const ladder_row *row = &p->call->rows[i];
    const int32_t x = (int32_t)x_of(p, column), width = width_of(row, false);
    if (row->kind == LADDER_TIMER) {
        p->words[i] = level_bar(x - width / 2 - 6, width + 12, p->y[i]);
        return;
    }
    const ladder_bar left = level_bar(x - 10 - width, width + 14, p->y[i]);
    const ladder_bar right = level_bar(x - 4, width + 14, p->y[i]);
    const bool is_last = column + 1 == p->columns.count && column > 0;
    p->along[i] = column == 0 || (!is_last && cost_of(p, i, &left) < cost_of(p, i, &right));
    p->words[i] = p->along[i] ? left : right;
}

/* Marks belong to an instant and can hardly be moved: first they. */
static void place_words(picture *p)
{
    arrow a;
    for (uint32_t i = 0; i < p->call->count; i++) {
        if (find_arrow(p, i, &a)) {
            p->lines[i] = a.to_right ? (ladder_bar){ a.x1, a.y1, a.x2, a.y2, 1 }
                                     : (ladder_bar){ a.x2, a.y2, a.x1, a.y1, 1 };
        }
    }
    for (uint32_t i = 0; i < p->call->count; i++) {
        const uint32_t column = rp_ladder_column(&p->columns, p->call->rows[i].node);
        if (!rp_ladder_travels(&p->call->rows[i]) && column != SN_NOBODY) {
            place_mark(p, i, column);
        }
    }
    for (uint32_t i = 0; i < p->call->count; i++) {
        if (find_arrow(p, i, &a)) {
            place_word(p, i, &a);
        }
    }
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
        draw_event(p, i, x_of(p, column));
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
    place_words(&p);
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
        draw_line(&p, i);
    }
    for (uint32_t i = 0; i < call->count; i++) {
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
