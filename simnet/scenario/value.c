/* Single values: numbers in their range, words from a list, names, texts; each mistake with the part it is about. */
#include "field.h"

#include <string.h>

static const char *kind_name(sn_item_kind kind)
{
    static const char *const names[] = { "a single value", "a list", "a mapping" };
    return names[kind];
}

bool sn_value_is_scalar(sn_reading *r, const sn_item *value, const char *what)
{
    if (value->kind != SN_ITEM_SCALAR) {
        sn_wrong(r, value->place, NULL, "wrong type: %s is wanted here, not %s", what,
                 kind_name(value->kind));
        return false;
    }
    if (value->text.len == 0) {
        sn_wrong(r, value->place, NULL, "no value: %s is wanted here", what);
        return false;
    }
    return true;
}

bool sn_value_is_none(const sn_item *value)
{
    return value->kind == SN_ITEM_SCALAR && !value->quoted &&
           ss_slice_eq(value->text, SS_LIT("none"));
}

void sn_value_flaw(sn_reading *r, const sn_item *value, const sn_flaw *flaw)
{
    sn_wrong(r, sn_item_part(value, flaw->from, flaw->length), flaw->suggestion, "'%s': %s",
             sn_shown(r, value->text), flaw->message);
}

static void out_of_range(sn_reading *r, const sn_item *value, const char *min, const char *max)
{
    sn_wrong(r, value->place, NULL, "'%s': out of range: %s to %s", sn_shown(r, value->text), min,
             max);
}

static const char *time_text(sn_reading *r, uint64_t ns)
{
    sn_text t = { .hoard = &r->hoard };
    sn_quantity_put_time(&t, ns);
    return sn_hoard_text(&r->hoard, (ss_slice){ t.at, t.len });
}

static const char *number_text(sn_reading *r, uint64_t number)
{
    sn_text t = { .hoard = &r->hoard };
    sn_text_put_u64(&t, number);
    return sn_hoard_text(&r->hoard, (ss_slice){ t.at, t.len });
}

bool sn_value_count(sn_reading *r, const sn_item *value, uint64_t min, uint64_t max,
                    uint64_t *count)
{
    sn_flaw flaw;
    uint64_t read = 0;
    if (!sn_value_is_scalar(r, value, "a whole number")) {
        return false;
    }
    if (!sn_quantity_count(value->text, &read, &flaw)) {
        sn_value_flaw(r, value, &flaw);
        return false;
    }
    if (read < min || read > max) {
        out_of_range(r, value, number_text(r, min), number_text(r, max));
        return false;
    }
    *count = read;
    return true;
}

bool sn_value_time(sn_reading *r, const sn_item *value, uint64_t min, uint64_t max, uint64_t *ns)
{
    sn_flaw flaw;
    uint64_t read = 0;
    if (!sn_value_is_scalar(r, value, "a time")) {
        return false;
    }
    if (!sn_quantity_time(value->text, &read, &flaw)) {
        sn_value_flaw(r, value, &flaw);
        return false;
    }
    if (read < min || read > max) {
        out_of_range(r, value, time_text(r, min), time_text(r, max));
        return false;
    }
    *ns = read;
    return true;
}

bool sn_value_prob(sn_reading *r, const sn_item *value, sn_prob *prob)
{
    sn_flaw flaw;
    if (!sn_value_is_scalar(r, value, "a percentage")) {
        return false;
    }
    if (!sn_quantity_prob(value->text, prob, &flaw)) {
        sn_value_flaw(r, value, &flaw);
        return false;
    }
    return true;
}

bool sn_value_word(sn_reading *r, const sn_item *value, const char *const *words, unsigned *index)
{
    if (!sn_value_is_scalar(r, value, "a word")) {
        return false;
    }
    size_t count = 0;
    sn_text all = { .hoard = &r->hoard };
    for (; words[count] != NULL; count++) {
        if (ss_slice_eq(value->text, ss_slice_from(words[count]))) {
            *index = (unsigned)count;
            return true;
        }
        sn_text_put_str(&all, count == 0 ? "" : words[count + 1] == NULL ? " or " : ", ");
        sn_text_put_str(&all, words[count]);
    }
    sn_wrong(r, value->place, sn_nearest(r, value->text, words, count), "unknown word '%s': %s",
             sn_shown(r, value->text), sn_hoard_text(&r->hoard, (ss_slice){ all.at, all.len }));
    return false;
}

/* ---- names ---- */

enum { NAME_MAX_LENGTH = 32 };

static bool is_name(ss_slice s)
{
    bool fits = s.len != 0 && s.at[0] >= 'a' && s.at[0] <= 'z';
    for (size_t i = 1; fits && i < s.len; i++) {
        const char c = s.at[i];
        fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    }
    return fits;
}

/* The name probably meant: lower case, and what else joins words an underscore. NULL where that makes none: of `phone[*]`. */
static const char *name_meant(sn_reading *r, ss_slice s)
{
    char name[NAME_MAX_LENGTH + 1] = "";
    if (s.len == 0 || s.len > NAME_MAX_LENGTH) {
        return NULL;
    }
    for (size_t i = 0; i < s.len; i++) {
        const char c = ss_lower(s.at[i]);
        name[i] = c;
        if (c == '-' || c == '.' || c == ' ') {
            name[i] = '_';
        }
    }
    return is_name((ss_slice){ name, s.len }) ? sn_hoard_text(&r->hoard, (ss_slice){ name, s.len })
                                              : NULL;
}

static bool name_from(sn_reading *r, const sn_item *item, sn_name *name)
{
    if (item->text.len > NAME_MAX_LENGTH && is_name(item->text)) {
        sn_wrong(r, item->place, NULL, "the name '%s' is too long: %d characters at most",
                 sn_shown(r, item->text), NAME_MAX_LENGTH);
        return false;
    }
    if (!is_name(item->text)) {
        sn_wrong(r, item->place, name_meant(r, item->text),
                 "'%s' is no name: a lower-case letter, then letters, digits, _",
                 sn_shown(r, item->text));
        return false;
    }
    name->text = sn_hoard_text(&r->hoard, item->text);
    name->place = item->place;
    return true;
}

bool sn_value_name(sn_reading *r, const sn_item *value, sn_name *name)
{
    return sn_value_is_scalar(r, value, "a name") && name_from(r, value, name);
}

bool sn_key_name(sn_reading *r, const sn_item *key, sn_name *name)
{
    static const char *const taken[] = { "none", "all", "any", "at", "never", "null" };
    if (!name_from(r, key, name)) {
        return false;
    }
    for (size_t i = 0; i < SS_COUNT(taken); i++) {
        if (strcmp(name->text, taken[i]) == 0) {
            sn_wrong(r, key->place, NULL,
                     "'%s' is a word of its own in scenarios: choose another name", taken[i]);
            return false;
        }
    }
    return true;
}

bool sn_value_text(sn_reading *r, const sn_item *value, size_t max, const char **text)
{
    if (!sn_value_is_scalar(r, value, "a text")) {
        return false;
    }
    if (value->text.len > max) {
        sn_wrong(r, value->place, NULL, "out of range: a text of %zu bytes, at most %zu",
                 value->text.len, max);
        return false;
    }
    *text = sn_hoard_text(&r->hoard, value->text);
    return true;
}

/* ---- writing ---- */

void sn_put_quoted(sn_text *t, const char *text)
{
    static const char hex[] = "0123456789abcdef";
    sn_text_put_str(t, "\"");
    for (; *text != '\0'; text++) {
        const unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') {
            sn_text_put_str(t, "\\");
        }
        if (c < 0x20 || c == 0x7f) {
            sn_text_put(t, (ss_slice){ (char[]){ '\\', 'x', hex[c >> 4], hex[c & 15] }, 4 });
        } else {
            sn_text_put(t, (ss_slice){ text, 1 });
        }
    }
    sn_text_put_str(t, "\"");
}

void sn_put_key(sn_text *t, const char *key)
{
    sn_text_put_str(t, key);
    sn_text_put_str(t, ": ");
}
