/* Mistakes of a scenario, as sn/scenario.h found them: printed with carets, or written as JSON. */
#include "mistakes.h"

#include <inttypes.h>

#include "cli.h"

static void put(void *self, ss_slice text)
{
    rp_put(self, text);
}

void cli_print_mistakes(const sn_scenario *scenario)
{
    rp_file *out = rp_file_over(stderr);
    if (out == NULL) {
        return;
    }
    const sn_scenario_out to = { out, put };
    const sn_mistake *m = NULL;
    unsigned shown = 0;
    for (; (m = sn_scenario_mistake(scenario, shown)) != NULL; shown++) {
        sn_mistake_print(m, cli_is_colourful(stderr), &to);
    }
    const uint64_t count = sn_scenario_mistake_count(scenario);
    rp_put_u64(out, count);
    rp_put_text(out, count == 1 ? " mistake" : " mistakes");
    rp_put_text(out, count > shown ? ", the first of them above\n" : "\n");
    (void)!rp_file_close(out);
}

void cli_write_mistakes(rp_json *j, const sn_scenario *scenario)
{
    const sn_mistake *m = NULL;
    rp_json_open(j, '[');
    for (unsigned nth = 0; (m = sn_scenario_mistake(scenario, nth)) != NULL; nth++) {
        rp_json_open(j, '{');
        rp_json_key_text(j, "file", m->file);
        rp_json_key_u64(j, "line", m->line);
        rp_json_key_u64(j, "column", m->column);
        rp_json_key_u64(j, "length", m->length);
        rp_json_key_text(j, "message", m->message);
        rp_json_key_text(j, "suggestion", m->suggestion);
        rp_json_key_text(j, "source", m->source);
        rp_json_close(j);
    }
    rp_json_close(j);
}
