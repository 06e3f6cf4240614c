/* What a key that is none here was probably meant as: the word that other tools have for one that is here, a slip of the finger, or
 * a key of another part of a scenario. */
#include "field.h"

#include <string.h>

/* The first is what people write who come from elsewhere, the second what it is called here, where it is. */
static const struct {
    const char *theirs, *ours;
} usual[] = {
    { "latency", "delay" },
    { "bandwidth", "rate" },
    { "speed", "rate" },
    { "packet_loss", "loss" },
    { "drop", "loss" },
    { "corruption", "corrupt" },
    { "duplication", "duplicate" },
    { "type", "role" },
    { "kind", "role" },
    { "number", "count" },
    { "instances", "count" },
    { "replicas", "count" },
    { "uri", "aor" },
    { "domain", "aor" },
    { "caller", "from" },
    { "callee", "to" },
    { "src", "from" },
    { "source", "from" },
    { "dst", "to" },
    { "destination", "to" },
    { "talk", "hold" },
    { "length", "hold" },
    { "duration", "hold" },
    { "cps", "rate" },
    { "max", "limit" },
    { "username", "user" },
    { "digest", "challenge" },
    { "authenticate", "challenge" },
    { "authentication", "auth" },
    { "time", "at" },
    { "start", "at" },
    { "assert", "expect" },
    { "expectations", "expect" },
    { "scenario", "story" },
    { "steps", "story" },
    { "runtime", "duration" },
    { "network", "links" },
    { "hosts", "nodes" },
    { "agents", "nodes" },
    { "ip_version", "ip" },
    { "down", "is: down" },
    { "outage", "is: down" },
    { "offline", "is: down" },
    { "clog", "is: clogged" },
    { "clogged", "is: clogged" },
    { "silent", "is: silent" },
    { "failing", "is: failing" },
    { "split", "partition" },
    { "lasts", "for" },
    { "until", "for" },
};

/* Of a key with its value, the key. */
static bool is_among(const char *word, const char *const *known, size_t count)
{
    const size_t len = strcspn(word, ":");
    for (size_t i = 0; i < count; i++) {
        if (strncmp(word, known[i], len) == 0 && known[i][len] == '\0') {
            return true;
        }
    }
    return false;
}

const char *sn_meant_here(sn_reading *r, ss_slice key, const char *const *known, size_t count)
{
    for (size_t i = 0; i < SS_COUNT(usual); i++) {
        if (ss_slice_eq_nocase(key, ss_slice_from(usual[i].theirs)) &&
            is_among(usual[i].ours, known, count)) {
            return usual[i].ours;
        }
    }
    return sn_nearest(r, key, known, count);
}

static bool has_key(unsigned section, ss_slice key)
{
    sn_scenario_key k;
    for (unsigned i = 0; sn_scenario_key_at(section, i, &k); i++) {
        if (ss_slice_eq(key, ss_slice_from(k.name))) {
            return true;
        }
    }
    return false;
}

static void put_section(ss_buffer *b, const sn_scenario_section *of)
{
    if (of->shape == SN_SHAPE_LIST) {
        ss_put_text(b, "an entry of ");
    }
    ss_put_text(b, of->key[0] == '\0' ? "the scenario itself" : of->key);
    if (of->shape == SN_SHAPE_NAMED || of->shape == SN_SHAPE_NAMED_LIST) {
        ss_put_text(b, ".NAME");
    }
}

const char *sn_meant_elsewhere(sn_reading *r, ss_slice key, const char *here)
{
    char text[200];
    ss_buffer b = ss_buffer_on(text, sizeof text);
    sn_scenario_section of;
    for (unsigned section = 0; sn_scenario_section_at(section, &of); section++) {
        if (strcmp(of.what, here) != 0 && has_key(section, key)) {
            ss_put_text(&b, b.len == 0 ? "; it is a key of " : " and of ");
            put_section(&b, &of);
        }
    }
    return sn_hoard_text(&r->hoard, (ss_slice){ text, b.len });
}
