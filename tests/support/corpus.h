/* The messages of corpus/rfc and the tables that say what becomes of them (corpus/README.md). */
#ifndef CORPUS_H
#define CORPUS_H

#include "ss/grammar.h"

typedef struct corpus_row {
    char name[64], section[16], why[160];
    ss_judge_options options;
    ss_verdict verdict;
    unsigned response;
} corpus_row;

/** Called for each row, with the exact bytes of its message: a heap block of that size. */
typedef void corpus_visit(const corpus_row *row, ss_slice bytes);

/** Visit the rows of corpus/rfc/<rfc>.txt: those of a section, or all with NULL. Fails the test when there is none. */
void corpus_each(const char *rfc, const char *section, corpus_visit *visit);
/** Judge in memory that the next call uses again. */
ss_verdict corpus_judge(const corpus_row *row, ss_slice bytes, ss_msg *msg, ss_diag *diag);
/** Memory beside the last judged message. */
ss_arena *corpus_arena(void);

/** Every row of the section has the verdict and the response of the table. */
void corpus_check_section(const char *rfc, const char *section);
/** What must be so of every message of the set, whatever its verdict. */
void corpus_check_all_files_have_rows(const char *rfc);
void corpus_check_truncations(const char *rfc);
void corpus_check_exact_copies(const char *rfc);
void corpus_check_splices(const char *rfc);

#endif
