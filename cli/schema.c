/* sipsim schema: JSON Schemas of what the program reads (draft 7) and writes (draft 2020-12), made from the tables by which it does. */
#include "cli.h"

#include <string.h>

#include "rp/json.h"
#include "sn/judge.h"
#include "sn/scenario.h"

/* ---- small change ---- */

/* Of what editors read: a YAML language server knows this draft, and not each knows a later one. */
#define DRAFT_7    "http://json-schema.org/draft-07/schema#"
#define DRAFT_2020 "https://json-schema.org/draft/2020-12/schema"

static void begin(rp_json *j, const char *draft, const char *title)
{
    rp_json_open(j, '{');
    rp_json_key_text(j, "$schema", draft);
    rp_json_key_text(j, "title", title);
}

static void key_type(rp_json *j, const char *key, const char *type)
{
    rp_json_key_open(j, key, '{');
    rp_json_key_text(j, "type", type);
    rp_json_close(j);
}

static void type_or_null(rp_json *j, const char *type)
{
    rp_json_key_open(j, "type", '[');
    rp_json_text(j, type);
    rp_json_text(j, "null");
    rp_json_close(j);
}

static void key_or_null(rp_json *j, const char *key, const char *type)
{
    rp_json_key_open(j, key, '{');
    type_or_null(j, type);
    rp_json_close(j);
}

static void begin_object(rp_json *j, const char *key)
{
    rp_json_key_open(j, key, '{');
    rp_json_key_text(j, "type", "object");
}

static void require(rp_json *j, const char *const *names)
{
    rp_json_key_open(j, "required", '[');
    for (; *names != NULL; names++) {
        rp_json_text(j, *names);
    }
    rp_json_close(j);
}

static void key_ref(rp_json *j, const char *key, const char *to)
{
    rp_json_key_open(j, key, '{');
    rp_json_key_text(j, "$ref", to);
    rp_json_close(j);
}

/* ---- scenarios ---- */

static void write_key(rp_json *j, const sn_scenario_key *key)
{
    rp_json_key_open(j, key->name, '{');
    switch (key->type) {
    case SN_TYPE_WHOLE:
        if (key->or_none) {
            rp_json_key_open(j, "type", '[');
            rp_json_text(j, "integer");
            rp_json_text(j, "string"); /* none */
            rp_json_close(j);
        } else {
            rp_json_key_text(j, "type", "integer");
        }
        rp_json_key_u64(j, "minimum", key->min);
        rp_json_key_u64(j, "maximum", key->max);
        break;
    case SN_TYPE_TRUTH:
        rp_json_key_text(j, "type", "boolean");
        break;
    case SN_TYPE_QUANTITY:
        rp_json_key_text(j, "description", key->quantity);
        rp_json_key_open(j, "type", '[');
        rp_json_text(j, "string");
        rp_json_text(j, "number"); /* 0 needs no unit */
        rp_json_close(j);
        break;
    case SN_TYPE_WORD:
        rp_json_key_open(j, "enum", '[');
        for (const char *const *word = key->words; *word != NULL; word++) {
            rp_json_text(j, *word);
        }
        if (key->or_none) {
            rp_json_text(j, "none");
        }
        rp_json_close(j);
        break;
    case SN_TYPE_TEXT:
        rp_json_key_open(j, "type", '[');
        rp_json_text(j, "string");
        rp_json_text(j, "number"); /* a text that looks like one */
        rp_json_close(j);
        break;
    case SN_TYPE_ANY:
        if (key->form != NULL) {
            rp_json_key_text(j, "description", key->form);
        }
        break;
    }
    rp_json_close(j);
}

static void write_items(rp_json *j, const sn_scenario_section *s, const char *to)
{
    if (s->or_only == NULL) {
        key_ref(j, "items", to);
        return;
    }
    rp_json_key_open(j, "items", '{');
    rp_json_key_open(j, "anyOf", '[');
    rp_json_open(j, '{');
    rp_json_key_text(j, "$ref", to);
    rp_json_close(j);
    rp_json_open(j, '{');
    rp_json_key_text(j, "type", "object");
    rp_json_key_open(j, "properties", '{');
    rp_json_key_open(j, s->or_only, '{');
    rp_json_close(j);
    rp_json_close(j);
    require(j, (const char *const[]){ s->or_only, NULL });
    rp_json_key_bool(j, "additionalProperties", false);
    rp_json_close(j);
    rp_json_close(j);
    rp_json_close(j);
}

/* What a section of the scenario is: one such mapping, or several by name or in a list. */
static void write_shape(rp_json *j, const sn_scenario_section *s)
{
    char to[64];
    snprintf(to, sizeof to, "#/definitions/%s", s->key);
    rp_json_key_open(j, s->key, '{');
    switch (s->shape) {
    case SN_SHAPE_ONE:
        rp_json_key_text(j, "$ref", to);
        break;
    case SN_SHAPE_NAMED:
        rp_json_key_text(j, "type", "object");
        key_ref(j, "additionalProperties", to);
        break;
    case SN_SHAPE_NAMED_LIST:
        rp_json_key_text(j, "type", "object");
        rp_json_key_open(j, "additionalProperties", '{');
        rp_json_key_open(j, "anyOf", '[');
        rp_json_open(j, '{');
        rp_json_key_text(j, "$ref", to);
        rp_json_close(j);
        rp_json_open(j, '{');
        rp_json_key_text(j, "type", "array");
        key_ref(j, "items", to);
        rp_json_close(j);
        rp_json_close(j);
        rp_json_close(j);
        break;
    case SN_SHAPE_LIST:
        rp_json_key_text(j, "type", "array");
        write_items(j, s, to);
        break;
    }
    rp_json_close(j);
}

static bool find_section(const char *key, sn_scenario_section *s)
{
    for (unsigned i = 1; sn_scenario_section_at(i, s); i++) {
        if (strcmp(s->key, key) == 0) {
            return true;
        }
    }
    return false;
}

static void write_properties(rp_json *j, unsigned section)
{
    sn_scenario_key key;
    sn_scenario_section of;
    rp_json_key_open(j, "properties", '{');
    for (unsigned i = 0; sn_scenario_key_at(section, i, &key); i++) {
        if (section == 0 && find_section(key.name, &of)) {
            write_shape(j, &of);
        } else {
            write_key(j, &key);
        }
    }
    rp_json_close(j);
    rp_json_key_open(j, "required", '[');
    for (unsigned i = 0; sn_scenario_key_at(section, i, &key); i++) {
        if (key.is_required) {
            rp_json_text(j, key.name);
        }
    }
    rp_json_close(j);
    rp_json_key_bool(j, "additionalProperties", false);
}

static void scenario_schema(rp_json *j)
{
    sn_scenario_section s;
    begin(j, DRAFT_7, "a scenario of sipsim");
    rp_json_key_text(j, "type", "object");
    write_properties(j, 0);
    rp_json_key_open(j, "definitions", '{');
    for (unsigned i = 1; sn_scenario_section_at(i, &s); i++) {
        rp_json_key_open(j, s.key, '{');
        rp_json_key_text(j, "description", s.what);
        rp_json_key_text(j, "type", "object");
        write_properties(j, i);
        rp_json_close(j);
    }
    rp_json_close(j);
    rp_json_close(j);
}

/* ---- results.json ---- */

static void write_metric(rp_json *j, const sn_metric_info *info)
{
    char key[96];
    snprintf(key, sizeof key, info->unit == SN_UNIT_TIME ? "%s_ns" : "%s", info->name);
    rp_json_key_open(j, key, '{');
    rp_json_key_text(j, "description", info->sentence);
    if (info->unit == SN_UNIT_RATIO) {
        rp_json_key_text(j, "type", "object");
        rp_json_key_open(j, "properties", '{');
        key_type(j, "num", "integer");
        key_type(j, "den", "integer");
        key_or_null(j, "ppm", "integer");
        rp_json_close(j);
        require(j, (const char *const[]){ "ppm", NULL });
    } else {
        type_or_null(j, "integer");
    }
    rp_json_close(j);
}

static void metrics_schema(rp_json *j)
{
    sn_metric_info info;
    begin_object(j, "metrics");
    rp_json_key_open(j, "properties", '{');
    for (unsigned i = 0; sn_metric_info_at(i, &info); i++) {
        write_metric(j, &info);
    }
    rp_json_close(j);
    rp_json_key_bool(j, "additionalProperties", false);
    rp_json_close(j);
}

static void violations_schema(rp_json *j)
{
    begin_object(j, "violations");
    rp_json_key_open(j, "properties", '{');
    key_type(j, "count", "integer");
    begin_object(j, "by_law");
    rp_json_key_open(j, "properties", '{');
    for (unsigned i = 0; i < sn_law_count; i++) {
        rp_json_key_open(j, sn_laws[i].name, '{');
        rp_json_key_text(j, "description", sn_laws[i].sentence);
        rp_json_key_text(j, "type", "integer");
        rp_json_close(j);
    }
    rp_json_close(j);
    rp_json_key_bool(j, "additionalProperties", false);
    rp_json_close(j);
    key_type(j, "first", "array");
    rp_json_close(j);
    require(j, (const char *const[]){ "count", "by_law", "first", NULL });
    rp_json_close(j);
}

static void statuses_schema(rp_json *j)
{
    rp_json_key_open(j, "exit_status", '{');
    rp_json_key_open(j, "enum", '[');
    for (rp_status status = 0; status < RP_STATUS_COUNT; status++) {
        rp_json_u64(j, (uint64_t)rp_status_exit(status));
    }
    rp_json_close(j);
    rp_json_close(j);
    rp_json_key_open(j, "verdict", '{');
    rp_json_key_open(j, "enum", '[');
    rp_json_text(j, "pass");
    rp_json_text(j, "fail");
    rp_json_close(j);
    rp_json_close(j);
    key_type(j, "statuses", "array");
}

static void results_schema(rp_json *j)
{
    static const char *const objects[] = { "scenario", "run", "histograms", "happened", NULL };
    static const char *const lists[] = { "expects", "reached", "checks", NULL };
    begin(j, DRAFT_2020, "results.json of sipsim");
    rp_json_key_text(j, "type", "object");
    rp_json_key_open(j, "properties", '{');
    rp_json_key_open(j, "schema", '{');
    rp_json_key_text(j, "const", "sipsim.results/1");
    rp_json_close(j);
    key_type(j, "version", "string");
    statuses_schema(j);
    for (unsigned i = 0; objects[i] != NULL; i++) {
        key_type(j, objects[i], "object");
    }
    metrics_schema(j);
    violations_schema(j);
    for (unsigned i = 0; lists[i] != NULL; i++) {
        key_type(j, lists[i], "array");
    }
    rp_json_close(j);
    require(j, (const char *const[]){ "schema", "version", "verdict", "exit_status", "statuses",
                                      "scenario", "run", "metrics", "histograms", "violations",
                                      "expects", "reached", "checks", "happened", NULL });
    rp_json_close(j);
}

/* ---- events.jsonl ---- */

static void names_schema(rp_json *j, const char *key, unsigned count, const char *(*name)(unsigned))
{
    rp_json_key_open(j, key, '{');
    rp_json_key_open(j, "enum", '[');
    for (unsigned i = 0; i < count; i++) {
        rp_json_text(j, name(i));
    }
    rp_json_close(j);
    rp_json_close(j);
}

static const char *fact_name(unsigned nth)
{
    return sn_fact_name((sn_fact_kind)nth);
}

static const char *call_event(unsigned nth)
{
    return sn_call_event_name((sn_call_event)nth);
}

static const char *connection_event(unsigned nth)
{
    return sn_connection_event_name((sn_connection_event)nth);
}

static void events_schema(rp_json *j)
{
    static const char *const numbers[] = { "n",       "ordinal",    "fragment",  "copy", "bytes",
                                           "due_ns",  "local_port", "peer_port", "cseq", "status",
                                           "waiting", "waited_ns",  NULL };
    static const char *const texts[] = { "node", "link", "origin", "peer", "cause", "note", NULL };
    static const char *const hashes[] = { "hash",   "call_id", "from_tag", "to_tag",
                                          "branch", "because", NULL };
    begin(j, DRAFT_2020, "a line of events.jsonl of sipsim");
    rp_json_key_text(j, "type", "object");
    rp_json_key_open(j, "properties", '{');
    key_type(j, "t_ns", "integer");
    rp_json_key_open(j, "event", '{');
    rp_json_key_text(j, "description", "at/step/tie/receiver/sender/counter");
    rp_json_key_text(j, "type", "string");
    rp_json_key_text(j, "pattern", "^[0-9]+(/[0-9]+){5}$");
    rp_json_close(j);
    names_schema(j, "kind", SN_FACT_COUNT, fact_name);
    names_schema(j, "call_event", SN_CALL_COUNT, call_event);
    names_schema(j, "connection_event", SN_CONNECTION_COUNT, connection_event);
    for (unsigned i = 0; numbers[i] != NULL; i++) {
        key_type(j, numbers[i], "integer");
    }
    for (unsigned i = 0; texts[i] != NULL; i++) {
        key_type(j, texts[i], "string");
    }
    for (unsigned i = 0; hashes[i] != NULL; i++) {
        rp_json_key_open(j, hashes[i], '{');
        rp_json_key_text(j, "type", "string");
        rp_json_key_text(j, "pattern", "^[0-9a-f]{16}$");
        rp_json_close(j);
    }
    rp_json_close(j);
    require(j, (const char *const[]){ "t_ns", "event", "n", "kind", NULL });
    rp_json_close(j);
}

/* ---- the verb ---- */

static const struct {
    const char *name;
    void (*write)(rp_json *j);
} schemas[] = { { "scenario", scenario_schema },
                { "results", results_schema },
                { "events", events_schema } };

static rp_status unknown(const char *name)
{
    const char *names[SS_COUNT(schemas) + 1] = { NULL };
    for (size_t i = 0; i < SS_COUNT(schemas); i++) {
        names[i] = schemas[i].name;
    }
    const char *meant = cli_nearest(name, names);
    if (meant != NULL) {
        cli_say("no schema of %.60s; did you mean %s?", name, meant);
    } else {
        cli_say("no schema of %.60s; there are scenario, results, events", name);
    }
    return RP_USAGE;
}

static rp_status run_schema(const cli_args *args)
{
    if (args->file_count != 1) {
        cli_say("schema takes one word: sipsim schema scenario|results|events");
        return RP_USAGE;
    }
    size_t i = 0;
    while (i < SS_COUNT(schemas) && strcmp(schemas[i].name, args->files[0]) != 0) {
        i++;
    }
    if (i == SS_COUNT(schemas)) {
        return unknown(args->files[0]);
    }
    rp_file *out = rp_file_over(stdout);
    if (out == NULL) {
        cli_say("out of memory");
        return RP_IO;
    }
    rp_json j = rp_json_on(out, false);
    schemas[i].write(&j);
    rp_json_end(&j);
    return cli_close_stdout(out);
}

const cli_verb cli_verb_schema = {
    .name = "schema",
    .operands = "scenario|results|events",
    .summary = "JSON Schemas of what is read and written",
    .details = "For an editor with a YAML language server, once:\n"
               "\n"
               "  sipsim schema scenario >~/.sipsim-scenario.json\n"
               "\n"
               "and on top of a scenario:\n"
               "\n"
               "  # yaml-language-server: $schema=~/.sipsim-scenario.json\n",
    .options = CLI_TAKES(CLI_HELP),
    .run = run_schema
};
