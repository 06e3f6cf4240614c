/* Fuzz inputs: walked, read and written. Whatever fails is said once, with its path. */
#include "inputs.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "files.h"
#include "replay_line.h"
#include "sn/input.h"

enum { DEPTH_MAX = 16 };

const fz_target *cli_target_of(const cli_args *args)
{
    return cli_target_named(args->given[CLI_TARGET] ? args->value[CLI_TARGET] : "session");
}

const fz_target *cli_target_named(const char *name)
{
    const fz_target *target = fz_target_find(name);
    if (target != NULL) {
        return target;
    }
    const char **names = calloc(fz_target_count + 1, sizeof *names);
    for (size_t i = 0; names != NULL && i < fz_target_count; i++) {
        names[i] = fz_targets[i].name;
    }
    const char *meant = names == NULL ? NULL : cli_nearest(name, names);
    if (meant != NULL) {
        cli_say("no target %.60s; did you mean %s?", name, meant);
    } else {
        cli_say("no target %.60s; `sipsim list targets` names them", name);
    }
    free(names);
    return NULL;
}

typedef struct walk {
    cli_input_taker *take;
    void *context;
    uint64_t count;
    bool is_well;
} walk;

static void walk_path(walk *w, const char *path, unsigned depth);

static int is_input(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* By bytes, not by the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void walk_folder(walk *w, const char *folder, unsigned depth)
{
    struct dirent **entries = NULL;
    const int count = depth == DEPTH_MAX ? -1 : scandir(folder, &entries, is_input, by_name);
    if (count < 0) {
        cli_say("%s: %s", folder, depth == DEPTH_MAX ? "folders too deep" : strerror(errno));
        w->is_well = false;
    }
    for (int i = 0; i < count; i++) {
        char path[RP_PATH_BYTES];
        if (rp_path_join(path, folder, entries[i]->d_name)) {
            walk_path(w, path, depth + 1);
        } else {
            cli_say("%s: a path is too long", folder);
            w->is_well = false;
        }
        free(entries[i]);
    }
    free(entries);
}

static void walk_path(walk *w, const char *path, unsigned depth)
{
    struct stat about;
    size_t len = 0;
    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode)) {
        walk_folder(w, path, depth);
        return;
    }
    char *bytes = cli_read_file(path, CLI_INPUT_BYTES_MAX, &len);
    if (bytes == NULL) {
        w->is_well = false;
        return;
    }
    w->count++;
    w->take(w->context, path, (ss_slice){ bytes, len });
    free(bytes);
}

uint64_t cli_each_input(const char *const *paths, uint32_t count, cli_input_taker *take,
                        void *context, bool *is_well)
{
    walk w = { .take = take, .context = context, .is_well = true };
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t before = w.count;
        const bool was_well = w.is_well;
        walk_path(&w, paths[i], 0);
        if (w.count == before && w.is_well == was_well && w.is_well) {
            cli_say("%s: no input in this folder", paths[i]);
            w.is_well = false;
        }
    }
    *is_well = w.is_well;
    return w.count;
}

bool cli_write_input(const char *dir, const char *name, ss_slice input)
{
    int error = 0;
    rp_file *out = rp_file_open(dir, name, &error);
    if (out != NULL) {
        rp_put(out, input);
        error = rp_file_close(out);
    }
    if (error != 0) {
        cli_say("cannot write %s/%s: %s", dir, name, strerror(error));
    }
    return error == 0;
}

void cli_put_replay(ss_buffer *b, const fz_target *target, const char *path)
{
    cli_put_quoted(b, cli_program());
    ss_put_text(b, " replay ");
    if (strcmp(target->name, "session") != 0) {
        ss_put_text(b, "--target ");
        ss_put_text(b, target->name);
        ss_put_char(b, ' ');
    }
    cli_put_quoted(b, path);
}

static void put_record(ss_buffer *b, const sn_input_record *record, char *line)
{
    ss_buffer text = ss_buffer_on(line, SN_INPUT_BYTES_MAX * 4);
    sn_input_record_put_text(&text, record);
    ss_put_text(b, text.len == 0 ? "" : "  - '");
    for (size_t k = 0; k < text.len; k++) {
        ss_put_char(b, text.at[k]);
        if (text.at[k] == '\'') {
            ss_put_char(b, '\'');
        }
    }
    ss_put_text(b, text.len == 0 ? "" : "'\n");
}

char *cli_session_yaml(const char *name, ss_slice input, size_t *len)
{
    enum { YAML_BYTES = 16 * (int)SN_INPUT_BYTES_MAX };
    sn_input_records *records = calloc(1, sizeof *records);
    char *line = malloc(SN_INPUT_BYTES_MAX * 4), *text = malloc(YAML_BYTES);
    ss_buffer b = ss_buffer_on(text, YAML_BYTES);
    if (records != NULL && line != NULL && text != NULL) {
        sn_input_records_read(records, input);
        ss_put_text(&b, "sipsim: 1\nname: ");
        ss_put_text(&b, name);
        ss_put_text(&b, "\nsession:\n");
        for (unsigned i = 0; i < records->count; i++) {
            put_record(&b, &records->at[i], line);
        }
        ss_put_text(&b, records->count == 0 ? "  - head\n" : "");
    } else {
        free(text);
        text = NULL;
    }
    SS_ASSERT(!b.overflow); /* a byte is four at most, and a quote of them two */
    *len = b.len;
    free(records);
    free(line);
    return text;
}
