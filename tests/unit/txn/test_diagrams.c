/* docs/state-machines.md is drawn from the four tables, and is current. After a change of a table the case leaves the new page
 * as state-machines.md in its working directory and says where it belongs. */
#include "txn_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const state_names[SS_TXN_STATE_COUNT] = {
    [SS_TXN_CALLING] = "Calling",       [SS_TXN_TRYING] = "Trying",
    [SS_TXN_PROCEEDING] = "Proceeding", [SS_TXN_COMPLETED] = "Completed",
    [SS_TXN_CONFIRMED] = "Confirmed",   [SS_TXN_ACCEPTED] = "Accepted",
    [SS_TXN_TERMINATED] = "Terminated",
};

typedef struct figure {
    ss_machine machine;
    ss_txn_state first;
    const char *title, *sections;
} figure;

static const figure figures[] = {
    { SS_ICT, SS_TXN_CALLING, "INVITE client transaction",
      "RFC 3261 17.1.1, figure 5 as replaced by RFC 6026 8.4; given up by RFC 3261 9.1" },
    { SS_NICT, SS_TXN_TRYING, "Non-INVITE client transaction", "RFC 3261 17.1.2, figure 6" },
    { SS_IST, SS_TXN_PROCEEDING, "INVITE server transaction",
      "RFC 3261 17.2.1, figure 7 as replaced by RFC 6026 8.6, with 8.8" },
    { SS_NIST, SS_TXN_TRYING, "Non-INVITE server transaction",
      "RFC 3261 17.2.2, figure 8, with RFC 4320 and RFC 6026 8.8" },
};

static void put_act(FILE *page, const char *act)
{
    for (const char *at = act; *at != '\0'; at++) {
        fputc(*at == '_' ? ' ' : *at, page);
    }
}

static void put_figure(FILE *page, const figure *f)
{
    fprintf(page, "\n## %s\n\n%s.\n\n```mermaid\nstateDiagram-v2\n    [*] --> %s\n", f->title,
            f->sections, state_names[f->first]);
    for (unsigned state = 0; state < SS_TXN_STATE_COUNT; state++) {
        for (unsigned event = 0; event < ss_txn_event_count(f->machine); event++) {
            const ss_txn_cell cell = ss_txn_table(f->machine, (ss_txn_state)state, event);
            if (cell.act == NULL) {
                continue;
            }
            fprintf(page, "    %s --> %s : %s / ", state_names[state], state_names[cell.next],
                    cell.event);
            put_act(page, cell.act);
            fputc('\n', page);
        }
    }
    fprintf(page, "    Terminated --> [*]\n```\n");
}

static char *read_page(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    char *text = calloc(1, 1 << 16);
    const size_t length = fread(text, 1, (1 << 16) - 1, file);
    text[length] = '\0';
    fclose(file);
    return text;
}

TEST(the_diagrams_of_the_docs_are_those_of_the_tables)
{
    FILE *page = fopen("state-machines.md", "wb");
    CHECK_NOT_NULL(page);
    fprintf(page,
            "# The four transactions\n\nDrawn from the tables that run (`ss_txn_table`) by "
            "`tests/unit/txn/test_diagrams.c`, which holds this page\nto be current: do not edit. "
            "An event that a state does not show is dropped with a note when it is a message, "
            "refused\nwhen it is the user's, and a bug when it is a timer.\n");
    for (size_t i = 0; i < SS_COUNT(figures); i++) {
        put_figure(page, &figures[i]);
    }
    fclose(page);
    char *now = read_page("state-machines.md");
    char *docs = read_page(SIPSIM_SOURCE_DIR "/docs/state-machines.md");
    CHECK_NOT_NULL(docs); /* copy it there */
    CHECK_STR(docs, now);
    free(now);
    free(docs);
    CHECK_EQ(remove("state-machines.md"), 0);
}
