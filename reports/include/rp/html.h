/* rp/html.h: report.html: a run as one page that needs nothing else, the same bytes for the same run. */
#ifndef RP_HTML_H
#define RP_HTML_H

#include "rp/file.h"
#include "rp/ladder.h"
#include "rp/run.h"

/** `ladder` is shown too, unless it is NULL. */
void rp_html_write(rp_file *out, const rp_run *run, const rp_ladder *ladder);

#endif
