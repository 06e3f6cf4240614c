/* crash: for ever, or {for: 5s, memory: lost}, of a node that comes back. */
#include "model.h"

static const char *const memory_words[] = { "lost", "kept", NULL };

static const sn_field fields[] = {
    { .key = "for",
      .kind = SN_VALUE_TIME,
      .flags = SN_REQUIRED,
      .offset = offsetof(struct sn_crash_entry, span),
      .min = 1,
      .max = SN_TIME_MAX },
    { .key = "memory",
      .kind = SN_VALUE_WORD,
      .offset = offsetof(struct sn_crash_entry, memory),
      .words = memory_words },
};
static const sn_fields table = { "crash", fields, SS_COUNT(fields), NULL };

static void read_crash(sn_reading *r, const sn_item *value, void *at)
{
    if (value->kind == SN_ITEM_MAP) {
        sn_fields_read(r, &table, 0, value, at);
    } else if (sn_value_is_scalar(r, value, "forever, or {for: 5s}") &&
               !ss_slice_eq(value->text, SS_LIT("forever"))) {
        sn_wrong(r, value->place, "forever", "a crash is 'forever', or {for: 5s}");
    }
}

static bool write_crash(sn_text *t, const void *at)
{
    const struct sn_crash_entry *crash = at;
    if (crash->span == 0) {
        sn_text_put_str(t, "forever");
    } else {
        sn_fields_write(t, &table, 0, crash);
    }
    return true;
}

const sn_codec sn_crash_codec = { read_crash, write_crash };
