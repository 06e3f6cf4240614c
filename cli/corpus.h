/* corpus.h: a way of `sipsim corpus` that has a file of its own. */
#ifndef CLI_CORPUS_H
#define CLI_CORPUS_H

#include "cli.h"

/** merge -o OUT DIR…: what a program of libFuzzer or AFL++ keeps of them. */
rp_status cli_corpus_merge(const cli_args *args);

#endif
