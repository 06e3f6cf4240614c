/* forms.h: how the values of keys are written that no table describes. */
#ifndef FORMS_H
#define FORMS_H

#include "ss/base.h"

/** NULL: none is known. */
const char *sn_form_of(const char *section, const char *key);
/** The nth of them; false past the last. */
bool sn_form_at(unsigned nth, const char **section, const char **key);

#endif
