/* Quantities: decimal numbers with units to integers, exactly or not at all. No 128-bit arithmetic, no float: a
 * fraction is added digit by digit, each worth a tenth of the unit before it, until the unit can no longer be divided.
 */
#include "quantity.h"

#include <string.h>

typedef struct unit {
    const char *name;
    uint64_t scale;
} unit;

static const unit time_units[] = { { "ns", 1 },
                                   { "us", 1000 },
                                   { "ms", 1000000 },
                                   { "s", 1000000000 },
                                   { "min", UINT64_C(60000000000) },
                                   { "h", UINT64_C(3600000000000) } };
static const unit byte_units[] = { { "B", 1 },           { "KB", 1000 },  { "MB", 1000000 },
                                   { "GB", 1000000000 }, { "KiB", 1024 }, { "MiB", 1 << 20 },
                                   { "GiB", 1 << 30 } };
static const unit rate_units[] = { { "bit", 1 },          { "kbit", 1000 },
                                   { "mbit", 1000000 },   { "gbit", 1000000000 },
                                   { "bit/s", 1 },        { "kbit/s", 1000 },
                                   { "mbit/s", 1000000 }, { "gbit/s", 1000000000 } };
static const unit percent_units[] = { { "%", 1000000000 } };

static const uint64_t percent_whole = UINT64_C(100000000000);

static bool refuse(sn_flaw *flaw, size_t from, size_t length, const char *message,
                   const char *suggestion)
{
    *flaw = (sn_flaw){ from, length, message, suggestion };
    return false;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits_end(ss_slice s, size_t at)
{
    while (at < s.len && is_digit(s.at[at])) {
        at++;
    }
    return at;
}

/* The digits [from, to) times scale. */
static bool whole_part(ss_slice s, size_t from, size_t to, uint64_t scale, uint64_t *value)
{
    uint64_t sum = 0;
    for (size_t i = from; i < to; i++) {
        const uint64_t digit = (uint64_t)(s.at[i] - '0');
        if (sum > (UINT64_MAX - digit) / 10) {
            return false;
        }
        sum = sum * 10 + digit;
    }
    if (sum > (UINT64_MAX - 1) / scale) {
        return false;
    }
    *value = sum * scale;
    return true;
}

static bool add_fraction(ss_slice s, size_t from, size_t to, uint64_t scale, uint64_t *value)
{
    for (size_t i = from; i < to; i++) {
        const uint64_t digit = (uint64_t)(s.at[i] - '0');
        if (scale % 10 != 0) {
            if (digit != 0) {
                return false;
            }
            continue;
        }
        scale /= 10;
        if (digit * scale > UINT64_MAX - 1 - *value) {
            return false;
        }
        *value += digit * scale;
    }
    return true;
}

/* Where the number ends: digits, perhaps a point and digits. 0 when it is none. */
static size_t number_end(ss_slice s)
{
    const size_t whole = digits_end(s, 0);
    if (whole == 0) {
        return 0;
    }
    if (whole < s.len && s.at[whole] == '.') {
        const size_t end = digits_end(s, whole + 1);
        return end == whole + 1 ? 0 : end;
    }
    return whole;
}

/* A number that is to be one: what else is there? */
static bool no_number(ss_slice word, sn_flaw *flaw, const char *what)
{
    if (word.len > 1 && word.at[0] == '-' && is_digit(word.at[1])) {
        return refuse(flaw, 0, word.len, "negative", NULL);
    }
    return refuse(flaw, 0, word.len, what, NULL);
}

static const unit *find_unit(const unit *units, size_t count, ss_slice name, bool nocase)
{
    for (size_t i = 0; i < count; i++) {
        const ss_slice known = ss_slice_from(units[i].name);
        if (nocase ? ss_slice_eq_nocase(known, name) : ss_slice_eq(known, name)) {
            return &units[i];
        }
    }
    return NULL;
}

/* Words that people write for our units. */
static const char *unit_meant(const unit *units, size_t count, ss_slice name)
{
    static const char *const meant[][2] = {
        { "sec", "s" },      { "secs", "s" },      { "second", "s" },  { "seconds", "s" },
        { "msec", "ms" },    { "usec", "us" },     { "m", "min" },     { "mins", "min" },
        { "minute", "min" }, { "minutes", "min" }, { "hour", "h" },    { "hours", "h" },
        { "hr", "h" },       { "byte", "B" },      { "bytes", "B" },   { "bps", "bit" },
        { "kbps", "kbit" },  { "mbps", "mbit" },   { "gbps", "gbit" }, { "k", "KB" },
        { "percent", "%" },  { "kb", "kbit" },     { "mb", "mbit" },   { "d", "h" },
    };
    const unit *same = find_unit(units, count, name, true);
    for (size_t i = 0; same == NULL && i < SS_COUNT(meant); i++) {
        if (ss_slice_eq_nocase(ss_slice_from(meant[i][0]), name)) {
            same = find_unit(units, count, ss_slice_from(meant[i][1]), false);
        }
    }
    return same == NULL ? NULL : same->name;
}

typedef struct measure {
    const unit *units;
    size_t count;
    const char *no_number, *no_unit, *wrong_unit, *finer;
} measure;

static const measure times = { time_units,
                               SS_COUNT(time_units),
                               "not a time: write 20ms or 1.5s",
                               "missing unit: ns, us, ms, s, min or h",
                               "wrong unit: a time is in ns, us, ms, s, min or h",
                               "finer than a nanosecond" };
static const measure sizes = { byte_units,
                               SS_COUNT(byte_units),
                               "not a size: write 1500B or 64KB",
                               "missing unit: B, KB, MB, GB, KiB, MiB or GiB",
                               "wrong unit: a size is in B, KB, MB, GB, KiB, MiB or GiB",
                               "finer than a byte" };
static const measure rates = { rate_units,
                               SS_COUNT(rate_units),
                               "not a rate: write 512kbit or 8mbit",
                               "missing unit: bit, kbit, mbit or gbit",
                               "wrong unit: a rate is in bit, kbit, mbit or gbit",
                               "finer than a bit" };
static const measure percents = { percent_units,
                                  1,
                                  "not a percentage: write 2%",
                                  "missing unit: write 2%",
                                  "wrong unit: a percentage ends with %",
                                  "finer than 0.000000001 %" };

static bool read_measure(ss_slice word, const measure *m, uint64_t *value, sn_flaw *flaw)
{
    const size_t end = number_end(word);
    if (end == 0) {
        return no_number(word, flaw, m->no_number);
    }
    const ss_slice name = ss_slice_trim(ss_slice_cut(word, end, word.len));
    if (name.len == 0) {
        return refuse(flaw, 0, word.len, m->no_unit, NULL);
    }
    const unit *u = find_unit(m->units, m->count, name, false);
    if (u == NULL) {
        return refuse(flaw, (size_t)(name.at - word.at), name.len, m->wrong_unit,
                      unit_meant(m->units, m->count, name));
    }
    const size_t point = digits_end(word, 0);
    uint64_t sum = 0;
    if (!whole_part(word, 0, point, u->scale, &sum)) {
        return refuse(flaw, 0, word.len, "out of range: too large", NULL);
    }
    if (point < end && !add_fraction(word, point + 1, end, u->scale, &sum)) {
        return refuse(flaw, 0, word.len, m->finer, NULL);
    }
    *value = sum;
    return true;
}

bool sn_quantity_time(ss_slice word, uint64_t *ns, sn_flaw *flaw)
{
    return read_measure(word, &times, ns, flaw);
}

bool sn_quantity_bytes(ss_slice word, uint64_t *bytes, sn_flaw *flaw)
{
    return read_measure(word, &sizes, bytes, flaw);
}

bool sn_quantity_rate(ss_slice word, uint64_t *bits, sn_flaw *flaw)
{
    return read_measure(word, &rates, bits, flaw);
}

bool sn_quantity_percent(ss_slice word, uint64_t *nano_percent, sn_flaw *flaw)
{
    uint64_t value = 0;
    if (!read_measure(word, &percents, &value, flaw)) {
        return false;
    }
    if (value > percent_whole) {
        return refuse(flaw, 0, word.len, "out of range: more than 100 %", NULL);
    }
    *nano_percent = value;
    return true;
}

/* 100 % is 2^11 * 5^11 units of 10^-9 percent, so threshold = units * 2^21 / 5^11; both products fit in 64 bits. */
static const uint64_t five_to_11 = 48828125;

static sn_prob prob_of(uint64_t nano_percent)
{
    return ((nano_percent << 21) + five_to_11 / 2) / five_to_11;
}

bool sn_quantity_prob(ss_slice word, sn_prob *prob, sn_flaw *flaw)
{
    uint64_t nano_percent = 0;
    if (!sn_quantity_percent(word, &nano_percent, flaw)) {
        return false;
    }
    *prob = prob_of(nano_percent);
    return true;
}

bool sn_quantity_count(ss_slice word, uint64_t *count, sn_flaw *flaw)
{
    const size_t end = digits_end(word, 0);
    if (end == 0 || end != word.len) {
        return no_number(word, flaw, "not a whole number");
    }
    if (ss_slice_to_u64(word, UINT64_MAX, count) != SS_OK) {
        return refuse(flaw, 0, word.len, "out of range: too large", NULL);
    }
    return true;
}

/* ---- several words ---- */

/* A part of a word read as a time; the flaw's place is of the whole. */
static bool time_part(ss_slice word, ss_slice part, uint64_t *ns, sn_flaw *flaw)
{
    if (sn_quantity_time(part, ns, flaw)) {
        return true;
    }
    flaw->from += (size_t)(part.at - word.at);
    return false;
}

static ss_slice first_word(ss_slice s)
{
    return ss_slice_cut(s, 0, ss_slice_find(s, ' '));
}

static ss_slice after_word(ss_slice s)
{
    return ss_slice_trim(ss_slice_cut(s, ss_slice_find(s, ' '), s.len));
}

static size_t find_dots(ss_slice s)
{
    for (size_t i = 0; i + 1 < s.len; i++) {
        if (s.at[i] == '.' && s.at[i + 1] == '.') {
            return i;
        }
    }
    return s.len;
}

static bool range_part(ss_slice word, ss_slice part, uint64_t *from, uint64_t *to, sn_flaw *flaw)
{
    const size_t start = (size_t)(part.at - word.at);
    const size_t dots = find_dots(part);
    if (dots == part.len) {
        return refuse(flaw, start, part.len, "not a range: write 10s..60s", NULL);
    }
    uint64_t a = 0, b = 0;
    if (!time_part(word, ss_slice_trim(ss_slice_cut(part, 0, dots)), &a, flaw) ||
        !time_part(word, ss_slice_trim(ss_slice_cut(part, dots + 2, part.len)), &b, flaw)) {
        return false;
    }
    if (a > b) {
        return refuse(flaw, start, part.len, "the range ends before it begins", NULL);
    }
    *from = a;
    *to = b;
    return true;
}

bool sn_quantity_range(ss_slice word, uint64_t *from, uint64_t *to, sn_flaw *flaw)
{
    uint64_t a = 0, b = 0;
    if (!range_part(word, word, &a, &b, flaw)) {
        return false;
    }
    if (a == b) {
        return refuse(flaw, 0, word.len, "an empty range", NULL);
    }
    *from = a;
    *to = b;
    return true;
}

static bool normal_part(ss_slice word, ss_slice rest, sn_dist *dist, sn_flaw *flaw)
{
    const ss_slice mean = first_word(rest), sd = after_word(rest);
    if (sd.len == 0) {
        return refuse(flaw, 0, word.len,
                      "bad distribution: a mean and a standard deviation, as in normal 20ms 5ms",
                      NULL);
    }
    sn_dist d = { .kind = SN_DIST_NORMAL };
    if (!time_part(word, mean, &d.a, flaw) || !time_part(word, sd, &d.b, flaw)) {
        return false;
    }
    *dist = d;
    return true;
}

static const char *dist_meant(ss_slice word)
{
    static const char *const meant[][2] = {
        { "expo", "exp" },        { "exponential", "exp" }, { "poisson", "exp" },
        { "gauss", "normal" },    { "gaussian", "normal" }, { "norm", "normal" },
        { "norml", "normal" },    { "uni", "uniform" },     { "unif", "uniform" },
        { "uniforn", "uniform" }, { "const", "200ms" },     { "constant", "200ms" },
    };
    for (size_t i = 0; i < SS_COUNT(meant); i++) {
        if (ss_slice_eq_nocase(word, ss_slice_from(meant[i][0]))) {
            return meant[i][1];
        }
    }
    return NULL;
}

bool sn_quantity_dist(ss_slice word, sn_dist *dist, sn_flaw *flaw)
{
    const ss_slice name = first_word(word), rest = after_word(word);
    sn_dist d = { .kind = SN_DIST_CONST };
    if (ss_slice_eq(name, SS_LIT("normal"))) {
        return normal_part(word, rest, dist, flaw);
    }
    if (ss_slice_eq(name, SS_LIT("exp"))) {
        d.kind = SN_DIST_EXP;
        if (!time_part(word, rest, &d.a, flaw)) {
            return false;
        }
    } else if (ss_slice_eq(name, SS_LIT("uniform"))) {
        d.kind = SN_DIST_UNIFORM;
        if (!range_part(word, rest, &d.a, &d.b, flaw)) {
            return false;
        }
    } else if (name.len != 0 && !is_digit(name.at[0]) && name.at[0] != '-') {
        return refuse(flaw, 0, name.len,
                      "bad distribution: a time, or as exp 3s, uniform 1s..5s, normal 3s 500ms",
                      dist_meant(name));
    } else if (!sn_quantity_time(word, &d.a, flaw)) {
        return false;
    }
    *dist = d;
    return true;
}

/* "10/s": at most three decimals, so that a unit of time times a thousand stays in 64 bits. */
static bool per_time(ss_slice word, ss_slice rest, uint64_t *interval, sn_flaw *flaw)
{
    const size_t start = (size_t)(rest.at - word.at);
    const size_t end = number_end(rest);
    if (end == 0) {
        return refuse(flaw, start, rest.len, "bad rate: write 10/s, poisson 10/s or every 100ms",
                      NULL);
    }
    if (end == rest.len || rest.at[end] != '/') {
        return refuse(flaw, start, rest.len, "missing unit: calls per time, as in 10/s", NULL);
    }
    const ss_slice name = ss_slice_cut(rest, end + 1, rest.len);
    const unit *u = find_unit(time_units, SS_COUNT(time_units), name, false);
    if (u == NULL) {
        return refuse(flaw, start + end + 1, name.len, "wrong unit: /ms, /s, /min or /h",
                      unit_meant(time_units, SS_COUNT(time_units), name));
    }
    const size_t point = digits_end(rest, 0);
    uint64_t thousandths = 0;
    if (!whole_part(rest, 0, point, 1000, &thousandths) ||
        (point < end && !add_fraction(rest, point + 1, end, 1000, &thousandths))) {
        return refuse(flaw, start, end, "out of range: too large, or finer than a thousandth",
                      NULL);
    }
    const uint64_t total = u->scale * 1000;
    if (thousandths == 0 || thousandths > total) {
        return refuse(flaw, start, end,
                      thousandths == 0 ? "out of range: no calls at all"
                                       : "out of range: more than one per nanosecond",
                      NULL);
    }
    *interval = total / thousandths + (total % thousandths >= (thousandths + 1) / 2);
    return true;
}

bool sn_quantity_arrivals(ss_slice word, bool *poisson, uint64_t *interval, sn_flaw *flaw)
{
    ss_slice rest = word;
    const bool drawn = ss_slice_eq(first_word(rest), SS_LIT("poisson"));
    if (drawn) {
        rest = after_word(rest);
    }
    uint64_t ns = 0;
    if (ss_slice_eq(first_word(rest), SS_LIT("every"))) {
        if (!time_part(word, after_word(rest), &ns, flaw)) {
            return false;
        }
        if (ns == 0) {
            return refuse(flaw, 0, word.len, "out of range: at least 1ns between calls", NULL);
        }
    } else if (rest.len != 0 && rest.at[0] >= 'a' && rest.at[0] <= 'z') {
        const ss_slice name = first_word(rest);
        return refuse(flaw, (size_t)(name.at - word.at), name.len,
                      "bad rate: write 10/s, poisson 10/s or every 100ms",
                      name.at[0] == 'p'   ? "poisson"
                      : name.at[0] == 'e' ? "every"
                                          : NULL);
    } else if (!per_time(word, rest, &ns, flaw)) {
        return false;
    }
    *poisson = drawn;
    *interval = ns;
    return true;
}

/* ---- writing ---- */

static void put_scaled(sn_text *t, uint64_t value, const unit *units, size_t count)
{
    size_t best = 0;
    for (size_t i = 0; i < count; i++) {
        if (value % units[i].scale == 0) {
            best = i;
        }
    }
    sn_text_put_u64(t, value / units[best].scale);
    sn_text_put_str(t, units[best].name);
}

void sn_quantity_put_time(sn_text *t, uint64_t ns)
{
    if (ns == 0) {
        sn_text_put_str(t, "0s");
        return;
    }
    put_scaled(t, ns, time_units, 4);
}

void sn_quantity_put_rate(sn_text *t, uint64_t bits)
{
    put_scaled(t, bits, rate_units, 4);
}

void sn_quantity_put_percent(sn_text *t, uint64_t nano_percent)
{
    sn_text_put_u64(t, nano_percent / 1000000000);
    uint64_t rest = nano_percent % 1000000000;
    if (rest != 0) {
        sn_text_put_str(t, ".");
        for (uint64_t digit = 100000000; rest != 0; digit /= 10) {
            sn_text_put_u64(t, rest / digit);
            rest %= digit;
        }
    }
    sn_text_put_str(t, "%");
}

/* The shortest decimal that reads as the same threshold. */
void sn_quantity_put_prob(sn_text *t, sn_prob prob)
{
    const uint64_t exact = (prob * five_to_11 + (1u << 20)) >> 21;
    for (uint64_t step = 1000000000; step > 1; step /= 10) {
        const uint64_t rounded = (exact + step / 2) / step * step;
        if (prob_of(rounded) == prob) {
            sn_quantity_put_percent(t, rounded);
            return;
        }
    }
    sn_quantity_put_percent(t, exact);
}

void sn_quantity_put_dist(sn_text *t, const sn_dist *dist)
{
    static const char *const words[] = { "", "uniform ", "normal ", "exp " };
    sn_text_put_str(t, words[dist->kind]);
    sn_quantity_put_time(t, dist->a);
    if (dist->kind == SN_DIST_UNIFORM || dist->kind == SN_DIST_NORMAL) {
        sn_text_put_str(t, dist->kind == SN_DIST_UNIFORM ? ".." : " ");
        sn_quantity_put_time(t, dist->b);
    }
}
