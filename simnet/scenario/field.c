/* Tables of fields: a mapping into a record, and a record back into a mapping. */
#include "field.h"

#include <string.h>

/* ---- finding ---- */

static const sn_field *find_field(const sn_fields *table, ss_slice key)
{
    for (size_t i = 0; i < table->count; i++) {
        if (ss_slice_eq(key, ss_slice_from(table->fields[i].key))) {
            return &table->fields[i];
        }
    }
    return NULL;
}

enum { KEYS_MAX = 48 };

static void unknown_key(sn_reading *r, const sn_fields *table, unsigned who, const sn_item *key)
{
    const char *known[KEYS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < table->count && count < KEYS_MAX; i++) {
        const sn_field *f = &table->fields[i];
        if (f->kind != SN_VALUE_LATER && (f->who == 0 || who == 0 || (f->who & who) != 0)) {
            known[count++] = f->key;
        }
    }
    sn_wrong(r, key->place, sn_meant_here(r, key->text, known, count), "unknown key '%s' in %s%s",
             sn_shown(r, key->text), table->what, sn_meant_elsewhere(r, key->text, table->what));
}

static const char *who_name(const sn_fields *table, unsigned who)
{
    for (unsigned i = 0; table->who != NULL && table->who[i] != NULL; i++) {
        if ((who >> i & 1u) != 0) {
            return table->who[i];
        }
    }
    return "another kind";
}

/* ---- reading ---- */

static bool read_scaled(sn_reading *r, const sn_field *f, const sn_item *value, uint64_t *number)
{
    sn_flaw flaw;
    const bool bytes = f->kind == SN_VALUE_BYTES;
    uint64_t read = 0;
    if (!sn_value_is_scalar(r, value, bytes ? "a size" : "a rate")) {
        return false;
    }
    if (!(bytes ? sn_quantity_bytes : sn_quantity_rate)(value->text, &read, &flaw)) {
        sn_value_flaw(r, value, &flaw);
        return false;
    }
    if (read < f->min || read > f->max) {
        sn_wrong(r, value->place, NULL, "'%s': out of range: %llu%s to %llu%s",
                 sn_shown(r, value->text), (unsigned long long)f->min, bytes ? "B" : "bit",
                 (unsigned long long)f->max, bytes ? "B" : "bit");
        return false;
    }
    *number = read;
    return true;
}

static void read_dist(sn_reading *r, const sn_field *f, const sn_item *value, sn_dist *dist)
{
    sn_flaw flaw;
    sn_dist read = *dist;
    if (!sn_value_is_scalar(r, value, "a time or a distribution")) {
        return;
    }
    if (!sn_quantity_dist(value->text, &read, &flaw)) {
        sn_value_flaw(r, value, &flaw);
    } else if (read.a > f->max || read.b > f->max) {
        sn_wrong(r, value->place, NULL, "'%s': out of range: too long", sn_shown(r, value->text));
    } else {
        *dist = read;
    }
}

static void read_bool(sn_reading *r, const sn_item *value, bool *flag)
{
    static const char *const words[] = { "false", "true", NULL };
    unsigned word = 0;
    if (!sn_value_is_scalar(r, value, "true or false")) {
        return;
    }
    if (value->quoted) {
        sn_wrong(r, value->place, NULL,
                 "wrong type: true or false is wanted here, not a text in quotes");
    } else if (ss_slice_eq_nocase(value->text, SS_LIT("yes")) ||
               ss_slice_eq_nocase(value->text, SS_LIT("on"))) {
        sn_wrong(r, value->place, "true", "wrong type: true or false is wanted here");
    } else if (ss_slice_eq_nocase(value->text, SS_LIT("no")) ||
               ss_slice_eq_nocase(value->text, SS_LIT("off"))) {
        sn_wrong(r, value->place, "false", "wrong type: true or false is wanted here");
    } else if (sn_value_word(r, value, words, &word)) {
        *flag = word == 1;
    }
}

static void store(const sn_field *f, void *at, uint64_t number)
{
    const uint32_t narrow = (uint32_t)number;
    if (f->kind == SN_VALUE_COUNT || f->kind == SN_VALUE_BYTES) {
        memcpy(at, &narrow, sizeof narrow);
    } else {
        memcpy(at, &number, sizeof number);
    }
}

static uint64_t stored(const sn_field *f, const void *at)
{
    uint32_t narrow = 0;
    uint64_t number = 0;
    if (f->kind == SN_VALUE_COUNT || f->kind == SN_VALUE_BYTES) {
        memcpy(&narrow, at, sizeof narrow);
        return narrow;
    }
    memcpy(&number, at, sizeof number);
    return number;
}

static void read_number(sn_reading *r, const sn_field *f, const sn_item *value, void *at)
{
    uint64_t number = 0;
    bool fine = false;
    if (f->kind == SN_VALUE_COUNT || f->kind == SN_VALUE_NUMBER) {
        fine = sn_value_count(r, value, f->min, f->max, &number);
    } else if (f->kind == SN_VALUE_TIME) {
        fine = sn_value_time(r, value, f->min, f->max, &number);
    } else if (f->kind == SN_VALUE_PROB) {
        fine = sn_value_prob(r, value, &number);
    } else {
        fine = read_scaled(r, f, value, &number);
    }
    if (fine) {
        store(f, at, number);
    }
}

static void read_none(const sn_field *f, void *at)
{
    if (f->kind == SN_VALUE_NAME) {
        *(sn_name *)at = (sn_name){ 0 };
    } else if (f->kind == SN_VALUE_TEXT) {
        *(const char **)at = NULL;
    } else {
        store(f, at, f->none);
    }
}

void sn_field_read(sn_reading *r, const sn_field *f, const sn_item *value, void *at)
{
    if ((f->flags & SN_OR_NONE) != 0 && f->kind != SN_VALUE_SPECIAL && sn_value_is_none(value)) {
        read_none(f, at);
        return;
    }
    switch (f->kind) {
    case SN_VALUE_BOOL:
        read_bool(r, value, at);
        break;
    case SN_VALUE_DIST:
        read_dist(r, f, value, at);
        break;
    case SN_VALUE_WORD:
        sn_value_word(r, value, f->words, at);
        break;
    case SN_VALUE_NAME:
        sn_value_name(r, value, at);
        break;
    case SN_VALUE_TEXT:
        sn_value_text(r, value, f->max, at);
        break;
    case SN_VALUE_SPECIAL:
        f->codec->read(r, value, at);
        break;
    default:
        read_number(r, f, value, at);
        break;
    }
}

static void read_pair(sn_reading *r, const sn_fields *table, unsigned who, const sn_pair *pair,
                      void *record)
{
    const sn_field *f = find_field(table, pair->key->text);
    if (f == NULL) {
        unknown_key(r, table, who, pair->key);
    } else if (f->kind == SN_VALUE_LATER) {
        sn_wrong(r, pair->key->place, NULL, "'%s' in %s is not in this version", f->key,
                 table->what);
    } else if (f->who != 0 && who != 0 && (f->who & who) == 0) {
        sn_wrong(r, pair->key->place, NULL, "'%s' is for role %s, this %s has role %s", f->key,
                 who_name(table, f->who), table->what, who_name(table, who));
    } else {
        sn_field_read(r, f, pair->value, (char *)record + f->offset);
    }
}

bool sn_fields_read(sn_reading *r, const sn_fields *table, unsigned who, const sn_item *map,
                    void *record)
{
    if (map->kind != SN_ITEM_MAP) {
        sn_wrong(r, map->place, NULL, "wrong type: a mapping of keys of %s is wanted here",
                 table->what);
        return false;
    }
    for (uint32_t i = 0; i < map->count; i++) {
        read_pair(r, table, who, &map->pairs[i], record);
    }
    for (size_t i = 0; i < table->count; i++) {
        const sn_field *f = &table->fields[i];
        const bool is_of_it = f->who == 0 || who == 0 || (f->who & who) != 0;
        if ((f->flags & SN_REQUIRED) != 0 && is_of_it && sn_item_pair(map, f->key) == NULL) {
            sn_wrong(r, map->place, NULL, "missing key '%s' in %s", f->key, table->what);
        }
    }
    return true;
}

/* ---- writing ---- */

static bool write_name(sn_text *t, const sn_name *name)
{
    sn_text_put_str(t, name->text == NULL ? "none" : name->text);
    return true;
}

static bool write_text(sn_text *t, const char *text)
{
    if (text == NULL) {
        sn_text_put_str(t, "none");
    } else {
        sn_put_quoted(t, text);
    }
    return true;
}

static bool write_number(sn_text *t, const sn_field *f, const void *at)
{
    const uint64_t number = stored(f, at);
    if ((f->flags & SN_OR_NONE) != 0 && number == f->none) {
        sn_text_put_str(t, "none");
    } else if (f->kind == SN_VALUE_TIME) {
        sn_quantity_put_time(t, number);
    } else if (f->kind == SN_VALUE_RATE) {
        sn_quantity_put_rate(t, number);
    } else if (f->kind == SN_VALUE_PROB) {
        sn_quantity_put_prob(t, number);
    } else {
        sn_text_put_u64(t, number);
        sn_text_put_str(t, f->kind == SN_VALUE_BYTES ? "B" : "");
    }
    return true;
}

static bool write_value(sn_text *t, const sn_field *f, const void *at)
{
    switch (f->kind) {
    case SN_VALUE_BOOL:
        sn_text_put_str(t, *(const bool *)at ? "true" : "false");
        return true;
    case SN_VALUE_DIST:
        sn_quantity_put_dist(t, at);
        return true;
    case SN_VALUE_WORD:
        sn_text_put_str(t, f->words[*(const unsigned *)at]);
        return true;
    case SN_VALUE_NAME:
        return write_name(t, at);
    case SN_VALUE_TEXT:
        return write_text(t, *(const char *const *)at);
    case SN_VALUE_SPECIAL:
        return f->codec->write != NULL && f->codec->write(t, at);
    case SN_VALUE_LATER:
        return false;
    default:
        return write_number(t, f, at);
    }
}

void sn_fields_write(sn_text *t, const sn_fields *table, unsigned who, const void *record)
{
    bool first = true;
    sn_text_put_str(t, "{");
    for (size_t i = 0; i < table->count; i++) {
        const sn_field *f = &table->fields[i];
        if ((f->flags & SN_SILENT) != 0 || (f->who != 0 && who != 0 && (f->who & who) == 0)) {
            continue;
        }
        const size_t before = t->len;
        sn_text_put_str(t, first ? "" : ", ");
        sn_put_key(t, f->key);
        if (write_value(t, f, (const char *)record + f->offset)) {
            first = false;
        } else {
            t->len = before;
        }
    }
    sn_text_put_str(t, "}");
}
