/* sipsim list: what there is to name in a scenario or to find in a result. */
#include "cli.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "fz/target.h"
#include "rp/json.h"
#include "sn/judge.h"
#include "sn/scenario.h"

/* A list goes out row by row, as text or as JSON. */
typedef struct listing {
    rp_file *out;
    rp_json json;
    bool is_json;
} listing;

/* At least `least`; a longer name is never cut, since it is there to be copied. */
static size_t width(const char *text, size_t least)
{
    const size_t len = strlen(text);
    return len > least ? len : least;
}

static void row(listing *l, const char *name, const char *detail, const char *sentence)
{
    if (l->is_json) {
        rp_json_open(&l->json, '{');
        rp_json_key_text(&l->json, "name", name);
        if (detail != NULL) {
            rp_json_key_text(&l->json, "detail", detail);
        }
        if (sentence != NULL) {
            rp_json_key_text(&l->json, "sentence", sentence);
        }
        rp_json_close(&l->json);
        return;
    }
    rp_put_left(l->out, name, sentence == NULL && detail == NULL ? strlen(name) : width(name, 26));
    if (detail != NULL) {
        rp_put_char(l->out, ' ');
        rp_put_left(l->out, detail, width(detail, 20));
    }
    if (sentence != NULL) {
        rp_put_char(l->out, ' ');
        rp_put_plain(l->out, sentence);
    }
    rp_put_char(l->out, '\n');
}

static void list_laws(listing *l)
{
    for (unsigned i = 0; i < sn_law_count; i++) {
        row(l, sn_laws[i].name, sn_laws[i].section, sn_laws[i].sentence);
    }
}

static void list_metrics(listing *l)
{
    static const char *const units[] = { "count", "time", "ratio" };
    sn_metric_info info;
    for (unsigned i = 0; sn_metric_info_at(i, &info); i++) {
        row(l, info.name, units[info.unit], info.sentence);
    }
}

static void list_reached(listing *l)
{
    const char *name = NULL;
    for (unsigned i = 0; (name = sn_reach_name(i)) != NULL; i++) {
        row(l, name, NULL, sn_reach_sentence(i));
    }
}

static void list_statuses(listing *l)
{
    for (rp_status status = 0; status < RP_STATUS_COUNT; status++) {
        char number[8];
        snprintf(number, sizeof number, "%d", rp_status_exit(status));
        row(l, number, rp_status_word(status), rp_status_sentence(status));
    }
}

static void list_targets(listing *l)
{
    for (size_t i = 0; i < fz_target_count; i++) {
        row(l, fz_targets[i].name, NULL, fz_targets[i].sentence);
    }
}

static void list_profiles(listing *l)
{
    const char *name = NULL, *says = NULL;
    for (unsigned i = 0; (name = sn_scenario_profile(i, &says)) != NULL; i++) {
        row(l, name, NULL, says);
    }
}

/* ---- keys of scenarios ---- */

/* "links.NAME.delay", as --set has it; "events[].at" where lines have no names. */
static void put_path(ss_buffer *b, const sn_scenario_section *of, const char *key)
{
    ss_put_text(b, of->key);
    if (of->shape == SN_SHAPE_LIST && strcmp(of->key, "calls") != 0) {
        ss_put_text(b, "[].");
    } else if (of->key[0] != '\0') {
        ss_put_text(b, of->shape == SN_SHAPE_ONE ? "." : ".NAME.");
    }
    ss_put_text(b, key);
}

static void put_value(ss_buffer *b, const sn_scenario_key *key)
{
    switch (key->type) {
    case SN_TYPE_WHOLE:
        ss_put_u64(b, key->min);
        ss_put_text(b, key->max >= UINT32_MAX - 1 ? " or more" : " to ");
        if (key->max < UINT32_MAX - 1) {
            ss_put_u64(b, key->max);
        }
        break;
    case SN_TYPE_TRUTH:
        ss_put_text(b, "true, false");
        break;
    case SN_TYPE_QUANTITY:
        ss_put_text(b, key->quantity);
        break;
    case SN_TYPE_WORD:
        for (unsigned i = 0; key->words[i] != NULL; i++) {
            ss_put_text(b, i == 0 ? "" : ", ");
            ss_put_text(b, key->words[i]);
        }
        break;
    case SN_TYPE_TEXT:
        ss_put_text(b, "a name or a text");
        break;
    case SN_TYPE_ANY:
        ss_put_text(b, key->form);
        break;
    }
    ss_put_text(b, key->or_none ? "; or none" : "");
}

/* "required; of ua, proxy" */
static void put_remark(ss_buffer *b, const sn_scenario_key *key)
{
    bool is_first = true;
    ss_put_text(b, key->is_required ? "required" : "");
    for (unsigned i = 0; key->who != NULL && key->who[i] != NULL; i++) {
        if ((key->who_bits >> i & 1u) != 0) {
            ss_put_text(b, !is_first ? ", " : key->is_required ? "; of " : "of ");
            ss_put_text(b, key->who[i]);
            is_first = false;
        }
    }
}

static void list_keys(listing *l)
{
    sn_scenario_section of;
    sn_scenario_key key;
    for (unsigned section = 0; sn_scenario_section_at(section, &of); section++) {
        for (unsigned i = 0; sn_scenario_key_at(section, i, &key); i++) {
            char path[128], value[256], remark[128];
            ss_buffer p = ss_buffer_on(path, sizeof path - 1);
            ss_buffer v = ss_buffer_on(value, sizeof value - 1);
            ss_buffer r = ss_buffer_on(remark, sizeof remark - 1);
            if (key.type == SN_TYPE_ANY && key.form == NULL) {
                continue; /* a section of its own */
            }
            put_path(&p, &of, key.name);
            put_value(&v, &key);
            put_remark(&r, &key);
            path[p.len] = value[v.len] = remark[r.len] = '\0';
            row(l, path, l->is_json && r.len == 0 ? NULL : remark, value);
        }
    }
}

/* ---- scenarios ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_scenario(const char *name)
{
    const size_t len = strlen(name);
    return name[0] != '.' && len > 5 && strcmp(name + len - 5, ".yaml") == 0;
}

/* The line "name: …" of a scenario, without what quotes it; false when there is none near its top. */
static bool name_of_scenario(const char *path, char *says, size_t size)
{
    char line[512];
    FILE *from = fopen(path, "r");
    bool found = false;
    for (unsigned i = 0; from != NULL && i < 60 && !found && fgets(line, sizeof line, from) != NULL;
         i++) {
        if (strncmp(line, "name:", 5) == 0) {
            ss_slice name = ss_slice_trim(ss_slice_from(line + 5));
            while (name.len != 0 &&
                   (name.at[name.len - 1] == '\n' || name.at[name.len - 1] == '\r')) {
                name.len--;
            }
            if (name.len >= 2 && (name.at[0] == '"' || name.at[0] == '\'')) {
                name = ss_slice_cut(name, 1, name.len - 1);
            }
            const size_t len = name.len < size ? name.len : size - 1;
            memcpy(says, name.at, len);
            says[len] = '\0';
            found = true;
        }
    }
    if (from != NULL) {
        (void)fclose(from);
    }
    return found;
}

/* Folder order is nobody's order: names are sorted. */
static void list_folder(listing *l, const char *folder, DIR *dir)
{
    char **names = NULL;
    size_t count = 0;
    const struct dirent *entry = NULL;
    while ((entry = readdir(dir)) != NULL) {
        char **more =
            is_scenario(entry->d_name) ? realloc(names, (count + 1) * sizeof *names) : NULL;
        if (more != NULL) {
            names = more;
            names[count] = strdup(entry->d_name);
            count += names[count] != NULL;
        }
    }
    if (count != 0) {
        qsort(names, count, sizeof *names, by_name);
    }
    for (size_t i = 0; i < count; i++) {
        char path[RP_PATH_BYTES];
        if (rp_path_join(path, folder, names[i])) {
            char says[160];
            row(l, path, NULL, name_of_scenario(path, says, sizeof says) ? says : NULL);
        }
        free(names[i]);
    }
    free(names);
}

/* Beside the installed program: bin/../share/sipsim/scenarios. */
static bool installed_folder(char *folder)
{
    char self[RP_PATH_BYTES];
    const ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    if (len <= 0) {
        return false;
    }
    self[len] = '\0';
    for (unsigned up = 0; up < 2; up++) {
        char *slash = strrchr(self, '/');
        if (slash == NULL) {
            return false;
        }
        *slash = '\0';
    }
    return rp_path_join(folder, self, "share/sipsim/scenarios");
}

static void list_scenarios(listing *l)
{
    char folder[RP_PATH_BYTES] = "scenarios";
    DIR *dir = opendir(folder);
    if (dir == NULL && installed_folder(folder)) {
        dir = opendir(folder);
    }
    if (dir != NULL) {
        list_folder(l, folder, dir);
        closedir(dir);
    }
}

/* ---- the verb ---- */

typedef struct topic {
    const char *name, *sentence;
    void (*list)(listing *l);
} topic;

static const topic topics[] = {
    { "scenarios", "the scenarios in ./scenarios, or those installed with the program",
      list_scenarios },
    { "keys", "the keys of scenarios, and what their values are", list_keys },
    { "targets", "what can be fuzzed, and what an input of each is", list_targets },
    { "profiles", "links by name, for profile: of a link", list_profiles },
    { "invariants", "the laws a run is judged by", list_laws },
    { "metrics", "what expect: can ask for", list_metrics },
    { "reached", "what reached: can ask for", list_reached },
    { "statuses", "how the program can end, the worst first", list_statuses },
};

static void list_topics(listing *l)
{
    for (size_t i = 0; i < SS_COUNT(topics); i++) {
        row(l, topics[i].name, NULL, topics[i].sentence);
    }
}

static const topic *find_topic(const char *name)
{
    const char *names[SS_COUNT(topics) + 2] = { NULL };
    for (size_t i = 0; i < SS_COUNT(topics); i++) {
        names[i] = topics[i].name;
        if (strcmp(topics[i].name, name) == 0) {
            return &topics[i];
        }
    }
    names[SS_COUNT(topics)] = "laws";
    if (strcmp(name, "laws") == 0) {
        return find_topic("invariants");
    }
    const char *meant = cli_nearest(name, names);
    if (meant != NULL) {
        cli_say("nothing to list as %.60s; did you mean %s?", name, meant);
    } else {
        cli_say("nothing to list as %.60s; `sipsim list` says what there is", name);
    }
    return NULL;
}

static rp_status run_list(const cli_args *args)
{
    static const topic everything = { "topics", "", list_topics };
    if (args->file_count > 1) {
        cli_say("list takes one word");
        return RP_USAGE;
    }
    const topic *t = args->file_count == 0 ? &everything : find_topic(args->files[0]);
    if (t == NULL) {
        return RP_USAGE;
    }
    listing l = { .out = rp_file_over(stdout), .is_json = args->given[CLI_JSON] };
    if (l.out == NULL) {
        cli_say("out of memory");
        return RP_IO;
    }
    l.json = rp_json_on(l.out, false);
    if (l.is_json) {
        rp_json_open(&l.json, '[');
    }
    t->list(&l);
    if (l.is_json) {
        rp_json_close(&l.json);
        rp_json_end(&l.json);
    }
    return cli_close_stdout(l.out);
}

const cli_verb cli_verb_list = {
    .name = "list",
    .operands = "[scenarios|keys|targets|profiles|invariants|metrics|reached|statuses]",
    .summary = "scenarios, targets, profiles, invariants, metrics, what can be reached",
    .details = "  sipsim list                     # what there is to list\n"
               "  sipsim list metrics             # what expect: can ask for\n"
               "  sipsim list invariants --json\n",
    .options = CLI_TAKES(CLI_HELP, CLI_JSON),
    .run = run_list
};
