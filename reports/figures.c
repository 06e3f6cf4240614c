/* Figures as the summary and the page show them. */
#include "figures.h"

void rp_put_percent(rp_file *out, sn_ratio r)
{
    if (r.den == 0) {
        rp_put_char(out, '-');
        return;
    }
    const uint64_t hundredths = r.num * 10000u / r.den;
    rp_put_u64(out, hundredths / 100u);
    rp_put_char(out, '.');
    rp_put_char(out, (char)('0' + hundredths / 10u % 10u));
    rp_put_char(out, (char)('0' + hundredths % 10u));
    rp_put_text(out, " %");
}

void rp_put_about_ms(rp_file *out, uint64_t ns)
{
    rp_put_ms(out, ns - ns % 1000u);
    rp_put_text(out, " ms");
}

void rp_put_seconds(rp_file *out, uint64_t ns)
{
    rp_put_u64(out, ns / 1000000000u);
    rp_put_char(out, '.');
    const uint64_t ms = ns / 1000000u % 1000u;
    rp_put_char(out, (char)('0' + ms / 100u));
    rp_put_char(out, (char)('0' + ms / 10u % 10u));
    rp_put_char(out, (char)('0' + ms % 10u));
    rp_put_text(out, " s");
}

void rp_put_metric(rp_file *out, const sn_metrics *m, unsigned nth)
{
    sn_metric_info info = { 0 };
    sn_ratio ratio = { 0 };
    uint64_t value = 0;
    (void)sn_metric_info_at(nth, &info);
    (void)sn_metric_value(m, nth, &value);
    if (sn_metric_ratio(m, nth, &ratio)) {
        rp_put_percent(out, ratio);
        rp_put_text(out, " (");
        rp_put_u64(out, ratio.num);
        rp_put_text(out, " of ");
        rp_put_u64(out, ratio.den);
        rp_put_char(out, ')');
    } else if (info.unit == SN_UNIT_TIME) {
        rp_put_ms(out, value);
        rp_put_text(out, " ms");
    } else {
        rp_put_u64(out, value);
    }
}
