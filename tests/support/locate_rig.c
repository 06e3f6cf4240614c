/* Questions of ss_locate answered from rows, until it is done. */
#include "locate_rig.h"

#include <stdio.h>
#include <string.h>

enum { ROWS_MAX = 64 };

static const char *type_name(ss_record_type type)
{
    switch (type) {
    case SS_RECORD_A:
        return "A";
    case SS_RECORD_AAAA:
        return "AAAA";
    case SS_RECORD_SRV:
        return "SRV";
    case SS_RECORD_NAPTR:
        return "NAPTR";
    }
    return "?";
}

static ss_slice text_or(const char *text, const char *otherwise)
{
    return ss_slice_from(text == NULL ? otherwise : text);
}

static void answer(lc_run *run, const ss_locate_need *need, const lc_row *rows)
{
    ss_address addresses[ROWS_MAX];
    ss_srv srvs[ROWS_MAX];
    ss_naptr naptrs[ROWS_MAX];
    uint16_t count = 0;
    bool fails = false;
    for (const lc_row *r = rows; r->name != NULL; r++) {
        if (r->type != need->type || !ss_slice_eq(need->name, ss_slice_from(r->name))) {
            continue;
        }
        CHECK(count < ROWS_MAX);
        fails = fails || r->fails;
        if (r->type == SS_RECORD_SRV) {
            srvs[count++] = (ss_srv){ r->first, r->second, r->port, text_or(r->text, "") };
        } else if (r->type == SS_RECORD_NAPTR) {
            naptrs[count++] = (ss_naptr){ r->first,
                                          r->second,
                                          text_or(r->flags, "s"),
                                          text_or(r->service, ""),
                                          text_or(r->regexp, ""),
                                          text_or(r->text, "") };
        } else if (!r->fails) {
            CHECK_OK(ss_address_from(ss_slice_from(r->text), 0, &addresses[count]));
            count++;
        }
    }
    const ss_records records = { addresses, srvs, naptrs, count };
    ss_locate_answer(&run->l, fails ? SS_ERR_STATE : count == 0 ? SS_NONE : SS_OK, &records);
}

void lc_finish(lc_run *run, const lc_row *rows, const uint32_t *numbers, unsigned number_count)
{
    for (unsigned steps = 0;; steps++) {
        const ss_locate_need need = ss_locate_needs(&run->l);
        CHECK(steps < 100);
        if (need.kind == SS_LOCATE_NOTHING) {
            return;
        }
        if (need.kind == SS_LOCATE_ASK) {
            const size_t used = strlen(run->asked);
            snprintf(run->asked + used, sizeof run->asked - used, "%s%s %.*s",
                     used == 0 ? "" : "; ", type_name(need.type), (int)need.name.len, need.name.at);
            answer(run, &need, rows);
            continue;
        }
        CHECK(run->draws < SS_COUNT(run->below));
        run->below[run->draws] = need.below;
        ss_locate_drawn(&run->l, run->draws < number_count ? numbers[run->draws] : 0);
        run->draws++;
    }
}

lc_run lc_locate(const ss_locate_options *options, const lc_row *rows, const uint32_t *numbers,
                 unsigned number_count)
{
    lc_run run = { .draws = 0 };
    ss_locate_begin(&run.l, options);
    lc_finish(&run, rows, numbers, number_count);
    return run;
}

ss_locate_options lc_sip(const char *host)
{
    return (ss_locate_options){ .host = ss_slice_from(host),
                                .is_open = true,
                                .transports = 1u << SS_TRANSPORT_UDP | 1u << SS_TRANSPORT_TCP,
                                .has_ipv4 = true };
}

const char *lc_places(const ss_locate *l)
{
    static char text[1024];
    ss_buffer b = ss_buffer_on(text, sizeof text - 1);
    for (uint16_t i = 0; i < l->address_count; i++) {
        ss_put_text(&b, i == 0 ? "" : " ");
        ss_put_host_port(&b, &l->addresses[i]);
    }
    text[b.len] = '\0';
    return text;
}
