/* ss/dialog.h: dialogs (RFC 3261 section 12). */
#ifndef SS_DIALOG_H
#define SS_DIALOG_H

#include "ss/txn.h"

#endif
