/* Names from the lists of ss/words.h. A number that no list has gets a name of its own, never a crash. */
#include "words.h"

#define WORD(name) #name,

static const char *pick(const char *const *names, size_t count, unsigned nth)
{
    return nth < count ? names[nth] : "";
}

const char *rp_letter_name(unsigned letter)
{
    static const char *const names[] = { SS_LETTER_LIST(WORD) };
    /* no name in C begins with a digit */
    if (letter == SS_TIMER_TWOXX || letter == SS_TIMER_TWOXX_END) {
        return letter == SS_TIMER_TWOXX ? "2XX" : "2XX_END";
    }
    return pick(names, SS_COUNT(names), letter);
}

const char *rp_machine_name(unsigned machine)
{
    static const char *const names[] = { SS_MACHINE_LIST(WORD) };
    return pick(names, SS_COUNT(names), machine);
}

const char *rp_txn_state_name(unsigned state)
{
    static const char *const names[] = { SS_TXN_STATE_LIST(WORD) };
    return pick(names, SS_COUNT(names), state);
}

const char *rp_dialog_state_name(unsigned state)
{
    static const char *const names[] = { "NONE", "EARLY", "CONFIRMED", "TERMINATED" };
    return pick(names, SS_COUNT(names), state);
}

const char *rp_auth_text(unsigned outcome)
{
#define AUTH_TEXT(name, text) text,
    static const char *const texts[] = { SS_AUTH_LIST(AUTH_TEXT) };
    return pick(texts, SS_COUNT(texts), outcome);
}

const char *rp_subscription_name(unsigned state)
{
    static const char *const names[] = { "NONE", "WAITING", "PENDING", "ACTIVE", "TERMINATED" };
    return pick(names, SS_COUNT(names), state);
}

const char *rp_class_name(unsigned class)
{
#define CLASS_NAME(id, name) name,
    static const char *const names[] = { SS_CLASS_LIST(CLASS_NAME) };
    return pick(names, SS_COUNT(names), class);
}

const char *rp_defence_step_name(unsigned step)
{
#define DEFENCE_NAME(id, name) name,
    static const char *const names[] = { SS_DEFENCE_LIST(DEFENCE_NAME) };
    return pick(names, SS_COUNT(names), step);
}

const char *rp_queue_step_name(unsigned step)
{
    static const char *const names[] = { "WAITS", "REFUSED", "DROPPED", "TAKEN" };
    _Static_assert(SS_COUNT(names) == SS_QUEUE_STEPS, "one name per step");
    return pick(names, SS_COUNT(names), step);
}

const char *rp_note_name(unsigned kind)
{
    static const char *const names[] = { "TXN",    "TIMER",   "RESEND",  "DIALOG",
                                         "STRAY",  "REFUSED", "AUTH",    "SUBSCRIPTION",
                                         "SWITCH", "QUEUE",   "DEFENCE", "HELD" };
    _Static_assert(SS_COUNT(names) == SS_NOTE_COUNT, "one name per kind of note");
    return pick(names, SS_COUNT(names), kind);
}
