/* What the files of the page share. Text that we did not write ourselves goes through rp_html_text, always. */
#ifndef HTML_H
#define HTML_H

#include "rp/file.h"
#include "rp/ladder.h"
#include "rp/run.h"

/** Any bytes as text of an element or of a quoted attribute: markup is escaped, what is no UTF-8, and controls but for
 *  tab and new line, become U+FFFD; so do the characters that turn the direction of what follows. */
void rp_html_slice(rp_file *out, ss_slice text);
void rp_html_text(rp_file *out, const char *text);
/** Such text as a name within a sentence. */
void rp_html_name(rp_file *out, const char *text);
/** <h2 id=…>; a section is closed by the next one. */
void rp_html_heading(rp_file *out, const char *id, const char *title);
/** A table's beginning, in a box that scrolls; `heads` ends with NULL; a head that begins with '#' is of numbers. */
void rp_html_table(rp_file *out, const char *caption, const char *const *heads);
/** One that the page's script makes sort and filter. */
void rp_html_sortable(rp_file *out, const char *caption, const char *const *heads);
/** One that is no wider than it must be: words and a number. */
void rp_html_counts(rp_file *out, const char *const *heads);
void rp_html_table_end(rp_file *out);
/** <td class=number>. */
void rp_html_cell_u64(rp_file *out, uint64_t value);
void rp_html_cell(rp_file *out, const char *text);
/** A mark of good or bad that does not rely on colour. */
void rp_html_tag(rp_file *out, bool good, const char *text);

/* html/verdict.c */
void rp_html_verdict(rp_file *out, const rp_run *run);
void rp_html_asked(rp_file *out, const rp_run *run);
void rp_html_violations(rp_file *out, const rp_run *run);

/* html/plots.c; the first and the last need a series */
void rp_html_over_time(rp_file *out, const rp_run *run);
void rp_html_delays(rp_file *out, const rp_run *run);
void rp_html_timer_plots(rp_file *out, const rp_run *run);
void rp_html_scripts(rp_file *out, const rp_run *run);

/* html/nodes.c; it needs a tally */
void rp_html_nodes(rp_file *out, const rp_run *run);
/* html/topology.c */
void rp_html_topology(rp_file *out, const sn_cast *cast);

/* html/ladder.c */
void rp_html_ladders(rp_file *out, const rp_run *run, const rp_ladder *ladder);

/* html/metrics.c */
void rp_html_cards(rp_file *out, const rp_run *run);
void rp_html_metrics(rp_file *out, const rp_run *run);
void rp_html_timers(rp_file *out, const rp_run *run);
void rp_html_network(rp_file *out, const rp_run *run);

#endif
