/* Names of what facts are about, as reports write them: taken from the lists of ss/words.h. */
#ifndef WORDS_H
#define WORDS_H

#include "ss/words.h"

/** "A" … ; "" past the last. Static, as all below. */
const char *rp_letter_name(unsigned letter);
const char *rp_machine_name(unsigned machine);
const char *rp_txn_state_name(unsigned state);
const char *rp_dialog_state_name(unsigned state);
const char *rp_subscription_name(unsigned state);
const char *rp_note_name(unsigned kind);
const char *rp_class_name(unsigned class);
const char *rp_defence_step_name(unsigned step);
const char *rp_queue_step_name(unsigned step);
/** What came of a challenge or of credentials, in words: ss_auth_outcome. */
const char *rp_auth_text(unsigned outcome);

#endif
