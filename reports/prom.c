/* metrics.prom: OpenMetrics 1.0 text. Names are those of `sipsim list metrics` with '.' as '_'. What only grows is a counter; a spread
 * is a histogram of seconds, which are exact decimals: no float is ever made of them.
 */
#include "rp/machine.h"

#include <string.h>

#include "utf8.h"

/* ---- text ---- */

/* In quotes: a name may hold anything. */
static void put_value_text(rp_file *out, const char *text)
{
    ss_slice s = ss_slice_from(text);
    rp_put_char(out, '"');
    while (s.len != 0) {
        const size_t len = rp_utf8_length(s);
        if (s.at[0] == '\n') {
            rp_put_text(out, "\\n");
        } else if (s.at[0] == '"' || s.at[0] == '\\') {
            rp_put_char(out, '\\');
            rp_put_char(out, s.at[0]);
        } else if (len == 0 || (unsigned char)s.at[0] < 0x20) {
            rp_put_text(out, "\xef\xbf\xbd");
        } else {
            rp_put(out, ss_slice_cut(s, 0, len));
        }
        s = ss_slice_cut(s, len == 0 ? 1 : len, s.len);
    }
    rp_put_char(out, '"');
}

/* "queue.invite.wait" as "queue_invite_wait", up to `len`. */
static void put_name(rp_file *out, const char *name, size_t len)
{
    rp_put_text(out, "sipsim_");
    for (size_t i = 0; i < len; i++) {
        rp_put_char(out, name[i] == '.' ? '_' : name[i]);
    }
}

/* `value` / 10^digits as a decimal, without zeros at its end. */
static void put_decimal(rp_file *out, uint64_t value, unsigned digits)
{
    uint64_t weight = 1;
    for (unsigned i = 0; i < digits; i++) {
        weight *= 10;
    }
    rp_put_u64(out, value / weight);
    rp_put_char(out, '.');
    uint64_t rest = value % weight;
    do {
        weight /= 10;
        rp_put_char(out, (char)('0' + rest / weight));
        rest %= weight;
    } while (rest != 0);
}

static void put_seconds(rp_file *out, uint64_t ns)
{
    put_decimal(out, ns, 9);
}

/* ---- families ---- */

typedef struct family {
    const char *name; /* of the metric */
    size_t len;
    const char *unit; /* "_seconds", "_ratio", "" */
} family;

static void put_family(rp_file *out, const family *f)
{
    put_name(out, f->name, f->len);
    rp_put_text(out, f->unit);
}

/* `help` ends where it goes on to say which part of a spread it is of. */
static void put_help(rp_file *out, const char *help)
{
    const char *rest = strstr(help, ": half of them");
    rp_put(out, (ss_slice){ help, rest == NULL ? strlen(help) : (size_t)(rest - help) });
}

static void put_head(rp_file *out, const family *f, const char *type, const char *help)
{
    rp_put_text(out, "# TYPE ");
    put_family(out, f);
    rp_put_char(out, ' ');
    rp_put_text(out, type);
    if (f->unit[0] != '\0') {
        rp_put_text(out, "\n# UNIT ");
        put_family(out, f);
        rp_put_char(out, ' ');
        rp_put_text(out, f->unit + 1);
    }
    rp_put_text(out, "\n# HELP ");
    put_family(out, f);
    rp_put_char(out, ' ');
    put_help(out, help);
    rp_put_char(out, '\n');
}

static bool ends_with(const char *name, const char *end)
{
    const size_t len = strlen(name), tail = strlen(end);
    return len >= tail && memcmp(name + len - tail, end, tail) == 0;
}

static bool is_gauge(const char *name)
{
    return ends_with(name, "_live") || ends_with(name, "_peak") || ends_with(name, ".longest");
}

static void put_count(rp_file *out, const sn_metric_info *info, uint64_t value)
{
    const family f = { info->name, strlen(info->name), "" };
    const bool gauge = is_gauge(info->name);
    put_head(out, &f, gauge ? "gauge" : "counter", info->sentence);
    put_family(out, &f);
    rp_put_text(out, gauge ? " " : "_total ");
    rp_put_u64(out, value);
    rp_put_char(out, '\n');
}

/* A ratio over nothing has no sample. */
static void put_ratio(rp_file *out, const sn_metric_info *info, bool is_null, uint64_t ppm)
{
    const family f = { info->name, strlen(info->name), "_ratio" };
    put_head(out, &f, "gauge", info->sentence);
    if (!is_null) {
        put_family(out, &f);
        rp_put_char(out, ' ');
        put_decimal(out, ppm, 6);
        rp_put_char(out, '\n');
    }
}

static void end_bucket(rp_file *out, uint64_t count)
{
    rp_put_text(out, "\"} ");
    rp_put_u64(out, count);
    rp_put_char(out, '\n');
}

static void begin_bucket(rp_file *out, const family *f)
{
    put_family(out, f);
    rp_put_text(out, "_bucket{le=\"");
}

/* Of the buckets those with something in them: their counts are of all below. */
static void put_buckets(rp_file *out, const family *f, const sn_histogram *h)
{
    uint64_t below = 0;
    for (unsigned i = 0; i < SN_HISTOGRAM_BUCKETS; i++) {
        below += h->buckets[i];
        if (h->buckets[i] != 0) {
            begin_bucket(out, f);
            put_seconds(out, sn_histogram_end(i));
            end_bucket(out, below);
        }
    }
    begin_bucket(out, f);
    rp_put_text(out, "+Inf");
    end_bucket(out, h->count);
}

static void put_histogram(rp_file *out, const sn_metric_info *info, const sn_histogram *h)
{
    const family f = { info->name, strlen(info->name) - strlen(".p50"), "_seconds" };
    put_head(out, &f, "histogram", info->sentence);
    put_buckets(out, &f, h);
    put_family(out, &f);
    rp_put_text(out, "_count ");
    rp_put_u64(out, h->count);
    rp_put_char(out, '\n');
    put_family(out, &f);
    rp_put_text(out, "_sum ");
    put_seconds(out, h->sum);
    rp_put_char(out, '\n');
}

static void put_info(rp_file *out, const rp_run *run)
{
    rp_put_text(out, "# TYPE sipsim_run info\n# HELP sipsim_run The run that all of this is of.\n"
                     "sipsim_run_info{scenario=");
    put_value_text(out, run->name);
    rp_put_text(out, ",version=");
    put_value_text(out, run->version);
    rp_put_text(out, ",seed=\"");
    rp_put_u64(out, run->seed);
    rp_put_text(out, "\",digest=\"");
    rp_put_hex64(out, run->digest);
    rp_put_text(out, "\",verdict=\"");
    rp_put_text(out, run->statuses == 0 ? "pass" : "fail");
    rp_put_text(out, "\"} 1\n");
}

static void put_run(rp_file *out, const rp_run *run)
{
    static const sn_metric_info events = { "events", SN_UNIT_COUNT, "events of the run" };
    static const sn_metric_info broken = { "violations", SN_UNIT_COUNT, "laws broken" };
    static const family end = { "virtual_time", 12, "_seconds" };
    put_info(out, run);
    put_count(out, &events, run->events);
    put_count(out, &broken, sn_judge_violation_count(run->judge));
    put_head(out, &end, "gauge", "instant of the last event");
    put_family(out, &end);
    rp_put_char(out, ' ');
    put_seconds(out, run->end);
    rp_put_char(out, '\n');
}

void rp_prom_write(rp_file *out, const rp_run *run)
{
    const sn_metrics *m = sn_meter_read(run->meter, 0);
    sn_metric_info info;
    put_run(out, run);
    for (unsigned nth = 0; sn_metric_info_at(nth, &info); nth++) {
        uint64_t value = 0;
        const bool is_null = !sn_metric_value(m, nth, &value);
        const sn_histogram *h = sn_metric_histogram(m, nth);
        if (h != NULL) {
            if (ends_with(info.name, ".p50")) {
                put_histogram(out, &info, h);
            }
        } else if (info.unit == SN_UNIT_RATIO) {
            put_ratio(out, &info, is_null, value);
        } else {
            put_count(out, &info, value);
        }
    }
    rp_put_text(out, "# EOF\n");
}
