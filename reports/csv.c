/* metrics.csv. A head, then a row for each bucket of the series: where it begins and ends, its columns, and what the scenario
 * did in it.
 */
#include "rp/csv.h"

static void put_head(rp_file *out)
{
    sn_series_info info;
    rp_put_text(out, "from_ns,to_ns");
    for (unsigned nth = 0; sn_series_info_at(nth, &info); nth++) {
        rp_put_char(out, ',');
        rp_put_text(out, info.name);
    }
    rp_put_text(out, ",marks\n");
}

/* Within quotes; a quote is written twice. */
static void put_escaped(rp_file *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '"') {
            rp_put_char(out, '"');
        }
        rp_put_char(out, *text);
    }
}

static void put_marks(rp_file *out, const rp_run *run, ss_time from, ss_time to)
{
    bool some = false;
    for (uint32_t i = 0; i < run->mark_count; i++) {
        const rp_mark *mark = &run->marks[i];
        if (mark->at >= from && mark->at < to) {
            rp_put_text(out, some ? "; " : "\"");
            put_escaped(out, mark->text);
            some = true;
        }
    }
    rp_put_text(out, some ? "\"\n" : "\n");
}

static void put_row(rp_file *out, const rp_run *run, unsigned nth)
{
    const ss_span width = sn_series_width(run->series);
    const ss_time from = width * nth;
    const ss_time to = from > SS_TIME_NEVER - width ? SS_TIME_NEVER : from + width;
    sn_series_info info;
    rp_put_u64(out, from);
    rp_put_char(out, ',');
    rp_put_u64(out, to);
    for (unsigned column = 0; sn_series_info_at(column, &info); column++) {
        rp_put_char(out, ',');
        rp_put_i64(out, sn_series_value(run->series, nth, column));
    }
    rp_put_char(out, ',');
    put_marks(out, run, from, to);
}

void rp_csv_write(rp_file *out, const rp_run *run)
{
    put_head(out);
    for (unsigned nth = 0; nth < sn_series_count(run->series); nth++) {
        put_row(out, run, nth);
    }
}
