/* YAML text to the tree: the one file that knows libfyaml.
 *
 * A plain subset of YAML 1.2: one document of mappings with words as keys. Aliases, anchors, tags and merge keys are
 * refused, as are keys that readers of YAML 1.1 take for booleans. The library's own state is consistent whenever
 * the hoard may run out, since it never calls us back.
 */
#include "reading.h"

#include <libfyaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 32 };

typedef struct frame {
    sn_item *item;
    sn_item *key; /* of the value to come, in a mapping */
    bool odd;     /* the pair to come is left out: its key was refused */
} frame;

typedef struct builder {
    sn_reading *r;
    uint32_t source;
    uint32_t from; /* offset of the YAML in the source */
    frame stack[DEPTH_MAX];
    unsigned depth;
    sn_item *root;
    unsigned documents;
    bool stop;
} builder;

static sn_place place_at(const builder *b, size_t offset, size_t length)
{
    return (sn_place){ b->source, b->from + (uint32_t)offset, (uint32_t)length };
}

static sn_place event_place(const builder *b, struct fy_event *e)
{
    const struct fy_mark *start = fy_event_start_mark(e), *end = fy_event_end_mark(e);
    if (start == NULL) { /* an empty value: where its key is */
        const sn_item *key = b->depth == 0 ? NULL : b->stack[b->depth - 1].key;
        return key != NULL ? key->place : place_at(b, 0, 1);
    }
    const size_t length =
        end != NULL && end->input_pos > start->input_pos ? end->input_pos - start->input_pos : 1;
    return place_at(b, start->input_pos, length);
}

/* ---- keys ---- */

static bool is_boolean_of_yaml_1_1(ss_slice word)
{
    static const char *const words[] = { "y", "n", "yes", "no", "on", "off", "true", "false" };
    for (size_t i = 0; i < SS_COUNT(words); i++) {
        if (ss_slice_eq_nocase(word, ss_slice_from(words[i]))) {
            return true;
        }
    }
    return false;
}

static bool key_is_fine(builder *b, const sn_item *key)
{
    const char *shown = sn_shown(b->r, key->text);
    if (key->kind != SN_ITEM_SCALAR) {
        sn_wrong(b->r, key->place, NULL, "a key must be a word, not a %s",
                 key->kind == SN_ITEM_MAP ? "mapping" : "list");
        return false;
    }
    if (!key->quoted && ss_slice_eq(key->text, SS_LIT("<<"))) {
        sn_wrong(b->r, key->place, NULL, "merge keys are not accepted in a scenario");
        return false;
    }
    if (is_boolean_of_yaml_1_1(key->text)) {
        sn_wrong(b->r, key->place, NULL, "'%s' may not be a key: YAML 1.1 takes it for a boolean",
                 shown);
        return false;
    }
    if (key->text.len == 0) {
        sn_wrong(b->r, key->place, NULL, "an empty key");
        return false;
    }
    return true;
}

static int by_key(const void *left, const void *right)
{
    const sn_item *a = *(sn_item *const *)left, *b = *(sn_item *const *)right;
    const int order = ss_slice_compare(a->text, b->text);
    return order != 0 ? order : a->place.offset < b->place.offset ? -1 : 1;
}

static void find_duplicates(builder *b, const sn_item *map)
{
    if (map->count < 2) {
        return;
    }
    sn_item **keys = sn_hoard_take(&b->r->hoard, map->count * sizeof(*keys));
    for (uint32_t i = 0; i < map->count; i++) {
        keys[i] = map->pairs[i].key;
    }
    qsort(keys, map->count, sizeof(*keys), by_key);
    for (uint32_t i = 1; i < map->count; i++) {
        if (ss_slice_eq(keys[i]->text, keys[i - 1]->text)) {
            sn_wrong(b->r, keys[i]->place, NULL, "duplicate key '%s'",
                     sn_shown(b->r, keys[i]->text));
        }
    }
}

/* ---- building ---- */

static void add_pair(builder *b, sn_item *into, sn_item *key, sn_item *value)
{
    into->pairs = sn_hoard_grow(&b->r->hoard, into->pairs, into->count, sizeof(*into->pairs));
    into->pairs[into->count++] = (sn_pair){ key, value };
}

static void add_item(builder *b, sn_item *item)
{
    if (b->depth == 0) {
        b->root = item;
        return;
    }
    frame *top = &b->stack[b->depth - 1];
    if (top->item->kind == SN_ITEM_LIST) {
        add_pair(b, top->item, NULL, item);
    } else if (top->key == NULL) {
        top->odd = !key_is_fine(b, item);
        top->key = item;
    } else {
        if (!top->odd) {
            add_pair(b, top->item, top->key, item);
        }
        top->key = NULL;
    }
}

static void open_item(builder *b, struct fy_event *e, sn_item_kind kind)
{
    sn_item *item = sn_hoard_take(&b->r->hoard, sizeof(*item));
    item->kind = kind;
    item->place = event_place(b, e);
    item->text = SS_LIT("");
    if (b->depth == DEPTH_MAX) {
        sn_wrong(b->r, item->place, NULL, "nested too deep: more than %d levels", DEPTH_MAX);
        b->stop = true;
        return;
    }
    b->stack[b->depth++] = (frame){ .item = item };
}

static void close_item(builder *b)
{
    sn_item *item = b->stack[--b->depth].item;
    if (item->kind == SN_ITEM_MAP) {
        find_duplicates(b, item);
    }
    add_item(b, item);
}

static void add_scalar(builder *b, struct fy_event *e)
{
    sn_item *item = sn_hoard_take(&b->r->hoard, sizeof(*item));
    size_t length = 0;
    const char *text = fy_token_get_text(e->scalar.value, &length);
    const struct fy_mark *start = fy_event_start_mark(e), *end = fy_event_end_mark(e);
    const size_t raw = start == NULL || end == NULL ? 0 : end->input_pos - start->input_pos;
    item->place = event_place(b, e);
    item->quoted = fy_token_scalar_style(e->scalar.value) != FYSS_PLAIN;
    item->text =
        (ss_slice){ sn_hoard_text(&b->r->hoard, (ss_slice){ text, text == NULL ? 0 : length }),
                    length };
    if (start != NULL) {
        const ss_slice all = b->r->sources[b->source].text;
        const size_t at = item->place.offset;
        item->exact = at <= all.len && length <= all.len - at &&
                      memcmp(all.at + at, item->text.at, length) == 0;
        if (item->quoted && at > 0 && (all.at[at - 1] == '"' || all.at[at - 1] == '\'')) {
            item->place.offset--; /* the caret takes in the quotes */
            item->place.length = (uint32_t)raw + 2;
        } else if (item->quoted) {
            item->exact = false;
        }
    }
    add_item(b, item);
}

static bool has_tag_or_anchor(builder *b, struct fy_event *e)
{
    struct fy_token *tag = NULL, *anchor = NULL;
    if (e->type == FYET_SCALAR) {
        tag = e->scalar.tag;
        anchor = e->scalar.anchor;
    } else if (e->type == FYET_MAPPING_START) {
        tag = e->mapping_start.tag;
        anchor = e->mapping_start.anchor;
    } else if (e->type == FYET_SEQUENCE_START) {
        tag = e->sequence_start.tag;
        anchor = e->sequence_start.anchor;
    }
    struct fy_token *odd = tag != NULL ? tag : anchor;
    if (odd == NULL) {
        return false;
    }
    const struct fy_mark *start = fy_token_start_mark(odd), *end = fy_token_end_mark(odd);
    const sn_place place = start == NULL || end == NULL
                               ? event_place(b, e)
                               : place_at(b, start->input_pos, end->input_pos - start->input_pos);
    sn_wrong(b->r, place, NULL, "%s are not accepted in a scenario",
             tag != NULL ? "tags" : "anchors");
    return true;
}

static void take_event(builder *b, struct fy_event *e)
{
    has_tag_or_anchor(b, e);
    switch (e->type) {
    case FYET_DOCUMENT_START:
        if (++b->documents > 1) {
            sn_wrong(b->r, event_place(b, e), NULL, "a second document: a scenario is one");
            b->stop = true;
        }
        break;
    case FYET_MAPPING_START:
        open_item(b, e, SN_ITEM_MAP);
        break;
    case FYET_SEQUENCE_START:
        open_item(b, e, SN_ITEM_LIST);
        break;
    case FYET_MAPPING_END:
    case FYET_SEQUENCE_END:
        close_item(b);
        break;
    case FYET_SCALAR:
        add_scalar(b, e);
        break;
    case FYET_ALIAS:
        sn_wrong(b->r, event_place(b, e), NULL, "aliases are not accepted in a scenario");
        b->stop = true;
        break;
    default:
        break;
    }
}

/* ---- what is no YAML at all ---- */

static unsigned utf8_length(ss_slice s, size_t at)
{
    const unsigned char first = (unsigned char)s.at[at];
    const unsigned length = first < 0x80   ? 1
                            : first < 0xc2 ? 0
                            : first < 0xe0 ? 2
                            : first < 0xf0 ? 3
                            : first < 0xf5 ? 4
                                           : 0;
    if (length > s.len - at) {
        return 0;
    }
    for (unsigned i = 1; i < length; i++) {
        if (((unsigned char)s.at[at + i] & 0xc0u) != 0x80u) {
            return 0;
        }
    }
    const unsigned second = length > 1 ? (unsigned char)s.at[at + 1] : 0;
    const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
    const bool outside = (first == 0xed && second > 0x9f) || (first == 0xf4 && second > 0x8f);
    return overlong || outside ? 0 : length;
}

static bool is_text(sn_reading *r, uint32_t source)
{
    const ss_slice s = r->sources[source].text;
    for (size_t i = 0; i < s.len;) {
        const unsigned length = utf8_length(s, i);
        const unsigned char c = (unsigned char)s.at[i];
        const sn_place place = { source, (uint32_t)i, 1 };
        if (length == 0) {
            sn_wrong(r, place, NULL, "not UTF-8: byte 0x%02x", c);
            return false;
        }
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f) {
            sn_wrong(r, place, NULL, "control character 0x%02x", c);
            return false;
        }
        i += length;
    }
    return true;
}

/* ---- the library ---- */

static void say_nothing(struct fy_diag *diag, void *user, const char *text, size_t length)
{
    (void)diag;
    (void)user;
    (void)text;
    (void)length;
}

static struct fy_parser *open_parser(sn_reading *r, ss_slice text)
{
    struct fy_diag_cfg diag;
    fy_diag_cfg_default(&diag);
    diag.fp = NULL;
    diag.output_fn = say_nothing;
    diag.colorize = false;
    r->diag = fy_diag_create(&diag);
    if (r->diag == NULL) {
        longjmp(*r->hoard.full, 1);
    }
    fy_diag_set_collect_errors(r->diag, true);
    const struct fy_parse_cfg cfg = {
        .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_JSON_NONE | FYPCF_DEFAULT_VERSION_1_2,
        .diag = r->diag,
    };
    r->parser = fy_parser_create(&cfg);
    if (r->parser == NULL || fy_parser_set_string(r->parser, text.at, text.len) != 0) {
        longjmp(*r->hoard.full, 1);
    }
    return r->parser;
}

void sn_yaml_close(sn_reading *r)
{
    if (r->parser != NULL) {
        fy_parser_destroy(r->parser);
    }
    if (r->diag != NULL) {
        fy_diag_destroy(r->diag);
    }
    r->parser = NULL;
    r->diag = NULL;
}

static size_t offset_of(const sn_source *s, uint32_t from, int line, int column)
{
    if (line < 1 || column < 1) {
        return from;
    }
    uint32_t first = 0;
    while (first + 1 < s->line_count && s->line_starts[first + 1] <= from) {
        first++;
    }
    const size_t index = first + (size_t)line - 1;
    const size_t start = index >= s->line_count ? s->text.len
                         : index == first       ? from
                                                : s->line_starts[index];
    const size_t offset = start + (size_t)column - 1;
    return offset < s->text.len ? offset : s->text.len;
}

/* The library's first complaint; of something left open, the place is where it was opened. */
static void syntax_error(builder *b)
{
    void *iterator = NULL;
    const struct fy_diag_error *error = fy_diag_errors_iterate(b->r->diag, &iterator);
    char message[120];
    snprintf(message, sizeof message, "%s",
             error == NULL || error->msg == NULL ? "not YAML" : error->msg);
    for (char *c = message; *c != '\0'; c++) {
        *c = (unsigned char)*c < 0x20 || (unsigned char)*c > 0x7e ? '?' : *c;
    }
    const sn_source *s = &b->r->sources[b->source];
    const size_t at = error == NULL ? b->from : offset_of(s, b->from, error->line, error->column);
    sn_place place = { b->source, (uint32_t)at, 1 };
    if (at >= s->text.len && b->depth != 0) {
        place = b->stack[b->depth - 1].item->place;
        place.length = 1;
    }
    sn_wrong(b->r, place, NULL, "YAML: %s", message);
}

static void take_events(builder *b, struct fy_parser *parser)
{
    for (bool ended = false; !ended && !b->stop;) {
        struct fy_event *e = fy_parser_parse(parser);
        if (e == NULL) {
            syntax_error(b);
            b->stop = true;
            return;
        }
        take_event(b, e);
        ended = e->type == FYET_STREAM_END;
        fy_parser_event_free(parser, e);
    }
}

sn_item *sn_yaml_read(sn_reading *r, uint32_t source, size_t from)
{
    const ss_slice text = r->sources[source].text;
    if (text.len > SN_SCENARIO_BYTES_MAX) {
        sn_wrong(r, (sn_place){ source, 0, 1 }, NULL, "too large: %zu bytes, more than %u",
                 text.len, SN_SCENARIO_BYTES_MAX);
        return NULL;
    }
    if (!is_text(r, source)) {
        return NULL;
    }
    builder b = { .r = r, .source = source, .from = (uint32_t)from };
    const uint64_t before = r->mistake_count;
    const char *at = text.at == NULL ? "" : text.at + from;
    take_events(&b, open_parser(r, (ss_slice){ at, text.len - from }));
    sn_yaml_close(r);
    if (b.stop) {
        return NULL;
    }
    if (b.root == NULL && r->mistake_count == before) {
        sn_wrong(r, (sn_place){ source, (uint32_t)from, 1 }, NULL,
                 "empty: a scenario begins with 'sipsim: 1'");
    }
    return b.root;
}
