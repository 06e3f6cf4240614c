/* Files and folders. Whatever fails is said once, here, with the path in it. */
#include "files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

enum { FIRST_BYTES = 1 << 16 };

static bool grow(char **text, size_t *cap, size_t max)
{
    if (*cap > max) {
        errno = EFBIG;
        return false;
    }
    const size_t wanted = *cap == 0 ? FIRST_BYTES : *cap * 2;
    char *bigger = realloc(*text, wanted);
    if (bigger == NULL) {
        errno = ENOMEM;
        return false;
    }
    *text = bigger;
    *cap = wanted;
    return true;
}

/* Reads to the end; NULL with errno. */
static char *read_all(FILE *from, size_t max, size_t *len)
{
    char *text = NULL;
    size_t cap = 0;
    *len = 0;
    for (;;) {
        if (*len == cap && !grow(&text, &cap, max)) {
            break;
        }
        errno = 0;
        const size_t got = fread(text + *len, 1, cap - *len, from);
        *len += got;
        if (ferror(from) != 0) {
            break;
        }
        if (got == 0) {
            if (*len <= max) {
                return text;
            }
            errno = EFBIG;
            break;
        }
    }
    free(text);
    return NULL;
}

char *cli_read_file(const char *path, size_t max, size_t *len)
{
    FILE *from = fopen(path, "rb");
    char *text = from == NULL ? NULL : read_all(from, max, len);
    if (text == NULL) {
        cli_say("cannot read %s: %s", path, strerror(errno));
    }
    if (from != NULL) {
        (void)fclose(from);
    }
    return text;
}

static bool is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

/* The name as it is, or in the folder of the file that names it. */
static size_t read_beside(void *self, const char *beside, const char *name, char *into, size_t cap)
{
    char path[RP_PATH_BYTES];
    const char *slash = strrchr(beside, '/');
    const size_t folder = slash == NULL || name[0] == '/' ? 0 : (size_t)(slash - beside) + 1;
    (void)self;
    if (folder + strlen(name) >= sizeof path) {
        return SIZE_MAX;
    }
    memcpy(path, beside, folder);
    strcpy(path + folder, name);
    FILE *from = is_folder(path) ? NULL : fopen(path, "rb");
    if (from == NULL) {
        return SIZE_MAX;
    }
    const size_t len = fread(into, 1, cap, from);
    const bool failed = ferror(from) != 0;
    (void)fclose(from);
    return failed ? SIZE_MAX : len;
}

const sn_scenario_reader cli_scenario_reader = { NULL, read_beside };

char *cli_read_stdin(size_t max, size_t *len)
{
    char *text = read_all(stdin, max, len);
    if (text == NULL) {
        cli_say("cannot read stdin: %s", strerror(errno));
    }
    return text;
}

bool cli_make_folder(const char *path)
{
    char part[RP_PATH_BYTES];
    const size_t len = strlen(path);
    if (len >= sizeof part) {
        cli_say("cannot make a folder: its path is longer than %zu bytes", sizeof part - 1);
        return false;
    }
    for (size_t i = 1; i <= len; i++) {
        if (path[i] != '/' && path[i] != '\0') {
            continue;
        }
        memcpy(part, path, i);
        part[i] = '\0';
        const int error = mkdir(part, 0777) == 0 ? 0 : errno;
        if (error != 0 && !is_folder(part)) {
            cli_say("cannot make the folder %s: %s", part, strerror(error));
            return false;
        }
    }
    if (len == 0) {
        cli_say("cannot make a folder without a name");
    }
    return len != 0;
}

void cli_base_name(char *name, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *from = slash == NULL ? path : slash + 1;
    size_t len = strlen(from);
    len = len < RP_PATH_BYTES ? len : RP_PATH_BYTES - 1;
    memcpy(name, from, len);
    name[len] = '\0';
    char *dot = strrchr(name, '.');
    if (dot != NULL && dot != name && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0)) {
        *dot = '\0';
    }
}

bool cli_exists(const char *dir, const char *name)
{
    char path[RP_PATH_BYTES];
    struct stat about;
    return rp_path_join(path, dir, name) && lstat(path, &about) == 0;
}

uint64_t cli_file_bytes(const char *dir, const char *name)
{
    char path[RP_PATH_BYTES];
    struct stat about;
    if (dir == NULL || !rp_path_join(path, dir, name) || stat(path, &about) != 0) {
        return 0;
    }
    return (uint64_t)about.st_size;
}

bool cli_remove(const char *dir, const char *name)
{
    char path[RP_PATH_BYTES];
    if (!rp_path_join(path, dir, name) || (unlink(path) != 0 && errno != ENOENT)) {
        cli_say("cannot replace %s/%s: %s", dir, name, strerror(errno));
        return false;
    }
    return true;
}
