/* docs/state-machines.md is drawn from the tables, and is current. After a change of a table the case leaves the new page
 * as state-machines.md in its working directory and says where it belongs. */
#include "txn_rig.h"

#include "ss/sdp.h"

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

/* ---- offers and answers ---- */

static const char *const message_names[SS_OA_MESSAGES] = {
    [SS_OA_INVITE] = "INVITE",
    [SS_OA_PREVIEW] = "1xx",
    [SS_OA_RELIABLE] = "reliable 1xx",
    [SS_OA_PRACK] = "PRACK",
    [SS_OA_PRACK_2XX] = "2xx of PRACK",
    [SS_OA_PRACK_FAILED] = "failure of PRACK",
    [SS_OA_2XX] = "2xx of INVITE",
    [SS_OA_FAILED] = "failure of INVITE",
    [SS_OA_ACK] = "ACK",
    [SS_OA_UPDATE] = "UPDATE",
    [SS_OA_UPDATE_2XX] = "2xx of UPDATE",
    [SS_OA_UPDATE_FAILED] = "failure of UPDATE",
};

static const char *verdict_name(ss_oa_verdict verdict)
{
    switch (verdict) {
    case SS_OA_IS_OFFER:
        return "offer";
    case SS_OA_IS_ANSWER:
        return "answer";
    case SS_OA_IS_PREVIEW:
        return "preview of the answer";
    case SS_OA_IS_REJECTED:
        return "the offer is rejected";
    case SS_OA_IS_MISSING:
        return "a description is missing";
    default:
        return "";
    }
}

/* What the caller's side does with a message of whoever may send it. */
static void put_exchange(FILE *page, ss_oa_state state, ss_oa_message message, bool has_sdp)
{
    ss_oa oa = { .state = (uint8_t)state, .client_is_us = true, .offer_is_ours = true };
    const ss_oa_verdict verdict = ss_oa_step(&oa, message, has_sdp, true);
    const char *name = verdict_name(verdict);
    if (oa.state != state || name[0] != '\0') {
        fprintf(page, "    %s --> %s : %s%s%s%s\n", ss_oa_state_name(state),
                ss_oa_state_name((ss_oa_state)oa.state), message_names[message],
                has_sdp ? " with a description" : "", name[0] == '\0' ? "" : " / ", name);
    }
}

static void put_exchanges(FILE *page)
{
    fprintf(page,
            "\n## Offers and answers\n\nRFC 3264 4 and RFC 6337 2.2: of a dialog, the same at "
            "both ends; `stack/sdp/offer_answer_state.c`. What a state does not\nshow changes "
            "nothing: a description there is ignored, and a request with an offer is refused "
            "(`tests/rfc/rfc6337.c` has every cell).\n\n"
            "```mermaid\nstateDiagram-v2\n    [*] --> NONE\n");
    for (unsigned state = 0; state < SS_OA_STATES; state++) {
        for (unsigned message = 0; message < SS_OA_MESSAGES; message++) {
            put_exchange(page, (ss_oa_state)state, (ss_oa_message)message, false);
            put_exchange(page, (ss_oa_state)state, (ss_oa_message)message, true);
        }
    }
    fprintf(page, "```\n");
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
            "# State machines\n\nDrawn from the tables that run (`ss_txn_table`, `ss_oa_step`) by "
            "`tests/unit/txn/test_diagrams.c`, which holds this page\nto be current: do not edit. "
            "Of a transaction, an event that a state does not show is dropped with a note when it "
            "is a\nmessage, refused when it is the user's, and a bug when it is a timer.\n");
    for (size_t i = 0; i < SS_COUNT(figures); i++) {
        put_figure(page, &figures[i]);
    }
    put_exchanges(page);
    fclose(page);
    char *now = read_page("state-machines.md");
    char *docs = read_page(SIPSIM_SOURCE_DIR "/docs/state-machines.md");
    CHECK_NOT_NULL(docs); /* copy it there */
    CHECK_STR(docs, now);
    free(now);
    free(docs);
    CHECK_EQ(remove("state-machines.md"), 0);
}
