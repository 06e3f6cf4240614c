/* Selectors: the one grammar for naming nodes: `name`, `name[i]`, `name[i..j]`, `name[*]`; and windows of time. */
#include "model.h"

#include <string.h>

static bool bad_selector(sn_reading *r, const sn_item *value, size_t from, size_t length,
                         const char *why)
{
    sn_wrong(r, sn_item_part(value, from, length), NULL, "bad selector '%s': %s",
             sn_shown(r, value->text), why);
    return false;
}

static bool read_index(sn_reading *r, const sn_item *value, size_t from, size_t to, uint32_t *index)
{
    uint64_t number = 0;
    if (ss_slice_to_u64(ss_slice_cut(value->text, from, to), UINT32_MAX - 1, &number) != SS_OK) {
        return bad_selector(r, value, from, to - from,
                            "an index is a whole number, *, or a range i..j");
    }
    *index = (uint32_t)number;
    return true;
}

static bool read_indices(sn_reading *r, const sn_item *value, size_t from, size_t to,
                         sn_selector *s)
{
    const ss_slice inside = ss_slice_cut(value->text, from, to);
    s->indexed = true;
    if (ss_slice_eq(inside, SS_LIT("*"))) {
        s->all = true;
        return true;
    }
    const size_t dot = from + ss_slice_find(inside, '.');
    if (dot == to) {
        const bool fine = read_index(r, value, from, to, &s->from);
        s->to = s->from;
        return fine;
    }
    if (dot + 1 >= to || value->text.at[dot + 1] != '.') {
        return bad_selector(r, value, from, to - from,
                            "an index is a whole number, *, or a range i..j");
    }
    if (!read_index(r, value, from, dot, &s->from) || !read_index(r, value, dot + 2, to, &s->to)) {
        return false;
    }
    return s->from <= s->to ||
           bad_selector(r, value, from, to - from, "the range ends before it begins");
}

bool sn_selector_read(sn_reading *r, const sn_item *value, sn_selector *s)
{
    if (!sn_value_is_scalar(r, value, "the name of a node")) {
        return false;
    }
    const ss_slice text = value->text;
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.at[i] == '-' && text.at[i + 1] == '>') {
            return bad_selector(r, value, i, 2, "a path is not wanted here");
        }
    }
    const size_t bracket = ss_slice_find(text, '[');
    sn_selector read = { 0 };
    if (bracket < text.len && text.at[text.len - 1] != ']') {
        return bad_selector(r, value, bracket, text.len - bracket, "a [ without its ]");
    }
    sn_item name = *value;
    name.text = ss_slice_cut(text, 0, bracket);
    name.place = sn_item_part(value, 0, bracket);
    if (!sn_value_name(r, &name, &read.group)) {
        return false;
    }
    if (bracket < text.len && !read_indices(r, value, bracket + 1, text.len - 1, &read)) {
        return false;
    }
    *s = read;
    return true;
}

void sn_selector_put(sn_text *t, const sn_selector *s)
{
    sn_text_put_str(t, s->group.text);
    if (!s->indexed) {
        return;
    }
    sn_text_put_str(t, "[");
    if (s->all) {
        sn_text_put_str(t, "*");
    } else {
        sn_text_put_u64(t, s->from);
    }
    if (s->to != s->from) {
        sn_text_put_str(t, "..");
        sn_text_put_u64(t, s->to);
    }
    sn_text_put_str(t, "]");
}

void sn_selector_write(sn_text *t, const sn_selector *s)
{
    sn_text_put_str(t, s->indexed ? "\"" : "");
    sn_selector_put(t, s);
    sn_text_put_str(t, s->indexed ? "\"" : "");
}

bool sn_selector_fits(sn_reading *r, const sn_selector *s, const sn_group_entry *g)
{
    const uint32_t size = sn_group_size(g);
    if (!s->indexed || s->all || s->to < size) {
        return true;
    }
    sn_wrong(r, s->group.place, NULL, "'%s' has %u node%s", g->name.text, (unsigned)size,
             size == 1 ? "" : "s");
    return false;
}

sn_node_range sn_selector_range(const sn_model *m, const sn_selector *s)
{
    if (s->group.text == NULL) {
        return (sn_node_range){ .group = SN_NOBODY };
    }
    const uint32_t size = sn_group_size(&m->groups[s->group.index]);
    const bool whole = s->all || !s->indexed;
    return (sn_node_range){ .group = s->group.index,
                            .first = whole ? 0 : s->from,
                            .last = whole ? size - 1 : s->to };
}

/* ---- codecs ---- */

static void read_selector(sn_reading *r, const sn_item *value, void *at)
{
    sn_selector_read(r, value, at);
}

static bool write_selector(sn_text *t, const void *at)
{
    const sn_selector *s = at;
    if (s->group.text != NULL) {
        sn_selector_write(t, s);
    }
    return s->group.text != NULL;
}

const sn_codec sn_selector_codec = { read_selector, write_selector };

static void read_whole_group(sn_reading *r, const sn_item *value, void *at)
{
    sn_selector s;
    if (!sn_selector_read(r, value, &s)) {
        return;
    }
    if (s.indexed && !s.all) {
        sn_wrong(r, value->place, s.group.text,
                 "a part of a group is not in this version: name the whole group");
        return;
    }
    *(sn_name *)at = s.group;
}

static bool write_whole_group(sn_text *t, const void *at)
{
    sn_text_put_str(t, ((const sn_name *)at)->text);
    return true;
}

const sn_codec sn_whole_group_codec = { read_whole_group, write_whole_group };

static void read_window(sn_reading *r, const sn_item *value, void *at)
{
    sn_flaw flaw;
    sn_window_entry *w = at;
    if (!sn_value_is_scalar(r, value, "a range of time")) {
        return;
    }
    if (!value->quoted && ss_slice_eq(value->text, SS_LIT("all"))) {
        return;
    }
    if (!sn_quantity_range(value->text, &w->from, &w->to, &flaw)) {
        sn_value_flaw(r, value, &flaw);
    }
}

static bool write_window(sn_text *t, const void *at)
{
    const sn_window_entry *w = at;
    if (w->to == 0) {
        sn_text_put_str(t, "all");
        return true;
    }
    sn_quantity_put_time(t, w->from);
    sn_text_put_str(t, "..");
    sn_quantity_put_time(t, w->to);
    return true;
}

const sn_codec sn_window_codec = { read_window, write_window };
