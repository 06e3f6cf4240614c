/* The step summary is appended: a step may run sipsim many times. */
#include "step_summary.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "rp/machine.h"

rp_status cli_step_summary(const rp_run *run)
{
    const char *path = getenv("GITHUB_STEP_SUMMARY");
    if (path == NULL || path[0] == '\0') {
        return RP_OK;
    }
    errno = 0;
    FILE *stream = fopen(path, "ab");
    rp_file *out = stream == NULL ? NULL : rp_file_over(stream);
    int error = out == NULL ? errno : 0;
    if (out != NULL) {
        rp_markdown_write(out, run);
        error = rp_file_close(out);
    }
    if (stream != NULL && fclose(stream) != 0 && error == 0) {
        error = errno;
    }
    if (error != 0 || stream == NULL || out == NULL) {
        cli_say("cannot write %s: %s", path, strerror(error == 0 ? ENOMEM : error));
        return RP_IO;
    }
    return RP_OK;
}
