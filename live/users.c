/* The file of users: read whole, sorted, and looked up by halving. */
#include "sl/users.h"

#include <stdlib.h>
#include <string.h>

typedef struct entry {
    ss_slice name, realm, ha1;
    ss_algorithm algorithm;
} entry;

struct sl_users {
    char *text;
    size_t len;
    entry *entries;
    uint32_t count, cap;
};

static int compare_slices(ss_slice a, ss_slice b)
{
    const size_t len = a.len < b.len ? a.len : b.len;
    const int order = len == 0 ? 0 : memcmp(a.at, b.at, len);
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static int compare(const void *left, const void *right)
{
    const entry *a = left, *b = right;
    int order = compare_slices(a->name, b->name);
    order = order != 0 ? order : compare_slices(a->realm, b->realm);
    return order != 0 ? order : (a->algorithm > b->algorithm) - (a->algorithm < b->algorithm);
}

static bool is_hexadecimal(ss_slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!((s.at[i] >= '0' && s.at[i] <= '9') || (s.at[i] >= 'a' && s.at[i] <= 'f'))) {
            return false;
        }
    }
    return true;
}

/* The part up to the next colon, which is taken off `rest`. */
static ss_slice part(ss_slice *rest)
{
    const size_t colon = ss_slice_find(*rest, ':');
    const ss_slice found = ss_slice_cut(*rest, 0, colon);
    *rest = colon == rest->len ? SS_EMPTY : ss_slice_cut(*rest, colon + 1, rest->len);
    return found;
}

static bool read_line(ss_slice line, entry *out, const char **why)
{
    out->name = part(&line);
    out->realm = part(&line);
    const ss_slice algorithm = part(&line);
    out->ha1 = line;
    out->algorithm = ss_algorithm_from(algorithm);
    if (out->name.len == 0 || out->realm.len == 0 || line.len == 0) {
        *why = "user:realm:algorithm:hash is wanted; `sipsim live secret` makes such lines";
        return false;
    }
    if (out->algorithm != SS_ALGORITHM_SHA_256 && out->algorithm != SS_ALGORITHM_MD5) {
        *why = "the algorithm is SHA-256 or MD5";
        return false;
    }
    if (line.len != (out->algorithm == SS_ALGORITHM_MD5 ? 32u : 64u) || !is_hexadecimal(line)) {
        *why = "the hash is 64 (SHA-256) or 32 (MD5) lower-case hexadecimal digits";
        return false;
    }
    return true;
}

static bool add(sl_users *u, const entry *e)
{
    if (u->count == u->cap) {
        const uint32_t cap = u->cap == 0 ? 64 : 2 * u->cap;
        entry *grown = realloc(u->entries, cap * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        u->entries = grown;
        u->cap = cap;
    }
    u->entries[u->count++] = *e;
    return true;
}

static bool read_all(sl_users *u, uint32_t *line, const char **why)
{
    ss_slice rest = { u->text, u->len };
    for (*line = 1; rest.len > 0; ++*line) {
        const size_t end = ss_slice_find(rest, '\n');
        ss_slice text = ss_slice_trim(ss_slice_cut(rest, 0, end));
        rest = end == rest.len ? SS_EMPTY : ss_slice_cut(rest, end + 1, rest.len);
        entry e;
        if (text.len == 0 || text.at[0] == '#') {
            continue;
        }
        if (!read_line(text, &e, why)) {
            return false;
        }
        if (!add(u, &e)) {
            *line = 0;
            return false;
        }
    }
    return true;
}

sl_users *sl_users_read(ss_slice text, uint32_t *line, const char **why)
{
    sl_users *u = calloc(1, sizeof *u);
    *line = 0;
    *why = "out of memory";
    if (u == NULL || (u->text = malloc(text.len + 1)) == NULL) {
        free(u);
        return NULL;
    }
    memcpy(u->text, text.at, text.len);
    u->len = text.len;
    if (!read_all(u, line, why)) {
        sl_users_free(u);
        return NULL;
    }
    if (u->count > 0) {
        qsort(u->entries, u->count, sizeof *u->entries, compare);
    }
    return u;
}

/* What it held was secret. */
void sl_users_free(sl_users *u)
{
    if (u == NULL) {
        return;
    }
    explicit_bzero(u->text, u->len);
    free(u->text);
    free(u->entries);
    free(u);
}

uint32_t sl_users_count(const sl_users *u)
{
    return u->count;
}

ss_slice sl_users_find(const sl_users *u, ss_slice name, ss_slice realm, ss_slice algorithm)
{
    const entry wanted = { .name = name,
                           .realm = realm,
                           .algorithm = ss_algorithm_from(algorithm) };
    if (u->count == 0) {
        return SS_EMPTY;
    }
    const entry *found = bsearch(&wanted, u->entries, u->count, sizeof wanted, compare);
    return found == NULL ? SS_EMPTY : found->ha1;
}

bool sl_users_have(const sl_users *u, ss_algorithm algorithm)
{
    for (uint32_t i = 0; i < u->count; i++) {
        if (u->entries[i].algorithm == algorithm) {
            return true;
        }
    }
    return false;
}

void sl_users_put(ss_buffer *b, const ss_crypto *crypto, ss_slice name, ss_slice realm,
                  ss_slice password)
{
    static const struct {
        const char *word;
        ss_algorithm algorithm;
    } both[] = { { "SHA-256", SS_ALGORITHM_SHA_256 }, { "MD5", SS_ALGORITHM_MD5 } };
    for (size_t i = 0; i < SS_COUNT(both); i++) {
        const ss_digest_hex ha1 =
            ss_digest_ha1(crypto, ss_algorithm_hash(both[i].algorithm), name, realm, password);
        ss_put(b, name);
        ss_put_char(b, ':');
        ss_put(b, realm);
        ss_put_char(b, ':');
        ss_put_text(b, both[i].word);
        ss_put_char(b, ':');
        ss_put(b, ss_digest_hex_slice(&ha1));
        ss_put_char(b, '\n');
    }
}
