/* Overrides: "path=value" laid over the tree before it is read, so that a wrong value is refused as one in a file is.
 *
 * A path is keys joined by dots, with [i] or .name for an entry of a list. A key with dots in it (a domain) is found as
 * it stands. The last key may be new; those before it must exist where they are names that a scenario chooses.
 */
#include "reading.h"

#include <string.h>

typedef struct walk {
    sn_reading *r;
    uint32_t source;
    ss_slice path;
    size_t at; /* in the path */
    unsigned depth;
    const sn_item *section; /* the key at depth 0 */
} walk;

static void bad_path(const walk *w, size_t from, size_t length, const char *suggestion,
                     const char *why)
{
    sn_wrong(w->r, (sn_place){ w->source, (uint32_t)from, (uint32_t)(length == 0 ? 1 : length) },
             suggestion, "bad path of an override: %s", why);
}

static bool ends_a_key(ss_slice path, size_t at)
{
    return at == path.len || path.at[at] == '.' || path.at[at] == '[';
}

/* The longest key of the mapping that stands next in the path. */
static sn_pair *match_key(const walk *w, const sn_item *map)
{
    const ss_slice rest = ss_slice_cut(w->path, w->at, w->path.len);
    sn_pair *best = NULL;
    for (uint32_t i = 0; i < map->count; i++) {
        const ss_slice key = map->pairs[i].key->text;
        if (key.len != 0 && ss_slice_starts(rest, key) && ends_a_key(rest, key.len) &&
            (best == NULL || key.len > best->key->text.len)) {
            best = &map->pairs[i];
        }
    }
    return best;
}

static size_t key_end(const walk *w)
{
    size_t end = w->at;
    while (!ends_a_key(w->path, end)) {
        end++;
    }
    return end;
}

static bool holds_chosen_names(const sn_item *section)
{
    static const char *const sections[] = { "links",   "routers", "sites",
                                            "domains", "nodes",   "behaviours" };
    for (size_t i = 0; i < SS_COUNT(sections); i++) {
        if (ss_slice_eq(section->text, ss_slice_from(sections[i]))) {
            return true;
        }
    }
    return false;
}

static const char *nearest_key(const walk *w, const sn_item *map, ss_slice word)
{
    const char *known[256];
    size_t count = 0;
    for (uint32_t i = 0; i < map->count && count < SS_COUNT(known); i++) {
        known[count++] = sn_hoard_text(&w->r->hoard, map->pairs[i].key->text);
    }
    return sn_nearest(w->r, word, known, count);
}

/* With what could have stood there, as far as that goes into a line. */
static void no_such_name(const walk *w, size_t from, const sn_item *map, ss_slice key)
{
    char names[160];
    ss_buffer b = ss_buffer_on(names, sizeof names - 1);
    ss_put_text(&b, map->count == 0 ? "nor any other" : "only ");
    for (uint32_t i = 0; i < map->count; i++) {
        const ss_slice name = map->pairs[i].key->text;
        if (b.len + name.len + sizeof " and …" > sizeof names) {
            ss_put_text(&b, " …");
            break;
        }
        ss_put_text(&b, i == 0 ? "" : i + 1 == map->count ? " and " : ", ");
        ss_put(&b, name);
    }
    sn_wrong(w->r, (sn_place){ w->source, (uint32_t)from, (uint32_t)key.len },
             nearest_key(w, map, key), "bad path of an override: no '%s' in %s, %s",
             sn_shown(w->r, key), sn_shown(w->r, w->section->text),
             sn_shown(w->r, (ss_slice){ names, b.len }));
}

static sn_item *new_item(const walk *w, sn_item_kind kind, size_t from, size_t to)
{
    sn_item *item = sn_hoard_take(&w->r->hoard, sizeof(*item));
    const ss_slice text = ss_slice_cut(w->path, from, to);
    *item = (sn_item){
        .kind = kind,
        .exact = true,
        .place = { w->source, (uint32_t)from, (uint32_t)(to - from) },
        .text = { sn_hoard_text(&w->r->hoard, text), text.len },
    };
    return item;
}

/* Where the value of the next key is kept; NULL and a mistake when the path leads nowhere. */
static sn_item **step_into_map(walk *w, sn_item *map)
{
    sn_pair *pair = match_key(w, map);
    const size_t from = w->at;
    if (pair != NULL) {
        w->at += pair->key->text.len;
    } else {
        w->at = key_end(w);
        const ss_slice key = ss_slice_cut(w->path, from, w->at);
        if (key.len == 0) {
            bad_path(w, from, 1, NULL, "a key is missing");
            return NULL;
        }
        if (w->depth == 1 && w->at < w->path.len && holds_chosen_names(w->section)) {
            no_such_name(w, from, map, key);
            return NULL;
        }
        map->pairs = sn_hoard_grow(&w->r->hoard, map->pairs, map->count, sizeof(*map->pairs));
        pair = &map->pairs[map->count++];
        *pair = (sn_pair){ new_item(w, SN_ITEM_SCALAR, from, w->at),
                           new_item(w, SN_ITEM_MAP, from, w->at) };
    }
    w->section = w->depth == 0 ? pair->key : w->section;
    return &pair->value;
}

static sn_item **step_by_index(walk *w, sn_item *list)
{
    const size_t from = w->at;
    const size_t close = from + ss_slice_find(ss_slice_cut(w->path, from, w->path.len), ']');
    uint64_t index = 0;
    if (close == w->path.len ||
        ss_slice_to_u64(ss_slice_cut(w->path, from + 1, close), UINT32_MAX, &index) != SS_OK) {
        bad_path(w, from, w->path.len - from, NULL, "an index is [0], [1] and so on");
        return NULL;
    }
    if (index >= list->count) {
        bad_path(w, from, close + 1 - from, NULL, "index out of range");
        return NULL;
    }
    w->at = close + 1;
    return &list->pairs[index].value;
}

static sn_item **step_by_name(walk *w, sn_item *list)
{
    const size_t from = w->at;
    const size_t end = key_end(w);
    const ss_slice wanted = ss_slice_cut(w->path, from, end);
    for (uint32_t i = 0; i < list->count; i++) {
        const sn_pair *name = sn_item_pair(list->pairs[i].value, "name");
        if (name != NULL && ss_slice_eq(name->value->text, wanted)) {
            w->at = end;
            return &list->pairs[i].value;
        }
    }
    bad_path(w, from, end - from, NULL,
             "no entry of that name in the list: write its name, or [0], [1] and so on");
    return NULL;
}

static sn_item **step(walk *w, sn_item *from)
{
    const bool index = w->at < w->path.len && w->path.at[w->at] == '[';
    if (from->kind == SN_ITEM_LIST) {
        return index ? step_by_index(w, from) : step_by_name(w, from);
    }
    if (from->kind == SN_ITEM_SCALAR || index) {
        bad_path(w, w->at, w->path.len - w->at, NULL,
                 index ? "an index into what is no list" : "what is before it has no keys");
        return NULL;
    }
    return step_into_map(w, from);
}

void sn_override_apply(sn_reading *r, sn_item *root, const char *override)
{
    const ss_slice text = ss_slice_from(override);
    const size_t equals = ss_slice_find(text, '=');
    walk w = { .r = r,
               .source = sn_reading_add_source(r, "--set", text),
               .path = ss_slice_cut(text, 0, equals) };
    if (equals == text.len || ss_slice_trim(ss_slice_cut(text, equals + 1, text.len)).len == 0) {
        bad_path(&w, 0, text.len, NULL, "write path=value, as in links.access.loss=5%");
        return;
    }
    sn_item *value = sn_yaml_read(r, w.source, equals + 1);
    if (value == NULL) {
        return;
    }
    sn_item **slot = &root;
    do {
        slot = step(&w, *slot);
        if (slot == NULL) {
            return;
        }
        w.depth++;
        if (w.at < w.path.len && w.path.at[w.at] == '.') {
            w.at++;
            if (w.at == w.path.len) {
                bad_path(&w, w.at - 1, 1, NULL, "a key is missing");
                return;
            }
        }
    } while (w.at < w.path.len);
    *slot = value;
}
