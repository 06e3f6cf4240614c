/* A plot of a sweep as SVG, without a script: values side by side along the bottom, for each a box from the first to the third
 * quartile, a stroke at the median, whiskers to the extremes; medians of one series joined. Without axes, a dot for each seed.
 * Integers only; every mark has a <title> with its numbers.
 */
#include "html/html.h"
#include "sweep/sweep.h"

enum {
    WIDTH = 640,
    HEIGHT = 300,
    LEFT = 92,
    RIGHT = 16,
    TOP = 14,
    BOTTOM = 62,
    TICKS = 5,
    SEEDS_SHOWN = 400,
    LABEL_BYTES = 18
};

/* From a value to a height, on a scale from `low` to `high`. */
typedef struct scale {
    uint64_t low, high, step;
    sn_unit unit;
} scale;

/* 1, 2 or 5 times a power of ten, so that at most TICKS + 1 steps are in `span`. */
static uint64_t nice_step(uint64_t span)
{
    uint64_t step = 1;
    static const unsigned times[] = { 2, 5, 10 };
    for (uint64_t power = 1;; power *= 10) {
        for (size_t i = 0; i < SS_COUNT(times); i++) {
            if (span / step <= TICKS) {
                return step;
            }
            if (power > UINT64_MAX / 20) {
                return span / TICKS + 1;
            }
            step = power * times[i];
        }
    }
}

static scale scale_of(const rp_sweep *s, unsigned metric)
{
    sn_metric_info info = { 0 };
    const bool known = sn_metric_info_at(metric, &info);
    SS_ASSERT(known);
    scale c = { .low = UINT64_MAX, .high = 0, .unit = info.unit };
    for (uint32_t i = 0; i < s->run_count; i++) {
        const rp_sweep_run *run = &s->runs[i];
        if (run->line != NULL && !run->readings[metric].is_null) {
            const uint64_t value = run->readings[metric].value;
            c.low = value < c.low ? value : c.low;
            c.high = value > c.high ? value : c.high;
        }
    }
    if (c.low > c.high) {
        c.low = c.high = 0;
    }
    if (c.low == c.high) { /* one value: room around it */
        const uint64_t room = c.unit == SN_UNIT_RATIO ? 20000 : c.high / 4;
        c.low -= c.low < room ? c.low : room;
        c.high += c.unit == SN_UNIT_RATIO ? 0 : room;
    }
    if (c.unit == SN_UNIT_COUNT || c.low < c.high - c.low) {
        c.low = 0; /* a count is seen beside nothing */
    }
    c.step = nice_step(c.high - c.low);
    c.low -= c.low % c.step;
    c.high = c.high == c.low ? c.low + c.step : c.high;
    return c;
}

static unsigned height_of(const scale *c, uint64_t value)
{
    const unsigned room = HEIGHT - TOP - BOTTOM;
    uint64_t part = value - c->low, whole = c->high - c->low;
    while (part > UINT64_MAX / 1024) {
        part /= 2;
        whole /= 2;
    }
    return TOP + room - (unsigned)(part * room / (whole == 0 ? 1 : whole));
}

/* ---- elements ---- */

static void attribute(rp_file *out, const char *name, uint64_t value)
{
    rp_put_char(out, ' ');
    rp_put_text(out, name);
    rp_put_text(out, "=\"");
    rp_put_u64(out, value);
    rp_put_char(out, '"');
}

static void put_line(rp_file *out, const char *class, unsigned x1, unsigned y1, unsigned x2,
                     unsigned y2)
{
    rp_put_text(out, "<line class=\"");
    rp_put_text(out, class);
    rp_put_char(out, '"');
    attribute(out, "x1", x1);
    attribute(out, "y1", y1);
    attribute(out, "x2", x2);
    attribute(out, "y2", y2);
    rp_put_text(out, "/>\n");
}

static void begin_text(rp_file *out, const char *class, unsigned x, unsigned y)
{
    rp_put_text(out, "<text class=\"");
    rp_put_text(out, class);
    rp_put_char(out, '"');
    attribute(out, "x", x);
    attribute(out, "y", y);
    rp_put_char(out, '>');
}

static void begin_plot(rp_file *out, unsigned metric, const scale *c, const char *against)
{
    sn_metric_info info = { 0 };
    const bool known = sn_metric_info_at(metric, &info);
    SS_ASSERT(known);
    rp_put_text(out, "<figure class=\"plot\"><figcaption><code>");
    rp_put_text(out, info.name);
    rp_put_text(out, "</code> <span class=\"faint small\">");
    rp_html_text(out, info.sentence);
    rp_put_text(out,
                "</span></figcaption>\n<svg viewBox=\"0 0 640 300\" role=\"img\" aria-label=\"");
    rp_put_text(out, info.name);
    rp_put_text(out, " against ");
    rp_html_text(out, against);
    rp_put_text(out, "\">\n");
    for (uint64_t tick = c->low; tick <= c->high; tick += c->step) {
        char text[48];
        ss_buffer b = ss_buffer_on(text, sizeof text);
        const unsigned y = height_of(c, tick);
        put_line(out, "grid", LEFT, y, WIDTH - RIGHT, y);
        begin_text(out, "tick", LEFT - 8, y + 4);
        if (c->unit == SN_UNIT_TIME && c->step % 1000000 == 0) {
            ss_put_u64(&b, tick / 1000000);
            ss_put_text(&b, " ms");
        } else {
            rp_sweep_put_value(&b, c->unit, tick);
        }
        rp_put(out, ss_buffer_slice(&b));
        rp_put_text(out, "</text>\n");
        if (tick > UINT64_MAX - c->step) {
            break;
        }
    }
}

static void end_plot(rp_file *out, const char *against)
{
    begin_text(out, "axis", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8);
    rp_html_text(out, against);
    rp_put_text(out, "</text>\n</svg></figure>\n");
}

/* Cut to what has room, by whole characters. */
static void put_label(rp_file *out, const char *text, unsigned x, unsigned y)
{
    ss_slice label = ss_slice_from(text);
    const bool is_long = label.len > LABEL_BYTES;
    if (is_long) {
        label.len = LABEL_BYTES - 3;
        while (label.len != 0 && ((unsigned char)label.at[label.len] & 0xc0u) == 0x80u) {
            label.len--;
        }
    }
    begin_text(out, "label", x, y);
    rp_html_slice(out, label);
    rp_put_text(out, is_long ? "…" : "");
    if (is_long) {
        rp_put_text(out, "<title>");
        rp_html_text(out, text);
        rp_put_text(out, "</title>");
    }
    rp_put_text(out, "</text>\n");
}

static void put_number(rp_file *out, const char *before, sn_unit unit, uint64_t value)
{
    char text[48];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    rp_put_text(out, before);
    rp_sweep_put_value(&b, unit, value);
    rp_put(out, ss_buffer_slice(&b));
}

/* ---- boxes ---- */

static void put_title(rp_file *out, const rp_sweep *s, uint32_t cell, const scale *c,
                      const rp_spread *p)
{
    char text[2048];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    rp_sweep_put_cell(&b, s, cell);
    rp_put_text(out, "<title>");
    rp_html_slice(out, ss_buffer_slice(&b));
    put_number(out, ": least ", c->unit, p->min);
    put_number(out, ", median ", c->unit, p->median);
    put_number(out, ", greatest ", c->unit, p->max);
    rp_put_text(out, " of ");
    rp_put_u64(out, p->count);
    rp_put_text(out, p->count == 1 ? " run</title>" : " runs</title>");
}

static void put_box(rp_file *out, const rp_sweep *s, uint32_t cell, const scale *c,
                    const rp_spread *p, unsigned x)
{
    const unsigned top = height_of(c, p->p75), bottom = height_of(c, p->p25);
    const unsigned middle = height_of(c, p->median);
    rp_put_text(out, "<g>");
    put_title(out, s, cell, c, p);
    put_line(out, "whisker", x, height_of(c, p->max), x, height_of(c, p->min));
    rp_put_text(out, "<rect class=\"box\"");
    attribute(out, "x", x - 7);
    attribute(out, "y", top);
    attribute(out, "width", 14);
    attribute(out, "height", bottom - top == 0 ? 1 : bottom - top);
    rp_put_text(out, "/>\n");
    put_line(out, "median", x - 9, middle, x + 9, middle);
    rp_put_text(out, "</g>\n");
}

/* The cell with this value of the axis, and of the other axes those of the series. */
static uint32_t cell_of(const rp_sweep *s, uint32_t axis, uint32_t place, uint32_t series)
{
    uint32_t cell = 0, weight = 1;
    for (uint32_t i = s->axis_count; i-- > 0;) {
        const uint32_t count = s->axes[i].count;
        cell += weight * (i == axis ? place : series % count);
        series = i == axis ? series : series / count;
        weight *= count;
    }
    return cell;
}

static unsigned place_x(const rp_sweep *s, uint32_t axis, uint32_t place, uint32_t series,
                        uint32_t series_count)
{
    const unsigned room = (WIDTH - LEFT - RIGHT) / s->axes[axis].count;
    const unsigned middle = LEFT + room * place + room / 2;
    const unsigned apart = room / (series_count + 1) < 20 ? room / (series_count + 1) : 20;
    return middle + apart * series - apart * (series_count - 1) / 2;
}

static void put_series(rp_file *out, const rp_sweep *s, unsigned metric, uint32_t axis,
                       const scale *c, uint32_t series, uint32_t series_count)
{
    rp_put_text(out, "<g class=\"series s");
    rp_put_u64(out, series);
    rp_put_text(out, "\">\n<polyline class=\"join\" points=\"");
    for (uint32_t place = 0; place < s->axes[axis].count; place++) {
        const rp_spread p = rp_sweep_spread(s, cell_of(s, axis, place, series), metric);
        if (p.count != 0) {
            rp_put_u64(out, place_x(s, axis, place, series, series_count));
            rp_put_char(out, ',');
            rp_put_u64(out, height_of(c, p.median));
            rp_put_char(out, ' ');
        }
    }
    rp_put_text(out, "\"/>\n");
    for (uint32_t place = 0; place < s->axes[axis].count; place++) {
        const uint32_t cell = cell_of(s, axis, place, series);
        const rp_spread p = rp_sweep_spread(s, cell, metric);
        if (p.count != 0) {
            put_box(out, s, cell, c, &p, place_x(s, axis, place, series, series_count));
        }
    }
    rp_put_text(out, "</g>\n");
}

void rp_sweep_plot(const rp_sweep *s, rp_file *out, unsigned metric, uint32_t axis)
{
    const scale c = scale_of(s, metric);
    const rp_axis *a = &s->axes[axis];
    uint32_t series_count = s->cell_count / a->count;
    series_count = series_count < RP_SERIES_MAX ? series_count : RP_SERIES_MAX;
    begin_plot(out, metric, &c, a->path);
    const uint32_t every = (a->count + 11) / 12; /* labels have room for a dozen */
    for (uint32_t place = 0; place < a->count; place += every) {
        put_label(out, a->values[place], place_x(s, axis, place, 0, 1),
                  HEIGHT - BOTTOM + 18 + (a->count > 5 && place / every % 2 == 1 ? 14 : 0));
    }
    for (uint32_t series = 0; series < series_count; series++) {
        put_series(out, s, metric, axis, &c, series, series_count);
    }
    end_plot(out, a->path);
}

/* ---- seeds ---- */

static void put_seed(rp_file *out, const rp_sweep *s, uint32_t run, unsigned x)
{
    begin_text(out, "label", x, HEIGHT - BOTTOM + 18);
    rp_put_u64(out, rp_sweep_seed(s, run));
    rp_put_text(out, "</text>\n");
}

void rp_sweep_plot_seeds(const rp_sweep *s, rp_file *out, unsigned metric)
{
    const scale c = scale_of(s, metric);
    const uint32_t shown = s->seed_count < SEEDS_SHOWN ? s->seed_count : SEEDS_SHOWN;
    begin_plot(out, metric, &c, "seed");
    rp_put_text(out, "<g class=\"series s0\">\n");
    for (uint32_t i = 0; i < shown; i++) {
        const rp_sweep_run *run = &s->runs[i];
        if (run->line == NULL || run->readings[metric].is_null) {
            continue;
        }
        rp_put_text(out, "<circle class=\"dot\" r=\"3\"");
        attribute(out, "cx", LEFT + (WIDTH - LEFT - RIGHT) * (2 * i + 1) / (2 * shown));
        attribute(out, "cy", height_of(&c, run->readings[metric].value));
        rp_put_text(out, "><title>seed ");
        rp_put_u64(out, rp_sweep_seed(s, i));
        put_number(out, ": ", c.unit, run->readings[metric].value);
        rp_put_text(out, "</title></circle>\n");
    }
    put_seed(out, s, 0, LEFT + 8);
    put_seed(out, s, shown - 1, WIDTH - RIGHT - 8);
    const rp_spread p = rp_sweep_spread(s, 0, metric);
    const unsigned y = height_of(&c, p.median);
    put_line(out, "median", LEFT, y, WIDTH - RIGHT, y);
    rp_put_text(out, "</g>\n");
    end_plot(out, "seed");
}
