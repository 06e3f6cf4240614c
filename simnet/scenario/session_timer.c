/* session_timer: how long a session lasts without a refresh (RFC 4028), {expires: 90s, min: 90s, refresher: uac}; and what a call asks for
 * of it. */
#include "model.h"

#include "ss/ua.h"

static const char *const refresher_words[] = { "any", "uac", "uas", NULL };
_Static_assert(SS_REFRESHER_UAS == 2, "in the order of ss_refresher");

#define AT(member) .offset = offsetof(struct sn_session_entry, member)
#define LEAST      SS_S(90) /* RFC 4028 4 */
#define MOST       (UINT64_C(2147483647) * SS_S(1))

static const sn_field fields[] = {
    { .key = "expires",
      .kind = SN_VALUE_TIME,
      .flags = SN_OR_NONE,
      AT(expires),
      .min = LEAST,
      .max = MOST },
    { .key = "min", .kind = SN_VALUE_TIME, AT(min), .min = LEAST, .max = MOST },
    { .key = "refresher", .kind = SN_VALUE_WORD, AT(refresher), .words = refresher_words },
};
static const sn_fields table = { "session_timer", fields, SS_COUNT(fields), NULL };

static void read_timer(sn_reading *r, const sn_item *value, void *at)
{
    struct sn_session_entry *entry = at;
    if (sn_value_is_none(value)) {
        return;
    }
    *entry = (struct sn_session_entry){ .min = LEAST };
    entry->is_set = sn_fields_read(r, &table, 0, value, entry);
    if (entry->is_set && (entry->expires % SS_S(1) != 0 || entry->min % SS_S(1) != 0)) {
        sn_wrong(r, value->place, NULL, "a session timer is in whole seconds: RFC 4028 4");
    } else if (entry->is_set && entry->expires != 0 && entry->expires < entry->min) {
        sn_wrong(r, value->place, NULL, "a session cannot expire before its own 'min'");
    }
}

static bool write_timer(sn_text *t, const void *at)
{
    const struct sn_session_entry *entry = at;
    if (entry->is_set) {
        sn_fields_write(t, &table, 0, entry);
    } else {
        sn_text_put_str(t, "none");
    }
    return true;
}

const sn_codec sn_session_timer_codec = { read_timer, write_timer };

void sn_session_judge(sn_reading *r, const sn_group_entry *caller, const sn_item *call,
                      bool is_reliable, ss_span session)
{
    if (is_reliable && caller->prack == SS_RELIABLE_NONE) {
        sn_wrong(r, sn_item_place(call, "reliable"), NULL, "'%s' has 'prack: none'",
                 caller->name.text);
    }
    if (session == 0) {
        return;
    }
    const sn_place place = sn_item_place(call, "session_timer");
    if (session % SS_S(1) != 0) {
        sn_wrong(r, place, NULL, "a session timer is in whole seconds: RFC 4028 4");
    } else if (!caller->session_timer.is_set) {
        sn_wrong(r, place, NULL, "'%s' does not know of session timers: give it 'session_timer'",
                 caller->name.text);
    } else if (session < caller->session_timer.min) {
        sn_wrong(r, place, NULL, "a session cannot expire before the 'min' of '%s'",
                 caller->name.text);
    }
}
