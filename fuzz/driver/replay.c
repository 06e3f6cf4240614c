/* The runner without an engine: files and folders of inputs through one target. A folder that is missing or holds nothing
 * is trouble, never success: a corpus that was lost must not pass for one that was run. */
#include "fz/replay.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { INPUT_BYTES_MAX = 1 << 20, PATH_BYTES = 4096, DEPTH_MAX = 16 };

typedef struct replay {
    const fz_target *target;
    const fz_replay_events *events;
    fz_replay_counts counts;
} replay;

static void say_trouble(replay *r, const char *path, const char *why)
{
    r->counts.troubles++;
    r->events->trouble(r->events->context, path, why);
}

/* The whole file; NULL when it said why not. */
static char *read_input(replay *r, const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    char *bytes = file == NULL ? NULL : malloc(INPUT_BYTES_MAX + 1);
    *len = bytes == NULL ? 0 : fread(bytes, 1, INPUT_BYTES_MAX + 1, file);
    const char *why = bytes == NULL || ferror(file) != 0 ? strerror(errno) : NULL;
    if (why == NULL && *len > INPUT_BYTES_MAX) {
        why = "larger than any input";
    }
    if (file != NULL) {
        fclose(file);
    }
    if (why != NULL) {
        free(bytes);
        say_trouble(r, path, why);
        return NULL;
    }
    return bytes;
}

static void run_file(replay *r, const char *path)
{
    size_t len = 0;
    char *bytes = read_input(r, path, &len);
    if (bytes == NULL) {
        return;
    }
    fz_finding finding;
    r->counts.inputs++;
    r->events->begin(r->events->context, path);
    if (!fz_try(r->target, (ss_slice){ bytes, len }, &finding)) {
        if (finding.oracle == NULL) {
            say_trouble(r, path, "out of memory");
        } else {
            r->counts.findings++;
            r->events->finding(r->events->context, path, &finding);
        }
    }
    free(bytes);
}

static void run_path(replay *r, const char *path, unsigned depth);

static int is_input(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* By bytes, not by the locale: the order of findings is the same everywhere. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void run_folder(replay *r, const char *folder, unsigned depth)
{
    struct dirent **entries = NULL;
    const uint64_t before = r->counts.inputs + r->counts.troubles;
    const int count = scandir(folder, &entries, is_input, by_name);
    if (count < 0) {
        say_trouble(r, folder, strerror(errno));
        return;
    }
    for (int i = 0; i < count; i++) {
        char path[PATH_BYTES];
        const int len = snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (len > 0 && (size_t)len < sizeof path) {
            run_path(r, path, depth + 1);
        } else {
            say_trouble(r, folder, "a path is too long");
        }
        free(entries[i]);
    }
    free(entries);
    if (r->counts.inputs + r->counts.troubles == before) {
        say_trouble(r, folder, "no input in this folder");
    }
}

static void run_path(replay *r, const char *path, unsigned depth)
{
    struct stat about;
    if (stat(path, &about) != 0) {
        say_trouble(r, path, strerror(errno));
    } else if (!S_ISDIR(about.st_mode)) {
        run_file(r, path);
    } else if (depth < DEPTH_MAX) {
        run_folder(r, path, depth);
    } else {
        say_trouble(r, path, "folders too deep");
    }
}

fz_replay_counts fz_replay(const fz_target *target, const char *const *paths, size_t count,
                           const fz_replay_events *events)
{
    replay r = { .target = target, .events = events };
    for (size_t i = 0; i < count; i++) {
        run_path(&r, paths[i], 0);
    }
    return r.counts;
}
