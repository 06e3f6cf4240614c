/* Files and folders as the verbs need them: whole files read, folders made, names taken from paths. */
#ifndef FILES_H
#define FILES_H

#include "rp/file.h"
#include "sn/scenario.h"

/** A whole file of at most `max` bytes; owned by the caller (free). RP_IO semantics: NULL when it said what is wrong. */
char *cli_read_file(const char *path, size_t max, size_t *len);
/** For scenarios: reads what they name, beside themselves. */
extern const sn_scenario_reader cli_scenario_reader;
/** All of stdin, likewise. */
char *cli_read_stdin(size_t max, size_t *len);
/** Make a folder and those above it. False when it said what is wrong. */
SS_MUST_USE bool cli_make_folder(const char *path);
/** The file's name without folder and without .yaml or .yml, into `name` (RP_PATH_BYTES). */
void cli_base_name(char *name, const char *path);
/** True when dir/name is there, whatever it is. */
bool cli_exists(const char *dir, const char *name);
/** 0 when it is not there, or `dir` is NULL. */
uint64_t cli_file_bytes(const char *dir, const char *name);
/** Removes dir/name if it is there. False when it said what is wrong. */
SS_MUST_USE bool cli_remove(const char *dir, const char *name);

#endif
