/* The topology as a picture: the root router at the left, what is behind it to the right. Nodes that differ by their index only, and
 * are behind the same routers, are one box.
 */
#include "html/html.h"

#include <string.h>

enum {
    UNITS_MAX = 48,
    ALONE_MAX = 16, /* in so small a network each node has a box of its own */
    BOX = 168,
    HIGH = 30,
    STEP_X = 230,
    STEP_Y = 42,
    EDGE = 6,
    LETTERS = 20 /* of a name; the rest is in its title */
};

/* A box. */
typedef struct unit {
    uint32_t first, count; /* nodes */
    uint32_t parent;       /* unit; UNITS_MAX: none */
    uint32_t depth, row;   /* where */
} unit;

typedef struct picture {
    const sn_cast *cast;
    rp_file *out;
    unit units[UNITS_MAX];
    uint32_t count, left_out; /* nodes that found no box */
    uint32_t rows, columns;
} picture;

/* "phone" of "phone[17]". */
static size_t stem_of(const char *name)
{
    const char *bracket = strchr(name, '[');
    return bracket == NULL ? strlen(name) : (size_t)(bracket - name);
}

static bool are_alike(const sn_cast *cast, uint32_t a, uint32_t b)
{
    const char *left = cast->nodes[a].name, *right = cast->nodes[b].name;
    const size_t stem = stem_of(left);
    return stem == stem_of(right) && memcmp(left, right, stem) == 0 && left[stem] == '[' &&
           right[stem] == '[';
}

/* Nodes are sorted by group: those of one follow each other. */
static void make_units(picture *p)
{
    for (uint32_t node = 0; node < p->cast->node_count; node++) {
        unit *last = p->count == 0 ? NULL : &p->units[p->count - 1];
        if (last != NULL && p->left_out == 0 && p->cast->node_count > ALONE_MAX &&
            are_alike(p->cast, last->first, node)) {
            last->count++;
        } else if (p->count < UNITS_MAX) {
            p->units[p->count++] = (unit){ .first = node, .count = 1, .parent = UNITS_MAX };
        } else {
            p->left_out++;
        }
    }
}

static uint32_t unit_of(const picture *p, uint32_t node)
{
    uint32_t nth = 0;
    while (nth < p->count &&
           (node < p->units[nth].first || node - p->units[nth].first >= p->units[nth].count)) {
        nth++;
    }
    return nth < p->count ? nth : UNITS_MAX;
}

static void find_parents(picture *p)
{
    for (uint32_t i = 0; i < p->count; i++) {
        const uint32_t router = p->cast->nodes[p->units[i].first].router;
        const uint32_t parent = router == SN_NOBODY ? UNITS_MAX : unit_of(p, router);
        p->units[i].parent = parent == i ? UNITS_MAX : parent;
    }
}

/* Below its parent's row, one line after the other; a box and its first child share a row. */
static void place(picture *p, uint32_t nth, uint32_t depth)
{
    unit *u = &p->units[nth];
    bool has_child = false;
    u->depth = depth;
    u->row = p->rows;
    p->columns = depth + 1 > p->columns ? depth + 1 : p->columns;
    for (uint32_t i = 0; i < p->count; i++) {
        if (p->units[i].parent == nth && depth < UNITS_MAX) {
            place(p, i, depth + 1);
            has_child = true;
        }
    }
    p->rows += !has_child;
}

static void place_all(picture *p)
{
    for (uint32_t i = 0; i < p->count; i++) {
        if (p->units[i].parent == UNITS_MAX) {
            place(p, i, 0);
        }
    }
}

/* ---- drawing ---- */

static uint32_t x_of(const unit *u)
{
    return EDGE + u->depth * STEP_X;
}

static uint32_t y_of(const unit *u)
{
    return EDGE + u->row * STEP_Y;
}

static void attribute(const picture *p, const char *name, uint32_t value)
{
    rp_put_char(p->out, ' ');
    rp_put_text(p->out, name);
    rp_put_text(p->out, "=\"");
    rp_put_u64(p->out, value);
    rp_put_char(p->out, '"');
}

/* From the parent's right edge, down, to the box's left edge. */
static void draw_edge(const picture *p, const unit *u)
{
    if (u->parent == UNITS_MAX) {
        return;
    }
    const unit *parent = &p->units[u->parent];
    const uint32_t middle = x_of(u) - (STEP_X - BOX) / 2;
    rp_put_text(p->out, "<path class=\"edge\" d=\"M");
    rp_put_u64(p->out, x_of(parent) + BOX);
    rp_put_char(p->out, ' ');
    rp_put_u64(p->out, y_of(parent) + HIGH / 2);
    rp_put_char(p->out, 'H');
    rp_put_u64(p->out, middle);
    rp_put_char(p->out, 'V');
    rp_put_u64(p->out, y_of(u) + HIGH / 2);
    rp_put_char(p->out, 'H');
    rp_put_u64(p->out, x_of(u));
    rp_put_text(p->out, "\"/>\n");
}

static const char *class_of(const picture *p, const unit *u)
{
    static const char *const classes[] = { [SN_ROLE_ROUTER] = "box router",
                                           [SN_ROLE_UA] = "box ua",
                                           [SN_ROLE_PROXY] = "box proxy",
                                           [SN_ROLE_TAP] = "box tap",
                                           [SN_ROLE_DNS] = "box dns" };
    const unsigned role = p->cast->nodes[u->first].role;
    return role < SS_COUNT(classes) ? classes[role] : "box";
}

static void put_name(const picture *p, const unit *u, size_t most)
{
    const char *name = p->cast->nodes[u->first].name;
    const size_t len = u->count > 1 ? stem_of(name) : strlen(name);
    rp_html_slice(p->out, (ss_slice){ name, len < most ? len : most });
    rp_put_text(p->out, len > most ? "…" : "");
}

static void draw_box(const picture *p, const unit *u)
{
    static const char *const words[] = { [SN_ROLE_ROUTER] = "router",
                                         [SN_ROLE_UA] = "user agent",
                                         [SN_ROLE_PROXY] = "proxy or registrar",
                                         [SN_ROLE_TAP] = "tap",
                                         [SN_ROLE_DNS] = "DNS server" };
    const unsigned role = p->cast->nodes[u->first].role;
    rp_put_text(p->out, "<g><title>");
    put_name(p, u, 64);
    rp_put_text(p->out, ": ");
    rp_put_text(p->out, role < SS_COUNT(words) ? words[role] : "node");
    rp_put_text(p->out, "</title><rect class=\"");
    rp_put_text(p->out, class_of(p, u));
    rp_put_text(p->out, "\" rx=\"5\"");
    attribute(p, "x", x_of(u));
    attribute(p, "y", y_of(u));
    attribute(p, "width", BOX);
    attribute(p, "height", HIGH);
    rp_put_text(p->out, "/><text");
    attribute(p, "x", x_of(u) + 10);
    attribute(p, "y", y_of(u) + HIGH / 2 + 5);
    rp_put_char(p->out, '>');
    put_name(p, u, u->count > 1 ? LETTERS - 7 : LETTERS);
    if (u->count > 1) {
        rp_put_text(p->out, " × ");
        rp_put_u64(p->out, u->count);
    }
    rp_put_text(p->out, "</text></g>\n");
}

static void draw(const picture *p)
{
    const uint32_t width = 2 * EDGE + (p->columns - 1) * STEP_X + BOX;
    const uint32_t height = 2 * EDGE + (p->rows - 1) * STEP_Y + HIGH;
    rp_put_text(p->out, "<div class=\"wide\" tabindex=\"0\"><svg class=\"topology\" role=\"img\" "
                        "aria-label=\"Topology: ");
    rp_put_u64(p->out, p->cast->node_count);
    rp_put_text(p->out, " nodes; the root router is at the left\"");
    attribute(p, "width", width);
    attribute(p, "height", height);
    rp_put_text(p->out, " viewBox=\"0 0 ");
    rp_put_u64(p->out, width);
    rp_put_char(p->out, ' ');
    rp_put_u64(p->out, height);
    rp_put_text(p->out, "\">\n");
    for (uint32_t i = 0; i < p->count; i++) {
        draw_edge(p, &p->units[i]);
    }
    for (uint32_t i = 0; i < p->count; i++) {
        draw_box(p, &p->units[i]);
    }
    rp_put_text(p->out, "</svg></div>\n");
}

void rp_html_topology(rp_file *out, const sn_cast *cast)
{
    picture p = { .cast = cast, .out = out };
    make_units(&p);
    find_parents(&p);
    place_all(&p);
    if (p.rows == 0) {
        return;
    }
    draw(&p);
    rp_put_text(out, "<p class=\"faint small\">Routers are round, proxies and registrars filled; "
                     "× is how many there are.</p>\n");
    if (p.left_out != 0) {
        rp_put_text(out, "<p class=\"faint small\">Nodes without a box: ");
        rp_put_u64(out, p.left_out);
        rp_put_text(out, "</p>\n");
    }
}
